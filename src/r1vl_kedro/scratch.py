"""Directories below TMPDIR that go with the process that made them, however it ends."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from r1vl_kedro.files import naming

PREFIX = "r1vl-scratch-"
_LOCK = ".in-use"
_MAKING_SECONDS = 60.0
_held: dict[Path, tuple[IO[str], int]] = {}
"""Locks, and the process that made each: a fork of it removes nothing."""


def scratch_directory(what: str) -> Path:
    """Make a directory that goes when this process ends.

    A killed process leaves its own; `sweep` of a later one removes it, since its lock is free then.

    Args:
        what: part of its name, for who looks into TMPDIR.

    Raises:
        WriteError: the disk is full or TMPDIR cannot be written.
    """
    with naming(tempfile.gettempdir()):
        # Another process would take it for one that was left, until its lock is held.
        making = Path(tempfile.mkdtemp(prefix=f".{PREFIX}{what}-"))
        lock = (making / _LOCK).open("a")
        fcntl.flock(lock, fcntl.LOCK_EX)
        directory = making.rename(making.with_name(making.name[1:]))
    _held[directory] = lock, os.getpid()
    return directory


@contextlib.contextmanager
def scratch(what: str) -> Iterator[Path]:
    """Make a directory that goes at the end of the block; see `scratch_directory`."""
    directory = scratch_directory(what)
    try:
        yield directory
    finally:
        _remove(directory)


@contextlib.contextmanager
def temporary_files_in(directory: Path) -> Iterator[None]:
    """Let all temporary files of this process be made in a directory for the block.

    For a library that makes its own and would leave them when this process is killed. Threads
    beside it may make theirs there too: the directory has to stay as long as the process does.
    """
    before, tempfile.tempdir = tempfile.tempdir, str(directory)
    try:
        yield
    finally:
        tempfile.tempdir = before


def sweep() -> None:
    """Remove what killed processes left below TMPDIR."""
    place = Path(tempfile.gettempdir())
    for directory in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (directory / _LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where it is in use
            shutil.rmtree(directory, ignore_errors=True)
    for directory in place.glob(f".{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.stat().st_mtime > _MAKING_SECONDS:
                shutil.rmtree(directory, ignore_errors=True)


def _remove(directory: Path) -> None:
    lock, maker = _held.pop(directory)
    if maker == os.getpid():
        shutil.rmtree(directory, ignore_errors=True)
    lock.close()


@atexit.register
def _remove_all() -> None:
    for directory in list(_held):
        _remove(directory)
