"""Run a function as a job in processes of its own, and see it through."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro import files
from r1vl_kedro.launcher import alone, progress
from r1vl_kedro.launcher.commands import Share, command, environment, gpus, threads, uses_cuda
from r1vl_kedro.launcher.ending import stop
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.ranks import HostLostError, JobError, StoppedRanks, failure
from r1vl_kedro.launcher.server import ForkedJob, ServerError
from r1vl_kedro.launcher.worker import resolve

if TYPE_CHECKING:
    from r1vl_kedro.launcher.cluster import ClusterJob

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
FAILING_RANK_SECONDS = 5.0
LOST_HOSTS = 3
"""How many hosts a job may lose before it fails."""
LOST_HOST_SECONDS = 120.0
"""How long what still runs on a lost host may hold its job; an NFS server frees a lock by then."""

_stopping = threading.Event()
_waiting: set[int] = set()


def stop_all() -> None:
    """Make every job of this process save its state and stop; ``run_job`` then raises."""
    _stopping.set()


def stopping() -> bool:
    """Tell whether the jobs of this process were told to stop; jobs run in place ask themselves."""
    return _stopping.is_set()


def forget_stop() -> None:
    """Let jobs start again, as at the next run of a notebook's session that was interrupted."""
    _stopping.clear()


def waiting() -> set[int]:
    """Return identifiers of the threads that see a job through; they end by ``stop_all``."""
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

    In a cluster a job that loses a host is started anew on those that are left.

    Args:
        entry: ``package.module:function``.
        kwargs: JSON values; paths as strings.
        log_dir: gets a directory ``name`` with job, progress, result and each rank's output.

    Raises:
        JobError: a rank failed, and the message ends with its traceback; or this machine or the
            cluster has not what is asked for.
        TimeoutError: the same job of a run that was killed does not end.
        KeyboardInterrupt: the job was told to stop and has saved its state.
    """
    if problem := lack(options):
        raise JobError(f"{name}: {problem}")
    if options.in_process:
        with _threads_of(options):
            return resolve(entry)(**kwargs)
    if _stopping.is_set():
        raise KeyboardInterrupt(f"{name}: not started, the run is being stopped")
    directory = Path(log_dir).resolve() / name
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = directory.with_name(f"{name}.lock")
    alone.await_end(lock, stopped=stopping)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    lost = 0
    while True:
        try:
            return _see_through(directory, entry, kwargs, options)
        except HostLostError as error:
            lost += 1
            if lost > LOST_HOSTS:
                raise JobError(f"{name}: {error}, the last of {lost}; logs: {directory}") from error
            log.warning("%s: %s; it goes on elsewhere from its last checkpoint", name, error)
            alone.await_end(lock, LOST_HOST_SECONDS, stopping)
            for pattern in ("error*.json", "rank*.pid", "rank*.reserved"):
                for left in directory.glob(pattern):
                    left.unlink(missing_ok=True)


def lack(options: LauncherOptions) -> str | None:
    """Explain what this machine, or the cluster, has not that a job asks for; None if nothing.

    Raises:
        JobError: the cluster cannot be reached.
    """
    if options.cluster:
        from r1vl_kedro.launcher import cluster

        return cluster.lack(options)
    return options.missing_gpus(gpus()) if options.device == "cuda" else None


def sharing(options: LauncherOptions, gpus_per_process: int = 1) -> LauncherOptions:
    """Return the options for a prediction, whose questions its processes share.

    Raises:
        JobError: the cluster cannot be reached.
    """
    one = options.model_copy(update={"num_processes": 1, "gpus_per_process": gpus_per_process})
    shards = options.shards or options.num_processes // gpus_per_process
    if options.cluster and options.shards is None:
        from r1vl_kedro.launcher import cluster

        shards = cluster.free(one)
    return one.model_copy(update={"num_processes": max(1, shards)})


@contextlib.contextmanager
def _threads_of(options: LauncherOptions) -> Iterator[None]:
    """Run with the threads of a job: torch reads the environment only once."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads(options))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _see_through(
    directory: Path, entry: str, kwargs: Mapping[str, Any], options: LauncherOptions
) -> Any:
    about = {"kwargs": dict(kwargs), "entry": entry, "launch": options.model_dump()}
    job = json.dumps({**about, "started": uuid.uuid4().hex}, indent=1)
    files.write_text(directory / "job.json", job, durable=False)
    job_id = hashlib.sha256(job.encode()).hexdigest()
    process = _start(directory / "job.json", job_id, entry, options)
    try:
        with progress.bar(directory.name, options.show_progress) as show:
            _wait(process, directory, show)
    except BaseException:
        _end(process, options.stop_seconds)
        raise
    if process.returncode == 0 and (directory / "result.json").is_file():
        return json.loads((directory / "result.json").read_text(encoding="utf-8"))
    raise failure(directory, process.returncode)


def _start(
    job_file: Path, job_id: str, entry: str, options: LauncherOptions
) -> subprocess.Popen | ForkedJob | ClusterJob:
    if options.cluster:
        from r1vl_kedro.launcher.cluster import ClusterJob

        return ClusterJob(job_file, job_id, entry, options, stopping)
    env = os.environ | environment(job_id, threads(options)) | {"R1VL_PARENT": str(os.getpid())}
    if options.fork_server and options.num_processes == 1 and not uses_cuda(options):
        try:
            return ForkedJob((str(job_file), job_id, entry), env, stopping)
        except ServerError as error:
            raise JobError(
                f"{job_file.parent.name}: {error}, its traceback is above; launcher.fork_server="
                "false starts every job in a process that imports torch and TRL itself"
            ) from error
        except OSError as error:  # TMPDIR is longer than a socket's name may be
            log.warning("no job server can be started here, jobs import for themselves: %s", error)
    with (job_file.parent / "launcher.log").open("wb") as output:
        return subprocess.Popen(
            command(job_file, job_id, entry, Share(options.num_processes)),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=env,
            start_new_session=True,
        )


def _end(process: subprocess.Popen | ForkedJob | ClusterJob, seconds: float) -> None:
    if isinstance(process, subprocess.Popen | ForkedJob):
        stop(process, seconds)
    else:
        process.stop(seconds)


def _wait(process: subprocess.Popen | ForkedJob | ClusterJob, directory: Path, show: Any) -> None:
    failed_at = None
    warnings, stopped = progress.TellWarnings(directory), StoppedRanks(directory)
    while process.poll() is None:
        if _stopping.is_set():
            raise KeyboardInterrupt(f"{directory.name} was told to stop")
        show(progress.read(directory / "progress.json"))
        warnings.tell()
        stopped.look()
        if failed_at is None and any(directory.glob("error*.json")):
            failed_at = time.monotonic()
        if failed_at is not None and time.monotonic() - failed_at > FAILING_RANK_SECONDS:
            # The other ranks wait for the failed one; do not let them wait for a time-out.
            _end(process, 2.0)
            return
        time.sleep(POLL_SECONDS)
    show(progress.read(directory / "progress.json"))
    warnings.tell()
