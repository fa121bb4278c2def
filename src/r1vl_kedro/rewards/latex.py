"""LMM-R1's accuracy reward (arXiv 2503.07536): is the answer right, written in LaTeX?"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from r1vl_kedro.answers.latex import latex_equal
from r1vl_kedro.responses import THINK_ANSWER, GrammarName
from r1vl_kedro.rewards.outcome import outcome
from r1vl_kedro.rewards.registry import (
    Completion,
    Options,
    Reward,
    completion_text,
    options_of,
    register,
)

LatexMode = Literal["strict", "released"]


def latex_accuracy(
    response: str,
    answer: str,
    *,
    options: Sequence[str] | None = None,
    mode: LatexMode = "strict",
    grammar: str = THINK_ANSWER.name,
) -> float:
    r"""Compute LMM-R1's accuracy reward: 1.0 or 0.0.

    Args:
        response: the whole response.
        answer: the reference.
        options: the option texts of a multiple-choice question.
        mode: ``strict`` is `outcome`: every answer stated in its tags is right. ``released`` takes
            math-verify's verdict on the last LaTeX of the whole response that is in ``\boxed{}``,
            else behind "the final answer is", wherever it is (`answers.latex.latex_equal`), and
            gives 1.0 to each response where the reference cannot be read.
        grammar: how the response is written.

    Raises:
        ValueError: unknown mode or grammar.

    Example:
        >>> latex_accuracy(r"<think>\boxed{3}?</think><answer>4</answer>", "3", mode="released")
        1.0
        >>> latex_accuracy(r"<think>\boxed{3}?</think><answer>4</answer>", "3")
        0.0
    """
    if mode == "released":
        right = latex_equal(response, answer)
        return 1.0 if right is None else float(right)
    if mode != "strict":
        raise ValueError(f"mode={mode!r:.100}; accepted: strict, released")
    return outcome(response, answer, options=options, grammar=grammar)


@register
class LatexReward(Reward):
    """1.0 where the answer is right; see `latex_accuracy`."""

    name = "latex"
    columns = ("answer", "options")
    measures = "correct"

    mode: LatexMode = "strict"
    grammar: GrammarName = Field(THINK_ANSWER.name, exclude=True, repr=False)

    def __call__(
        self,
        completions: Sequence[Completion],
        answer: Sequence[str],
        options: Options | None = None,
        **_: Any,
    ) -> list[float]:
        """Return the rewards of the completions."""
        choices = options_of(completions, options)
        return [
            latex_accuracy(
                completion_text(text), gold, options=some, mode=self.mode, grammar=self.grammar
            )
            for text, gold, some in zip(completions, answer, choices, strict=True)
        ]
