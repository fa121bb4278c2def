"""How jobs are started."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from r1vl_kedro.kernels import IdleThreads, Instructions
from r1vl_kedro.parameters import Options


class LauncherOptions(Options):
    """Processes, threads and hosts of a job."""

    in_process: bool = False
    """Run in the calling process; for debugging, and for one process only."""
    num_processes: int = Field(1, ge=1)
    """Ranks of a training, over all hosts."""
    shards: int | None = Field(None, ge=1)
    """Processes that share the questions of a prediction; None takes as many as find room in the
    cluster when it begins, and without one ``num_processes``."""
    gpus_per_process: int = Field(1, ge=1)
    """On GPUs, those that a process takes."""
    threads_per_process: int | None = Field(None, ge=1)
    """OpenMP threads; None shares a host's cores among the processes."""
    fork_server: bool = False
    """Fork single-process CPU jobs from a process that has imported torch and TRL already."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    cpu_instructions: Instructions = "avx2"
    """What CPU kernels are chosen by: AVX2 on every x86 processor that has it, for the same bits
    on all of them, or the widest that this one has (``native``)."""
    idle_threads: IdleThreads = "sleep"
    """What OpenMP threads of a job do between two tasks: ``spin`` for a moment, which is faster
    where no other job wants their core, or ``sleep`` at once."""
    cluster: str | None = None
    """Spread jobs over the hosts of a Ray cluster: ``auto`` (the one that this host is part of) or
    the address ``host:port`` of its head; ``local`` shares this host's GPUs and cores among jobs
    that run at once. None starts jobs as processes of this host."""
    stop_seconds: float = Field(9.0, gt=0)
    """How long a job may take to save its state when it is told to stop."""
    show_progress: bool = True

    def in_one_process(self) -> LauncherOptions:
        """Return the options for a job that ranks cannot share: one process."""
        return self.model_copy(update={"num_processes": 1})

    def for_shared_work(self, gpus_per_process: int = 1) -> SharedWork:
        """Return the options for a prediction, whose questions its processes share."""
        shards = self.shards or (0 if self.cluster else self.num_processes // gpus_per_process)
        given = self.model_dump() | {"gpus_per_process": gpus_per_process}
        return SharedWork(**given | {"num_processes": 1 if self.in_process else max(1, shards)})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        address = r"auto|local|[\w.-]+:\d{1,5}"
        if self.cluster is not None and not re.fullmatch(address, self.cluster):
            raise ValueError(
                f"cluster {self.cluster!r:.200} is no cluster: give auto, local, or the head's "
                "host:port as in 10.0.0.1:6379"
            )
        if self.in_process and (self.cluster or self.num_processes > 1):
            asked = f"cluster {self.cluster}" if self.cluster else f"{self.num_processes} processes"
            raise ValueError(f"in_process is for the calling process alone, not for {asked}")
        return self


class SharedWork(LauncherOptions):
    """How a prediction is started: its processes share the questions and never wait for another.

    Where ``shards`` is None in a cluster, at least ``num_processes``.
    """
