"""A sign that a run sees its job through, for the machines that take part in the job."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

from r1vl_kedro import files

ALIVE = "alive"
BEAT_SECONDS = 1.0


@contextlib.contextmanager
def beating(directory: Path, wanted: bool = True) -> Iterator[None]:
    """Count in ``directory / "alive"``, a number a second, until the block is left.

    A count, not the file's time: NFS clients keep attributes for longer than contents.
    """
    if not wanted:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        for count in itertools.count():
            with contextlib.suppress(OSError, files.WriteError):  # the next may have room
                files.write_text(directory / ALIVE, str(count), durable=False)
            if over.wait(BEAT_SECONDS):
                return

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def last(directory: Path) -> str | None:
    """Return the last count, or None where there is none or it cannot be read now."""
    try:
        return (directory / ALIVE).read_text(encoding="utf-8")
    except OSError:
        return None
