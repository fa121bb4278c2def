"""The faults that perf/soak.py strikes with, and how a run that was struck should end."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from soak_place import Place, mount
from soak_processes import CLOCK, ended, others, send

SAID = r"Error: .*(cannot write|nothing can be written|cannot be (written|used)|tracking\.uri)"


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        strike: does it to the run with this process id.
        undo: called when the run has ended.
        meets: whether exit code and output of the run are as they should be.
        jobs: whether the run's jobs must be, may be (None) or must not be processes of their own.
    """

    strike: Callable[[Place, int, random.Random], None]
    undo: Callable[[Place], None]
    meets: Callable[[int, str], bool]
    jobs: bool | None = None


def _kill(place: Place, pid: int, draw: random.Random) -> None:
    os.kill(pid, signal.SIGKILL)


def _kill_job(place: Place, pid: int, draw: random.Random) -> None:
    while not ended(pid, 0.02):
        if jobs := [process for process in others() if process.pid != pid]:
            return send(signal.SIGKILL, [draw.choice(sorted(jobs, key=lambda job: job.pid))])


def _kill_group(place: Place, pid: int, draw: random.Random) -> None:
    send(signal.SIGSTOP, others())  # or one would see another die, and tell of it
    send(signal.SIGKILL, others())


def _fill(place: Place, pid: int, draw: random.Random) -> None:
    left = draw.randrange(0, 200_000)
    with (place.disk / "ballast").open("wb") as file:
        while (room := shutil.disk_usage(place.disk).free - left) > 0:
            with contextlib.suppress(OSError):  # the run has taken some of it since
                os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size + room)


def _read_only(place: Place, pid: int, draw: random.Random) -> None:
    mount("-o", "bind", str(place.data), str(place.data))
    mount("-o", "remount,bind,ro", str(place.data))


def _writable(place: Place) -> None:
    subprocess.run(["umount", "-l", str(place.data)], check=True)


def _mlflow_away(place: Place, pid: int, draw: random.Random) -> None:
    place.server.stop(draw.choice([signal.SIGKILL, signal.SIGSTOP]))


def _step_clock(place: Place, pid: int, draw: random.Random) -> None:
    step = draw.choice([-1, 1]) * draw.choice([5.0, 3600.0, 86400.0])
    CLOCK[:] = struct.pack("d", step)


def _set_clock_right(place: Place) -> None:
    CLOCK[:] = struct.pack("d", 0.0)


def _killed(code: int, output: str) -> bool:
    return code == -signal.SIGKILL


def _went_on_or_told(code: int, output: str) -> bool:
    """Ended well, or with a sentence about the disk or the store and without a traceback."""
    return code == 0 or (code == 1 and _said(SAID, output))


def _named_the_job(code: int, output: str) -> bool:
    return code == 0 or (code == 1 and _said(r"Error: .*(SIGKILL|job server)", output))


def _said(pattern: str, output: str) -> bool:
    """Tell whether the last error is such a sentence, whatever the width of the lines."""
    return re.match(pattern, " ".join(output[output.rfind("Error: ") :].split())) is not None


def _nothing(place: Place) -> None:
    pass


FAULTS = {
    "kill of the run": Fault(_kill, _nothing, _killed),
    "kill of a job": Fault(_kill_job, _nothing, _named_the_job, jobs=True),
    "kill of all its processes": Fault(_kill_group, _nothing, _killed, jobs=True),
    "full disk": Fault(_fill, lambda place: (place.disk / "ballast").unlink(), _went_on_or_told),
    "read-only data": Fault(_read_only, _writable, _went_on_or_told),
    "MLflow away": Fault(_mlflow_away, lambda place: place.server.resume(), _went_on_or_told),
    "clock set": Fault(_step_clock, _set_clock_right, lambda code, _: code == 0, jobs=False),
}
ON_DISK = ("full disk", "read-only data")
KILLS = ("kill of the run", "kill of all its processes")
