"""This process's place among the ranks of its job, as torch's launcher numbers them."""

import os
import time
from collections.abc import Callable


def rank() -> int:
    """Return this process's number among those of the job, from 0; 0 outside of one."""
    return int(os.environ.get("RANK", "0"))


def processes() -> int:
    """Count the processes of this process's job, over all machines; 1 outside of one."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def wait_for(there: Callable[[], bool]) -> None:
    """Wait for what another process of the job makes; where that fails, the launcher ends all."""
    while not there():
        time.sleep(0.2)
