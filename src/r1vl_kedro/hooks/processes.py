"""Who a process is, beyond its number, so that a dead one is known as dead."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def identity() -> dict[str, str]:
    """Host, process number and start time (seconds since the epoch) of this process."""
    import psutil

    return {
        "host": socket.gethostname(),
        "pid": str(os.getpid()),
        "started": f"{psutil.Process().create_time():.2f}",
    }


def is_dead(who: Mapping[str, str]) -> bool:
    """True where the process ran on this host and runs no more; of other hosts nothing is known."""
    import psutil

    if who["host"] != socket.gethostname():
        return False
    try:
        started = psutil.Process(int(who["pid"])).create_time()
    except psutil.NoSuchProcess:
        return True
    return abs(started - float(who["started"])) > 1.0
