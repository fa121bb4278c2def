"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

# Threads of PyTorch wait for each other by spinning: beside another program's load, two of them
# take thirty times as long for a tiny model as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of reference cases beside the checkout; absent on a user's machine."""
    path = Path(__file__).resolve().parents[2] / "shared"
    if not path.is_dir():
        pytest.skip("the reference cases beside the checkout are not here")
    return path
