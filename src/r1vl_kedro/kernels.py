"""Pin the instruction set that CPU libraries choose their kernels by, and how threads wait.

ATen, oneDNN and MKL take the widest instructions of the processor they run on, and kernels of
other widths add in another order: the same seed then gives other last bits, which thirty updates
of reinforcement learning turn into other accuracies. A library looks at its variable once, when it
computes for the first time, so it is set before torch is imported; child processes inherit it.
"""

import logging
import os
import sys
from typing import Any, Literal

from r1vl_kedro.provenance import cpuinfo, processor

log = logging.getLogger(__name__)

Instructions = Literal["avx2", "native"]
IdleThreads = Literal["sleep", "spin"]
WAIT_POLICY = "OMP_WAIT_POLICY"

AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX2"}
"""MKL takes its value on Intel's processors; on AMD's it chooses by itself (it then has AVX2)."""


def pin(instructions: Instructions) -> None:
    """Set the variables in this process; ``native`` leaves what the user has set, if anything.

    Does nothing on a processor without AVX2, which would not know the kernels. Where torch has
    computed already (a notebook), it warns: the kernels of this process stay as they are.
    """
    if instructions != "avx2" or "avx2" not in cpuinfo().get("flags", "").split():
        return
    os.environ.update(AVX2)
    aten = in_force()["aten"]
    if aten not in (None, "AVX2"):
        log.warning(
            "torch was imported before the project and computes with %s here: what this process "
            "trains in itself (launcher.in_process) is not what AVX2 gives",
            aten,
        )


def set_wait_policy(idle_threads: IdleThreads) -> None:
    """Choose what OpenMP threads do while they wait; for processes that this one starts."""
    if idle_threads == "sleep":
        os.environ[WAIT_POLICY] = "PASSIVE"
    else:
        os.environ.pop(WAIT_POLICY, None)


def in_force() -> dict[str, Any]:
    """Return what this process computes with: torch's word for ATen's kernels, the variables.

    ``aten`` is None where torch has not been imported, and nothing was computed.
    """
    torch = sys.modules.get("torch")
    return {
        "aten": torch and torch.backends.cpu.get_cpu_capability(),
        **{name: os.environ[name] for name in AVX2 if name in os.environ},
        "processor": processor(),
    }
