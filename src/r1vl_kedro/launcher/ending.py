"""Ending a job's processes, also those that its launcher put into sessions of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from typing import Protocol

import psutil

KILLED_SECONDS = 5.0
"""How long the kernel may take to remove killed processes, for example from a GPU."""


class Job(Protocol):
    """The part of ``subprocess.Popen`` that is needed here."""

    pid: int

    def wait(self, timeout: float) -> int:
        """Return the exit code; raise ``subprocess.TimeoutExpired`` where the job runs on."""


def stop(job: Job, seconds: float) -> None:
    """Ask a job to end (SIGTERM) and kill what of it is left when it has, or after ``seconds``."""
    # Taken before the launcher ends: afterwards nothing shows whose its ranks were.
    family = _descendants(job.pid)
    _signal_group(job.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        job.wait(seconds)
    family |= _descendants(job.pid)
    _signal_group(job.pid, signal.SIGKILL)
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()
    deadline = time.monotonic() + KILLED_SECONDS
    with contextlib.suppress(subprocess.TimeoutExpired):
        job.wait(KILLED_SECONDS)
    while any(alive(process.pid) for process in family) and time.monotonic() < deadline:
        time.sleep(0.02)


def kill_family(pid: int) -> None:
    """Kill a process and all that descend from it but the caller, stopped ones too."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in {*_descendants(pid), psutil.Process(pid)} - {psutil.Process()}:
            with contextlib.suppress(psutil.Error):
                process.kill()


def alive(pid: int) -> bool:
    """Tell whether the process still runs; one that only waits for its parent to ask does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _descendants(pid: int) -> set[psutil.Process]:
    try:
        return set(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
