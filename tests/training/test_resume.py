"""A killed or interrupted run goes on to exactly the weights of an uninterrupted one."""

import json
import os
import re
import signal
from pathlib import Path
from pickle import UnpicklingError

import pytest
from training_fixtures import GRPO, SFT, make_records, run, same_weights

pytestmark = pytest.mark.timeout(600)  # long: among the first, so that workers end together
RESUMABLE = "r1vl_kedro.training.resumable:ResumableTrainer"
OPTIMIZER = "accelerate:Accelerator.clip_grad_norm_"
STEP_END = "transformers.trainer_callback:CallbackHandler.on_step_end"
MOMENTS = {  # where the process is killed, and the step it goes on from
    "before the first step": (f"{RESUMABLE}.compute_loss:1", 0),
    "in a loss": (f"{RESUMABLE}.compute_loss:4", 2),
    "before an optimizer step": (f"{OPTIMIZER}:3", 2),
    "before the first checkpoint": (f"{STEP_END}:2", 0),
    "while a checkpoint is written": ("r1vl_kedro.files:mark_complete:2", 2),
    "before a checkpoint is moved": ("r1vl_kedro.files:move_in_place:1", 0),
    "while old checkpoints are pruned": ("r1vl_kedro.training.state:prune:2", 4),
    "while the last checkpoint is written": ("r1vl_kedro.files:mark_complete:3", 4),
    "while the result is written": ("r1vl_kedro.training.saving:save_processor:1", 5),
    "before the result is moved": ("r1vl_kedro.files:mark_complete:4", 5),
}
ONLY_GRPO = {
    "in a rollout": ("r1vl_kedro.models.decoding:draw_tokens:30", 2),
    "while rewards are computed": ("r1vl_kedro.rewards.key_steps:KeyStepReward.__call__:3", 2),
}
OPTIONS = {"sft": SFT, "grpo": GRPO}


