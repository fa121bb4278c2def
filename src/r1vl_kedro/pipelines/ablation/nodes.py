"""Nodes of a stage of the grid, and of what a variant's stages left."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training_jobs
from r1vl_kedro.pipelines.hints import Frame, Records
from r1vl_kedro.training.methods import get_method
from r1vl_kedro.training.overrides import ContinuedSFTOptions


def choose_records(records: Records, n_records: int, seed: int) -> Records:
    """Draw so many of the records by the seed, in their order; all where there are fewer."""
    rows = range(len(records))
    chosen = random.Random(f"{seed}-stage").sample(rows, min(n_records, len(rows)))
    return records.select(sorted(chosen))


def train_stage(
    base: Path | str,
    records: Records,
    validation: Records,
    method: str,
    options: dict[str, Any],
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
    questions: Records | None = None,
) -> tuple[Any, ...]:
    """Run one stage of a variant; returns what its method leaves.

    Args:
        options: of the method's options model, complete and checked with the grid.
        questions: the RL questions, for a method that is as long as StepGRPO on them.
    """
    settings = get_method(method).options.model_validate(options)
    if isinstance(settings, ContinuedSFTOptions):
        settings = settings.settled(0 if questions is None else len(questions))
    return training_jobs.train(
        method,
        base=base,
        records=records,
        validation=validation,
        options=settings,
        launcher=launcher,
        template=template,
        seed=seed,
        work_dir=work_dir,
    )


def join_logs(**logs: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Join the training logs of a variant's stages, in order, their steps counted on.

    Each row gets the name of its ``stage``.
    """
    joined: list[dict[str, Any]] = []
    for stage, log in logs.items():
        before = joined[-1]["step"] if joined else 0
        joined += [{**row, "step": before + row["step"], "stage": stage} for row in log]
    return joined


def join_rollouts(**rollouts: Frame) -> Frame:
    """Join the example rollouts of a variant's stages, in order, with a column ``stage``."""
    import pandas as pd

    parts = [frame.assign(stage=stage) for stage, frame in rollouts.items() if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
