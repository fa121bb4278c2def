"""The whole ablation killed (SIGKILL) again and again ends as one that was left alone."""

import random
import signal
from pathlib import Path

import pytest
from smoke_place import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]
GRID = {
    "base": {"method": "base"},
    "warm_up": {"method": "warm_up"},
    "outcome": {"rewards": {"key_steps": 0.0, "validity": 0.0}},
    "step_grpo": {},
    "step_grpo_m2": {"group_size": 2},
    "sft": {"method": "sft"},
}
TRAINED = [name for name in GRID if name not in ("base", "warm_up")]
PARAMS = ",".join(
    f"{stage}.{option}={value}"
    for stage in ("warm_up", "step_grpo")
    for option, value in (("num_steps", 3), ("checkpoint_steps", 1))
)

RESUMABLE = "r1vl_kedro.training.resumable:ResumableTrainer"
OPTIMIZER = "accelerate:Accelerator.clip_grad_norm_"
STEP_END = "transformers.trainer_callback:CallbackHandler.on_step_end"
FILES = "r1vl_kedro.files"
STATE = "r1vl_kedro.training.state"
ENGINE = "r1vl_kedro.generation.transformers_engine:TransformersEngine"
WRITE = "fsspec.implementations.local:LocalFileOpener.write"
FILED = "r1vl_kedro.datasets:CheckpointDataset.save"
LOST = ("is discarded", ": made anew", "are made anew")
"""Words of warnings about whole results; a file half written "is made anew"."""
# In the order of the run: each goes on where the one before was killed. A number is the last
# call at which a moment surely comes; which one it is, is drawn.
STAGES = {
    ("--to-nodes=train_warm_up",): [
        ("data preparation", "r1vl_kedro.records.store:save_directory", 2),
        ("data preparation: a report half written", WRITE, 1),
        ("warm-up: in a loss", f"{RESUMABLE}.compute_loss", 3),
        ("warm-up: in an optimizer step", OPTIMIZER, 1),
        ("warm-up: before a checkpoint", STEP_END, 1),
        ("warm-up: while a checkpoint is written", f"{FILES}:mark_complete", 1),
        ("warm-up: while the result is written", "r1vl_kedro.training.saving:save_processor", 1),
        ("warm-up: its log half written", WRITE, 1),
        ("warm-up: before the model is filed", FILED, 1),
    ],
    ("--to-outputs=" + ",".join(f"{variant}.checkpoint" for variant in TRAINED),): [
        ("StepGRPO: in a rollout", "r1vl_kedro.models.decoding:draw_tokens", 40),
        ("StepGRPO: in rewards", "r1vl_kedro.rewards.outcome:OutcomeReward.__call__", 1),
        ("StepGRPO: in a loss", f"{RESUMABLE}.compute_loss", 2),
        ("StepGRPO: in an optimizer step", OPTIMIZER, 2),
        ("StepGRPO: before a checkpoint", STEP_END, 1),
        ("StepGRPO: while a checkpoint is written", f"{FILES}:mark_complete", 1),
        ("StepGRPO: before a checkpoint is moved", f"{FILES}:move_in_place", 1),
        ("StepGRPO: while old checkpoints are pruned", f"{STATE}:prune", 1),
        ("StepGRPO: before the model is filed", FILED, 1),
    ],
    (): [
        ("prediction: in an answer", f"{ENGINE}.answer_batch", 1),
        ("prediction: while a part is written", "pyarrow.parquet:write_table", 2),
        ("prediction: while the parts are joined", "pyarrow.parquet:read_table", 1),
        ("prediction: answers half written", WRITE, 1),
        ("scoring: before the first verdict", "r1vl_kedro.generation.scoring:score", 1),
        ("scoring: among the verdicts", "r1vl_kedro.generation.scoring:equivalent", 20),
        ("scoring: before the summary", "r1vl_kedro.generation.scoring:summarise", 1),
        ("scoring: verdicts or scores half written", WRITE, 1),
        ("the report", "r1vl_kedro.reporting.collect:collect_verdicts", 1),
    ],
}


def make_place(root: Path) -> Place:
    place = Place(root)
    place.set_grid(seeds=[0], slots=1, variants=GRID)
    return place


def results(place: Place) -> dict[str, bytes]:
    return place.results("08_reporting/tables/**/*")


def newest_checkpoint(place: Place) -> Path | None:
    """The newest whole checkpoint that a killed training left, where it was not finished."""
    work = place.data / "06_models" / "_work"
    found = [mark.parent for mark in work.glob("*/*.state/checkpoint-*/_COMPLETE")]
    return max(found, key=lambda path: int(path.name.split("-")[1]), default=None)


def went_on_from(output: str, checkpoint: Path) -> bool:
    """Whether a run's log names the checkpoint, whatever the width of the terminal."""
    return f"resuming from {checkpoint}".replace(" ", "") in "".join(output.split())


def test_killed_at_every_stage_the_ablation_ends_with_the_same_models_and_tables(tmp_path):
    whole = make_place(tmp_path / "whole")
    whole.run(params=PARAMS)

    place = make_place(tmp_path / "killed")
    draw = random.Random(20)
    killed = 0
    for arguments, moments in STAGES.items():
        for name, function, latest in moments:
            moment = f"{function}:{draw.randint(1, latest)}"
            checkpoint = newest_checkpoint(place)
            code, output = place.attempt(
                "--only-missing-outputs", *arguments, params=PARAMS, killed_at=moment
            )
            assert code == -signal.SIGKILL, f"{name} ({moment}) did not come:\n{output[-3000:]}"
            assert checkpoint is None or went_on_from(output, checkpoint), f"{name}:\n{output}"
            assert not any(words in output for words in LOST), f"{name}:\n{output}"
            killed += 1
    place.run("--only-missing-outputs", params=PARAMS)

    assert results(place) == results(whole)
    parents, children, _ = place.runs()
    assert len(parents) == killed + 1
    assert [run.info.status for run in parents[:-1]] == ["KILLED"] * killed
    assert parents[-1].info.status == "FINISHED"
    assert sorted(children) == sorted(GRID)
    _, expected, _ = whole.runs()
    for variant, run in children.items():
        assert run.info.status == "FINISHED"
        accuracy = run.data.metrics["accuracy/all"]
        assert accuracy == expected[variant].data.metrics["accuracy/all"]
    assert place.states() == {"KILLED", "FINISHED"}
