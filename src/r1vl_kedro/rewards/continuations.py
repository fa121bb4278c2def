"""Steps by where they lead: how often continuing after a step ends right, without key steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from r1vl_kedro.rewards.outcome import share_right
from r1vl_kedro.rewards.registry import Completion, Options, Reward, options_of, register


@register
class ContinuationReward(Reward):
    """alpha times the mean over a response's steps of how often its continuations end right.

    After each step the model being trained continues ``samples`` times; the share of right answers
    is the step's reward (Math-Shepherd's soft estimation, arXiv 2312.08935; VinePPO,
    arXiv 2410.01679). It takes the place of key steps and needs no annotation. 0 without a step.

    Example:
        >>> right, wrong = "### The final answer is: 2", "### The final answer is: 3"
        >>> ContinuationReward()(["..."], answer=["2"], continued=[[[right, wrong]]])
        [0.05]
    """

    name = "continuations"
    columns = ("answer", "options", "continued")
    sampled: ClassVar[tuple[str, ...]] = ("continued",)

    alpha: float = Field(0.1, ge=0)
    samples: int = Field(2, ge=1, le=64)
    """Continuations of each step."""
    max_steps: int = Field(6, ge=1)
    """Later steps are not continued."""

    def __call__(
        self,
        completions: Sequence[Completion],
        answer: Sequence[str],
        continued: Sequence[Sequence[Sequence[str]]],
        options: Options | None = None,
        **_: Any,
    ) -> list[float]:
        """Return the rewards; ``continued`` has each step's continued responses, whole."""
        choices = options_of(completions, options)
        made = []
        for steps, gold, some in zip(continued, answer, choices, strict=True):
            rates = [share_right(texts, gold, some, grammar=self.grammar) for texts in steps]
            made.append(self.alpha * sum(rates) / len(rates) if rates else 0.0)
        return made

    def sampled_tokens(self, prompt: float, completion: float) -> tuple[float, float]:
        """Count ``max_steps`` steps of one length, each continued to the end of the completion."""
        steps = self.max_steps
        read = steps * prompt + completion * (steps + 1) / 2
        return read, self.samples * completion * (steps - 1) / 2
