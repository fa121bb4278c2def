"""What a run hears of a job beside its result: warnings, and ranks that a signal has stopped."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from r1vl_kedro.ranks import rank

WARNINGS = "warnings.jsonl"
STOPPED_SECONDS = 30.0
"""How long a rank may be stopped before it is named."""
log = logging.getLogger(__name__)


class KeepWarnings(logging.Handler):
    """Writes warnings and errors where the run finds them, besides the job's own log."""

    def __init__(self, directory: Path):
        super().__init__(logging.WARNING)
        self._file = directory / WARNINGS

    def emit(self, record: logging.LogRecord) -> None:
        """Add the message as a line."""
        try:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(record.getMessage()) + "\n")
        except OSError:
            self.handleError(record)


def note_process(directory: Path) -> None:
    """Leave this rank's process id where ``Watch`` looks for it; none on a full disk."""
    with contextlib.suppress(OSError):
        (directory / f"rank{rank()}.pid").write_text(f"{os.getpid()} {socket.gethostname()}")


class Watch:
    """Passes on, each once, a job's warnings and the names of its ranks that are stopped."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._read = 0
        self._since: dict[tuple[str, int], float] = {}

    def look(self) -> None:
        """Log what is new."""
        for text in self._warnings():
            log.warning("%s: %s", self._directory.name, text)
        now = time.monotonic()
        self._since = {found: self._since.get(found, now) for found in self._stopped()}
        for (number, pid), since in self._since.items():
            if now - since >= STOPPED_SECONDS:
                self._since[number, pid] = math.inf
                log.warning(
                    "%s waits for rank %s (process %d), which a signal has stopped for %.0f s; "
                    "`kill -CONT %d` lets it go on",
                    self._directory.name, number, pid, STOPPED_SECONDS, pid,
                )  # fmt: skip

    def _warnings(self) -> Iterator[str]:
        """Yield lines that are whole; one half written waits for its end."""
        file = self._directory / WARNINGS
        lines = file.read_bytes()[self._read :].splitlines(keepends=True) if file.exists() else ()
        for line in lines:
            if line.endswith(b"\n"):
                self._read += len(line)
                try:
                    yield json.loads(line)
                except ValueError:  # a full disk broke it off
                    yield line.decode("utf-8", "replace").strip()

    def _stopped(self) -> Iterator[tuple[str, int]]:
        """Yield number and process id of this machine's ranks that a signal has stopped."""
        for file in self._directory.glob("rank*.pid"):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                pid, host = file.read_text().split()
                stopped = psutil.Process(int(pid)).status() == psutil.STATUS_STOPPED
                if stopped and host == socket.gethostname():
                    yield file.stem.removeprefix("rank"), int(pid)
