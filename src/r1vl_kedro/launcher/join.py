"""A further machine's part in jobs of several machines: ``python -m r1vl_kedro.launcher.join``.

Machine 0 runs ``kedro run`` and writes each job below its work directory, on a file system that
all machines share. This command waits for such jobs and starts this machine's ranks of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

from r1vl_kedro.launcher.jobs import command, environment
from r1vl_kedro.launcher.options import LauncherOptions

POLL_SECONDS = 0.5


def join(work_dir: Path, machine_rank: int, jobs: int | None = None) -> int:
    """Take part in jobs that appear below ``work_dir``; returns how many failed here.

    Args:
        machine_rank: 1 or more; machine 0 is the one that runs Kedro.
        jobs: leave after so many; None stays until interrupted.
    """
    # What already lies there belongs to runs that are over, or are still under way without us.
    seen = {_identity(file) for file in work_dir.rglob("job.json") if _ended(file)}
    failed = done = 0
    while jobs is None or done < jobs:
        for file in sorted(work_dir.rglob("job.json")):
            identity = _identity(file)
            if identity in seen:
                continue
            seen.add(identity)
            launch = json.loads(file.read_text(encoding="utf-8"))["launch"]
            if launch["num_machines"] <= machine_rank:
                continue
            options = LauncherOptions.model_validate({**launch, "machine_rank": machine_rank})
            print(f"joining {file.parent.name} as machine {machine_rank}", flush=True)
            log = file.parent / f"launcher-machine{machine_rank}.log"
            with log.open("wb") as stream:
                code = subprocess.run(
                    command(file, options),
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    env=environment(options, None),
                    check=False,
                ).returncode
            print(f"{file.parent.name} ended here with exit code {code}", flush=True)
            failed, done = failed + (code != 0), done + 1
        time.sleep(POLL_SECONDS)
    return failed


def _identity(file: Path) -> tuple[str, int]:
    return str(file), file.stat().st_mtime_ns


def _ended(file: Path) -> bool:
    return any(file.parent.glob("result.json")) or any(file.parent.glob("error*.json"))


def main() -> None:
    """Read the command line and join jobs until interrupted."""
    parser = argparse.ArgumentParser(description=join.__doc__)
    parser.add_argument("work_dir", type=Path, help="params:work_dir of the run, shared")
    parser.add_argument("--machine-rank", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=None)
    arguments = parser.parse_args()
    raise SystemExit(join(arguments.work_dir, arguments.machine_rank, arguments.jobs))


if __name__ == "__main__":
    main()
