"""The preflight's report, put together from data, plan and estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.preflight import estimates
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.preflight.shapes import PreflightError, Shape, shape_of
from r1vl_kedro.preflight.text import histogram
from r1vl_kedro.training.options import StepGRPOOptions, TrainingOptions
from r1vl_kedro.training.planned import Training
from r1vl_kedro.training.sharing import worth_knowing

LENGTHS = ("visual_tokens", "prompt_tokens", "answer_tokens")


class Estimate(NamedTuple):
    """What a training takes; memory and hours are empty where the model's size is unknown."""

    training: Training
    plan: dict[str, Any]
    memory: dict[str, float]
    hours: dict[str, float | None]


def compose(
    problems: list[str],
    found: dict[str, Any],
    base: str,
    trainings: Sequence[Training],
    counts: Mapping[str, int | None],
    launcher: LauncherOptions,
    options: PreflightOptions,
    work_dir: str,
) -> dict[str, Any]:
    """Put the report together; what needs a model's size is left out where that is unknown.

    Args:
        problems: reasons found among the settings.
        found: what `preflight.data.measure` found, with ``data``, ``problems`` and ``notes``.
        trainings: those of the configuration's sections, then those of the grid's variants. One
            that takes what an earlier one of its method takes has no line of its own.
        counts: by dataset, how many records it has as far as is known.
    """
    problems = problems + found["problems"]
    notes = [*found["notes"], *_worth_knowing(trainings, launcher.num_processes)]
    shape = _shape(base, notes)
    planned = [one for one in trainings if isinstance(one.options, TrainingOptions)]
    rows = [_estimate(one, shape, counts, found, launcher, options) for one in planned]
    disk = _disk(shape, planned, work_dir, problems, notes) if shape else {}
    shown = _distinct(rows)
    problems += _too_little_memory(shown, launcher, options)
    unit = f"GPUs of {options.gpu_memory_gb:g} GB" if launcher.device == "cuda" else "processes"
    over = f" of the cluster {launcher.cluster}" if launcher.cluster else ""
    limit = found["max_prompt_length"]
    return {
        "model": base,
        "machine": f"{launcher.num_processes} {unit}{over}",
        "data": found["data"],
        "lengths": {
            "measured": len(found["prompt_tokens"]),
            "max_prompt_length": limit,
            "too_long": sum(tokens > limit for tokens in found["prompt_tokens"]),
            "histograms": {name.replace("_", " "): histogram(found[name]) for name in LENGTHS},
        },
        "plan": {row.training.name: row.plan for row in shown},
        "memory_gb_per_gpu": {row.training.name: row.memory for row in shown if row.memory},
        "hours": _hours(rows, shown) if disk else {},
        "disk_gb": disk,
        "notes": notes,
        "problems": problems,
    }


def _worth_knowing(trainings: Sequence[Training], processes: int) -> list[str]:
    sampling = [one.options for one in trainings if isinstance(one.options, StepGRPOOptions)]
    notes = [note for options in sampling for note in worth_knowing(options, processes)]
    others = [one.name for one in trainings if not isinstance(one.options, TrainingOptions)]
    if others:
        notes.append(
            f"steps, memory and hours are estimated of trainings, not of {', '.join(others)}"
        )
    return list(dict.fromkeys(notes))


def _shape(base: str, notes: list[str]) -> Shape | None:
    try:
        return shape_of(base)
    except PreflightError as error:
        notes.append(f"memory, hours and disk are not estimated: {error}")
        return None


def _estimate(
    training: Training,
    shape: Shape | None,
    counts: Mapping[str, int | None],
    found: Mapping[str, Any],
    launcher: LauncherOptions,
    options: PreflightOptions,
) -> Estimate:
    plan = estimates.plan(training, counts)
    if shape is None:
        return Estimate(training, plan, {}, {})
    processes = launcher.num_processes
    memory = estimates.memory_gb(training, shape, processes, options.gpu_memory_gb)
    lengths = _mean(found["prompt_tokens"]), _mean(found["answer_tokens"])
    hours = estimates.hours(options, shape.parameters, processes, training, plan, *lengths)
    return Estimate(training, plan, memory, hours)


def _distinct(rows: Iterable[Estimate]) -> list[Estimate]:
    """Leave out trainings that take what an earlier one of their method takes."""
    distinct: list[Estimate] = []
    for row in rows:
        entry = row.training.method.entry
        if not any(entry == one.training.method.entry and row[1:] == one[1:] for one in distinct):
            distinct.append(row)
    return distinct


def _too_little_memory(
    rows: Iterable[Estimate], launcher: LauncherOptions, options: PreflightOptions
) -> list[str]:
    return [
        f"{row.training.name} is estimated to need {row.memory['total']} GB a GPU, there are "
        f"{options.gpu_memory_gb:g}; a smaller micro_batch_size, deepspeed: zero3_offload or lora "
        "would lower it"
        for row in rows
        if launcher.device == "cuda" and row.memory.get("total", 0) > options.gpu_memory_gb
    ]


def _hours(rows: Sequence[Estimate], shown: Iterable[Estimate]) -> dict[str, float | None]:
    """Sum up the hours: of each training shown, of one run, of the grid."""
    lines = {f"{row.training.name} {part}": v for row in shown for part, v in row.hours.items()}
    sections = [row for row in rows if row.training.name == row.training.where]
    grid = [row for row in rows if row.training.name != row.training.where]
    lines["together"] = _sum(sections)
    if grid:
        own = [row.training.method for row in grid]
        shared = [row for row in sections if row.training.method.evaluates]
        once = [row for row in shared if row.training.method not in own]
        again = [row for row in grid for _ in range(row.training.seeds)]
        lines["all trainings of the grid"] = _sum([*once, *again])
    return lines


def _sum(rows: Iterable[Estimate]) -> float | None:
    values = [value for row in rows for value in row.hours.values()]
    return None if None in values else sum(values)


def _disk(
    shape: Shape,
    planned: Sequence[Training],
    work_dir: str,
    problems: list[str],
    notes: list[str],
) -> dict[str, float]:
    largest = next(one.options for one in planned if isinstance(one.options, StepGRPOOptions))
    disk = estimates.disk_gb(largest, shape.parameters, 2, Path(work_dir).resolve())
    needed = sum(disk.values()) - disk["free"]
    if needed > disk["free"]:
        problems.append(
            f"{work_dir} has {disk['free']:,.0f} GB free; two models and the checkpoints of a "
            f"training need about {needed:,.0f}"
        )
    models = 1 + sum(one.seeds for one in planned if one.name != one.where)
    grid = needed + disk["finished models"] * (models / 2 - 1)
    if models > 2 and grid > disk["free"]:
        notes.append(
            f"the {models} models of the grid and the checkpoints of a training need about "
            f"{grid:,.0f} GB of {work_dir}, which has {disk['free']:,.0f} free"
        )
    return disk


def _mean(values: list[int]) -> float:
    return sum(values) / max(len(values), 1)
