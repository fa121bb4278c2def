"""Functions that launcher tests run as jobs."""

import ctypes
import functools
import json
import logging
import os
import resource
import signal
import sys
import time
from pathlib import Path

import psutil

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.launcher import reports
from r1vl_kedro.progress import report


def echo(**kwargs):
    """What came in, and where it ran."""
    print("on stdout")
    print("on stderr", file=sys.stderr)
    report(1, 2, "step", "half")
    logging.getLogger("r1vl_kedro.training").warning("two lines\nof %s", "warning")
    return {
        **kwargs,
        "pid": os.getpid(),
        "threads": os.environ["OMP_NUM_THREADS"],
        "run": os.environ.get("R1VL_RUN_ID"),
    }


def torch_threads():
    """Where it ran, and with how many threads."""
    import torch

    return {"pid": os.getpid(), "parent": os.getppid(), "threads": torch.get_num_threads()}


def fail(message):
    """Raises."""
    raise ValueError(message)


def show_key():
    """Logs a key and raises with it, as a library might."""
    key = os.environ["OPENAI_API_KEY"]
    logging.getLogger("r1vl_kedro").warning("asked with %s", key)
    raise ValueError(f"401: {key!r} is no key")


def refuse(message):
    """Raises what the user is to read."""
    raise UserFacingError(message)


def full_disk(message=None):
    """No file grows any more: for ever, and it raises, or where it has no message for a while.

    What fails is progress, a warning and the job's own log.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = reports.RESERVED_BYTES if message else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    report(1, 1)
    logging.getLogger("r1vl_kedro.training").warning("no room for this")
    if message:
        raise ValueError(message)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    return "trained"


def fill_disk(place):
    """Writes until there is no room left, and raises."""
    with Path(place, "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError as error:
            raise ValueError(f"no room left: {error.strerror}") from error


def addresses():
    """Where this rank and torch's launcher listen once the ranks have met."""
    from torch import distributed

    distributed.init_process_group("gloo")
    distributed.barrier()
    here = psutil.Process()
    found = [*here.net_connections(), *here.parent().net_connections()]
    distributed.barrier()
    return sorted({one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN})


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
    _write_whole(Path(started), str(os.getpid()))
    time.sleep(60)


def _write_whole(path, text):
    aside = path.with_suffix(".tmp")
    aside.write_text(text)
    aside.rename(path)


def await_file(place):
    """Waits for the file ``go``."""
    _write_whole(Path(place, "started"), str(os.getpid()))
    while not Path(place, "go").exists():
        time.sleep(0.02)
    return "went"


def shared_work(place):
    """Each process leaves its number; the first waits for all of them."""
    Path(place, f"process{os.environ['RANK']}").touch()
    while len(found := sorted(Path(place).glob("process*"))) < int(os.environ["WORLD_SIZE"]):
        time.sleep(0.02)
    return [path.name.removeprefix("process") for path in found]


def first_waits(place):
    """The first process waits for the file ``go``; the others have nothing to do."""
    if os.environ["RANK"] == "0":
        await_file(place)
    return int(os.environ["WORLD_SIZE"])


def rank_one_fails():
    """Rank 1 raises while rank 0 waits for it."""
    import torch

    torch.distributed.init_process_group("gloo")
    if os.environ["RANK"] == "1":
        raise ValueError("rank 1 has had enough")
    torch.distributed.barrier()


