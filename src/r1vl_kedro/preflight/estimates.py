"""What a training will take: tokens, steps, memory, hours and disk; and what it took."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.preflight.shapes import Shape
from r1vl_kedro.training import costs
from r1vl_kedro.training.deepspeed_configs import stage
from r1vl_kedro.training.options import StepGRPOOptions, TrainingOptions
from r1vl_kedro.training.overrides import ContinuedSFTOptions
from r1vl_kedro.training.planned import Training

PIXELS_PER_TOKEN = 28 * 28
"""Qwen2-VL: patches of 14 pixels, merged two by two."""
SAMPLING = "seconds/generate"


def visual_tokens(width: int, height: int, low: int, high: int) -> int:
    """Count visual tokens of an image in pixels, as Qwen2-VL resizes it (its ``smart_resize``)."""
    h, w = (max(28, round(side / 28) * 28) for side in (height, width))
    if h * w > high:
        scale = math.sqrt(height * width / high)
        h, w = (max(28, math.floor(side / scale / 28) * 28) for side in (height, width))
    elif h * w < low:
        scale = math.sqrt(low / (height * width))
        h, w = (math.ceil(side * scale / 28) * 28 for side in (height, width))
    return h * w // PIXELS_PER_TOKEN


def plan(training: Training, counts: Mapping[str, int | None]) -> dict[str, Any]:
    """Work out the steps and rollouts of a training; None is unknown.

    Args:
        training: of a method whose options are ``TrainingOptions``.
        counts: by dataset, how many records it has as far as is known.
    """
    options, records = training.options, training.records.rpartition(".")[2]
    found, questions = counts.get(records), counts.get("rl_prompts")
    if found is not None and training.n_records is not None:
        found = min(found, training.n_records)
    if isinstance(options, ContinuedSFTOptions) and questions:
        options = options.settled(questions)
    samples = isinstance(options, StepGRPOOptions)
    what = "prompts" if samples else "pairs" if records == "pairs" else "records"
    planned = {what: found} | _steps(options, found, what)
    if samples:
        steps, updates = planned["steps"], options.batch.updates
        planned["rollouts"] = None if steps is None else steps * options.rollouts // updates
    return planned


def _steps(options: TrainingOptions, found: int | None, what: str) -> dict[str, Any]:
    batch, updates = options.batch.records, options.batch.updates
    if options.num_steps is not None:
        steps = options.num_steps
        because = f"num_steps {steps:,}"
        if found:
            because += f", {batch:,} {what} a step: {steps * batch / updates / found:.2f} epochs"
            because += f" of {found:,} {what}"
    elif not found:
        steps, because = None, f"unknown: no {what} were found to work the steps out from"
    else:
        steps = options.steps(found)
        epochs = f"{options.num_epochs:g} epoch{'s' if options.num_epochs != 1 else ''}"
        times = f" × {updates} updates" if updates > 1 else ""
        because = f"{found:,} {what} × {epochs} / {batch:,} a step{times} = {steps:,} steps"
    return {"steps": steps, "because": because}


def memory_gb(
    training: Training, shape: Shape, processes: int, gpu_memory_gb: float
) -> dict[str, float]:
    """Estimate memory of one GPU in GB by part; mixed-precision AdamW of all weights.

    Bytes a parameter: weights 2, gradients 2, optimizer 12 (fp32 copy and two moments), divided
    over the processes as the ZeRO stage says (Rajbhandari et al., 2020, section 5).
    """
    options, parameters = training.options, shape.parameters
    zero, n = stage(options.deepspeed), processes
    offload = (options.deepspeed or "").endswith("offload")
    trained = parameters if options.lora is None else 0.01 * parameters
    parts = {
        "weights": 2 * parameters / (n if zero == 3 else 1),
        "gradients": 2 * trained / (n if zero >= 2 else 1),
        "optimizer": 0.0 if offload else 12 * trained / (n if zero >= 1 else 1),
    }
    if offload and zero == 3:
        parts["weights"] = 0.0
    reference = isinstance(options, StepGRPOOptions) and options.beta > 0
    if reference and options.lora is None:
        parts["reference"] = 2 * parameters / (n if zero == 3 else 1)
    kept = 2 if options.gradient_checkpointing else 34
    share = max(1, options.batch.sequences // processes)
    sequences = (options.micro_batch_size or share) * sequences_of(training)
    tokens = sequences * (options.max_prompt_length + options.max_completion_length)
    parts["activations"] = tokens * shape.hidden * (kept * shape.layers + 34)
    parts["logits"] = 6.0 * min(tokens, 4096) * shape.vocabulary
    vllm = getattr(options, "vllm", None)
    gathers = getattr(options, "deepspeed_gather_for_rollouts", False)
    if gathers and vllm is None and zero == 3:
        parts["weights gathered for rollouts"] = 2 * parameters
    if vllm is not None and vllm.mode == "colocate":
        parts["vllm"] = vllm.gpu_memory_utilization * gpu_memory_gb * 1e9
    rounded = {name: round(value / 1e9, 1) for name, value in parts.items()}
    return {**rounded, "total": round(sum(parts.values()) / 1e9, 1)}


def hours(
    machine: PreflightOptions,
    parameters: float,
    processes: int,
    training: Training,
    planned: Mapping[str, Any],
    prompt_tokens: float,
    answer_tokens: float,
) -> dict[str, float | None]:
    """Estimate the hours of a training, by part; None where unknown (`training.costs`)."""
    options = training.options
    rolls = isinstance(options, StepGRPOOptions)
    if not prompt_tokens + answer_tokens or planned["steps"] is None:
        return dict.fromkeys(("rollouts", "updates") if rolls else ("training",))
    if rolls:
        # Batches that do not divide over the processes are named as a problem.
        over = 1 if options.problem_with(processes) else processes
        work = costs.work_of_rollouts(options, over, prompt_tokens, answer_tokens)
        work *= planned["steps"] / options.num_iterations
    else:
        sequences = sequences_of(training)
        prompts = 1 if getattr(options, "share_prompts", False) else sequences
        tokens = prompts * prompt_tokens + sequences * answer_tokens
        work = costs.Work(trained=planned["steps"] * options.batch.sequences * tokens)
    flops = work.update_flops(parameters, recomputed=options.gradient_checkpointing)
    updates, rollouts = machine.hours(flops / 1e12, work.sampled, processes)
    return {"rollouts": rollouts, "updates": updates} if rolls else {"training": updates}


def sequences_of(training: Training) -> int:
    """Count the sequences in one element of a training's batch: a pair has two."""
    return max(1, len(training.method.learns))


