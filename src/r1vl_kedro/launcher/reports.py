"""What a job's ranks leave for the run beside the result: errors, warnings, their process ids.

And what the run makes of it.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import signal
import socket
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import psutil

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.files import WriteError, naming, no_room
from r1vl_kedro.ranks import rank
from r1vl_kedro.scrubbing import scrub

RESERVED_BYTES = 1 << 17
KEPT_CHARACTERS = 10_000
"""Of message and traceback each; a character takes 4 bytes at most."""
WARNINGS = "warnings.txt"
STOPPED_SECONDS = 30.0
"""How long a rank may be stopped before it is named."""
# A rank that a signal ended, in the summary of torch's launcher. The others then fail with errors
# of the connection that broke, which are not the reason.
_KILLED = re.compile(r"rank +: (?P<rank>\d+) \(local_rank.*\n +exitcode +: -(?P<signal>\d+) ")

log = logging.getLogger(__name__)


class JobError(UserFacingError, RuntimeError):
    """A job failed; names the logs and the failing rank, with that rank's own traceback.

    Where the rank raised a ``UserFacingError``, its message alone.
    """


class HostLostError(RuntimeError):
    """The host of some of a job's ranks is gone, or the process that saw them through there."""


def reserve(directory: Path) -> Path:
    """Return a file whose space this rank's report will take, so that a full disk has room for it.

    Raises:
        OSError: the disk is full already.
    """
    reserved = directory / f"rank{rank()}.reserved"
    reserved.write_bytes(b" " * RESERVED_BYTES)
    return reserved


def report(reserved: Path, error: BaseException) -> None:
    """Turn the reserved file into ``error<rank>.txt``: what the user reads of this rank's error."""
    full_disk, trace = no_room(error), ""
    text = scrub(full_disk or str(error))[:KEPT_CHARACTERS]
    if full_disk is None and not isinstance(error, UserFacingError):
        text = f"rank {rank()} failed with {type(error).__name__}: {text}"
        trace = "\n" + scrub("".join(traceback.format_exception(error)))[-KEPT_CHARACTERS:]
    with reserved.open("r+b") as file:  # in place: the space is there already
        file.write(f"{text}\nlogs: {reserved.parent}{trace}".encode("utf-8", "replace"))
        file.truncate()
    os.utime(reserved, ns=(time.time_ns(), time.time_ns()))  # finer than what a write leaves
    reserved.replace(reserved.with_name(f"error{rank()}.txt"))


def keep_warnings(directory: Path) -> logging.Handler:
    """Return what writes warnings and errors where the run finds them, besides the job's log."""
    handler = logging.FileHandler(directory / WARNINGS, encoding="utf-8", delay=True)
    handler.setLevel(logging.WARNING)
    handler.terminator = "\0"  # a message may have several lines
    return handler


def note_process(directory: Path) -> None:
    """Leave this rank's process id where ``Watch`` looks for it; none on a full disk."""
    with contextlib.suppress(OSError):
        (directory / f"rank{rank()}.pid").write_text(f"{os.getpid()} {socket.gethostname()}")


def failed(directory: Path) -> list[Path]:
    """Return the reports of all ranks that failed, the first failure first."""
    return sorted(directory.glob("error*.txt"), key=lambda file: file.stat().st_mtime_ns)


def failure(directory: Path, code: int) -> BaseException:
    """Explain why a job ended without a result, from what its processes left.

    Args:
        code: the exit code, negative for the signal that ended the job.
    """
    name = directory.name
    if killed := _killed(directory):
        return JobError(f"{name}: {killed}\nlogs: {directory}")
    if found := failed(directory):
        return JobError(f"{name}: {found[0].read_text('utf-8')}")
    if code in (128 + signal.SIGTERM, 128 + signal.SIGINT):
        return KeyboardInterrupt(f"{name} was interrupted; its state is saved. Logs: {directory}")
    how = _by_signal(-code) if code < 0 else f"ended with exit code {code}"
    if code >= 0:
        try:
            with naming(directory), tempfile.TemporaryFile(dir=directory) as probe:
                probe.write(b" " * RESERVED_BYTES)
        except WriteError as error:  # the disk is full, so that no rank could leave a report
            return JobError(f"{name} {how}: {error}\nlogs: {directory}")
    logs = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime)
    last = [text for one in logs for text in one.read_text("utf-8", "replace").splitlines()[-15:]]
    return JobError("\n".join([f"{name} {how} without an error report; logs: {directory}", *last]))


def _killed(directory: Path) -> str | None:
    """Name the rank that a signal killed first, and the signal."""
    for file in sorted(directory.glob("launcher*.log")):
        for found in reversed([*_KILLED.finditer(file.read_text("utf-8", "replace"))]):
            # The first failure is the last in the list. SIGTERM is the launcher's, for the others.
            if (number := int(found["signal"])) != signal.SIGTERM:
                return f"rank {found['rank']} {_by_signal(number)}"
    return None


def _by_signal(number: int) -> str:
    how = f"was killed by signal {number} ({signal.Signals(number).name})"
    return f"{how}, perhaps for want of memory" if number == signal.SIGKILL else how


class Watch:
    """Passes on, each once, a job's warnings and the names of its ranks that are stopped."""

    def __init__(self, directory: Path):
        self._directory, self._told = directory, 0
        self._since: dict[tuple[str, int], float] = {}

    def look(self) -> None:
        """Log what is new."""
        file = self._directory / WARNINGS
        whole = file.read_text("utf-8", "replace").split("\0")[:-1] if file.exists() else []
        for text in whole[self._told :]:
            log.warning("%s: %s", self._directory.name, text)
        self._told = len(whole)
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

    def _stopped(self) -> Iterator[tuple[str, int]]:
        """Yield number and process id of this machine's ranks that a signal has stopped."""
        for file in self._directory.glob("rank*.pid"):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                pid, host = file.read_text().split()
                stopped = psutil.Process(int(pid)).status() == psutil.STATUS_STOPPED
                if stopped and host == socket.gethostname():
                    yield file.stem.removeprefix("rank"), int(pid)
