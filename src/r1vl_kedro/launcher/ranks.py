"""Which rank of a job failed, and which one the others wait for."""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.launcher import error_report

STOPPED_SECONDS = 30.0
"""How long a rank may be stopped before it is named."""
_KILLED = re.compile(r"exitcode: -(?P<signal>\d+)\) local_rank: (?P<rank>\d+)")
# Where another rank's broken connection was seen first, the summary below it has the signal.
_IN_SUMMARY = re.compile(r"rank +: (?P<rank>\d+) \(local_rank.*\n +exitcode +: -(?P<signal>\d+) ")
log = logging.getLogger(__name__)


class JobError(UserFacingError, RuntimeError):
    """A job failed; names the logs and the failing rank, with that rank's own traceback.

    Where the rank raised a ``UserFacingError``, its message alone.
    """


class HostLostError(RuntimeError):
    """The host of some of a job's ranks is gone, or the process that saw them through there."""


def note(directory: Path, rank: int, pid: int) -> None:
    """Leave a rank's process id where ``StoppedRanks`` looks for it; none on a full disk."""
    with contextlib.suppress(OSError):
        where = f"{pid} {socket.gethostname()}"
        (directory / f"rank{rank}.pid").write_text(where, encoding="utf-8")


class StoppedRanks:
    """Name ranks of this machine that a signal has stopped: the others wait for them."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._since: dict[int, float] = {}
        self._named: set[int] = set()

    def look(self) -> None:
        """Warn, once a rank, of those that have been stopped for ``STOPPED_SECONDS``."""
        now = time.monotonic()
        stopped = dict(self._stopped())
        self._since = {pid: self._since.get(pid, now) for pid in stopped}
        for pid, rank in stopped.items():
            if pid not in self._named and now - self._since[pid] >= STOPPED_SECONDS:
                self._named.add(pid)
                log.warning(
                    "%s waits for rank %d (process %d), which a signal has stopped for %.0f s; "
                    "`kill -CONT %d` lets it go on",
                    self._directory.name, rank, pid, STOPPED_SECONDS, pid,
                )  # fmt: skip

    def _stopped(self) -> Iterator[tuple[int, int]]:
        for file in self._directory.glob("rank*.pid"):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                number, host = file.read_text(encoding="utf-8").split()
                pid = int(number)
                if host != socket.gethostname():
                    continue
                if psutil.Process(pid).status() == psutil.STATUS_STOPPED:
                    yield pid, int(file.stem.removeprefix("rank"))


def killed(directory: Path) -> tuple[int, signal.Signals] | None:
    """Find the rank that a signal killed first, and the signal, as torch's launcher logged it.

    The others then fail with errors of the connection that broke, which are not the reason.
    """
    for log_file in sorted(directory.glob("launcher*.log")):
        text = log_file.read_text("utf-8", "replace")
        # On further hosts the number that comes with an exit code counts that host's ranks alone.
        first = _KILLED.finditer(text) if log_file.stem == "launcher" else ()
        for found in (*first, *_IN_SUMMARY.finditer(text)):
            number = signal.Signals(int(found["signal"]))
            if number != signal.SIGTERM:  # the launcher's own, for those that are left
                return int(found["rank"]), number
    return None


def failure(directory: Path, code: int) -> BaseException:
    """Explain why a job ended without a result, from what its processes left.

    Args:
        code: the exit code, negative for the signal that ended the job.
    """
    name, reports = directory.name, error_report.read(directory)
    if first := killed(directory):
        rank, number = first
        return JobError(f"{name}: rank {rank} {_by_signal(number)}\nlogs of all ranks: {directory}")
    if reports:
        report = reports[0]
        if report["plain"]:
            return JobError(f"{name}: {report['message']}\nlogs: {directory}")
        return JobError(
            f"{name}: rank {report['rank']} failed with {report['type']}: {report['message']}\n"
            f"logs of all ranks: {directory}\n{report['traceback']}"
        )
    if code in (128 + signal.SIGTERM, 128 + signal.SIGINT):
        return KeyboardInterrupt(f"{name} was interrupted; its state is saved. Logs: {directory}")
    how = _by_signal(signal.Signals(-code)) if code < 0 else f"ended with exit code {code}"
    if code >= 0 and (refused := error_report.refused(directory)):
        return JobError(f"{name} {how}: {refused}\nlogs: {directory}")
    logs = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime)
    tail = "\n".join(
        line for path in logs for line in path.read_text("utf-8", "replace").splitlines()[-15:]
    )
    return JobError(f"{name} {how} without an error report; logs: {directory}\n{tail}")


def _by_signal(number: signal.Signals) -> str:
    how = f"was killed by signal {number} ({number.name})"
    return f"{how}, perhaps for want of memory" if number == signal.SIGKILL else how
