"""The preflight's report, put together from data, plan and estimates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.preflight import estimates
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.preflight.shapes import PreflightError, Shape, shape_of
from r1vl_kedro.preflight.text import histogram
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.sharing import worth_knowing

LENGTHS = ("visual_tokens", "prompt_tokens", "answer_tokens")


def compose(
    problems: list[str],
    found: dict[str, Any],
    base: str,
    planned: dict[str, Any],
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    options: PreflightOptions,
    work_dir: str,
) -> dict[str, Any]:
    """Put the report together; what needs a model's size is left out where that is unknown.

    Args:
        problems: reasons found among the settings.
        found: what `preflight.data.measure` found, with ``data``, ``problems`` and ``notes``.
        planned: steps and rollouts, as `estimates.plan` gives them.
    """
    problems = problems + found["problems"]
    notes = [*found["notes"], *worth_knowing(step_grpo, launcher.num_processes)]
    memory: dict[str, dict[str, float]] = {}
    hours: dict[str, float | None] = {}
    disk: dict[str, float] = {}
    try:
        shape = shape_of(base)
    except PreflightError as error:
        notes.append(f"memory, hours and disk are not estimated: {error}")
    else:
        memory = _memory(shape, warm_up, step_grpo, launcher, options, problems)
        disk = _disk(shape, step_grpo, work_dir, problems)
        hours = estimates.hours(
            options,
            shape.parameters,
            launcher.num_processes,
            planned,
            _mean(found["prompt_tokens"]),
            _mean(found["answer_tokens"]),
            warm_up,
            step_grpo,
        )
    unit = f"GPUs of {options.gpu_memory_gb:g} GB" if launcher.device == "cuda" else "processes"
    over = f" over {launcher.num_machines} machines" if launcher.num_machines > 1 else ""
    limit = step_grpo.max_prompt_length
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
        "plan": planned,
        "memory_gb_per_gpu": memory,
        "hours": hours,
        "disk_gb": disk,
        "notes": notes,
        "problems": problems,
    }


def _memory(
    shape: Shape,
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    launcher: LauncherOptions,
    options: PreflightOptions,
    problems: list[str],
) -> dict[str, dict[str, float]]:
    memory = {}
    stages = (("warm-up", warm_up, False), ("StepGRPO", step_grpo, step_grpo.beta > 0))
    for name, stage, reference in stages:
        tokens = stage.max_prompt_length + stage.max_completion_length
        share = stage.sequences_per_step // launcher.num_processes
        memory[name] = estimates.memory_gb(
            stage,
            shape,
            launcher.num_processes,
            tokens,
            stage.micro_batch_size or max(1, share),
            reference,
            options.gpu_memory_gb,
        )
        if launcher.device == "cuda" and memory[name]["total"] > options.gpu_memory_gb:
            problems.append(
                f"{name} is estimated to need {memory[name]['total']} GB a GPU, there are "
                f"{options.gpu_memory_gb:g}; a smaller micro_batch_size, deepspeed: zero3_offload "
                "or lora would lower it"
            )
    return memory


def _disk(
    shape: Shape, step_grpo: StepGRPOOptions, work_dir: str, problems: list[str]
) -> dict[str, float]:
    disk = estimates.disk_gb(step_grpo, shape.parameters, 2, Path(work_dir).resolve())
    needed = sum(disk.values()) - disk["free"]
    if needed > disk["free"]:
        problems.append(
            f"{work_dir} has {disk['free']:,.0f} GB free; two models and the checkpoints of a "
            f"training need about {needed:,.0f}"
        )
    return disk


def _mean(values: list[int]) -> float:
    return sum(values) / max(len(values), 1)
