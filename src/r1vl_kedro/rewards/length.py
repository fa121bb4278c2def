"""Reward every token: an attempt at longer reasoning, which did not improve accuracy."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from r1vl_kedro.rewards.registry import Completion, Reward, register


@register
class LengthReward(Reward):
    """``per_token`` times the completion's tokens, whatever they are.

    VisualThinker-R1-Zero (arXiv 2503.05132) tried 0.001 a token beside accuracy and format, and
    reports that responses grew without better answers. Within a group only differences of a reward
    count, so that where answers agree the longest completion has the largest advantage. (The
    released code counts tokens of the text, without the end token, which counts here.)

    Example:
        >>> LengthReward()(["So it is 5."], completion_ids=[[83, 340, 318, 642, 13]])
        [0.005]
    """

    name = "length"

    per_token: float = Field(0.001, gt=0)

    def __call__(
        self,
        completions: Sequence[Completion],
        completion_ids: Sequence[Sequence[int]] | None = None,
        **_: Any,
    ) -> list[float | None]:
        """Return the rewards; None for each where only texts are known, outside of training."""
        if completion_ids is None:
            return [None] * len(completions)
        return [self.per_token * len(ids) for ids in completion_ids]
