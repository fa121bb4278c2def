"""Why a rank failed, in a file for the parent that a full disk does not keep from being written."""

from __future__ import annotations

import json
import mmap
import os
import time
import traceback
from pathlib import Path

from r1vl_kedro.errors import UserFacingError

RESERVED_BYTES = 1 << 18
KEPT_CHARACTERS = 10_000
"""Of message and traceback each; in JSON a character takes 12 bytes at most."""


def reserve(directory: Path, rank: int) -> Path:
    """A file whose space the report of ``rank`` will take; remove it where none is needed.

    Raises:
        OSError: the disk is full already.
    """
    reserved = directory / f"rank{rank}.reserved"
    reserved.write_bytes(b" " * RESERVED_BYTES)
    return reserved


def write(reserved: Path, rank: int, error: BaseException) -> None:
    """Turn the reserved file into ``error<rank>.json``."""
    text = "".join(traceback.format_exception(error))
    report = {
        "rank": rank,
        "time": time.time(),
        "type": type(error).__name__,
        "message": str(error)[:KEPT_CHARACTERS],
        "plain": isinstance(error, UserFacingError),
        "traceback": text[-KEPT_CHARACTERS:],
    }
    line = json.dumps(report).encode()
    # Through memory: a write would also be refused by a limit on the size of files.
    with reserved.open("r+b") as file, mmap.mmap(file.fileno(), RESERVED_BYTES) as content:
        content[: len(line)] = line
        content.flush()
    os.truncate(reserved, len(line))
    os.replace(reserved, reserved.with_name(f"error{rank}.json"))


def read(directory: Path) -> list[dict]:
    """The reports of all ranks that failed, the first failure first."""
    reports = [json.loads(path.read_text("utf-8")) for path in directory.glob("error*.json")]
    return sorted(reports, key=lambda report: report["time"])
