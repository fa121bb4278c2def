"""Which process a run belongs to, so that a dead one is known as dead and no other is."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

_STATE, _START_TICKS = 0, 19
"""Places in /proc/<pid>/stat behind the command's name (proc_pid_stat(5), fields 3 and 22)."""


def identity() -> dict[str, str]:
    """Identify this process: host, number, and ``started``, which no other process shares.

    ``started`` is machine, boot, namespace of process numbers and clock ticks from boot to start:
    unlike a time of day it stays when the clock is set.
    """
    started = ":".join((*_place(), _stat(os.getpid())[_START_TICKS]))
    return {"host": socket.gethostname(), "pid": str(os.getpid()), "started": started}


def is_dead(who: Mapping[str, str]) -> bool:
    """Tell whether the process is known to have ended; False where that is unknown here."""
    if who["host"] != socket.gethostname() or who["started"].count(":") != 3:
        return False
    machine, boot, namespace, ticks = who["started"].split(":")
    my_machine, my_boot, my_namespace = _place()
    if machine != my_machine:
        return False
    if boot != my_boot:
        return bool(machine)  # machines without an id may share a name
    if namespace != my_namespace:
        return False  # its number means another process here
    try:
        stat = _stat(int(who["pid"]))
    except (OSError, ValueError):
        return True
    return stat[_START_TICKS] != ticks or stat[_STATE] == "Z"


def _place() -> tuple[str, str, str]:
    machine = Path("/etc/machine-id")
    return (
        machine.read_text().strip() if machine.is_file() else "",
        Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        os.readlink("/proc/self/ns/pid").strip("pid:[]"),
    )


def _stat(pid: int) -> list[str]:
    # The name stands in parentheses and may hold anything.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
