"""What a run hears of a job beside its result: warnings, and ranks that a signal has stopped."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import socket
import time
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
        where = f"{os.getpid()} {socket.gethostname()}"
        (directory / f"rank{rank()}.pid").write_text(where, encoding="utf-8")


class Watch:
    """Passes on, each once, a job's warnings and the names of its ranks that are stopped."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._read = 0
        self._since: dict[int, float] = {}

    def look(self) -> None:
        """Log what is new."""
        self._pass_warnings_on()
        now, stopped = time.monotonic(), self._stopped()
        self._since = {pid: self._since.get(pid, now) for pid in stopped}
        for pid, since in self._since.items():
            if now - since >= STOPPED_SECONDS:
                self._since[pid] = math.inf
                log.warning(
                    "%s waits for rank %s (process %d), which a signal has stopped for %.0f s; "
                    "`kill -CONT %d` lets it go on",
                    self._directory.name, stopped[pid], pid, STOPPED_SECONDS, pid,
                )  # fmt: skip

    def _pass_warnings_on(self) -> None:
        """Log lines that are whole; one half written waits for its end."""
        file = self._directory / WARNINGS
        if not file.exists():
            return
        with file.open("rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if line.endswith(b"\n"):
                    self._read += len(line)
                    try:
                        text = json.loads(line)
                    except ValueError:  # a full disk broke it off
                        text = line.decode("utf-8", "replace").strip()
                    log.warning("%s: %s", self._directory.name, text)

    def _stopped(self) -> dict[int, str]:
        """Return the ranks of this machine that a signal has stopped: number by process id."""
        found = {}
        for file in self._directory.glob("rank*.pid"):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                pid, host = file.read_text(encoding="utf-8").split()
                if host != socket.gethostname():
                    continue
                if psutil.Process(int(pid)).status() == psutil.STATUS_STOPPED:
                    found[int(pid)] = file.stem.removeprefix("rank")
        return found