def hang_in_c(place):
    """Rank 1 raises while rank 0 hangs where SIGTERM does not reach it, as in a collective."""
    if os.environ["RANK"] == "0":
        # Python's handler, as training installs one, waits for the main thread to come back.
        signal.signal(signal.SIGTERM, lambda number, frame: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        Path(place, "hanging.tmp").write_text(str(os.getpid()))
        os.rename(Path(place, "hanging.tmp"), Path(place, "hanging"))
        ctypes.CDLL(None).sleep(600)
    while not Path(place, "hanging").exists():
        time.sleep(0.05)
    raise ValueError("rank 1 has had enough")


def _be_killed_soon():
    """Once the run is gone, this process has a second to save its state, in place of ten."""
    sys.modules["__main__"].ORPHAN_SECONDS = 1.0  # the worker's, which is run as a program


def signalled_rank(place, number=None):
    """Ranks wait for each other; rank 1 sends itself a signal first, where one is given."""
    import torch

    _be_killed_soon()
    # As training does, which waits in a collective and never comes back to Python.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    torch.distributed.barrier()
    Path(place, f"pid{rank}.tmp").write_text(str(os.getpid()))
    os.rename(Path(place, f"pid{rank}.tmp"), Path(place, f"pid{rank}"))
    if rank == 1:
        os.kill(os.getpid(), number)
    torch.distributed.barrier()
    return "went on"


def hang_together(place):
    """Two ranks wait for what neither sends."""
    import torch

    _be_killed_soon()
    # As training does; a rank that waits for another never comes back to Python.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    torch.distributed.barrier()
    _write_whole(Path(place, f"pid{rank}"), str(os.getpid()))
    torch.distributed.recv(torch.zeros(1), 1 - rank)


def goes_on(place, steps):
    """Counts to ``steps`` in a file, from where an earlier process of the job was killed."""
    state = Path(place, "state")
    done = int(state.read_text()) if state.exists() else 0
    for step in range(done, steps):
        _write_whole(state, str(step + 1))
        with Path(place, "pids").open("a") as pids:
            pids.write(f"{os.getpid()}\n")
        time.sleep(0.2)
    return {"from": done, "to": steps}


def ranks_sum():
    """The sum of all ranks, over the network."""
    import torch

    torch.distributed.init_process_group("gloo")
    total = torch.tensor([torch.distributed.get_rank() + 1])
    torch.distributed.all_reduce(total)
    return {"sum": int(total), "world": torch.distributed.get_world_size()}


def step_grpo_recorded(record, **kwargs):
    """StepGRPO that keeps what each rank has of every batch in ``<record>/rank<n>.jsonl``."""
    from r1vl_kedro.training import step_grpo
    from r1vl_kedro.training.rollout_log import RolloutLog

    observe = RolloutLog.__call__
    file = Path(record) / f"rank{os.environ.get('RANK', '0')}.jsonl"

    def recorded(self, *, rows, completions, rewards, advantages, **more):
        batch = {
            "ids": [row["id"] for row in rows],
            "completions": completions,
            "rewards of all ranks": rewards.tolist(),
            "advantages": advantages.tolist(),
        }
        with file.open("a") as out:
            out.write(json.dumps(batch) + "\n")
        given = {"rows": rows, "completions": completions, "rewards": rewards}
        observe(self, **given, advantages=advantages, **more)

    RolloutLog.__call__ = recorded
    return step_grpo.train_step_grpo(**kwargs)


def training_killed(kind, moment=None, **kwargs):
    """Trains; the last rank kills itself at the moment, where one is given."""
    from striking import arm
    from training_fixtures import train

    last = int(os.environ["RANK"]) + 1 == int(os.environ["WORLD_SIZE"])
    if moment is not None and last:
        arm(moment)
    return train(kind, **kwargs)


def step_grpo_gradients(record, **kwargs):
    """StepGRPO that keeps the sum of each rank's own gradients in ``<record>/rank<n>.pt``."""
    import torch

    from r1vl_kedro.training import step_grpo
    from r1vl_kedro.training.step_grpo_trainer import StepGRPOTrainer

    sums = {}
    inner = StepGRPOTrainer.training_step

    def add(name, gradient):
        sums[name] = sums.get(name, 0) + gradient.detach().double()

    def recorded(self, model, *args):
        if not sums:
            for name, parameter in self.accelerator.unwrap_model(model).named_parameters():
                parameter.register_hook(functools.partial(add, name))
        return inner(self, model, *args)

    StepGRPOTrainer.training_step = recorded
    done = step_grpo.train_step_grpo(**kwargs)
    torch.save(sums, Path(record) / f"rank{os.environ.get('RANK', '0')}.pt")
    return done
