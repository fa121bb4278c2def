"""Kedro pipelines of this project."""
