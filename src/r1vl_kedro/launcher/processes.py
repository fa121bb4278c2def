"""A job's processes on one host: command line, environment, output; started anew or forked."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing import connection, current_process, forkserver
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from r1vl_kedro.launcher import ending
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.run_context import RUN, RUN_ID, STAGE, TRACKING_URI
from r1vl_kedro.scratch import scratch_directory

PRELOAD = "r1vl_kedro.launcher.preload"


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
    call: Call, ranks: int, host: int = 0, hosts: int = 1, address: str = "127.0.0.1", port: int = 0
) -> list[str]:
    """Build what Python is to run for one host's ranks; of several, the first is at the address."""
    worker = ["-m", "r1vl_kedro.launcher.worker", *call]
    if ranks == hosts == 1:
        return worker
    # What `accelerate launch` starts on GPUs as well; for CPUs that would need MPI.
    launcher = "torch.distributed.run"
    if hosts == 1:
        launcher, address = "r1vl_kedro.launcher.loopback", "127.0.0.1"
    return [
        *("-m", launcher),
        *("--nproc_per_node", str(ranks), "--nnodes", str(hosts), "--node_rank", str(host)),
        *("--master_addr", address, "--master_port", str(port or free_port())),
        *("--log_dir", os.devnull),  # else a directory below TMPDIR that nothing removes
        *worker,
    ]


def environment(job_id: str, threads: int) -> dict[str, str]:
    """Return what is added to the environment of a job: threads, and its MLflow run."""
    env = {ending.JOB_ID: job_id, "TOKENIZERS_PARALLELISM": "false"}
    env |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    env |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "DO_NOT_TRACK": "true"}
    if (run := RUN.get()).run_id:
        env |= {TRACKING_URI: run.tracking_uri, RUN_ID: run.run_id, STAGE: run.stage or ""}
    return env


def _whole(env: Mapping[str, str]) -> dict[str, str]:
    return os.environ | env | {"R1VL_PARENT": str(os.getpid())}


class HostJob(subprocess.Popen, ending.Job):
    """Python with a command line, and ``env`` beside this process's; adds its output to ``log``."""

    def __init__(self, line: list[str], env: Mapping[str, str], log: Path):
        with log.open("ab") as output:
            super().__init__(
                [sys.executable, *line],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=_whole(env),
                start_new_session=True,
            )


def _forked(call: Call | None, env: Mapping[str, str], parent_sentinel: int) -> int:
    """Do the job in the fork server's child; None where the run was stopped before it began."""
    from r1vl_kedro.launcher.worker import leave, main

    if call is None:
        return 0
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    if torch := sys.modules.get("torch"):  # one that is imported later reads the environment
        torch.set_num_threads(int(env["OMP_NUM_THREADS"]))
    leave(main(*call))


def prepare_server() -> None:
    """Set what the fork server imports, and that its socket goes with this process.

    multiprocessing would leave the socket's directory in TMPDIR where all processes are killed.
    """
    forkserver.set_forkserver_preload([PRELOAD])
    settings = current_process()._config  # there is no public name
    if not settings.get("tempdir"):
        settings["tempdir"] = str(scratch_directory("jobs"))


class ForkedJob(ending.Job):
    """A job of one process on a CPU, forked from one that has imported torch and TRL.

    The server is multiprocessing's. Its children are addressed directly and not through
    ``Process``, which would import the run's ``__main__`` (Kedro's command line, a user's script)
    in every job, and a stop would wait until the server has imported.

    Raises:
        EOFError: the server ended before the job began; its traceback is on stderr.
        OSError: no server can be started here, as where TMPDIR is too long for a socket's name.
        KeyboardInterrupt: stopped before the server had imported; the job does not begin then.
    """

    def __init__(self, call: Call, env: Mapping[str, str]):
        prepare_server()
        begins = False
        self._status, pipe = forkserver.connect_to_new_process([])
        try:
            while not connection.wait([self._status], 0.1):
                ending.check("the job server was starting")
            self.pid, begins = forkserver.read_signed(self._status), True
        finally:
            place = {"dir": os.getcwd(), "sys_path": sys.path}  # and no __main__ to import
            work = functools.partial(_forked, call if begins else None, _whole(env))
            worker = SimpleNamespace(_bootstrap=work)  # what the child calls of it
            with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "wb", 0) as out:
                out.write(pickle.dumps(place) + pickle.dumps(worker))

    def poll(self) -> int | None:
        """Return the exit code, or None while the job runs; it may outlive its server."""
        if self.returncode is None and not ending.alive(self.pid):
            self.returncode = 0  # where its server is gone; whether there is a result says more
            with contextlib.suppress(EOFError):
                self.returncode = forkserver.read_signed(self._status)
            os.close(self._status)
        return self.returncode


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
    """Find a TCP port that is free on every address of this machine now."""
    with socket.create_server(("", 0)) as probe:
        return probe.getsockname()[1]
