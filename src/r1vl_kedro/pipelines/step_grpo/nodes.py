"""The node that trains a warmed-up model by StepGRPO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training_jobs
from r1vl_kedro.pipelines.hints import Frame, JsonRows
from r1vl_kedro.training.options import StepGRPOOptions


def train_step_grpo(
    options: StepGRPOOptions, launcher: LauncherOptions, **given: Any
) -> tuple[JsonRows, Frame, Path]:
    """Train the warm-up checkpoint by StepGRPO; returns its log, rollouts and model directory.

    Args:
        given: what `training_jobs.train` takes beside these.
    """
    return training_jobs.train("step_grpo", options=options, launcher=launcher, **given)
