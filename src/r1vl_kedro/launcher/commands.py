"""The command line and the environment of a job's processes."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.run_context import RUN, RUN_ID, STAGE, TRACKING_URI


def command(job_file: Path, job_id: str, entry: str, options: LauncherOptions) -> list[str]:
    """Build the command line that starts this machine's ranks of a job.

    Args:
        entry: ``package.module:function``; from whoever starts the job, never from its file.
    """
    worker = ["-m", "r1vl_kedro.launcher.worker", str(job_file), job_id, entry]
    if options.num_processes == 1:
        return [sys.executable, *worker]
    port = options.main_process_port or free_port()
    if uses_cuda(options):
        where = ["--main_process_port", str(port)]
        if options.num_machines > 1:
            where += ["--main_process_ip", str(options.main_process_ip)]
        return [
            *(sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"),
            *("--num_processes", str(options.num_processes)),
            *("--num_machines", str(options.num_machines)),
            *("--machine_rank", str(options.machine_rank)),
            *("--mixed_precision", "no", "--dynamo_backend", "no"),
            *where,
            *worker,
        ]
    # `accelerate launch` starts several CPU processes only through MPI; torch's own launcher,
    # which it uses for GPUs, needs none.
    return [
        *(sys.executable, "-m", "torch.distributed.run"),
        *("--nproc_per_node", str(options.num_processes // options.num_machines)),
        *("--nnodes", str(options.num_machines)),
        *("--node_rank", str(options.machine_rank)),
        *("--master_addr", options.main_process_ip or "127.0.0.1"),
        *("--master_port", str(port)),
        *worker,
    ]


def environment(job_id: str, options: LauncherOptions, slot: str | None) -> dict[str, str]:
    """Build a job's environment: threads, devices, MLflow run, the process it ends with."""
    env = dict(os.environ)
    # By the first, torch's launchers of one job wait for each other and for no other job's.
    env |= {"PET_RDZV_ID": job_id, "R1VL_PARENT": str(os.getpid())}
    env |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads(options)))
    # Idle OpenMP threads would spin and take the cores from the other job.
    env |= {"OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    env |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "DO_NOT_TRACK": "true"}
    if slot is not None:
        env["CUDA_VISIBLE_DEVICES" if options.pin == "cuda" else "R1VL_CORES"] = slot
    run = RUN.get()
    if run is not None and run.run_id:
        env |= {TRACKING_URI: run.tracking_uri, RUN_ID: run.run_id, STAGE: run.stage or ""}
    return env


def threads(options: LauncherOptions) -> int:
    """Count the threads of one of a job's processes."""
    here = max(1, options.num_processes // options.num_machines)
    return options.threads_per_process or max(1, len(os.sched_getaffinity(0)) // here)


def uses_cuda(options: LauncherOptions) -> bool:
    """Tell whether a job's processes take GPUs."""
    if options.device != "auto":
        return options.device == "cuda"
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and Path("/dev/nvidiactl").exists()


def gpus() -> int:
    """Count the GPUs of this machine that torch can use."""
    import torch

    return torch.cuda.device_count()


def free_port() -> int:
    """Find a TCP port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
