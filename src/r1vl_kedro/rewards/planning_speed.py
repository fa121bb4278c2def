"""How right is the speed of a plan? (AlphaDrive, arXiv 2503.07608, algorithm 1)"""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from r1vl_kedro.responses import THINK_ANSWER, GrammarName
from r1vl_kedro.rewards.planning import SPEED, Mode, check_mode, planning_accuracy
from r1vl_kedro.rewards.registry import Completion, Reward, completion_text, register


@register
class PlanningSpeedReward(Reward):
    """F1 of the speed actions times the mean weight of those predicted; see `planning_accuracy`."""

    name = "planning_speed"
    columns = ("answer",)

    mode: Mode = "strict"
    grammar: GrammarName = Field(THINK_ANSWER.name, exclude=True, repr=False)

    @model_validator(mode="after")
    def _released_in_its_grammar(self) -> Self:
        check_mode(self.mode, self.grammar)
        return self

    def __call__(
        self, completions: Sequence[Completion], answer: Sequence[str], **_: Any
    ) -> list[float]:
        """Return the rewards of the completions."""
        return [
            planning_accuracy(
                completion_text(text), gold, SPEED, mode=self.mode, grammar=self.grammar
            )
            for text, gold in zip(completions, answer, strict=True)
        ]
