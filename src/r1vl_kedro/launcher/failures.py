"""Why a job failed: what a rank leaves of it, and what the run makes of that."""

from __future__ import annotations

import json
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

RESERVED_BYTES = 1 << 18
KEPT_CHARACTERS = 10_000
"""Of message and traceback each; in JSON a character takes 12 bytes at most."""
_KILLED = re.compile(r"exitcode: -(?P<signal>\d+)\) local_rank: (?P<rank>\d+)")
# Where another rank's broken connection was seen first, the summary below it has the signal.
_IN_SUMMARY = re.compile(r"rank +: (?P<rank>\d+) \(local_rank.*\n +exitcode +: -(?P<signal>\d+) ")


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
    """Turn the reserved file into ``error<rank>.json``."""
    text = scrub("".join(traceback.format_exception(error)))
    full_disk = no_room(error)
    found = {
        "rank": rank(),
        "time": time.time(),
        "type": type(error).__name__,
        "message": scrub(full_disk or str(error))[:KEPT_CHARACTERS],
        "plain": full_disk is not None or isinstance(error, UserFacingError),
        "traceback": text[-KEPT_CHARACTERS:],
    }
    with reserved.open("r+b") as file:  # in place: the space is there already
        file.write(json.dumps(found).encode())
        file.truncate()
    os.replace(reserved, reserved.with_name(f"error{rank()}.json"))


def reports(directory: Path) -> list[dict]:
    """Return the reports of all ranks that failed, the first failure first."""
    found = [json.loads(path.read_text("utf-8")) for path in directory.glob("error*.json")]
    return sorted(found, key=lambda report: report["time"])


def failure(directory: Path, code: int) -> BaseException:
    """Explain why a job ended without a result, from what its processes left.

    Args:
        code: the exit code, negative for the signal that ended the job.
    """
    name, logs = directory.name, f"logs of all ranks: {directory}"
    if killed := _killed(directory):
        number, how = killed
        return JobError(f"{name}: rank {number} {how}\n{logs}")
    if found := reports(directory):
        first = found[0]
        if first["plain"]:
            return JobError(f"{name}: {first['message']}\nlogs: {directory}")
        what = f"rank {first['rank']} failed with {first['type']}: {first['message']}"
        return JobError(f"{name}: {what}\n{logs}\n{first['traceback']}")
    if code in (128 + signal.SIGTERM, 128 + signal.SIGINT):
        return KeyboardInterrupt(f"{name} was interrupted; its state is saved. Logs: {directory}")
    how = _by_signal(-code) if code < 0 else f"ended with exit code {code}"
    if code >= 0 and (refused := _refused(directory)):
        return JobError(f"{name} {how}: {refused}\nlogs: {directory}")
    files = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime)
    lines = [path.read_text("utf-8", "replace").splitlines()[-15:] for path in files]
    tail = "\n".join(line for last in lines for line in last)
    return JobError(f"{name} {how} without an error report; logs: {directory}\n{tail}")


def _killed(directory: Path) -> tuple[str, str] | None:
    """Find the rank that a signal killed first, and how, as torch's launcher logged it.

    The others then fail with errors of the connection that broke, which are not the reason.
    """
    for log_file in sorted(directory.glob("launcher*.log")):
        text = log_file.read_text("utf-8", "replace")
        # On further hosts the number that comes with an exit code counts that host's ranks alone.
        first = _KILLED.finditer(text) if log_file.stem == "launcher" else ()
        for found in (*first, *_IN_SUMMARY.finditer(text)):
            # SIGTERM is the launcher's own, for those that are left.
            if (number := int(found["signal"])) != signal.SIGTERM:
                return found["rank"], _by_signal(number)
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
