"""How right are the speed and the path of a plan? (AlphaDrive, arXiv 2503.07608, algorithm 1)"""

from collections.abc import Sequence
from typing import Any, ClassVar

from r1vl_kedro.rewards.planning import PATH, SPEED, PlanReward, planning_accuracy
from r1vl_kedro.rewards.registry import Completion, completion_text, register


class _Accuracy(PlanReward):
    kind: ClassVar[dict[str, float]]

    def __call__(
        self, completions: Sequence[Completion], answer: Sequence[str], **_: Any
    ) -> list[float]:
        """Return the rewards of the completions."""
        how = {"mode": self.mode, "grammar": self.grammar}
        return [
            planning_accuracy(completion_text(text), gold, self.kind, **how)
            for text, gold in zip(completions, answer, strict=True)
        ]


@register
class PlanningSpeedReward(_Accuracy):
    """F1 of the speed actions times the mean weight of those predicted; see `planning_accuracy`."""

    name = "planning_speed"
    kind = SPEED


@register
class PlanningPathReward(_Accuracy):
    """F1 of the path actions times the mean weight of those predicted; see `planning_accuracy`."""

    name = "planning_path"
    kind = PATH
