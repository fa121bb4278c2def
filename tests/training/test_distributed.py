"""Two processes train as one does: the same rollouts, rewards and advantages, the same weights."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch
from training_fixtures import GRPO, SFT, run_ranks, same_weights, train, weights

from r1vl_kedro.launcher import LauncherOptions, run_job

pytestmark = pytest.mark.timeout(600)  # long: among the first, so that workers end together
ONE = LauncherOptions(fork_server=True, threads_per_process=1, device="cpu", show_progress=False)
ENTRIES = {
    "sft": "r1vl_kedro.training.sft:train_sft",
    "grpo": "job_entries:step_grpo_recorded",
}
M = 4
OPTIONS = {
    "sft": {**SFT, "num_steps": 3, "checkpoint_steps": 0},
    # Three groups of four over two processes: the second group lies in both.
    "grpo": {
        **GRPO,
        "num_steps": 3,
        "checkpoint_steps": 0,
        "learning_rate": 1e-4,
        "rollouts_per_step": 3 * M,
        "group_size": M,
        "max_completion_length": 32,
    },
}


@pytest.fixture(scope="module", autouse=True)
def entries_importable():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def bases(tiny, records, tmp_path_factory) -> dict[str, str]:
    """What training starts from; StepGRPO from a model that half knows the form of an answer."""
    warm = str(tmp_path_factory.mktemp("warm") / "model")
    options = {**OPTIONS["sft"], "num_steps": 30, "batch_size": 8, "learning_rate": 3e-3}
    train("sft", base=tiny, records=records, output=warm, options=options, seed=1)
    return {"sft": tiny, "grpo": warm}


def start(kind: str, place: Path, processes: int, bases, records, **options) -> None:
    """Train in one or two processes of its own; the model is in ``place/model``."""
    kwargs = {
        "base": bases[kind],
        "records": records,
        "output": str(place / "model"),
        "options": {**OPTIONS[kind], **options},
        "seed": 5,
    }
    if kind == "grpo":
        kwargs["record"] = str(place)
    if processes == 1:
        run_job(ENTRIES[kind], kwargs, options=ONE, log_dir=place / "logs", name="job")
    else:
        run_ranks(ENTRIES[kind], kwargs, place)


@pytest.fixture(scope="module")
def one_process(bases, records, tmp_path_factory) -> dict[str, Path]:
    places = {kind: tmp_path_factory.mktemp(f"one-{kind}") for kind in OPTIONS}
    for kind, place in places.items():
        start(kind, place, 1, bases, records)
    return places


def losses(place: Path) -> list[float]:
    log = json.loads((place / "model" / "training_log.json").read_text())
    return [step["loss"] for step in log]


def batches(place: Path) -> list[dict]:
    """Each step's batch over all ranks, in the order of the ranks."""
    ranks = [
        [json.loads(line) for line in file.read_text().splitlines()]
        for file in sorted(place.glob("rank*.jsonl"))
    ]
    whole = []
    for parts in zip(*ranks, strict=True):
        rewards = [part.pop("rewards of all ranks") for part in parts]
        assert all(seen == rewards[0] for seen in rewards)
        joined = {key: [value for part in parts for value in part[key]] for key in parts[0]}
        whole.append({**joined, "rewards": rewards[0]})
    return whole


def distance(ours: Path, theirs: Path, start: str) -> float:
    """How far apart two trained models are, over how far training moved one of them."""
    a, b, base = weights(ours), weights(theirs), weights(start)
    assert a.keys() == b.keys() == base.keys()
    apart = sum(float((a[k].double() - b[k].double()).square().sum()) for k in b)
    moved = sum(float((b[k].double() - base[k].double()).square().sum()) for k in b)
    return (apart / moved) ** 0.5


def test_the_rewards_of_the_comparison_differ_within_groups(one_process):
    steps = batches(one_process["grpo"])
    assert len(steps) == OPTIONS["grpo"]["num_steps"]
    for step in steps:
        assert len(step["advantages"]) == 3 * M
        assert max(map(abs, step["advantages"])) > 0.5
    # Outcome, key steps and validity all have their say, in one or the other of the groups.
    rows = [reward for step in steps for reward in step["rewards"]]
    for function in zip(*rows, strict=True):
        assert len(set(function)) > 1


