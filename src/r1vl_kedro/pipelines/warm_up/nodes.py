"""Nodes of the warm-up."""

from __future__ import annotations

from pathlib import Path

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training_jobs
from r1vl_kedro.pipelines.hints import JsonRows, Records
from r1vl_kedro.training.options import SFTOptions


def train_warm_up(
    base: Path | str,
    records: Records,
    validation: Records,
    options: SFTOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
) -> tuple[JsonRows, Path]:
    """Fine-tune the base model on the warm-up records; its training log and its directory."""
    return training_jobs.train(
        "warm_up",
        base=base,
        records=records,
        validation=validation,
        options=options,
        launcher=launcher,
        template=template,
        seed=seed,
        work_dir=work_dir,
    )
