"""What starts a job's processes on a host: their command line, environment and output."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from r1vl_kedro.launcher import ending
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.run_context import RUN, RUN_ID, STAGE, TRACKING_URI


class Call(NamedTuple):
    """What each rank of a job calls; the arguments of ``worker.main``."""

    job_file: str
    job_id: str
    """SHA-256 of the job's file."""
    entry: str
    """``package.module:function``; from whoever starts the job, never from its file."""

    @property
    def directory(self) -> Path:
        """Return where the job's files lie."""
        return Path(self.job_file).parent


def command(
    call: Call,
    ranks: int,
    host: int = 0,
    hosts: int = 1,
    address: str = "127.0.0.1",
    port: int | None = None,
) -> list[str]:
    """Build what Python is to run for one host's ranks of a job.

    Args:
        ranks: how many are this host's.
        address: where the first host's ranks are found.
    """
    worker = ["-m", "r1vl_kedro.launcher.worker", *call]
    if ranks == hosts == 1:
        return worker
    # What `accelerate launch` starts on GPUs as well; for CPUs that would need MPI.
    return [
        *("-m", "torch.distributed.run"),
        *("--nproc_per_node", str(ranks), "--nnodes", str(hosts), "--node_rank", str(host)),
        *("--master_addr", address, "--master_port", str(port or free_port())),
        *worker,
    ]


class HostJob(subprocess.Popen):
    """One host's processes of a job."""

    stop = ending.stop


def start(line: list[str], env: Mapping[str, str], log: Path) -> HostJob:
    """Start Python with this command line; the output is added to ``log``.

    Args:
        env: what is added to this process's environment.
    """
    with log.open("ab") as output:
        return HostJob(
            [sys.executable, *line],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | env | {"R1VL_PARENT": str(os.getpid())},
            start_new_session=True,
        )


def environment(job_id: str, threads: int) -> dict[str, str]:
    """Return what is added to the environment of a job: threads, and its MLflow run."""
    # By the first, torch's launchers of one job wait for each other and for no other job's.
    env = {"PET_RDZV_ID": job_id}
    env |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    env |= {"TOKENIZERS_PARALLELISM": "false"}
    env |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "DO_NOT_TRACK": "true"}
    run = RUN.get()
    if run is not None and run.run_id:
        env |= {TRACKING_URI: run.tracking_uri, RUN_ID: run.run_id, STAGE: run.stage or ""}
    return env


def threads(options: LauncherOptions) -> int:
    """Count the threads of one of a job's processes on this host."""
    cores = len(os.sched_getaffinity(0))
    return options.threads_per_process or max(1, cores // options.num_processes)


def uses_cuda(options: LauncherOptions) -> bool:
    """Tell whether a job's processes on this host take GPUs."""
    if options.device != "auto":
        return options.device == "cuda"
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and Path("/dev/nvidiactl").exists()


def free_port() -> int:
    """Find a TCP port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
