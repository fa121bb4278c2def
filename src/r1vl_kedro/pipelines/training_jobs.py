"""Starting a training job from a node and bringing back what it left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.hints import Frame
from r1vl_kedro.records.schema import directory_of
from r1vl_kedro.run_context import RUN
from r1vl_kedro.training.options import TrainingOptions

SFT = "r1vl_kedro.training.sft:train_sft"
STEP_GRPO = "r1vl_kedro.training.step_grpo:train_step_grpo"


def train(
    entry: str,
    stage: str,
    *,
    base: Path | str,
    records: Any,
    validation: Any,
    options: TrainingOptions,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
) -> tuple[list[dict[str, Any]], Frame, Path]:
    """Run a training job; returns its log, its example rollouts and the model's directory.

    The job's state lies in ``work_dir/<variant>`` until it ends, so the same call goes on from
    there after a kill. The model comes last: once it is moved away, training would start anew.
    """
    import pandas as pd

    run = RUN.get()
    variant = (run.variant if run is not None else None) or "main"
    place = Path(work_dir).resolve() / variant
    place.mkdir(parents=True, exist_ok=True)
    output = place / stage
    kwargs = {
        "base": str(base),
        "records": str(directory_of(records)),
        "validation": str(directory_of(validation)) if options.eval_steps else None,
        "output": str(output),
        "options": options.model_dump(mode="json"),
        "seed": seed,
        "template": template,
    }
    if options.threads is not None:
        launcher = launcher.model_copy(update={"threads_per_process": options.threads})
    name = f"{variant}.{stage}"
    run_job(entry, kwargs, options=launcher, log_dir=place / "logs", name=name)
    log = json.loads((output / "training_log.json").read_text(encoding="utf-8"))
    rollouts = output / "rollouts.parquet"
    return log, pd.read_parquet(rollouts) if rollouts.is_file() else pd.DataFrame(), output
