"""The node that trains a warmed-up model by StepGRPO."""

from __future__ import annotations

from pathlib import Path

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training_jobs
from r1vl_kedro.pipelines.hints import Frame, JsonRows, Records
from r1vl_kedro.training.options import StepGRPOOptions


def train_step_grpo(
    base: Path | str,
    records: Records,
    validation: Records,
    options: StepGRPOOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
) -> tuple[JsonRows, Frame, Path]:
    """Train the warm-up checkpoint by StepGRPO; returns its log, rollouts and model directory."""
    return training_jobs.train(
        "step_grpo",
        base=base,
        records=records,
        validation=validation,
        options=options,
        launcher=launcher,
        template=template,
        seed=seed,
        work_dir=work_dir,
    )
