"""Nodes of the warm-up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training_jobs
from r1vl_kedro.pipelines.hints import JsonRows
from r1vl_kedro.training.options import SFTOptions


def train_warm_up(
    options: SFTOptions, launcher: LauncherOptions, **given: Any
) -> tuple[JsonRows, Path]:
    """Fine-tune the base model on the warm-up records; its training log and its directory.

    Args:
        given: what `training_jobs.train` takes beside these.
    """
    return training_jobs.train("warm_up", options=options, launcher=launcher, **given)
