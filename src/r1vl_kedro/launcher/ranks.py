"""This process's place among the ranks of its job, and ranks that a signal has stopped."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from pathlib import Path

import psutil

STOPPED_SECONDS = 30.0
"""How long a rank may be stopped before it is named."""
log = logging.getLogger(__name__)


def rank() -> int:
    """Return this process's number among those of the job, from 0; 0 outside of one."""
    return int(os.environ.get("RANK", "0"))


def processes() -> int:
    """Count the processes of this process's job, over all machines; 1 outside of one."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def note(directory: Path) -> None:
    """Leave this rank's process id where ``StoppedRanks`` looks for it; none on a full disk."""
    with contextlib.suppress(OSError):
        where = f"{os.getpid()} {socket.gethostname()}"
        (directory / f"rank{rank()}.pid").write_text(where, encoding="utf-8")


class StoppedRanks:
    """Name ranks of this machine that a signal has stopped: the others wait for them."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._since: dict[int, float] = {}
        self._named: set[int] = set()

    def look(self) -> None:
        """Warn, once a rank, of those that have been stopped for ``STOPPED_SECONDS``."""
        for file in self._directory.glob("rank*.pid"):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                number, host = file.read_text(encoding="utf-8").split()
                if host == socket.gethostname():
                    self._look_at(int(number), file.stem.removeprefix("rank"))

    def _look_at(self, pid: int, rank: str) -> None:
        if psutil.Process(pid).status() != psutil.STATUS_STOPPED:
            self._since.pop(pid, None)
            return
        seconds = time.monotonic() - self._since.setdefault(pid, time.monotonic())
        if seconds >= STOPPED_SECONDS and pid not in self._named:
            self._named.add(pid)
            log.warning(
                "%s waits for rank %s (process %d), which a signal has stopped for %.0f s; "
                "`kill -CONT %d` lets it go on",
                self._directory.name, rank, pid, STOPPED_SECONDS, pid,
            )  # fmt: skip
