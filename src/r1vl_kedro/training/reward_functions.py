"""The three rewards as TRL wants them: one float per completion, each logged and weighted apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from r1vl_kedro.rewards import key_step_term, outcome, step_rvr
from r1vl_kedro.training.options import StepGRPOOptions

Reward = Callable[..., list[float]]


def reward_functions(options: StepGRPOOptions) -> list[Reward]:
    """Outcome, key-step term and validity, named ``outcome``, ``step_rar`` and ``step_rvr``.

    StepRAR of the paper is ``outcome`` + ``step_rar`` (1 + alpha k where the answer is right,
    alpha k where it is wrong but present). A reward of weight 0 is computed for the log only.
    """

    def outcome_reward(
        completions: Sequence, answer: Sequence[str], options: Sequence, **_: Any
    ) -> list[float]:
        return [
            outcome(text, gold, options=choices or None)
            for text, gold, choices in zip(_texts(completions), answer, options, strict=True)
        ]

    def step_rar_reward(completions: Sequence, key_steps: Sequence, **_: Any) -> list[float]:
        return [
            key_step_term(text, steps, alpha=options.alpha, matching=options.matching)
            for text, steps in zip(_texts(completions), key_steps, strict=True)
        ]

    def step_rvr_reward(completions: Sequence, **_: Any) -> list[float]:
        return [float(step_rvr(text, mode=options.validity)) for text in _texts(completions)]

    functions = [outcome_reward, step_rar_reward, step_rvr_reward]
    for function, name in zip(functions, ("outcome", "step_rar", "step_rvr"), strict=True):
        function.__name__ = name
    return functions


def reward_weights(options: StepGRPOOptions) -> list[float]:
    """In the order of ``reward_functions``."""
    return [options.weights.outcome, options.weights.step_rar, options.weights.step_rvr]


def _texts(completions: Sequence) -> list[str]:
    return [completion[0]["content"] for completion in completions]
