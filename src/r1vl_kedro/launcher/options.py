"""How jobs are started."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from r1vl_kedro.launcher.kernels import Instructions


class LauncherOptions(BaseModel):
    """Processes, machines, threads and places of a job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    in_process: bool = False
    """Run in the calling process; for debugging, and for one process only."""
    num_processes: int = Field(1, ge=1)
    """Over all machines."""
    num_machines: int = Field(1, ge=1)
    machine_rank: int = Field(0, ge=0)
    main_process_ip: str | None = None
    main_process_port: int = Field(0, ge=0, le=65535)
    """0 takes a free port; several machines need one they agree on."""
    threads_per_process: int | None = Field(None, ge=1)
    """OpenMP threads; None shares the cores among the processes."""
    fork_server: bool = False
    """Fork single-process CPU jobs from a process that has imported torch and TRL already."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    cpu_instructions: Instructions = "avx2"
    """What CPU kernels are chosen by: AVX2 on every x86 processor that has it, for the same bits
    on all of them, or the widest that this one has (``native``)."""
    slots: list[str] = []
    """Places for jobs that run at once, e.g. ["0,1", "2,3"]; a job waits for a free one."""
    pin: Literal["cuda", "cores"] = "cuda"
    """Whether a slot names GPUs or CPU cores."""
    stop_seconds: float = Field(9.0, gt=0)
    """How long a job may take to save its state when it is told to stop."""
    show_progress: bool = True

    def in_one_process(self) -> LauncherOptions:
        """Return the options for a job that ranks cannot share: one process on this machine."""
        one = {"num_processes": 1, "num_machines": 1, "machine_rank": 0}
        return self.model_copy(update=one)

    def missing_gpus(self, present: int) -> str | None:
        """Explain what this machine lacks for ``device: cuda`` with so many GPUs, if anything."""
        here = self.num_processes // self.num_machines
        if self.device != "cuda" or here <= present:
            return None
        return (
            f"launcher asks for {here} GPU processes on this machine (device cuda, num_processes "
            f"{self.num_processes} over num_machines {self.num_machines}), which has "
            f"{present or 'no'} GPU{'s' if present > 1 else ''} that torch can use; "
            "launcher.device=cpu would train without"
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.num_processes % self.num_machines:
            raise ValueError(
                f"num_processes {self.num_processes} counts all machines and must be a multiple "
                f"of num_machines {self.num_machines}"
            )
        if self.machine_rank >= self.num_machines:
            raise ValueError(
                f"machine_rank {self.machine_rank} must be below num_machines {self.num_machines}"
            )
        if self.num_machines > 1 and not (self.main_process_ip and self.main_process_port):
            raise ValueError(
                "several machines need launcher.main_process_ip and launcher.main_process_port, "
                "the address of machine 0"
            )
        if self.in_process and self.num_processes > 1:
            raise ValueError(f"in_process is for one process, not {self.num_processes}")
        return self
