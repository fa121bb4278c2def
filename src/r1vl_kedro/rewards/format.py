"""Is a response written in its grammar?"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from r1vl_kedro.responses import THINK_ANSWER, THINK_OPENED, GrammarName, get_grammar
from r1vl_kedro.responses.think_answer import has_each_tag_once, is_framed, is_joined
from r1vl_kedro.rewards.registry import Completion, Reward, completion_text, register

Strict = bool | Literal["released"]


def format_reward(
    response: str, *, strict: Strict = False, grammar: str = THINK_ANSWER.name
) -> float:
    r"""Format reward: 1.0 if the response is written in its grammar, else 0.0.

    In ``think_answer`` a full match of ``<think>.*?</think>\s*<answer>.*?</answer>``, as in
    MedVLM-R1 (arXiv 2502.19634); in ``think_opened`` the same with the prompt's ``<think>`` before
    the response, as in VisualThinker-R1-Zero (arXiv 2503.05132); in other grammars a response that
    is complete and in order.

    Args:
        response: the whole response.
        strict: each of the four tags exactly once, as in LMM-R1 (arXiv 2503.07536); ``released``
            matches as its code does: nothing between ``</think>`` and ``<answer>``, and
            ``<think>``, ``<answer>`` and ``</answer>`` once, while ``</think>`` may come again in
            the answer. Changes nothing in other grammars.
        grammar: how the response should be written.

    Raises:
        ValueError: unknown grammar.

    Example:
        >>> format_reward("<think>6 - 1</think> <answer>5</answer>"), format_reward("5")
        (1.0, 0.0)
    """
    form = get_grammar(grammar)
    if form not in (THINK_ANSWER, THINK_OPENED):
        return float(not form.problems(form.parse(response)))
    whole = form.opening + response
    if strict == "released":
        return float(is_joined(whole))
    return float(is_framed(whole) and (not strict or has_each_tag_once(whole)))


@register
class FormatReward(Reward):
    """1.0 where the completion is written in its grammar; see `format_reward`."""

    name = "format"
    measures = "valid"

    strict: Strict = False
    grammar: GrammarName = Field(THINK_ANSWER.name, exclude=True, repr=False)

    def __call__(self, completions: Sequence[Completion], **_: Any) -> list[float]:
        """Return the rewards of the completions."""
        return [
            format_reward(completion_text(text), strict=self.strict, grammar=self.grammar)
            for text in completions
        ]
