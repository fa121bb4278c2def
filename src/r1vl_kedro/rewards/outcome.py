"""The outcome reward, and StepRAR, which adds the key-step term to it."""

from collections.abc import Sequence
from typing import Any, Literal

from r1vl_kedro.answers import equivalent, symbolically_equal
from r1vl_kedro.responses import final_answer, parse_response, released_answer
from r1vl_kedro.rewards.matching import (
    DEFAULT_THRESHOLD,
    Matching,
    match_key_steps,
    match_score,
)

DEFAULT_ALPHA = 0.1


def outcome(
    response: str,
    answer: str,
    *,
    options: Sequence[str] | None = None,
    mode: Literal["strict", "released"] = "strict",
) -> float:
    """Outcome reward: 1.0 if the final answer is right, else 0.0.

    A response with several final answers is right only if each of them is.

    Args:
        response: the whole response; without an answer section it has no answer.
        answer: the reference: a value, an option's letter, or a whole path that ends on one.
        options: the option texts of a multiple-choice question.
        mode: ``released`` compares as the published script does: symbolically over the whole
            texts, then what follows the answer headers as strings.

    Raises:
        ValueError: unknown mode.
    """
    if mode == "released":
        if symbolically_equal(response, answer):
            return 1.0
        return float(released_answer(response) == released_answer(answer))
    if mode != "strict":
        raise ValueError(f"mode={mode!r}; accepted: strict, released")
    given = parse_response(response).answers
    gold = final_answer(answer) or answer
    return float(bool(given) and all(equivalent(a, gold, options=options) for a in given))


def key_step_term(
    response: str,
    key_steps: Any,
    *,
    alpha: float = DEFAULT_ALPHA,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
) -> float:
    """The key-step part of StepRAR, alpha * k; 0.0 where the response gives no answer.

    ``released`` does not look whether there is an answer.
    """
    if matching != "released" and parse_response(response).answer is None:
        return 0.0
    matches = match_key_steps(response, key_steps, matching=matching, threshold=threshold)
    return alpha * match_score(matches)


def step_rar(
    response: str,
    answer: str,
    key_steps: Any,
    *,
    alpha: float = DEFAULT_ALPHA,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
    options: Sequence[str] | None = None,
) -> float:
    """Step-wise reasoning accuracy reward (paper, section 3.3).

    1 + alpha * k where the answer is right, alpha * k where one is present but wrong, 0 without;
    k is the share of key steps found in the step bodies.

    Args:
        response: the whole response.
        answer: the reference answer.
        key_steps: groups of equivalent phrasings; null or empty gives k = 0.
        alpha: weight of the key steps.
        matching: ``soft``, ``exact`` or ``released`` (the published script's matching, answer
            check and lack of a rule for missing answers).
        threshold: how alike two words must be, 0 to 100 (soft only).
        options: the option texts of a multiple-choice question.

    Raises:
        ValueError: unknown ``matching``, or malformed key steps.

    Example:
        >>> path = "### Step 1:\\n6 / 3 = 2\\n### The final answer is: 2"
        >>> step_rar(path, "2", [["6 divided by 3 equals 2"]])
        1.1
    """
    term = key_step_term(response, key_steps, alpha=alpha, matching=matching, threshold=threshold)
    mode: Literal["strict", "released"] = "released" if matching == "released" else "strict"
    return outcome(response, answer, options=options, mode=mode) + term
