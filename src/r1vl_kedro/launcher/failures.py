"""Why a job failed: what a rank leaves of it, and what the run makes of that."""

from __future__ import annotations

import os
import re
import signal
import tempfile
import time
import traceback
from pathlib import Path

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.files import WriteError, naming, no_room
from r1vl_kedro.ranks import rank
from r1vl_kedro.scrubbing import scrub

RESERVED_BYTES = 1 << 17
KEPT_CHARACTERS = 10_000
"""Of message and traceback each; a character takes 4 bytes at most."""
_LOGS = "logs of all ranks: "
# A rank that a signal ended, in the summary of torch's launcher. The others then fail with errors
# of the connection that broke, which are not the reason.
_KILLED = re.compile(r"rank +: (?P<rank>\d+) \(local_rank.*\n +exitcode +: -(?P<signal>\d+) ")


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
    directory, full_disk = reserved.parent, no_room(error)
    text = scrub(full_disk or str(error))[:KEPT_CHARACTERS]
    if full_disk is not None or isinstance(error, UserFacingError):
        text = f"{text}\nlogs: {directory}"
    else:
        trace = scrub("".join(traceback.format_exception(error)))[-KEPT_CHARACTERS:]
        text = (
            f"rank {rank()} failed with {type(error).__name__}: {text}\n{_LOGS}{directory}\n{trace}"
        )
    with reserved.open("r+b") as file:  # in place: the space is there already
        file.write(text.encode("utf-8", "replace"))
        file.truncate()
    os.utime(reserved, ns=(time.time_ns(), time.time_ns()))  # finer than what a write leaves
    reserved.replace(reserved.with_name(f"error{rank()}.txt"))


def reports(directory: Path) -> list[Path]:
    """Return the reports of all ranks that failed, the first failure first."""
    return sorted(directory.glob("error*.txt"), key=lambda file: file.stat().st_mtime_ns)


def failure(directory: Path, code: int) -> BaseException:
    """Explain why a job ended without a result, from what its processes left.

    Args:
        code: the exit code, negative for the signal that ended the job.
    """
    name = directory.name
    if killed := _killed(directory):
        return JobError(f"{name}: {killed}\n{_LOGS}{directory}")
    if found := reports(directory):
        return JobError(f"{name}: {found[0].read_text('utf-8')}")
    if code in (128 + signal.SIGTERM, 128 + signal.SIGINT):
        return KeyboardInterrupt(f"{name} was interrupted; its state is saved. Logs: {directory}")
    how = _by_signal(-code) if code < 0 else f"ended with exit code {code}"
    if code >= 0 and (refused := _refused(directory)):
        return JobError(f"{name} {how}: {refused}\nlogs: {directory}")
    files = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime)
    last = [
        line for file in files for line in file.read_text("utf-8", "replace").splitlines()[-15:]
    ]
    return JobError("\n".join([f"{name} {how} without an error report; logs: {directory}", *last]))


def _killed(directory: Path) -> str | None:
    """Name the rank that a signal killed first, and the signal."""
    for log in sorted(directory.glob("launcher*.log")):
        for found in reversed([*_KILLED.finditer(log.read_text("utf-8", "replace"))]):
            # The first failure is the last in the list. SIGTERM is the launcher's, for the others.
            if (number := int(found["signal"])) != signal.SIGTERM:
                return f"rank {found['rank']} {_by_signal(number)}"
    return None


def _refused(directory: Path) -> str | None:
    """Name why no report can be left here, such as a full disk; None where one can."""
    try:
        with naming(directory), tempfile.TemporaryFile(dir=directory) as probe:
            probe.write(b" " * RESERVED_BYTES)
    except WriteError as error:
        return str(error)
    return None


def _by_signal(number: int) -> str:
    how = f"was killed by signal {number} ({signal.Signals(number).name})"
    return f"{how}, perhaps for want of memory" if number == signal.SIGKILL else how
