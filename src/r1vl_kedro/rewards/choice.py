"""Is the answer the right option's letter, and nothing else? (MedVLM-R1, arXiv 2502.19634)"""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from r1vl_kedro.responses import THINK_ANSWER, GrammarName, final_answer, parse_response
from r1vl_kedro.rewards.registry import Completion, Reward, completion_text, register

_LETTER = re.compile(r"\b[A-J]\b")


def choice(response: str, answer: str, *, grammar: str = THINK_ANSWER.name) -> float:
    """Compute the reward of a multiple-choice answer: 1.0, 0.5 or 0.0.

    1.0 where the answer is the right letter alone, 0.5 where text stands beside it, 0.0 where it
    holds another letter, several (A to J) or none, or where there is no answer, or more than one.

    Args:
        response: the whole response.
        answer: the right letter, or a whole path that ends on it.
        grammar: how the response is written.

    Raises:
        ValueError: unknown grammar.

    Example:
        >>> choice("<think>bright</think><answer>B. Lung</answer>", "B")
        0.5
    """
    given = parse_response(response, grammar).of("answer")
    if len(given) != 1:
        return 0.0
    text = given[0].body.strip()
    gold = (final_answer(answer, grammar) or answer).strip()
    if _LETTER.findall(text) != [gold]:
        return 0.0
    return 1.0 if text == gold else 0.5


@register
class ChoiceReward(Reward):
    """1.0 for the right letter alone, 0.5 with text beside it; see `choice`."""

    name = "choice"
    columns = ("answer",)
    measures = "correct"

    grammar: GrammarName = Field(THINK_ANSWER.name, exclude=True, repr=False)

    def __call__(
        self, completions: Sequence[Completion], answer: Sequence[str], **_: Any
    ) -> list[float]:
        """Return the rewards of the completions."""
        return [
            choice(completion_text(completion), gold, grammar=self.grammar)
            for completion, gold in zip(completions, answer, strict=True)
        ]
