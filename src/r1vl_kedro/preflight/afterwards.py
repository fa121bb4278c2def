"""What a training took, beside what preflight's formula gives for the work that it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from r1vl_kedro.preflight.options import PreflightOptions

SAMPLING = "seconds/generate"


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
    hours = next(name for name in ("gpu_hours", "process_hours") if name in steps[-1])
    found = {"hours": seconds / 3600, hours: seconds * processes / 3600}
    if sampling and tokens:
        found["sampled_tokens_per_second_and_process"] = tokens / processes / sampling
    if hours == "gpu_hours":
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
