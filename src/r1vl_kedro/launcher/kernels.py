"""Pin the instruction set that CPU libraries choose their kernels by.

ATen, oneDNN and MKL take the widest instructions of the processor they run on, and kernels of
other widths add in another order: the same seed then gives other last bits, which thirty updates
of reinforcement learning turn into other accuracies. A library looks at its variable once, when it
computes for the first time, so it is set before torch is imported; child processes inherit it.
"""

import logging
import os
import platform
import sys
from pathlib import Path
from typing import Any, Literal

log = logging.getLogger(__name__)

Instructions = Literal["avx2", "native"]

AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX2"}
"""MKL takes its value on Intel's processors; on AMD's it chooses by itself (it then has AVX2)."""


def pin(instructions: Instructions) -> None:
    """Set the variables in this process; ``native`` leaves what the user has set, if anything.

    Does nothing on a processor without AVX2, which would not know the kernels. Where torch has
    computed already (a notebook), it warns: the kernels of this process stay as they are.
    """
    if instructions != "avx2" or not _has_avx2():
        return
    os.environ.update(AVX2)
    aten = in_force()["aten"]
    if aten not in (None, "AVX2"):
        log.warning(
            "torch was imported before the project and computes with %s here: what this process "
            "trains in itself (launcher.in_process) is not what AVX2 gives",
            aten,
        )


def in_force() -> dict[str, Any]:
    """Return what this process computes with: torch's word for ATen's kernels, the variables.

    ``aten`` is None where torch has not been imported, and nothing was computed.
    """
    torch = sys.modules.get("torch")
    return {
        "aten": torch and torch.backends.cpu.get_cpu_capability(),
        **{name: os.environ[name] for name in AVX2 if name in os.environ},
        "processor": _cpuinfo().get("model name") or platform.machine(),
    }


def _has_avx2() -> bool:
    return "avx2" in _cpuinfo().get("flags", "").split()


def _cpuinfo() -> dict[str, str]:
    """Read the first processor's entry of /proc/cpuinfo; empty where there is none."""
    file = Path("/proc/cpuinfo")
    if not file.is_file():
        return {}
    first = file.read_text(encoding="utf-8", errors="replace").split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
