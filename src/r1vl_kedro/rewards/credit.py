"""Advantages of tokens, where a key step is credited to the tokens of the step that has it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from r1vl_kedro.responses import R1VL, parse_response
from r1vl_kedro.rewards.key_steps import KeyStepReward
from r1vl_kedro.rewards.matching import find_key_steps, step_text

SMALL = 1e-4  # added to a standard deviation, as TRL does
Span = tuple[int, int]


def steps_of_key_steps(
    response: str, key_steps: object, reward: KeyStepReward, grammar: str = R1VL.name
) -> list[Span | None]:
    """Return for each key step the characters (start, end) of the step that has it, or None."""
    found = find_key_steps(
        response,
        key_steps,
        matching=reward.matching,
        threshold=reward.threshold,
        grammar=grammar,
    )
    text = step_text(response, grammar)
    steps = parse_response(response, grammar).steps
    having = [None if match is None else steps[text.step_of(match)] for match in found]
    return [None if step is None else (step.start, step.end) for step in having]


def token_advantages(
    others: ArrayLike, spans: Sequence[Sequence[Span | None]], lengths: Sequence[int], weight: float
) -> list[NDArray[np.float64]]:
    """Compute the advantages of each token of one group's responses.

    With m_ig in {0, 1} for response i having key step g, K key steps and their mean m_g within the
    group, a response that has g gets ``weight / K * (1 - m_g)`` times ``T_i / T_s`` on the T_s
    tokens of the step that has it, one that has it not ``-weight / K * m_g`` on all its T_i tokens.
    The other rewards count on every token, less their mean. So a response's mean over its tokens is
    its total reward less the group's mean, as in GRPO; all is divided by the standard deviation
    over responses and tokens, each response weighing the same, + 1e-4. Where no response has a key
    step this is GRPO's advantage (arXiv 2402.03300, section 4.1).

    Args:
        others: shape (M,), the weighted sum of the other rewards.
        spans: for each response and key step the tokens (start, end) of the step that has it.
        lengths: T_i, tokens of each response, at least 1.
        weight: of all key steps together, alpha times the reward's weight.

    Returns:
        For each response an array of shape (T_i,).

    Example:
        >>> made = token_advantages([0.0, 0.0], [[(0, 1)], [None]], [2, 2], 1.0)
        >>> [values.round(2).tolist() for values in made]
        [[1.15, 0.0], [-0.58, -0.58]]
    """
    base = np.asarray(others, float)
    made = [
        np.full(length, value) for length, value in zip(lengths, base - base.mean(), strict=True)
    ]
    number = len(spans[0]) if len(spans) else 0
    for key in range(number):
        has = [of_response[key] for of_response in spans]
        mean = sum(span is not None for span in has) / len(has)
        for values, span in zip(made, has, strict=True):
            start, end = span or (0, len(values))
            end = max(min(end, len(values)), 1)
            start = min(start, end - 1)
            gain = (span is not None) - mean
            values[start:end] += weight / number * gain * len(values) / (end - start)
    spread = sum(float((values**2).mean()) for values in made) / max(len(made) - 1, 1)
    return [values / (np.sqrt(spread) + SMALL) for values in made]
