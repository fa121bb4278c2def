"""Fixtures of the launcher's tests."""

import os
from pathlib import Path

import pytest

from r1vl_kedro.launcher import ending


@pytest.fixture(autouse=True)
def entries_importable(monkeypatch):
    """Jobs find ``job_entries``; a stop is forgotten after the test."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
    yield
    ending.forget_stop()
