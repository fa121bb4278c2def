"""Nodes that train a warmed-up model further."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines import training_jobs
from r1vl_kedro.pipelines.hints import Frame
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.overrides import continued_sft, with_overrides


def train_step_grpo(
    base: Path | str,
    records: Any,
    validation: Any,
    options: StepGRPOOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
    overrides: dict | None = None,
) -> tuple[list[dict[str, Any]], Frame, Path]:
    """StepGRPO from the warm-up checkpoint; training log, rollouts and the model's directory.

    Args:
        overrides: what a variant changes of the options, e.g. ``{"weights": {"step_rvr": 0}}``.
    """
    return training_jobs.train(
        training_jobs.STEP_GRPO,
        "step_grpo",
        base=base,
        records=records,
        validation=validation,
        options=with_overrides(options, overrides),
        launcher=launcher,
        template=template,
        seed=seed,
        work_dir=work_dir,
    )


def train_sft_continued(
    base: Path | str,
    records: Any,
    questions: Any,
    validation: Any,
    options: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
    overrides: dict | None = None,
) -> tuple[list[dict[str, Any]], Frame, Path]:
    """SFT on the records' reference paths, as many updates on as many sequences as StepGRPO.

    The table of rollouts is empty; it is there so that every variant has the same outputs.

    Args:
        questions: the RL questions, whose number says how long StepGRPO trains.
    """
    return training_jobs.train(
        training_jobs.SFT,
        "sft",
        base=base,
        records=records,
        validation=validation,
        options=continued_sft(options, step_grpo, len(questions), overrides),
        launcher=launcher,
        template=template,
        seed=seed,
        work_dir=work_dir,
    )
