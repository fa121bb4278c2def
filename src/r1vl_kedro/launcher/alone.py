"""Let one job of a name run at a time, also where the job of a killed run has not ended yet."""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

WAIT_SECONDS = 30.0
"""A job whose run is gone saves its state and leaves; training takes 10 s at most."""


def hold(file: Path) -> IO[str]:
    """Mark this process as the job until it ends, however it ends; keep what is returned."""
    handle = file.open("a")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def await_end(
    file: Path, seconds: float = WAIT_SECONDS, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Wait until no process holds the job.

    Raises:
        TimeoutError: one still does; names its file.
        KeyboardInterrupt: ``stopped`` returns true before it ends.
    """
    deadline = time.monotonic() + seconds
    with file.open("a") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if stopped():
                    raise KeyboardInterrupt(f"stopped while waiting for {file.stem}") from None
                if time.monotonic() > deadline:
                    raise TimeoutError(
                        f"a process of an earlier run is still at work on {file.stem} and holds "
                        f"{file}; wait for it or end it"
                    ) from None
                log.info("waiting for the job %s of a run that is gone", file.stem)
                time.sleep(0.5)
            else:
                return