# ZeRO-3 divides the gradients and the optimizer's state as ZeRO-2 does, and the model besides.
# StepGRPO without either is compared when sampled anew, and after a kill.
@pytest.mark.parametrize(
    ("kind", "engine", "more"),
    [
        pytest.param("sft", None, {}, marks=pytest.mark.slow),
        pytest.param("sft", None, {"padding_free": True}, marks=pytest.mark.slow),
        pytest.param("sft", "zero2", {}, marks=pytest.mark.slow),
        ("sft", "zero3", {"padding_free": True}),
        pytest.param("grpo", None, {}, marks=pytest.mark.slow),
        pytest.param("grpo", "zero2", {}, marks=pytest.mark.slow),
        ("grpo", "zero3", {}),
    ],
)
def test_two_processes_train_as_one(kind, engine, more, bases, records, one_process, tmp_path):
    start(kind, tmp_path, 2, bases, records, deepspeed=engine, **more)
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert manifest["engine"] == (engine or "ddp") and manifest["processes"] == 2
    if kind == "grpo":
        ours, theirs = batches(tmp_path), batches(one_process["grpo"])
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            for name in ("ids", "completions", "rewards"):
                assert mine[name] == other[name]
            assert mine["advantages"] == pytest.approx(other["advantages"], abs=1e-6)
    assert losses(tmp_path) == pytest.approx(losses(one_process[kind]), abs=1e-3)
    assert distance(tmp_path / "model", one_process[kind] / "model", bases[kind]) < 0.02


def test_groups_are_sampled_anew_alike_on_two_processes(bases, records, tmp_path):
    options = {"num_steps": 2, "resample_dead_groups": 2, "temperature": 0.7}
    places = [tmp_path / "one", tmp_path / "two"]
    for processes, place in enumerate(places, 1):
        place.mkdir()
        start("grpo", place, processes, bases, records, **options)
    one, two = map(batches, places)
    for mine, other in zip(two, one, strict=True):
        for name in ("ids", "completions", "rewards"):
            assert mine[name] == other[name]
    logs = [json.loads((p / "model" / "training_log.json").read_text()) for p in places]
    discarded = [[step["rollouts_discarded"] for step in log] for log in logs]
    assert discarded[0] == discarded[1] and sum(discarded[0]) > 0


@pytest.mark.parametrize("kind", list(OPTIONS))
def test_forked_job_trains_to_the_same_bits(kind, bases, records, one_process, tmp_path):
    """The fixture's jobs are forked from a server; the same in this process."""
    options = {"base": bases[kind], "records": records, "options": OPTIONS[kind], "seed": 5}
    output = str(tmp_path / "model")
    done = train(kind, **options, output=output)
    assert done["steps"] == OPTIONS[kind]["num_steps"]
    assert same_weights(output, one_process[kind] / "model")


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        ("grpo", None),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                ("sft", None),
                ("sft", "zero2"),
                ("sft", "zero3"),
                ("grpo", "zero2"),
                ("grpo", "zero3"),
            )
        ),
    ],
)
def test_two_processes_killed_go_on_from_their_checkpoint_to_the_same_weights(
    kind, engine, bases, records, one_process, tmp_path
):
    options = {**OPTIONS[kind], "deepspeed": engine, "checkpoint_steps": 2}
    kwargs = {"kind": kind, "base": bases[kind], "records": records, "options": options}
    kwargs |= {"seed": 5, "output": str(tmp_path / "model")}
    entry = "job_entries:training_killed"
    moment = "r1vl_kedro.training.resumable:ResumableTrainer.compute_loss:3"
    run_ranks(entry, kwargs | {"moment": moment}, tmp_path, ends=-signal.SIGKILL)
    checkpoint = tmp_path / "model.state" / "checkpoint-2"
    assert (checkpoint / "_COMPLETE").is_file()
    run_ranks(entry, kwargs, tmp_path)
    assert f"resuming from {checkpoint}" in (tmp_path / "rank0.log").read_text()
    assert losses(tmp_path) == pytest.approx(losses(one_process[kind]), abs=1e-3)
    assert distance(tmp_path / "model", one_process[kind] / "model", bases[kind]) < 0.02


def gradient(place: Path) -> torch.Tensor:
    """All ranks' own gradients of a step, one after the other."""
    files = sorted(place.glob("rank*.pt"))
    assert len(files) == 2
    ranks = [torch.load(file) for file in files]
    return torch.cat([sums[name].flatten() for sums in ranks for name in sorted(sums)])


@pytest.mark.parametrize(
    ("engine", "checkpointing"),
    [
        ("zero3", True),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [
                (None, False),
                (None, True),
                ("zero2", False),
                ("zero2", True),
                ("zero3", False),
            ]
        ),
    ],
)
def test_shared_prompts_give_the_gradients_of_trls_own_forward(
    engine, checkpointing, bases, records, tmp_path
):
    found = {}
    for shared in (True, False):
        place = tmp_path / str(shared)
        place.mkdir()
        options = {
            **OPTIONS["grpo"], "num_steps": 1, "micro_batch_size": 3, "deepspeed": engine,
            "gradient_checkpointing": checkpointing, "share_prompts": shared,
        }  # fmt: skip
        kwargs = {"base": bases["grpo"], "records": records, "output": str(place / "model")}
        kwargs |= {"options": options, "seed": 5, "record": str(place)}
        run_ranks("job_entries:step_grpo_gradients", kwargs, place)
        found[shared] = gradient(place)
    assert float(found[False].norm()) > 0.01
    assert float((found[True] - found[False]).norm() / found[False].norm()) < 1e-5
