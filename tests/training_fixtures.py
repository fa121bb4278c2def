"""A tiny untrained Qwen2-VL and a handful of records, made once per session."""

from __future__ import annotations

import functools
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from pkgutil import resolve_name

import pytest
from forked import CONTEXT
from striking import arm

from r1vl_kedro.launcher.processes import free_port
from r1vl_kedro.launcher.worker import leave

SOLUTION = (
    "### Image Description:\n{a} things\n### Rationales:\nCount.\n### Let's think step by step.\n"
    "### Step 1:\n{a} - 1 = {b}\n### The final answer is: {b}"
)

SFT = {
    "num_steps": 5,
    "batch_size": 4,
    "learning_rate": 1e-3,
    "max_prompt_length": 120,
    "max_completion_length": 120,
    "checkpoint_steps": 2,
    "lr_schedule": "cosine",
}
GRPO = {
    "num_steps": 5,
    "rollouts_per_step": 8,
    "group_size": 4,
    "learning_rate": 1e-3,
    "temperature": 1.0,
    "max_prompt_length": 120,
    "max_completion_length": 12,
    "checkpoint_steps": 2,
}


def make_records(directory: Path, count: int = 12, question: str = "How many are left?") -> str:
    import numpy as np
    from datasets import Dataset
    from PIL import Image

    from r1vl_kedro.records.schema import features

    rows = []
    for i in range(count):
        pixels = np.random.default_rng(i).integers(0, 255, (84, 84, 3), dtype="uint8")
        a = i % 7 + 2
        rows.append(
            {
                "id": f"r{i}",
                "images": [Image.fromarray(pixels)],
                "question": f"{question} ({i})",
                "options": [],
                "answer": str(a - 1),
                "solution": SOLUTION.format(a=a, b=a - 1),
                "family": "counting",
                "source": "test",
                "key_steps": [[f"{a} - 1 = {a - 1}"]],
            }
        )
    Dataset.from_list(rows, features=features(key_steps=True)).save_to_disk(str(directory))
    return str(directory)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> str:
    """Directory of an untrained tiny model with its processor."""
    from r1vl_kedro.models import save_processor
    from r1vl_kedro.world.tiny import build_model, build_processor

    directory = tmp_path_factory.mktemp("tiny") / "model"
    processor = build_processor()
    build_model(0, processor.tokenizer).save_pretrained(directory)
    save_processor(processor, directory)
    return str(directory)


@pytest.fixture(scope="session")
def records(tmp_path_factory) -> str:
    """Directory of twelve records with key steps."""
    return make_records(tmp_path_factory.mktemp("records") / "rows")


@functools.cache
def _entries() -> dict[str, Callable[..., dict]]:
    """The jobs' entries; every training collects garbage, and none in what they import."""
    from r1vl_kedro.training import preference, preload, sft, step_grpo  # noqa: F401

    gc.collect()
    gc.freeze()
    return {
        "sft": sft.train_sft,
        "grpo": step_grpo.train_step_grpo,
        "preference": preference.train_preference,
    }


def train(kind: str, **kwargs) -> dict:
    """Call the job's entry in this process, with the one thread that jobs in tests have."""
    import torch

    entry = _entries()[kind]
    torch.set_num_threads(1)  # sums of several threads differ in their last bits
    return entry(**kwargs)


def _child(kind: str, kwargs: dict, moment: str | None, log: str, number: int) -> None:
    stream = open(log, "ab", buffering=0)  # noqa: SIM115 - lives as long as the process
    os.dup2(stream.fileno(), 1)
    os.dup2(stream.fileno(), 2)
    import logging

    import torch

    logging.basicConfig(level="INFO")
    torch.set_num_threads(1)
    if moment is not None:
        arm(moment, number)
    code = 1
    try:
        train(kind, **kwargs)
        code = 0
    except SystemExit as stop:
        print(stop, file=sys.stderr)
        code = stop.code
    except BaseException:  # noqa: BLE001 - what went wrong is in the log
        traceback.print_exc()
    os._exit(code)


def run(
    kind: str, log: Path, moment: str | None = None, number: int = signal.SIGKILL, **kwargs
) -> int:
    """Exit code of a training process from a fork server; negative for the signal that ended it."""
    process = CONTEXT.Process(target=_child, args=(kind, kwargs, moment, str(log), number))
    process.start()
    process.join(200)
    assert process.exitcode is not None, log.read_text()[-3000:]
    return process.exitcode


def _rank(
    rank: int, world: int, port: int, entry: str, kwargs: dict, paths: list[str], log: str
) -> None:
    stream = open(log, "ab", buffering=0)  # noqa: SIM115 - lives as long as the process
    os.dup2(stream.fileno(), 1)
    os.dup2(stream.fileno(), 2)
    import logging

    import torch

    logging.basicConfig(level="INFO")
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)}
    os.environ |= {"LOCAL_WORLD_SIZE": str(world), "MASTER_ADDR": "127.0.0.1"}
    os.environ |= {"MASTER_PORT": str(port)}
    sys.path[:0] = paths
    torch.set_num_threads(1)
    code = 1
    try:
        resolve_name(entry)(**kwargs)
        code = 0
    except BaseException:  # noqa: BLE001 - what went wrong is in the log
        traceback.print_exc()
    leave(code)


def run_ranks(entry: str, kwargs: dict, place: Path, world: int = 2, ends: int = 0) -> None:
    """Call ``package.module:function`` as the ranks of one training, forked as ``run`` does.

    As the launcher has them start, but for the seconds of imports; the launcher's own tests start
    them through torch's.

    Args:
        ends: exit code of the first rank to end, negative for a signal; the others are killed then,
            as the launcher does, where it is not 0.
    """
    port, logs = free_port(), [place / f"rank{rank}.log" for rank in range(world)]
    paths = [str(Path(__file__).parent)]
    ranks = [
        CONTEXT.Process(target=_rank, args=(rank, world, port, entry, kwargs, paths, str(log)))
        for rank, log in enumerate(logs)
    ]
    for process in ranks:
        process.start()
    try:
        while alive := [process for process in ranks if process.is_alive()]:
            wait([process.sentinel for process in alive])
            assert {process.exitcode for process in ranks} <= {None, ends}, "".join(
                log.read_text()[-3000:] for log in logs if log.exists()
            )
            if ends:
                return
    finally:
        for process in ranks:
            process.kill()
            process.join()


def weights(directory: str | Path) -> dict:
    """Tensors of a saved model by name."""
    from safetensors.torch import load_file

    return load_file(Path(directory) / "model.safetensors")


def same_weights(one: str | Path, other: str | Path) -> bool:
    """Whether two saved models are equal to the last bit."""
    import torch

    a, b = weights(one), weights(other)
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)
