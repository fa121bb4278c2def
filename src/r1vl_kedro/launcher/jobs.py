"""Run a function as a job in processes of its own, and see it through."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.launcher import alone, error_report, progress
from r1vl_kedro.launcher.ending import stop
from r1vl_kedro.launcher.heartbeat import beating
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.server import ForkedJob, Servers
from r1vl_kedro.launcher.worker import resolve

POLL_SECONDS = 0.1
FAILING_RANK_SECONDS = 5.0

_stopping = threading.Event()
_slots: dict[tuple[str, ...], queue.Queue[str]] = {}
_positions: set[int] = set()
_waiting: set[int] = set()
_lock = threading.Lock()
_servers = Servers()
atexit.register(_servers.close)


class JobError(UserFacingError, RuntimeError):
    """A job failed; says where the logs are, with the failing rank's own traceback.

    Where the rank raised a ``UserFacingError``, its message alone.
    """


def stop_all() -> None:
    """Make every job of this process save its state and stop; ``run_job`` then raises."""
    _stopping.set()


def stopping() -> bool:
    """Whether the jobs of this process were told to stop; jobs run in place ask themselves."""
    return _stopping.is_set()


def waiting() -> set[int]:
    """Identifiers of the threads that see a job through; they end by ``stop_all``."""
    return set(_waiting)


@contextlib.contextmanager
def _waits() -> Iterator[None]:
    thread = threading.get_ident()
    _waiting.add(thread)
    try:
        yield
    finally:
        _waiting.discard(thread)


@_waits()
def run_job(
    entry: str,
    kwargs: Mapping[str, Any],
    *,
    options: LauncherOptions,
    log_dir: Path | str,
    name: str,
) -> Any:
    """Call ``entry(**kwargs)`` in a job and return what it returns.

    Args:
        entry: ``package.module:function``.
        kwargs: JSON values; paths as strings.
        log_dir: gets a directory ``name`` with job, progress, result and each rank's output.

    Raises:
        JobError: a rank failed, and the message ends with its traceback; or this machine has not
            the GPUs asked for.
        TimeoutError: the same job of a run that was killed does not end.
        KeyboardInterrupt: the job was told to stop and has saved its state.
    """
    if options.device == "cuda" and (problem := options.missing_gpus(gpus())):
        raise JobError(f"{name}: {problem}")
    if options.in_process:
        with _threads_of(options):
            return resolve(entry)(**kwargs)
    if _stopping.is_set():
        raise KeyboardInterrupt(f"{name}: not started, the run is being stopped")
    directory = Path(log_dir).resolve() / name
    directory.parent.mkdir(parents=True, exist_ok=True)
    alone.await_end(directory.with_name(f"{name}.lock"), stopped=stopping)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    job = {
        "entry": entry,
        "kwargs": dict(kwargs),
        "name": name,
        "id": uuid.uuid4().hex,
        "launch": options.model_dump(),
    }
    with _slot(options) as slot, beating(directory, options.num_machines > 1):
        job_file = directory / "job.json"
        aside = directory / "job.json.tmp"
        aside.write_text(json.dumps(job, indent=1), encoding="utf-8")
        os.replace(aside, job_file)
        return _see_through(job_file, job["id"], options, slot)


def command(job_file: Path, job_id: str, options: LauncherOptions) -> list[str]:
    """The command line that starts this machine's ranks of a job."""
    worker = ["-m", "r1vl_kedro.launcher.worker", str(job_file), job_id]
    if options.num_processes == 1:
        return [sys.executable, *worker]
    port = options.main_process_port or _free_port()
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
    """The job's environment: threads, its devices, its MLflow run, what it ends with."""
    env = dict(os.environ)
    # By the first, torch's launchers of one job wait for each other and for no other job's.
    env |= {"PET_RDZV_ID": job_id, "R1VL_PARENT": str(os.getpid())}
    env |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(_threads(options)))
    # Idle OpenMP threads would spin and take the cores from the other job.
    env |= {"OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    env |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "DO_NOT_TRACK": "true"}
    if slot is not None:
        env["CUDA_VISIBLE_DEVICES" if options.pin == "cuda" else "R1VL_CORES"] = slot
    run = _current_run()
    if run is not None and run.run_id:
        env |= {"R1VL_TRACKING_URI": run.tracking_uri, "R1VL_RUN_ID": run.run_id}
        env["R1VL_STAGE"] = run.stage or ""
    return env


def _threads(options: LauncherOptions) -> int:
    here = max(1, options.num_processes // options.num_machines)
    return options.threads_per_process or max(1, len(os.sched_getaffinity(0)) // here)


@contextlib.contextmanager
def _threads_of(options: LauncherOptions) -> Iterator[None]:
    """This process with the threads of a job: torch reads the environment only once."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(_threads(options))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _current_run() -> Any:
    from r1vl_kedro.run_context import RUN

    return RUN.get()


def _see_through(job_file: Path, job_id: str, options: LauncherOptions, slot: str | None) -> Any:
    directory = job_file.parent
    env = environment(job_id, options, slot)
    process: subprocess.Popen | ForkedJob
    if options.fork_server and options.num_processes == 1 and not uses_cuda(options):
        with _lock:
            address = _servers.address(env, stopping)
        process = ForkedJob(address, str(job_file), job_id, env, stopping)
    else:
        with (directory / "launcher.log").open("wb") as log:
            process = subprocess.Popen(
                command(job_file, job_id, options),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=env,
                start_new_session=True,
            )
    try:
        with _bar(directory.name, options.show_progress) as show:
            _wait(process, directory, show)
    except BaseException:
        stop(process, options.stop_seconds)
        raise
    if process.returncode == 0 and (directory / "result.json").is_file():
        return json.loads((directory / "result.json").read_text(encoding="utf-8"))
    raise _failure(directory, process.returncode)


def _wait(process: subprocess.Popen | ForkedJob, directory: Path, show: Any) -> None:
    failed_at = None
    warnings = progress.TellWarnings(directory)
    while process.poll() is None:
        if _stopping.is_set():
            raise KeyboardInterrupt(f"{directory.name} was told to stop")
        show(progress.read(directory / "progress.json"))
        warnings.tell()
        if failed_at is None and any(directory.glob("error*.json")):
            failed_at = time.monotonic()
        if failed_at is not None and time.monotonic() - failed_at > FAILING_RANK_SECONDS:
            # The other ranks wait for the failed one; do not let them wait for a time-out.
            stop(process, 2.0)
            return
        time.sleep(POLL_SECONDS)
    show(progress.read(directory / "progress.json"))
    warnings.tell()


def _failure(directory: Path, code: int) -> BaseException:
    name, reports = directory.name, error_report.read(directory)
    if reports:
        first = reports[0]
        if first["plain"]:
            return JobError(f"{name}: {first['message']}\nlogs: {directory}")
        return JobError(
            f"{name}: rank {first['rank']} failed with {first['type']}: {first['message']}\n"
            f"logs of all ranks: {directory}\n{first['traceback']}"
        )
    logs = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime)
    tail = "\n".join(
        line for path in logs for line in path.read_text("utf-8", "replace").splitlines()[-15:]
    )
    if code < 0:
        how = f"was killed by signal {-code} ({signal.Signals(-code).name})"
        if -code == signal.SIGKILL:
            how += ", perhaps for want of memory"
    else:
        how = f"ended with exit code {code}"
    if code in (128 + signal.SIGTERM, 128 + signal.SIGINT):
        return KeyboardInterrupt(f"{name} was interrupted; its state is saved. Logs: {directory}")
    return JobError(f"{name} {how} without an error report; logs: {directory}\n{tail}")


def uses_cuda(options: LauncherOptions) -> bool:
    """Whether a job's processes take GPUs."""
    if options.device != "auto":
        return options.device == "cuda"
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and Path("/dev/nvidiactl").exists()


def gpus() -> int:
    """Count the GPUs of this machine that torch can use."""
    import torch

    return torch.cuda.device_count()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def _slot(options: LauncherOptions) -> Iterator[str | None]:
    """A free place for the job; waits for one where all are taken."""
    if not options.slots:
        yield None
        return
    key = tuple(options.slots)
    with _lock:
        if key not in _slots:
            _slots[key] = queue.Queue()
            for slot in options.slots:
                _slots[key].put(slot)
    free = _slots[key]
    while True:
        if _stopping.is_set():
            raise KeyboardInterrupt("stopped while waiting for a free slot")
        with contextlib.suppress(queue.Empty):
            slot = free.get(timeout=0.5)
            break
    try:
        yield slot
    finally:
        free.put(slot)


@contextlib.contextmanager
def _bar(name: str, wanted: bool) -> Iterator[Any]:
    """A progress bar with the time left; jobs that run at once take lines of their own."""
    if not wanted:
        yield lambda report: None
        return
    from tqdm import tqdm

    with _lock:
        position = next(i for i in range(len(_positions) + 1) if i not in _positions)
        _positions.add(position)
    bar = tqdm(desc=name, position=position, leave=False, mininterval=1.0, dynamic_ncols=True)

    def show(report: dict[str, Any] | None) -> None:
        if report is None:
            return
        bar.unit, bar.total = report["unit"], report["total"]
        bar.set_postfix_str(report["text"], refresh=False)
        # A resumed job starts in the middle; the time left counts from there.
        if bar.n == 0 and report["done"]:
            bar.initial = bar.n = report["done"]
            bar.refresh()
        elif report["done"] != bar.n:
            bar.update(report["done"] - bar.n)

    try:
        yield show
    finally:
        bar.close()
        with _lock:
            _positions.discard(position)