def disk_gb(
    options: TrainingOptions, parameters: float, runs: int, place: Path
) -> dict[str, float]:
    """Estimate the disk that ``runs`` models and one training's checkpoints take, and what is free.

    Bytes a parameter: 2 of a finished model (4 in fp32); 12 more (fp32 copy and two moments) of a
    resumable checkpoint, of which one is written before the oldest is removed.
    """
    weight = 2 if options.dtype != "float32" else 4
    trained = parameters if options.lora is None else 0.01 * parameters
    kept = (options.keep_checkpoints + 1) * (weight * parameters + 12 * trained)
    while not place.exists():
        place = place.parent
    return {
        "finished models": runs * weight * parameters / 1e9,
        "checkpoints of a training": kept / 1e9 if options.checkpoint_steps else 0.0,
        "free": shutil.disk_usage(place).free / 1e9,
    }


def accounts(
    log: Sequence[Mapping[str, Any]], machine: PreflightOptions, processes: int
) -> dict[str, float]:
    """Sum a training log up; on GPUs also by preflight's formula for this machine.

    Args:
        log: as in ``training_log.json``: every step with seconds, operations and sampled tokens.
        machine: what preflight assumes of a GPU.
        processes: of the training, a GPU each.

    Returns:
        ``hours`` and ``gpu_hours`` (``process_hours``); where tokens are sampled
        ``sampled_tokens_per_second_and_process``. On GPUs ``estimated_hours``, and
        ``utilisation``, the share of the assumed peak that all but sampling reached. Empty for a
        log without seconds.
    """
    steps = [row for row in log if "seconds/step" in row]
    if not steps:
        return {}
    seconds, sampling = (_sum(steps, name) for name in ("seconds/step", SAMPLING))
    tokens, tflops = (_sum(steps, name) for name in ("sampled_tokens", "update_tflops"))
    unit = next(name for name in ("gpu_hours", "process_hours") if name in steps[-1])
    found = {"hours": seconds / 3600, unit: seconds * processes / 3600}
    if sampling and tokens:
        found["sampled_tokens_per_second_and_process"] = tokens / processes / sampling
    if unit == "gpu_hours":
        found["estimated_hours"] = sum(machine.hours(tflops, tokens, processes))
        reached = tflops / (seconds - sampling) / processes
        found["utilisation"] = reached / machine.gpu_tflops
    return found


def sentence(found: Mapping[str, float], machine: PreflightOptions) -> str:
    """Tell what `accounts` found, and what to set so that preflight estimates the next one well."""
    kind = "gpu" if "gpu_hours" in found else "process"
    text = f"took {found['hours']:.3g} hours, {found[f'{kind}_hours']:.3g} {kind} hours"
    rate = found.get("sampled_tokens_per_second_and_process")
    if rate is not None:
        text += f", sampled {rate:,.0f} tokens a second and {kind}"
    if "estimated_hours" in found:
        text += (
            f"; preflight's formula gives {found['estimated_hours']:.3g} hours with utilisation "
            f"{machine.utilisation:g} (it was {found['utilisation']:.2g})"
        )
        if rate is not None:
            text += f" and rollout_tokens_per_second {machine.rollout_tokens_per_second:,.0f}"
    return text


def _sum(steps: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(row.get(name, 0.0) for row in steps)
