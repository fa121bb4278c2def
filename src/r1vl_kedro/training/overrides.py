"""A stage's options: the common ones with a few keys replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from r1vl_kedro.rewards.registry import as_options
from r1vl_kedro.training.batches import steps_on
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

Options = TypeVar("Options", bound=BaseModel)

# Each pair states one thing in two ways: an override of one drops the other.
_EITHER = (("num_steps", "num_epochs"), ("rollouts_per_step", "prompts_per_step"))


class ContinuedSFTOptions(SFTOptions):
    """SFT as long as a StepGRPO training, whose epochs count questions; else of its own length."""

    prompts_per_step: int | None = Field(None, ge=1)
    """Questions of a StepGRPO step; None where the length is its own."""
    updates_per_batch: int = Field(1, ge=1)
    """StepGRPO's ``num_iterations``."""

    def settled(self, questions: int) -> SFTOptions:
        """Return the options with as many steps as StepGRPO has on so many questions."""
        values = self.model_dump(exclude={"prompts_per_step", "updates_per_batch"})
        if self.prompts_per_step is not None and self.num_epochs is not None:
            per_batch = self.prompts_per_step, self.updates_per_batch
            values |= {"num_steps": steps_on(questions, self.num_epochs, *per_batch)}
            values["num_epochs"] = None
        return SFTOptions.model_validate(values)


def with_overrides(options: Options, overrides: Mapping[str, Any] | None) -> Options:
    """Lay ``overrides`` over ``options``, nested keys too, and validate anew.

    Raises:
        pydantic.ValidationError: an unknown key or a value that does not fit; names it.
    """
    overrides = dict(overrides or {})
    if isinstance(overrides.get("rewards"), Mapping):  # a bare number changes the weight alone
        overrides["rewards"] = as_options(overrides["rewards"])
    merged = merge(options.model_dump(), overrides)
    for pair in _EITHER:
        for one, other in (pair, pair[::-1]):
            if overrides.get(one) is not None and other not in overrides:
                merged.pop(other, None)
    return type(options).model_validate(merged)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay ``over`` over ``base``, mappings key by key."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if both else value
    return merged


def continued_sft(
    warm_up: SFTOptions, step_grpo: StepGRPOOptions, overrides: Mapping[str, Any] | None = None
) -> ContinuedSFTOptions:
    """Make SFT as long as StepGRPO: as many updates, each on as many sequences.

    Overrides with ``num_steps`` or ``num_epochs`` give it a length of its own instead.
    """
    overrides = dict(overrides or {})
    start = ContinuedSFTOptions.model_validate(warm_up.model_dump())
    if {"num_steps", "num_epochs"} & {key for key, value in overrides.items() if value is not None}:
        return with_overrides(start, overrides)
    length = {
        "num_steps": step_grpo.num_steps,
        "num_epochs": step_grpo.num_epochs,
        "batch_size": step_grpo.rollouts,
        "prompts_per_step": step_grpo.prompts,
        "updates_per_batch": step_grpo.num_iterations,
    }
    # The warm-up's is for another batch, which it need not divide.
    micro = {"micro_batch_size": step_grpo.micro_batch_size or warm_up.micro_batch_size}
    return with_overrides(start, {**micro, **overrides, **length})
