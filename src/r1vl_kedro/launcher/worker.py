"""One rank of a job: ``python -m r1vl_kedro.launcher.worker job.json``, as ``run_job`` calls it."""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from r1vl_kedro.errors import PlainError
from r1vl_kedro.launcher.alone import hold
from r1vl_kedro.launcher.progress import KeepWarnings


def main(job_file: str) -> int:
    """Run the job of ``job_file``; the exit code is 0 where it ended well."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    directory = Path(job_file).parent
    rank = int(os.environ.get("RANK", "0"))
    _keep_output(directory / f"rank{rank}.log")
    os.environ["R1VL_PROGRESS"] = str(directory / "progress.json")
    _end_with(job["parent"], job["host"])
    mine = hold(directory.with_name(f"{directory.name}.lock")) if rank == 0 else None
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logger = logging.getLogger("r1vl_kedro")
    logger.setLevel(logging.INFO)
    if rank == 0:
        logger.addHandler(KeepWarnings(directory))
    if "R1VL_CORES" in os.environ:
        cores = {int(core) for core in os.environ["R1VL_CORES"].split(",")}
        os.sched_setaffinity(0, cores)
    try:
        result = resolve(job["entry"])(**job["kwargs"])
        if rank == 0:
            aside = directory / "result.json.tmp"
            aside.write_text(json.dumps(result), encoding="utf-8")
            os.replace(aside, directory / "result.json")
    except SystemExit as stop:
        print(f"rank {rank}: {stop}", file=sys.stderr, flush=True)
        return stop.code if isinstance(stop.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - the report is handed to the parent
        text = traceback.format_exc()
        print(text, file=sys.stderr, flush=True)
        report = {
            "rank": rank,
            "time": time.time(),
            "type": type(error).__name__,
            "message": str(error),
            "plain": isinstance(error, PlainError),
            "traceback": text,
        }
        (directory / f"error{rank}.json").write_text(json.dumps(report), encoding="utf-8")
        return 1
    finally:
        if mine is not None:
            mine.close()
    return 0


def resolve(entry: str) -> Callable[..., Any]:
    """The function that ``package.module:function`` names."""
    module, _, name = entry.partition(":")
    return getattr(importlib.import_module(module), name)


def _keep_output(path: Path) -> None:
    stream = path.open("ab", buffering=0)
    os.dup2(stream.fileno(), 1)
    os.dup2(stream.fileno(), 2)


def _end_with(parent: int, host: str) -> None:
    """Ask this process to stop (SIGTERM) when the one that started the job is gone."""
    if host != os.uname().nodename:
        return

    def watch() -> None:
        while True:
            time.sleep(1.0)
            try:
                os.kill(parent, 0)
            except ProcessLookupError:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the interpreter's shutdown: torch and gloo threads may hold it up for seconds.
    os._exit(code)
