"""Does a plan differ from the others of its group? (AlphaDrive, arXiv 2503.07608)"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from pydantic import Field

from r1vl_kedro.rewards.planning import (
    PATH,
    SPEED,
    Actions,
    PlanReward,
    stated_actions,
    wanted_actions,
)
from r1vl_kedro.rewards.registry import Completion, completion_text, register


@register
class PlanningDiversityReward(PlanReward):
    """Reward a plan that others of its group do not have, for its speed and its path each.

    ``released``: +``amount`` where no action of the plan was in a completion before it, else
    -``amount``; a completion without any action gets +``amount``. ``strict``: what that is on
    average over all orders of the group, ``amount`` (2 / c - 1) where c completions, itself
    included, share an action with it; a completion that decides on no action gets -``amount``.

    The released functions add this term to speed and path: their sum is that of `planning_speed`,
    `planning_path` and this reward.
    """

    name = "planning_diversity"
    whole_groups = True

    amount: float = Field(0.4, ge=0)

    def __call__(
        self, completions: Sequence[Completion], answer: Sequence[str], **_: Any
    ) -> list[float]:
        """Return the rewards of the completions of one group, in the order they were sampled."""
        texts = [completion_text(text) for text in completions]
        total = [0.0] * len(texts)
        for kind in (SPEED, PATH):
            wanted = [wanted_actions(gold, kind, self.grammar) for gold in answer]
            stated = [
                stated_actions(text, gold, kind, mode=self.mode, grammar=self.grammar)
                for text, gold in zip(texts, wanted, strict=True)
            ]
            signs = _first(stated) if self.mode == "released" else _rare(stated)
            total = [value + self.amount * sign for value, sign in zip(total, signs, strict=True)]
        return total


def _first(group: Sequence[Actions]) -> list[float]:
    before = accumulate(group, frozenset.union, initial=frozenset())
    return [-1.0 if stated & seen else 1.0 for stated, seen in zip(group, before, strict=False)]


def _rare(group: Sequence[Actions]) -> list[float]:
    shared = [sum(bool(stated & other) for other in group) for stated in group]
    return [2 / count - 1 if count else -1.0 for count in shared]
