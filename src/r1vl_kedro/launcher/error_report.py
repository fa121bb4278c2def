"""Why a rank failed, in a file for the parent that a full disk does not keep from being written."""

from __future__ import annotations

import contextlib
import json
import os
import time
import traceback
from pathlib import Path

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.files import WriteError, naming, no_room
from r1vl_kedro.scrubbing import scrub

RESERVED_BYTES = 1 << 18
KEPT_CHARACTERS = 10_000
"""Of message and traceback each; in JSON a character takes 12 bytes at most."""


def reserve(directory: Path, rank: int) -> Path:
    """Return a file whose space the report of ``rank`` will take; remove it where none is needed.

    Raises:
        OSError: the disk is full already.
    """
    reserved = directory / f"rank{rank}.reserved"
    reserved.write_bytes(b" " * RESERVED_BYTES)
    return reserved


def refused(directory: Path) -> str | None:
    """Name why no report can be left here, such as a full disk; None where one can."""
    try:
        with naming(directory):
            reserve(directory, 0)
    except WriteError as error:
        return str(error)
    finally:
        with contextlib.suppress(OSError):
            (directory / "rank0.reserved").unlink(missing_ok=True)
    return None


def write(reserved: Path, rank: int, error: BaseException) -> None:
    """Turn the reserved file into ``error<rank>.json``."""
    text = scrub("".join(traceback.format_exception(error)))
    full_disk = no_room(error)
    report = {
        "rank": rank,
        "time": time.time(),
        "type": type(error).__name__,
        "message": scrub(full_disk or str(error))[:KEPT_CHARACTERS],
        "plain": full_disk is not None or isinstance(error, UserFacingError),
        "traceback": text[-KEPT_CHARACTERS:],
    }
    line = json.dumps(report).encode()
    with reserved.open("r+b") as file:  # in place: the space is there already
        file.write(line)
        file.truncate()
    os.replace(reserved, reserved.with_name(f"error{rank}.json"))


def read(directory: Path) -> list[dict]:
    """Return the reports of all ranks that failed, the first failure first."""
    reports = [json.loads(path.read_text("utf-8")) for path in directory.glob("error*.json")]
    return sorted(reports, key=lambda report: report["time"])