@pytest.fixture(scope="module")
def uninterrupted(tiny, records, tmp_path_factory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("whole")
    for kind, options in OPTIONS.items():
        kwargs = {"base": tiny, "records": records, "output": str(place / kind)}
        assert run(kind, place / "log", **kwargs, options=options, seed=3) == 0, (
            place / "log"
        ).read_text()[-3000:]
    return {kind: place / kind for kind in OPTIONS}


def numbers(model: Path) -> list[dict]:
    timings = ("step_time", "seconds/", "process_hours")
    steps = json.loads((model / "training_log.json").read_text())
    return [
        {k: v for k, v in step.items() if not k.startswith(timings) and "per_second" not in k}
        for step in steps
    ]


def resumed_from(log: Path) -> list[int]:
    """The steps that the runs of this log went on from, but for those that began."""
    return [int(n) for n in re.findall(r"resuming from .*checkpoint-(\d+)", log.read_text())]


# What one run can be killed at, one after the other; a number counts from where it went on.
CHAINS = {
    "sft": [
        (f"{RESUMABLE}.compute_loss:4", 2),
        ("r1vl_kedro.files:mark_complete:3", 5),  # the checkpoints of steps 4 and 5 come before
    ],
    "grpo": [
        ("r1vl_kedro.files:move_in_place:1", 0),
        ("r1vl_kedro.files:mark_complete:2", 2),
        ("r1vl_kedro.models.decoding:draw_tokens:6", 2),
        (f"{OPTIMIZER}:1", 2),
        ("r1vl_kedro.training.state:prune:1", 4),
        ("r1vl_kedro.training.saving:save_processor:1", 5),
    ],
}


@pytest.mark.parametrize("kind", CHAINS)
def test_a_run_killed_again_and_again_ends_bit_identical(
    kind, tiny, records, uninterrupted, tmp_path
):
    """Before, in and after a checkpoint, in a rollout, a loss and an update, and at the end."""
    output, log = tmp_path / "model", tmp_path / "log"
    kwargs = {"base": tiny, "records": records, "output": str(output), "seed": 3}
    for moment, step in CHAINS[kind]:
        code = run(kind, log, moment, **kwargs, options=OPTIONS[kind])
        assert code == -signal.SIGKILL, log.read_text()[-2000:]
        assert not output.exists()
        checkpoints = (tmp_path / "model.state").glob("checkpoint-*/_COMPLETE")
        newest = max((int(mark.parent.name.split("-")[1]) for mark in checkpoints), default=0)
        assert newest == step, moment
    assert run(kind, log, **kwargs, options=OPTIONS[kind]) == 0, log.read_text()[-2000:]
    went_on = [0, *(step for _, step in CHAINS[kind])]
    assert resumed_from(log) == [step for step in went_on if step]
    assert same_weights(output, uninterrupted[kind])
    assert numbers(output) == numbers(uninterrupted[kind])


CASES = [
    (kind, name)
    for kind, moments in (("sft", MOMENTS), ("grpo", {**MOMENTS, **ONLY_GRPO}))
    for name in moments
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_killed_run_ends_bit_identical(kind, name, tiny, records, uninterrupted, tmp_path):
    kwargs = {
        "base": tiny,
        "records": records,
        "output": str(tmp_path / "model"),
        "options": OPTIONS[kind],
        "seed": 3,
    }
    log = tmp_path / "log"
    moment, step = {**MOMENTS, **ONLY_GRPO}[name]
    assert run(kind, log, moment, **kwargs) == -signal.SIGKILL, log.read_text()[-2000:]
    assert not (tmp_path / "model").exists()
    assert run(kind, log, **kwargs) == 0, log.read_text()[-2000:]
    assert resumed_from(log) == [step] * (step > 0)
    assert same_weights(tmp_path / "model", uninterrupted[kind])
    assert numbers(tmp_path / "model") == numbers(uninterrupted[kind])


@pytest.mark.parametrize(("kind", "number"), [("sft", signal.SIGINT), ("grpo", signal.SIGTERM)])
def test_signal_saves_state_and_leaves(kind, number, tiny, records, uninterrupted, tmp_path):
    options = {**OPTIONS[kind], "checkpoint_steps": 0}
    kwargs = {
        "base": tiny,
        "records": records,
        "output": str(tmp_path / "model"),
        "options": options,
        "seed": 3,
    }
    log = tmp_path / "run.log"
    code = run(kind, log, f"{RESUMABLE}.compute_loss:3", number, **kwargs)
    assert code == 128 + number, log.read_text()[-2000:]
    assert list((tmp_path / "model.state").glob("checkpoint-*/_COMPLETE"))
    assert run(kind, log, **kwargs) == 0
    assert resumed_from(log) in ([2], [3])
    assert same_weights(tmp_path / "model", uninterrupted[kind])


def test_changed_settings_do_not_resume_the_old_state(tiny, records, tmp_path):
    kwargs = {"base": tiny, "records": records, "output": str(tmp_path / "model"), "seed": 3}
    log = tmp_path / "log"
    run("sft", log, f"{RESUMABLE}.compute_loss:5", **kwargs, options=SFT)
    assert run("sft", log, **kwargs, options={**SFT, "num_steps": 3}) == 0
    assert "is discarded" in log.read_text()
    assert len(numbers(tmp_path / "model")) == 3


def test_a_signal_between_the_updates_of_a_batch_of_rollouts_waits_for_its_end(
    tiny, records, tmp_path
):
    """Only there can a checkpoint be resumed; the message must not promise another one."""
    options = {**GRPO, "num_steps": 6, "num_iterations": 2, "checkpoint_steps": 0}
    kwargs = {"base": tiny, "records": records, "options": options, "seed": 3}
    whole, cut = str(tmp_path / "whole"), str(tmp_path / "cut")
    log = tmp_path / "run.log"
    assert run("grpo", log, **kwargs, output=whole) == 0, log.read_text()[-2000:]
    code = run("grpo", log, f"{RESUMABLE}.compute_loss:3", signal.SIGTERM, **kwargs, output=cut)
    assert code == 128 + signal.SIGTERM, log.read_text()[-2000:]
    assert "step 4 is saved" in log.read_text()
    assert [p.name for p in Path(f"{cut}.state").glob("checkpoint-*")] == ["checkpoint-4"]
    assert run("grpo", log, **kwargs, output=cut) == 0
    assert same_weights(Path(cut), Path(whole))


def test_training_writes_nothing_into_its_records_and_goes_by_their_rows(tiny, tmp_path):
    """What else comes to lie in the directory, such as a cache of `datasets`, changes nothing."""
    records = Path(make_records(tmp_path / "rows"))
    before = {file.name: file.read_bytes() for file in records.iterdir()}
    kwargs = {"base": tiny, "records": str(records), "output": str(tmp_path / "model"), "seed": 3}
    kwargs["options"] = {**SFT, "eval_steps": 2, "eval_records": 4}
    kwargs["validation"] = str(records)
    log = tmp_path / "log"
    assert run("sft", log, f"{RESUMABLE}.compute_loss:4", **kwargs) == -signal.SIGKILL
    assert {file.name: file.read_bytes() for file in records.iterdir()} == before
    (records / "cache-0123456789abcdef.arrow").write_bytes(b"of another program")
    assert run("sft", log, **kwargs) == 0, log.read_text()[-2000:]
    assert resumed_from(log) == [2] and "is discarded" not in log.read_text()


def test_other_rows_under_the_same_name_do_not_resume_the_old_state(tiny, tmp_path):
    records = make_records(tmp_path / "rows")
    kwargs = {"base": tiny, "records": records, "output": str(tmp_path / "model"), "seed": 3}
    log = tmp_path / "log"
    run("sft", log, f"{RESUMABLE}.compute_loss:4", **kwargs, options=SFT)
    make_records(tmp_path / "rows", question="How many were there?")
    assert run("sft", log, **kwargs, options=SFT) == 0, log.read_text()[-2000:]
    assert "settings or inputs changed" in log.read_text() and resumed_from(log) == []


def test_finished_output_of_other_settings_is_made_anew(tiny, records, tmp_path):
    """It lies there where a run ended between a training and the filing of its model."""
    kwargs = {"base": tiny, "records": records, "output": str(tmp_path / "model"), "seed": 3}
    log = tmp_path / "log"
    assert run("sft", log, **kwargs, options={**SFT, "num_steps": 1}) == 0
    assert run("sft", log, **kwargs, options={**SFT, "num_steps": 2}) == 0
    assert f"the model in {kwargs['output']} had other options: made anew" in log.read_text()
    assert len(numbers(tmp_path / "model")) == 2
    assert run("sft", log, **{**kwargs, "seed": 4}, options={**SFT, "num_steps": 2}) == 0
    assert json.loads((tmp_path / "model/manifest.json").read_text())["seed"] == 4


def test_finished_output_is_left_alone(tiny, records, tmp_path):
    kwargs = {"base": tiny, "records": records, "output": str(tmp_path / "model"), "seed": 3}
    options = {**SFT, "num_steps": 1}
    assert run("sft", tmp_path / "log", **kwargs, options=options) == 0
    before = (tmp_path / "model" / "model.safetensors").stat().st_mtime_ns
    assert run("sft", tmp_path / "log", **kwargs, options=options) == 0
    assert (tmp_path / "model" / "model.safetensors").stat().st_mtime_ns == before


class Pickled:
    """Runs a command where it is unpickled."""

    def __init__(self, command: str):
        self._command = command

    def __reduce__(self):
        return os.system, (self._command,)


def test_what_somebody_pickled_into_a_checkpoint_of_deepspeed_is_not_called(tmp_path, monkeypatch):
    import torch
    from deepspeed.runtime.checkpoint_engine.torch_checkpoint_engine import TorchCheckpointEngine
    from deepspeed.runtime.fp16.loss_scaler import LossScaler

    from r1vl_kedro.training.arguments import refuse_pickles

    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "0")  # taken back in the end
    refuse_pickles()
    given = {"loss_scaler": LossScaler(2.0), "weights": torch.ones(2)}
    torch.save(given, tmp_path / "own.pt")
    torch.save({**given, "more": Pickled(f"touch {tmp_path / 'called'}")}, tmp_path / "other.pt")
    engine = TorchCheckpointEngine()
    assert engine.load(str(tmp_path / "own.pt"))["loss_scaler"].cur_scale == 2.0
    with pytest.raises(UnpicklingError, match="system"):
        engine.load(str(tmp_path / "other.pt"))
    assert not (tmp_path / "called").exists()
