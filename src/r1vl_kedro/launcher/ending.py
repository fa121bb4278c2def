"""The end of jobs: that they are told to, of all their processes, and of what a killed run left."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import psutil

KILLED_SECONDS = 5.0
"""How long the kernel may take to remove killed processes, for example from a GPU."""
LEFT_SECONDS = 30.0
"""How long a job whose run is gone may take to save its state and leave; training takes 10 s."""
JOB_ID = "PET_RDZV_ID"
"""Variable of a job's processes; by it torch's launchers of one job wait for each other alone."""
log = logging.getLogger(__name__)
_stop = threading.Event()

stop_all = _stop.set
"""Make every job of this process save its state and stop; ``run_job`` then raises."""
stopping = _stop.is_set
"""Tell whether the jobs of this process were told to stop; jobs run in place ask themselves."""
forget_stop = _stop.clear
"""Let jobs start again, as at the next run of a notebook's session that was interrupted."""


def check(doing: str) -> None:
    """Raise KeyboardInterrupt, with what was being done, where jobs were told to stop."""
    if stopping():
        raise KeyboardInterrupt(f"stopped while {doing}")


class Job(ABC):
    """A job at work, with the part of ``subprocess.Popen`` that is used."""

    pid: int
    returncode: int | None = None

    @abstractmethod
    def poll(self) -> int | None:
        """Return the exit code, negative for a signal's number, or None while the job runs."""

    def stop(self, seconds: float) -> None:
        """Ask the job to end (SIGTERM); kill what of it is left when it has, or after ``seconds``.

        Also what its launcher put into sessions of their own.
        """
        # Taken before the launcher ends: afterwards nothing shows whose its ranks were.
        family = _family(self.pid)
        _signal_group(self.pid, signal.SIGTERM)
        _await(lambda: self.poll() is not None, seconds)
        family |= _family(self.pid)
        _signal_group(self.pid, signal.SIGKILL)
        _kill(family)
        _await(
            lambda: self.poll() is not None and not any(alive(each.pid) for each in family),
            KILLED_SECONDS,
        )


def kill_job(job_id: str) -> None:
    """Kill all processes of a job on this machine but the caller, stopped ones too.

    What their environment has tells them, not whose children they are: where torch's launcher is
    gone, its ranks are those of process 1, as all else is.
    """
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get(JOB_ID) == job_id and process.pid != os.getpid():
            _kill([process])


def alive(pid: int) -> bool:
    """Tell whether the process still runs; one that only waits for its parent to ask does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def hold(file: Path) -> IO[str]:
    """Mark this process as the job of the lock file until it ends; keep what is returned."""
    handle = file.open("a")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def await_end(file: Path, seconds: float = LEFT_SECONDS) -> None:
    """Wait until no process holds the job of the lock file.

    Raises:
        TimeoutError: one still does; names the file.
        KeyboardInterrupt: jobs are told to stop before it ends.
    """
    deadline = time.monotonic() + seconds
    with file.open("a") as handle:
        while True:
            with contextlib.suppress(BlockingIOError):
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            check(f"waiting for {file.stem}")
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"a process of an earlier run is still at work on {file.stem} and holds {file};"
                    " wait for it or end it"
                )
            log.info("waiting for the job %s of a run that is gone", file.stem)
            time.sleep(0.5)


def _await(ended: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ended() and time.monotonic() < deadline:
        time.sleep(0.02)


def _family(pid: int) -> set[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return {process, *process.children(recursive=True)}
    return set()


def _kill(family: Iterable[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
