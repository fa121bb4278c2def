"""Fixtures of tests that answer records."""

from generation_fixtures import records, tiny  # noqa: F401
