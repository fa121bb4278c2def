"""Scratch directories go with their process, and after a kill with the next run."""

import errno
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from r1vl_kedro import scratch
from r1vl_kedro.files import WriteError

CHILD = """
import sys
from r1vl_kedro.scratch import scratch_directory
print(scratch_directory("test"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_killed_process_leaves_no_scratch_directory_for_ever(place):
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD], env={**os.environ, "TMPDIR": str(place)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    killed, alive = (Path(child.stdout.readline().strip()) for child in children)
    children[0].kill()
    children[0].wait()
    scratch.sweep()
    assert not killed.exists() and alive.is_dir()
    children[1].communicate()
    assert not alive.exists()
    assert list(place.iterdir()) == []


def test_a_directory_of_a_block_goes_with_the_block(place):
    with pytest.raises(KeyError), scratch.scratch("block") as directory:
        (directory / "file").write_text("text")
        scratch.sweep()
        assert (directory / "file").is_file()
        raise KeyError
    assert list(place.iterdir()) == []


def test_one_that_is_just_being_made_is_left_alone_and_one_that_never_was_is_removed(place):
    making, left = (place / f".{scratch.PREFIX}{name}" for name in ("making", "left"))
    for directory in (making, left):
        directory.mkdir()
    hour_ago = time.time() - 3600
    os.utime(left, (hour_ago, hour_ago))
    scratch.sweep()
    assert making.is_dir() and not left.exists()


def test_a_tmpdir_without_room_is_named(place, monkeypatch):
    def full(**how):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(WriteError, match=rf"cannot write {place} \(\d+ MiB free there\)"):
        scratch.scratch_directory("test")
