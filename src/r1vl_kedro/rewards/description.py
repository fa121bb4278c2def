"""Is the description of the image enough to answer the question?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from r1vl_kedro.rewards.outcome import share_right
from r1vl_kedro.rewards.registry import Completion, Options, Reward, options_of, register


@register
class DescriptionReward(Reward):
    """The share of right answers that the model gives from its description alone, without image.

    A response's ``### Image Description`` is put before the question in the image's place, and the
    model being trained answers ``samples`` times. 0 without a description.

    Example:
        >>> right, wrong = "### The final answer is: 2", "### The final answer is: 3"
        >>> DescriptionReward()(["...", "..."], answer=["2", "2"], described=[[right, wrong], []])
        [0.5, 0.0]
    """

    name = "description"
    columns = ("answer", "options", "described")
    sampled: ClassVar[tuple[str, ...]] = ("described",)

    samples: int = Field(1, ge=1, le=64)
    """Answers from each description."""

    def __call__(
        self,
        completions: Sequence[Completion],
        answer: Sequence[str],
        described: Sequence[Sequence[str]],
        options: Options | None = None,
        **_: Any,
    ) -> list[float]:
        """Return the rewards; ``described`` has the responses to each description."""
        choices = options_of(completions, options)
        return [
            share_right(texts, gold, some, grammar=self.grammar)
            for texts, gold, some in zip(described, answer, choices, strict=True)
        ]

    def sampled_tokens(self, prompt: float, completion: float) -> tuple[float, float]:
        """Count a description that is as long as the images that it replaces."""
        return prompt, self.samples * completion
