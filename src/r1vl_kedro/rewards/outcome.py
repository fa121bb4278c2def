"""The outcome reward: is the final answer right?"""

import re
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from r1vl_kedro.answers import chosen_option, explain, symbolically_equal
from r1vl_kedro.answers.prose import WRONG
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

_LONGEST = 2000
"""Characters at the end of a response in which other options are looked for."""
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
    given = parsed.answers
    if not given:
        return "no answer"
    gold = final_answer(answer, grammar) or answer
    reasons = [explain(one, gold, options=options) for one in given]
    if not any(reasons) and (options or _CLOSED.fullmatch(gold)):
        lines = (section.body.strip().partition("\n")[0] for section in parsed.of("answer"))
        reasons += [explain(line, gold, options=options) for line in lines if _goes_on(line, given)]
    if options and not any(reasons):
        reasons.append(_another_option(given[-1], parsed.behind, options))
    return next((reason for reason in reasons if reason), "")


def _goes_on(line: str, given: Sequence[str]) -> bool:
    """Tell whether a line is one of the answers with a sentence behind it."""
    return any(line.startswith(f"{one}.") and len(line) > len(one) + 1 for one in given)


_CLOSED = re.compile(r"\W*(?:yes|no|[A-J])\W*", re.IGNORECASE)
"""References beside which each clause of an answer is read, as with options."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_NO_OPTION = re.compile(
    r"\b(?:no|none|all|not|neither)\b.*\b(?:options?|choices?|answers?|one|them)\b"
    r"|\boptions? (?:are|is) (?:\w+ )?(?:wrong|incorrect|false)\b|\bcannot be determined\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|no|nothing|cannot|too)\b|n['’]t\b", re.IGNORECASE)
_HEADED = re.compile(r"[^:]*\w\w:\s*\w")
_ANSWERS = re.compile(r"\b(?:answer|option|choice|correct|final|note)\b", re.IGNORECASE)
_MOST = 20
"""Sentences at the end of a response that are read for options."""
_BRIEF = 8
"""Words of a sentence that may deny all options; a longer one is part of a working."""


def _another_option(given: str, behind: str, options: Sequence[str]) -> str:
    """Explain which other option the text behind an answer ends on, or that it denies all.

    A letter says nothing of a value behind it without the options: "[B] So the angle is 60."
    """
    mine = chosen_option(given, options)
    if mine is None or max(map(len, options)) == 1:  # the names of points are everywhere
        return ""
    none = re.match(r"\W*(?:no|none|not|neither|all|cannot)\b", options[mine], re.IGNORECASE)
    for sentence in reversed(_SENTENCE.split(behind[-_LONGEST:])[-_MOST:]):
        said = sentence.strip(" \t$,:;()}\\")
        counts = _HEADED.match(said) and not _ANSWERS.search(said)  # "red things: N, SE."
        named = None if counts or not said or WRONG.search(said) else chosen_option(said, options)
        own = options[mine].strip(" $")
        if named is None and _DENIES.search(said) and own in said.removesuffix(f"{own}."):
            return "its own option is denied behind the answer"
        if named is not None:
            return "" if named == mine else "another option is named behind the answer"
        if not none and _NO_OPTION.search(said) and len(said.split()) <= _BRIEF:
            return "all options are denied behind the answer"
    return ""


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
