"""Where a group's prompt is read once, and what reading it more often costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from r1vl_kedro.models.decoding import MODEL_TYPES
from r1vl_kedro.training.errors import TrainingError

if TYPE_CHECKING:
    from r1vl_kedro.training.options import StepGRPOOptions

PackedAttention = Literal["auto", "sdpa", "varlen", "flex"]
"""``sdpa`` is torch's on every device; ``varlen`` (its FlashAttention without padding) and ``flex``
(FlexAttention) run on GPUs."""


def check_model(base: str, option: str = "share_prompts") -> None:
    """Refuse a model that cannot read packed rows, from its configuration alone.

    Args:
        base: a checkpoint directory or hub name.
        option: what asks for packed rows.

    Raises:
        TrainingError: another type of model; names those that can.
    """
    from transformers import PretrainedConfig

    kind = PretrainedConfig.get_config_dict(base)[0].get("model_type")
    if kind not in MODEL_TYPES:
        raise TrainingError(
            f"{option}: {base} is a model of type {kind!r}, whose positions are not known; "
            f"{', '.join(MODEL_TYPES)} share prompts, others train with {option}: false"
        )


def prompt_reads(options: StepGRPOOptions, processes: int) -> int:
    """Count the prompts that the loss reads per batch of rollouts, over all processes.

    A group that lies in several micro-batches or processes is read once in each of them.
    """
    if not options.share_prompts:
        return options.rollouts
    micro, passes = options.split(processes)
    starts = range(0, micro * passes * processes, micro)
    group = options.group_size
    return sum((start + micro - 1) // group - start // group + 1 for start in starts)


def sharing_note(options: StepGRPOOptions, processes: int) -> str | None:
    """Explain why prompts are read more than once, and the cost; None where each is read once."""
    reads = prompt_reads(options, processes)
    if reads == options.prompts:
        return None
    micro, _ = options.split(processes)
    if not options.share_prompts:
        why = "share_prompts is off"
    else:
        why = (
            f"micro-batches of {micro} on {processes} processes divide groups of "
            f"{options.group_size}"
        )
    extra = (reads - options.prompts) * options.max_prompt_length
    return (
        f"StepGRPO reads {reads} prompts a step for {options.prompts} questions, since {why}: up "
        f"to {extra:,} tokens more in each of the passes over them"
    )


def worth_knowing(options: StepGRPOOptions, processes: int) -> list[str]:
    """Note for preflight prompts read more than once and sequences that vLLM's ratio may mask."""
    try:
        found = [sharing_note(options, processes)]
    except ValueError:  # batches that do not divide are named as a problem
        found = []
    length = options.max_completion_length
    masked = options.vllm.expected_masked(length) if options.vllm is not None else 0.0
    if masked > 0.01:
        found.append(
            f"step_grpo.vllm.correction {options.vllm.correction}: about {masked:.0%} of sequences "
            f"of {length} tokens lie beyond its bounds where a token's log-ratio spreads by 0.05; "
            "sampling/spread in the training log is the measured one"
        )
    return [note for note in found if note]
