"""The preflight's report, put together from data, plan and estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.preflight import estimates
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.preflight.shapes import PreflightError, Shape, shape_of
from r1vl_kedro.preflight.text import histogram
from r1vl_kedro.training.options import StepGRPOOptions, TrainingOptions
from r1vl_kedro.training.planned import Training
from r1vl_kedro.training.sharing import worth_knowing

LENGTHS = ("visual_tokens", "prompt_tokens", "answer_tokens")


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
    planned = [one for one in trainings if isinstance(one.options, TrainingOptions)]
    plans = [estimates.plan(one, counts) for one in planned]
    memory: list[dict[str, float]] = [{} for _ in planned]
    hours: list[dict[str, float | None]] = [{} for _ in planned]
    disk: dict[str, float] = {}
    try:
        shape = shape_of(base)
    except PreflightError as error:
        notes.append(f"memory, hours and disk are not estimated: {error}")
    else:
        memory = [_memory(shape, one, launcher, options) for one in planned]
        disk = _disk(shape, planned, work_dir, problems, notes)
        lengths = _mean(found["prompt_tokens"]), _mean(found["answer_tokens"])
        hours = [
            estimates.hours(options, shape.parameters, launcher.num_processes, one, plan, *lengths)
            for one, plan in zip(planned, plans, strict=True)
        ]
    shown = _distinct(planned, plans, memory, hours)
    problems += _too_little_memory({planned[i].name: memory[i] for i in shown}, launcher, options)
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
        "plan": {planned[i].name: plans[i] for i in shown},
        "memory_gb_per_gpu": {planned[i].name: memory[i] for i in shown if memory[i]},
        "hours": _hours(planned, hours, shown) if disk else {},
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


def _distinct(planned: Sequence[Training], *estimated: Sequence[Any]) -> list[int]:
    """Return the places of trainings that take other than an earlier one of their method."""
    seen: list[Any] = []
    shown = []
    for place, training in enumerate(planned):
        takes = (training.method.entry, [column[place] for column in estimated])
        if takes not in seen:
            seen.append(takes)
            shown.append(place)
    return shown


def _memory(
    shape: Shape, training: Training, launcher: LauncherOptions, options: PreflightOptions
) -> dict[str, float]:
    settings = training.options
    share = max(1, settings.batch.sequences // launcher.num_processes)
    micro = settings.micro_batch_size or share
    return estimates.memory_gb(
        settings,
        shape,
        launcher.num_processes,
        settings.max_prompt_length + settings.max_completion_length,
        micro * estimates.sequences_of(training),
        isinstance(settings, StepGRPOOptions) and settings.beta > 0,
        options.gpu_memory_gb,
    )


def _too_little_memory(
    memory: Mapping[str, Mapping[str, float]],
    launcher: LauncherOptions,
    options: PreflightOptions,
) -> list[str]:
    return [
        f"{name} is estimated to need {parts['total']} GB a GPU, there are "
        f"{options.gpu_memory_gb:g}; a smaller micro_batch_size, deepspeed: zero3_offload or lora "
        "would lower it"
        for name, parts in memory.items()
        if launcher.device == "cuda" and parts and parts["total"] > options.gpu_memory_gb
    ]


def _hours(
    planned: Sequence[Training], hours: Sequence[Mapping[str, float | None]], shown: Sequence[int]
) -> dict[str, float | None]:
    """Sum up the hours: of each training shown, of one run, of the grid."""
    lines = {f"{planned[i].name} {part}": value for i in shown for part, value in hours[i].items()}
    sections = [i for i, one in enumerate(planned) if one.name == one.where]
    grid = [i for i, one in enumerate(planned) if one.name != one.where]
    lines["together"] = _sum(hours[i] for i in sections)
    if grid:
        own = [planned[i].method for i in grid]
        once = [
            hours[i]
            for i in sections
            if planned[i].method.evaluates and planned[i].method not in own
        ]
        again = [hours[i] for i in grid for _ in range(planned[i].seeds)]
        lines["all trainings of the grid"] = _sum([*once, *again])
    return lines


def _sum(hours: Iterable[Mapping[str, float | None]]) -> float | None:
    values = [value for parts in hours for value in parts.values()]
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
