"""Two processes train as one does: the same rollouts, rewards and advantages, the same weights."""

import json
from pathlib import Path

import pandas as pd
import pytest
from training_fixtures import GRPO, SFT, same_weights, train, weights

from r1vl_kedro.launcher import LauncherOptions, run_job

TWO = LauncherOptions(num_processes=2, threads_per_process=1, device="cpu", show_progress=False)
ENTRIES = {
    "sft": "r1vl_kedro.training.sft:train_sft",
    "grpo": "r1vl_kedro.training.step_grpo:train_step_grpo",
}
OPTIONS = {
    "sft": {**SFT, "checkpoint_steps": 0},
    "grpo": {**GRPO, "checkpoint_steps": 0, "learning_rate": 1e-4, "example_rollouts": 4},
}


@pytest.fixture(scope="module")
def one_process(tiny, records, tmp_path_factory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("one")
    for kind, options in OPTIONS.items():
        train(
            kind,
            base=tiny,
            records=records,
            output=str(place / kind),
            options=options,
            seed=5,
        )
    return {kind: place / kind for kind in OPTIONS}


def log_of(model: Path) -> list[dict]:
    return json.loads((model / "training_log.json").read_text())


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        pytest.param("sft", None, marks=pytest.mark.slow),
        pytest.param("sft", "zero2", marks=pytest.mark.slow),
        ("sft", "zero3"),
        ("grpo", None),
        ("grpo", "zero2"),
        ("grpo", "zero3"),
    ],
)
def test_two_processes_train_as_one(kind, engine, tiny, records, one_process, tmp_path):
    kwargs = {
        "base": tiny,
        "records": records,
        "output": str(tmp_path / "model"),
        "options": {**OPTIONS[kind], "deepspeed": engine},
        "seed": 5,
    }
    run_job(ENTRIES[kind], kwargs, options=TWO, log_dir=tmp_path / "logs", name="job")
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert manifest["engine"] == (engine or "ddp") and manifest["processes"] == 2
    ours, theirs = weights(tmp_path / "model"), weights(one_process[kind])
    assert ours.keys() == theirs.keys()
    worst = max(float((ours[k].float() - theirs[k]).abs().max()) for k in theirs)
    assert worst < 2e-4, worst
    steps = list(zip(log_of(tmp_path / "model"), log_of(one_process[kind]), strict=True))
    assert len(steps) == OPTIONS[kind]["num_steps"]
    for mine, other in steps:
        assert mine["loss"] == pytest.approx(other["loss"], abs=1e-3)
    if kind == "grpo":
        mine, other = (
            pd.read_parquet(model / "rollouts.parquet")
            for model in (tmp_path / "model", one_process[kind])
        )
        # Rank 0 holds the first groups; its rollouts are those of a single process.
        assert mine["completion"].tolist() == other["completion"].tolist()
        assert mine["advantage"].tolist() == pytest.approx(other["advantage"].tolist(), abs=1e-6)
        for one, two in steps:
            for name in ("outcome", "step_rar", "step_rvr"):
                assert one[f"rewards/{name}/mean"] == pytest.approx(two[f"rewards/{name}/mean"])


@pytest.mark.parametrize("kind", list(OPTIONS))
def test_forked_job_trains_to_the_same_bits(kind, tiny, records, one_process, tmp_path):
    kwargs = {
        "base": tiny,
        "records": records,
        "output": str(tmp_path / "model"),
        "options": OPTIONS[kind],
        "seed": 5,
    }
    options = LauncherOptions(
        fork_server=True, threads_per_process=1, device="cpu", show_progress=False
    )
    done = run_job(ENTRIES[kind], kwargs, options=options, log_dir=tmp_path / "logs", name="job")
    assert done["steps"] == OPTIONS[kind]["num_steps"]
    assert same_weights(tmp_path / "model", one_process[kind])
