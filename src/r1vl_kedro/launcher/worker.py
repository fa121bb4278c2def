"""One rank of a job, as ``run_job`` starts it.

``python -m r1vl_kedro.launcher.worker job.json <SHA-256 of job.json> package.module:function``

The file may lie where others can write. So the function comes from whoever starts the process, it
has to be one that `entries` lists, and a file that has been changed since is not run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import NoReturn

from r1vl_kedro import files
from r1vl_kedro.entries import function_of
from r1vl_kedro.launcher import ending, reports
from r1vl_kedro.progress import PROGRESS
from r1vl_kedro.ranks import rank as this_rank
from r1vl_kedro.scrubbing import scrub, scrub_output

OTHER_JOB = 2
"""Exit code of a process whose job has been replaced."""
ORPHAN_SECONDS = 10.0
"""How long a job may take to save its state once the run is gone; training takes 8 s at most."""


def main(job_file: str, job_id: str, entry: str) -> int:
    """Call ``entry`` with the arguments in ``job_file``; the exit code is 0 where it ended well.

    Where the file is not the one of ``job_id``, nothing is touched: a run was killed while this
    process was starting and the next has begun that job anew, or somebody has changed the file.
    """
    text = Path(job_file).read_bytes()
    if (found := hashlib.sha256(text).hexdigest()) != job_id:
        _print(f"{job_file} has the digest {found}, this process was started for {job_id}")
        return OTHER_JOB
    directory, rank = Path(job_file).parent, this_rank()
    log = (directory / f"rank{rank}.log").open("ab", buffering=0)
    for output in (1, 2):
        os.dup2(log.fileno(), output)
    os.environ[PROGRESS] = str(directory / "progress.json")
    run = int(os.environ["R1VL_PARENT"])
    threading.Thread(target=_end_with, args=(run, job_id), daemon=True).start()
    reports.note_process(directory)
    scrub_output()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logger = logging.getLogger("r1vl_kedro")
    logger.setLevel(logging.INFO)
    with contextlib.ExitStack() as at_end:
        if rank == 0:
            at_end.enter_context(ending.hold(directory.with_name(f"{directory.name}.lock")))
            logger.addHandler(reports.keep_warnings(directory))
        reserved = reports.reserve(directory)
        at_end.callback(reserved.unlink, missing_ok=True)
        try:
            result = function_of(entry)(**json.loads(text)["kwargs"])
            if rank == 0:
                files.write_text(directory / "result.json", json.dumps(result))
        except SystemExit as stop:
            _print(f"rank {rank}: {stop}")
            return stop.code if isinstance(stop.code, int) else 1
        except BaseException as error:  # noqa: BLE001 - the report is handed to the parent
            with contextlib.suppress(OSError):
                reports.report(reserved, error)
            _print(scrub(traceback.format_exc()))
            return 1
    return 0


def leave(code: int) -> NoReturn:
    """End without the interpreter's shutdown, which threads of torch may hold up for seconds."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


def _print(text: str) -> None:
    """Write into this process's log, where the disk has room for it."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _end_with(parent: int, job_id: str) -> None:
    """End this process when the one that started this machine's part of the job is gone.

    First it is asked to (SIGTERM), and may save its state. Where it does not end, since it waits
    for a rank that hangs or is stopped, all of the job on this machine is killed.
    """
    while ending.alive(parent):
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN_SECONDS)
    ending.kill_job(job_id)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    leave(main(*sys.argv[1:]))
