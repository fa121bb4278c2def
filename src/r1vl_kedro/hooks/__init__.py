"""Kedro hooks: tracking, one run a place at a time, whole and current results, clean stops."""
