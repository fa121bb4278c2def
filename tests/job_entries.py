"""Functions that launcher tests run as jobs."""

import os
import signal
import sys
import time
from pathlib import Path

from r1vl_kedro.launcher import report


def echo(**kwargs):
    """What came in, and where it ran."""
    print("on stdout")
    print("on stderr", file=sys.stderr)
    report(1, 2, "step", "half")
    return {
        **kwargs,
        "pid": os.getpid(),
        "threads": os.environ["OMP_NUM_THREADS"],
        "run": os.environ.get("R1VL_RUN_ID"),
        "devices": os.environ.get("CUDA_VISIBLE_DEVICES"),
    }


def fail(message):
    """Raises."""
    raise ValueError(message)


def die():
    """Ends without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def wait(started, stopped):
    """Runs until told to stop, then takes a moment to save."""

    def stop(number, frame):
        time.sleep(0.3)
        Path(stopped).write_text("saved")
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    Path(started).write_text(str(os.getpid()))
    time.sleep(60)


def rank_one_fails():
    """Rank 1 raises while rank 0 waits for it."""
    import torch

    torch.distributed.init_process_group("gloo")
    if os.environ["RANK"] == "1":
        raise ValueError("rank 1 has had enough")
    torch.distributed.barrier()


def hold(seconds, log):
    """Notes when it began and ended, and its slot."""
    began = time.time()
    time.sleep(seconds)
    with open(log, "a") as out:
        out.write(f"{os.environ['CUDA_VISIBLE_DEVICES']} {began} {time.time()}\n")


def ranks_sum():
    """The sum of all ranks, over the network."""
    import torch

    torch.distributed.init_process_group("gloo")
    total = torch.tensor([torch.distributed.get_rank() + 1])
    torch.distributed.all_reduce(total)
    return {"sum": int(total), "world": torch.distributed.get_world_size()}
