"""Run a function as a job in processes of its own, and see it through."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro import files
from r1vl_kedro.launcher import alone, progress
from r1vl_kedro.launcher.commands import command, environment, gpus, threads, uses_cuda
from r1vl_kedro.launcher.ending import stop
from r1vl_kedro.launcher.heartbeat import beating
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.ranks import JobError, StoppedRanks, failure
from r1vl_kedro.launcher.server import ForkedJob, ServerError
from r1vl_kedro.launcher.worker import resolve

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
FAILING_RANK_SECONDS = 5.0

_stopping = threading.Event()
_slots: dict[tuple[str, ...], queue.Queue[str]] = {}
_waiting: set[int] = set()
_lock = threading.Lock()


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
        files.write_text(job_file, json.dumps(job, indent=1), durable=False)
        return _see_through(job_file, job["id"], entry, options, slot)


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
    job_file: Path, job_id: str, entry: str, options: LauncherOptions, slot: str | None
) -> Any:
    directory = job_file.parent
    process = _start(job_file, job_id, entry, options, environment(job_id, options, slot))
    try:
        with progress.bar(directory.name, options.show_progress) as show:
            _wait(process, directory, show)
    except BaseException:
        stop(process, options.stop_seconds)
        raise
    if process.returncode == 0 and (directory / "result.json").is_file():
        return json.loads((directory / "result.json").read_text(encoding="utf-8"))
    raise failure(directory, process.returncode)


def _start(
    job_file: Path, job_id: str, entry: str, options: LauncherOptions, env: dict[str, str]
) -> subprocess.Popen | ForkedJob:
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
            command(job_file, job_id, entry, options),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=env,
            start_new_session=True,
        )


def _wait(process: subprocess.Popen | ForkedJob, directory: Path, show: Any) -> None:
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
            stop(process, 2.0)
            return
        time.sleep(POLL_SECONDS)
    show(progress.read(directory / "progress.json"))
    warnings.tell()


@contextlib.contextmanager
def _slot(options: LauncherOptions) -> Iterator[str | None]:
    """Take a free place for the job; wait for one where all are taken."""
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
