"""A further machine's part in jobs of several machines: ``python -m r1vl_kedro.launcher.join``.

Machine 0 runs ``kedro run`` and writes each job below its work directory, on a file system that
all machines share. This command waits for such jobs and starts this machine's ranks of them.
Whoever can write there must not thereby run code here: a job's entry has to be that of a training
method, and its rewards those of this package.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import heartbeat
from r1vl_kedro.launcher.commands import command, environment
from r1vl_kedro.launcher.ending import stop
from r1vl_kedro.launcher.options import LauncherOptions

POLL_SECONDS = 0.5
SILENT_SECONDS = 30.0
"""Seconds without a heartbeat after which a run is taken to be gone."""


def join(
    work_dir: Path, machine_rank: int, entries: Collection[str], jobs: int | None = None
) -> int:
    """Take part in jobs that appear below ``work_dir``; returns how many failed here.

    Only in those whose heartbeat is seen to go on: others are left from runs that are over.

    Args:
        entries: what may be run, ``package.module:function`` each.
        machine_rank: 1 or more; machine 0 is the one that runs Kedro.
        jobs: leave after so many; None stays until interrupted.
    """
    joined: set[str] = set()
    beats: dict[str, str] = {}
    failed = done = 0
    while jobs is None or done < jobs:
        for file, job in jobs_below(work_dir):
            now = heartbeat.last(file.parent)
            if now is None or job["launch"]["num_machines"] <= machine_rank:
                continue
            before, beats[job["id"]] = beats.get(job["id"]), now
            if job["id"] in joined or before in (None, now):
                continue
            joined.add(job["id"])
            if problem := refusal(job, entries):
                print(f"not joining {file.parent.name}: {problem}", flush=True)
                failed, done = failed + 1, done + 1
                break
            print(f"joining {file.parent.name} as machine {machine_rank}", flush=True)
            try:
                code = take_part(file, job, machine_rank)
                print(f"{file.parent.name} ended here with exit code {code}", flush=True)
            except FileNotFoundError as error:
                code = 1
                print(f"{file.parent.name} was removed before it began here: {error}", flush=True)
            failed, done = failed + (code != 0), done + 1
            # That took long: a heartbeat seen before is out of date.
            beats.clear()
            break
        time.sleep(POLL_SECONDS)
    return failed


def refusal(job: Mapping[str, Any], entries: Collection[str]) -> str | None:
    """Explain why a job of a shared directory must not run here; None where it may."""
    if job["entry"] not in entries:
        return f"its entry {job['entry']!r:.200} is none of {sorted(entries)}"
    rewards = job["kwargs"].get("options", {}).get("rewards") or {}
    if foreign := [name for name in rewards if "." in name or ":" in name]:
        return f"its reward {foreign[0]!r:.200} is code from elsewhere"
    return None


def jobs_below(work_dir: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield all jobs with their files; machine 0 may remove directories at the same time."""
    for directory, _, files in os.walk(work_dir):
        if "job.json" in files:
            file = Path(directory, "job.json")
            try:
                job = json.loads(file.read_text(encoding="utf-8"))
            except OSError:
                continue
            yield file, job


def _is_over(file: Path, job_id: str) -> bool:
    try:
        return json.loads(file.read_text(encoding="utf-8"))["id"] != job_id
    except FileNotFoundError:
        return True
    except OSError:
        return False


def take_part(file: Path, job: dict[str, Any], machine_rank: int) -> int:
    """Start this machine's ranks of a job, and end them where its run is gone."""
    options = LauncherOptions.model_validate({**job["launch"], "machine_rank": machine_rank})
    with (file.parent / f"launcher-machine{machine_rank}.log").open("wb") as log:
        process = subprocess.Popen(
            command(file, job["id"], job["entry"], options),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(job["id"], options, None),
            start_new_session=True,
        )
    try:
        why = await_end(process, file, job["id"])
    except BaseException:
        stop(process, options.stop_seconds)
        raise
    if why:
        print(f"{file.parent.name}: {why}; ending its ranks here", flush=True)
        stop(process, options.stop_seconds)
    return process.wait()


def await_end(process: subprocess.Popen, file: Path, job_id: str) -> str:
    """Wait for the ranks; return why they must be ended, or "" once they have ended."""
    beat, still = None, 0
    while process.poll() is None:
        time.sleep(POLL_SECONDS)
        if _is_over(file, job_id):
            return f"{file} is gone or another job's"
        now = heartbeat.last(file.parent)
        # Counted in looks, not by the clock: where the file system stalls, a look takes long.
        still = still + 1 if now in (None, beat) else 0
        beat = now or beat
        if still * POLL_SECONDS > SILENT_SECONDS:
            return f"its heartbeat stands still for {SILENT_SECONDS:g} s"
    return ""


def main() -> None:
    """Read the command line and join jobs until interrupted."""
    from r1vl_kedro.training.methods import METHODS

    parser = argparse.ArgumentParser(description=join.__doc__)
    parser.add_argument("work_dir", type=Path, help="params:work_dir of the run, shared")
    parser.add_argument("--machine-rank", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=None)
    arguments = parser.parse_args()
    entries = {method.entry for method in METHODS.values() if method.entry}
    raise SystemExit(join(arguments.work_dir, arguments.machine_rank, entries, arguments.jobs))


if __name__ == "__main__":
    main()
