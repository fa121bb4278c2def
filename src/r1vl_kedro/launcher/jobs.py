"""Run a function as a job in processes of its own, and see it through."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro import files, progress
from r1vl_kedro.entries import function_of
from r1vl_kedro.launcher import ending, processes
from r1vl_kedro.launcher.layout import ranks_by_host
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.reports import HostLostError, JobError, Watch, failed, failure

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
FAILING_RANK_SECONDS = 5.0
LOST_HOSTS = 3
"""How many hosts a job may lose before it fails."""
LOST_HOST_SECONDS = 120.0
"""How long what still runs on a lost host may hold its job; an NFS server frees a lock by then."""
waiting: set[int] = set()
"""Identifiers of the threads that see a job through; they end by ``stop_all``."""


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
        entry: ``package.module:function``, one that `entries` lists.
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
    waiting.add(threading.get_ident())
    try:
        run = _run_here if options.in_process else _run
        return run(entry, kwargs, options, Path(log_dir).resolve() / name)
    finally:
        waiting.discard(threading.get_ident())


def lack(options: LauncherOptions) -> str | None:
    """Explain what this machine, or the cluster, has not that a job asks for; None if nothing.

    Raises:
        JobError: the cluster cannot be reached.
    """
    if options.cluster:
        from r1vl_kedro.launcher import cluster

        hosts = cluster.hosts(options)
        try:
            ranks_by_host(options, hosts)
        except JobError as error:
            return str(error)
    elif options.device == "cuda":
        import torch

        there, wanted = torch.cuda.device_count(), options.num_processes * options.gpus_per_process
        if there < wanted:
            return (
                f"launcher asks for {wanted} GPUs of this machine (device cuda, num_processes "
                f"{options.num_processes}), which has {there or 'no'} GPU{'s' * (there > 1)} that "
                "torch can use; launcher.device=cpu would train without"
            )
    return None


def _run_here(entry: str, kwargs: Mapping[str, Any], options: LauncherOptions, _: Path) -> Any:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(processes.threads(options))  # the environment it reads only once
    try:
        return function_of(entry)(**kwargs)
    finally:
        torch.set_num_threads(before)


def _run(entry: str, kwargs: Mapping[str, Any], options: LauncherOptions, directory: Path) -> Any:
    name, lock = directory.name, directory.with_name(f"{directory.name}.lock")
    ending.check(f"{name} had not begun")
    directory.parent.mkdir(parents=True, exist_ok=True)
    ending.await_end(lock)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for lost in range(1, LOST_HOSTS + 2):
        try:
            return _see_through(directory, entry, kwargs, options)
        except HostLostError as error:
            if lost > LOST_HOSTS:
                raise JobError(f"{name}: {error}, the last of {lost}; logs: {directory}") from error
            log.warning("%s: %s; it goes on elsewhere from its last checkpoint", name, error)
            ending.await_end(lock, LOST_HOST_SECONDS)
            for left in {*directory.iterdir()} - {*directory.glob("*.log")}:
                left.unlink(missing_ok=True)


def _see_through(
    directory: Path, entry: str, kwargs: Mapping[str, Any], options: LauncherOptions
) -> Any:
    about = {"kwargs": dict(kwargs), "launch": options.model_dump(), "started": time.time_ns()}
    file, text = directory / "job.json", json.dumps(about, indent=1)
    files.write_text(file, text, durable=False)
    call = processes.Call(str(file), hashlib.sha256(text.encode()).hexdigest(), entry)
    process = _start(call, options)
    try:
        with progress.bar(directory.name, options.show_progress) as show:
            _wait(process, directory, show)
    except BaseException:
        process.stop(options.stop_seconds)
        raise
    result = directory / "result.json"
    if process.returncode == 0 and result.is_file():
        return json.loads(result.read_text(encoding="utf-8"))
    raise failure(directory, process.returncode)


def _start(call: processes.Call, options: LauncherOptions) -> ending.Job:
    if options.cluster:
        from r1vl_kedro.launcher.cluster import ClusterJob

        return ClusterJob(call, options)
    env = processes.environment(call.job_id, processes.threads(options))
    if options.fork_server and options.num_processes == 1 and not processes.uses_cuda(options):
        try:
            return processes.ForkedJob(call, env)
        except EOFError as error:
            raise JobError(
                f"{call.directory.name}: the job server ended before the job began, its traceback "
                "is above; launcher.fork_server=false starts every job in a process that imports "
                "torch and TRL itself"
            ) from error
        except OSError as error:  # TMPDIR is longer than a socket's name may be
            log.warning("no job server can be started here, jobs import for themselves: %s", error)
    line = processes.command(call, options.num_processes)
    return processes.HostJob(line, env, call.directory / "launcher.log")


def _wait(process: ending.Job, directory: Path, show: progress.Show) -> None:
    """Return once the job has ended; a job of which a rank failed is ended soon after."""
    watch, failed_at, running = Watch(directory), math.inf, True
    while running:
        running = process.poll() is None
        if running:
            ending.check(f"{directory.name} was running")
        if report := progress.read(directory / "progress.json"):
            show(**report)
        watch.look()
        if failed(directory):  # not their times: another host's clock, or one that was set
            failed_at = min(failed_at, time.monotonic())
        if time.monotonic() - failed_at > FAILING_RANK_SECONDS:
            # The other ranks wait for the failed one; do not let them wait for a time-out.
            return process.stop(2.0)
        time.sleep(POLL_SECONDS if running else 0)
