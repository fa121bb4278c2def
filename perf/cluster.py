"""How long jobs take on two nodes of two CPUs each, against one such node.

The nodes are of one machine and share its cores, so the jobs sleep where they would compute; what
is measured is how they spread, and what starting them costs. Needs the extra ``cluster``.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from clusters import cluster

from r1vl_kedro.entries import MODULES
from r1vl_kedro.launcher import LauncherOptions, run_job

os.environ[MODULES] = "os"  # a job is os.system


def seconds(nodes: int, jobs: int, sleep: float) -> float:
    """Measure so many jobs, each of one process and one CPU, on nodes of two CPUs."""
    with (
        cluster(*[2] * nodes) as made,
        tempfile.TemporaryDirectory() as place,
        ThreadPoolExecutor(jobs) as pool,
    ):
        options = LauncherOptions(
            threads_per_process=1, device="cpu", cluster=made.address, show_progress=False
        )

        def run(number: int) -> None:
            what = {"command": f"sleep {sleep}"}
            run_job("os:system", what, options=options, log_dir=place, name=f"job{number}")

        run(0)  # what is made once a cluster is not counted
        started = time.monotonic()
        list(pool.map(run, range(1, jobs + 1)))
        return time.monotonic() - started


def main() -> None:
    """Measure both and print the ratio; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=12, help="how many (%(default)s)")
    parser.add_argument("--sleep", type=float, default=20.0, help="seconds a job (%(default)s)")
    given = parser.parse_args()
    one, two = (seconds(nodes, given.jobs, given.sleep) for nodes in (1, 2))
    print(f"{given.jobs} jobs: {one:.1f} s on one node, {two:.1f} s on two, ratio {two / one:.2f}")
    print(json.dumps({"jobs": given.jobs, "one": one, "two": two, "ratio": two / one}))


if __name__ == "__main__":
    main()
