"""What training computes: one count for preflight and for the log.

Floating-point operations a parameter and token: 6 where it is trained (8 where activations are
computed again), 2 where it is read or sampled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from operator import add
from typing import TYPE_CHECKING, Any

from r1vl_kedro.training.sharing import prompt_reads

if TYPE_CHECKING:
    from r1vl_kedro.training.options import StepGRPOOptions

PEAK_TFLOPS = {
    "B200": 2250.0,
    "H200": 989.0,
    "H100": 989.0,
    "A100": 312.0,
    "L40S": 362.0,
    "4090": 165.0,
    "A40": 150.0,
    "L4": 121.0,
}
"""Dense bfloat16 operations a second by a part of the card's name, in 1e12 (data sheets)."""


def peak_tflops(card: str) -> float | None:
    """Return the peak of a card by its name as torch has it; None where it is not known."""
    return next((peak for part, peak in PEAK_TFLOPS.items() if part in card), None)


@dataclass(frozen=True)
class Work:
    """Tokens that went through a model.

    Attributes:
        trained: forward and backward.
        read: forward alone, for log-probabilities or as prompts of what was sampled.
        sampled: drawn one by one.
    """

    trained: float = 0.0
    read: float = 0.0
    sampled: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(*map(add, astuple(self), astuple(other)))

    def __mul__(self, times: float) -> Work:
        return Work(*(times * part for part in astuple(self)))

    def update_flops(self, parameters: float, *, recomputed: bool) -> float:
        """Count the operations of updates: all but those of sampling.

        Args:
            recomputed: whether the backward pass computes activations again.
        """
        return parameters * ((8 if recomputed else 6) * self.trained + 2 * self.read)

    def model_flops(self, parameters: float) -> float:
        """Count the operations that the model asks for, however it is trained (of MFU)."""
        return parameters * (6 * self.trained + 2 * (self.read + self.sampled))


def passes_without_gradient(options: StepGRPOOptions) -> int:
    """Count how often a rollout is read beside its updates: for the reference and old policies.

    The old policy's log-probabilities are the loss's own where a batch of rollouts has one update,
    also with vLLM (``training.vllm_ratio``).
    """
    return bool(options.beta) + (options.num_iterations > 1)


def work_of_rollouts(
    options: StepGRPOOptions, processes: int, prompt: float, completion: float
) -> Work:
    """Expect the work of a batch of rollouts over all processes, from its sampling to its updates.

    What rewards sample beside the rollouts counts as well, at most.

    Args:
        prompt, completion: mean lengths in tokens.
    """
    tokens = prompt_reads(options, processes) * prompt + options.rollouts * completion
    read = passes_without_gradient(options) * tokens
    work = Work(options.num_iterations * tokens, read, options.rollouts * completion)
    for reward in options.rewards.values():
        more_read, more_sampled = reward.sampled_tokens(prompt, completion)
        work += Work(read=more_read, sampled=more_sampled) * options.rollouts
    return work


def rates(
    work: Work, seconds: Mapping[str, float], parameters: float, card: str | None
) -> dict[str, float]:
    """Describe a step of a process: what is logged of its work.

    Args:
        seconds: by phase, with ``step``.
        card: the name of its device; None of a CPU.

    Returns:
        ``tflops_per_second_and_process``, ``sampled_tokens_per_second_and_process`` while
        sampling, and ``mfu`` where the card's peak is known.
    """
    step, flops = seconds["step"], work.model_flops(parameters)
    found = {"tflops_per_second_and_process": flops / step / 1e12}
    if work.sampled and seconds.get("generate"):
        rate = work.sampled / seconds["generate"]
        found["sampled_tokens_per_second_and_process"] = rate
    peak = None if card is None else peak_tflops(card)
    if peak is not None:
        found["mfu"] = flops / step / (peak * 1e12)
    return found


def parameters_of(model: Any) -> int:
    """Count a model's parameters, also where ZeRO-3 has divided them."""
    return sum(getattr(p, "ds_numel", p.numel()) for p in model.parameters())
