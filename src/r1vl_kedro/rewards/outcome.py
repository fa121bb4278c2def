"""The outcome reward: is the final answer right?"""

import re
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from r1vl_kedro.answers import explain, symbolically_equal
from r1vl_kedro.responses import (
    R1VL,
    check_released,
    final_answer,
    parse_response,
    released_answer,
)
from r1vl_kedro.rewards.registry import (
    Completion,
    Options,
    Reward,
    completion_text,
    options_of,
    register,
)

OutcomeMode = Literal["strict", "released"]


def outcome(
    response: str,
    answer: str,
    *,
    options: Sequence[str] | None = None,
    mode: OutcomeMode = "strict",
    grammar: str = R1VL.name,
) -> float:
    """Compute the outcome reward: 1.0 if the final answer is right, else 0.0.

    A response with several final answers is right only if each of them is.

    Args:
        response: the whole response; without an answer section it has no answer.
        answer: the reference: a value, an option's letter, or a whole path that ends on one.
        options: the option texts of a multiple-choice question.
        mode: ``released`` compares as the published script does: symbolically over the whole
            texts, then what follows the answer headers as strings.
        grammar: how the response is written, and the reference where it is a whole path.

    Raises:
        ValueError: unknown mode or grammar, or ``released`` in another grammar than R1-VL's.
    """
    if mode == "released":
        check_released(grammar)
        if symbolically_equal(response, answer):
            return 1.0
        return float(released_answer(response) == released_answer(answer))
    if mode != "strict":
        raise ValueError(f"mode={mode!r:.100}; accepted: strict, released")
    return float(not answer_problem(response, answer, options=options, grammar=grammar))


def share_right(
    responses: Sequence[str],
    answer: str,
    options: Sequence[str] | None = None,
    *,
    grammar: str = R1VL.name,
) -> float:
    """Compute the share of responses that `outcome` calls right; 0 of none.

    Example:
        >>> share_right(["### The final answer is: 2", "### The final answer is: 3"], "2")
        0.5
    """
    right = (outcome(one, answer, options=options, grammar=grammar) for one in responses)
    return sum(right) / max(len(responses), 1)


def answer_problem(
    response: str,
    answer: str,
    *,
    options: Sequence[str] | None = None,
    grammar: str = R1VL.name,
) -> str:
    """Explain why ``outcome`` is 0 in strict mode, in a few words; empty where it is 1.

    Example:
        >>> answer_problem("### The final answer is: 60 m", "60 cm")
        'another number'
    """
    parsed = parse_response(response, grammar)
    given = parsed.given(options)
    if not given:
        return "no answer"
    gold = final_answer(answer, grammar) or answer
    reasons = [explain(one, gold, options=options) for one in given]
    if not any(reasons) and (options or _CLOSED.fullmatch(gold)):
        lines = (section.body.strip().partition("\n")[0] for section in parsed.of("answer"))
        reasons += [explain(line, gold, options=options) for line in lines if _goes_on(line, given)]
    return next((reason for reason in reasons if reason), "")


def _goes_on(line: str, given: Sequence[str]) -> bool:
    """Tell whether a line is one of the answers with a sentence behind it."""
    return any(line.startswith(f"{one}.") and len(line) > len(one) + 1 for one in given)


_CLOSED = re.compile(r"\W*(?:yes|no|[A-J])\W*", re.IGNORECASE)
"""References beside which each clause of an answer is read, as with options."""


@register
class OutcomeReward(Reward):
    """1.0 where the final answer is right; ``options`` may be missing or hold nulls.

    Example:
        >>> OutcomeReward()(["### The final answer is: B"], answer=["B"], options=[["3", "4"]])
        [1.0]
    """

    name = "outcome"
    columns = ("answer", "options")
    measures = "correct"

    mode: OutcomeMode = "strict"

    @model_validator(mode="after")
    def _released_in_its_grammar(self) -> Self:
        if self.mode == "released":
            check_released(self.grammar)
        return self

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
            outcome(
                completion_text(completion),
                gold,
                options=some,
                mode=self.mode,
                grammar=self.grammar,
            )
            for completion, gold, some in zip(completions, answer, choices, strict=True)
        ]
