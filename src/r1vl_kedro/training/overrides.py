"""A variant's options: the common ones with a few keys replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from r1vl_kedro.rewards.registry import as_options
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions, TrainingOptions

Options = TypeVar("Options", bound=TrainingOptions)

# Giving one of a pair takes the other back.
_EITHER = (("num_steps", "num_epochs"), ("rollouts_per_step", "prompts_per_step"))


def with_overrides(options: Options, overrides: Mapping[str, Any] | None) -> Options:
    """``options`` with ``overrides`` laid over it, nested keys too, validated anew.

    Raises:
        pydantic.ValidationError: an unknown key or a value that does not fit; names it.
    """
    overrides = dict(overrides or {})
    if isinstance(overrides.get("rewards"), Mapping):  # a bare number changes the weight alone
        overrides["rewards"] = as_options(overrides["rewards"])
    merged = _merge(options.model_dump(), overrides)
    for pair in _EITHER:
        for one, other in (pair, pair[::-1]):
            if overrides.get(one) is not None and other not in overrides:
                merged.pop(other, None)
    return type(options).model_validate(merged)


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def continued_sft(
    warm_up: SFTOptions,
    step_grpo: StepGRPOOptions,
    prompts: int,
    overrides: Mapping[str, Any] | None = None,
) -> SFTOptions:
    """SFT of the same length as StepGRPO: as many updates, each on as many sequences."""
    length = {"num_steps": step_grpo.steps(prompts), "batch_size": step_grpo.rollouts}
    # The warm-up's is for another batch, which it need not divide.
    micro = {"micro_batch_size": step_grpo.micro_batch_size or warm_up.micro_batch_size}
    return with_overrides(warm_up, {**micro, **(overrides or {}), **length})
