"""Trainings as nodes: the job of a method and what it left, and those that run without a grid.

::

    base_model ─────────┐                     warm_up_checkpoint ─┐
    warm_up_records ────┼─ train_warm_up      rl_prompts ─────────┼─ train_step_grpo
    validation_records ─┘   │                 validation_records ─┘   │
        warm_up_training_log, warm_up_checkpoint      training_log, rollouts, checkpoint
"""

import json
from collections.abc import Callable
from pathlib import Path

from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel

from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.hints import Frame, JsonObject, JsonRows, Left, Records
from r1vl_kedro.records.schema import directory_of
from r1vl_kedro.run_context import RUN
from r1vl_kedro.training.methods import get_method
from r1vl_kedro.training.planned import launched

GIVEN = {
    "launcher": "params:launcher",
    "template": "params:prompt.template",
    "seed": "params:seed",
    "work_dir": "params:work_dir",
}
"""Inputs that the node of every training takes."""


def create_training(method: str, prefix: str = "") -> Pipeline:
    """Build a training by its row of the methods alone: its base, its records, its section.

    The node's hint of its options is the row's model, by which Kedro checks the section.

    Args:
        prefix: before the names of what it leaves, which are those of the row.
    """
    row = get_method(method)

    def train_alone(
        base: Path | str,
        records: Records,
        validation: Records,
        options: row.options,
        launcher: LauncherOptions,
        template: str,
        seed: int,
        work_dir: str,
    ) -> tuple[Left, ...]:
        return train(method, base, records, validation, options, launcher, template, seed, work_dir)

    inputs = {
        "base": row.base,
        "records": row.records,
        "validation": "validation_records",
        "options": f"params:{row.sections[0]}",
        **GIVEN,
    }
    outputs = [f"{prefix}{left}" for left in row.leaves]
    node = Node(train_alone, inputs, outputs, name=f"train_{method}", tags="training")
    return Pipeline([node])


def train(
    method: str,
    base: Path | str,
    records: Records,
    validation: Records,
    options: BaseModel,
    launcher: LauncherOptions,
    template: str,
    seed: int,
    work_dir: str,
) -> tuple[Left, ...]:
    """Run the job of a method; returns what it leaves, in the order of its row.

    The job's state lies in ``work_dir/<variant>/<stage>`` until it ends, so the same call goes on
    from there after a kill. The job's directory comes last: once it is moved away, training would
    start anew.
    """
    row, run = get_method(method), RUN.get()
    variant, stage = run.variant or "main", run.stage or method
    place = Path(work_dir).resolve() / variant
    place.mkdir(parents=True, exist_ok=True)
    output = place / stage
    measures = getattr(options, "eval_steps", 0)  # not every method has them
    kwargs = {
        "base": str(base),
        "records": str(directory_of(records)),
        "validation": str(directory_of(validation)) if measures else None,
        "output": str(output),
        "options": options.model_dump(mode="json"),
        "seed": seed,
        "template": template,
    }
    how, name = launched(row, options, launcher), f"{variant}.{stage}"
    run_job(row.entry, kwargs, options=how, log_dir=place / "logs", name=name)
    return tuple(READERS.get(left, Path)(output) for left in row.leaves)


def _rollouts(output: Path) -> Frame:
    import pandas as pd

    file = output / "rollouts.parquet"
    return pd.read_parquet(file) if file.is_file() else pd.DataFrame()


def _json(name: str) -> Callable[[Path], JsonObject | JsonRows]:
    return lambda output: json.loads((output / name).read_text(encoding="utf-8"))


def _pairs(output: Path) -> Records:
    from datasets import load_from_disk

    return load_from_disk(str(output))


READERS: dict[str, Callable[[Path], Left]] = {
    "training_log": _json("training_log.json"),
    "rollouts": _rollouts,
    "pairs_report": _json("pairs_report.json"),
    "pairs": _pairs,
}
"""By dataset, how it is read from a job's directory; what is not here is the directory itself."""
