"""The rewards as TRL calls them: completions and dataset columns in, one float a completion out.

Outcome, key-step term and validity are separate functions, so that each is logged, weighted and
switched off by itself. StepRAR of the paper is ``outcome`` + ``step_rar``; an ablation row is a
change of weights (see :data:`ABLATION_WEIGHTS`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from r1vl_kedro.rewards.matching import DEFAULT_THRESHOLD, Matching
from r1vl_kedro.rewards.outcome import DEFAULT_ALPHA, key_step_term, outcome
from r1vl_kedro.rewards.validity import ValidityMode, step_rvr

REWARD_NAMES = ("outcome", "step_rar", "step_rvr")
ABLATION_WEIGHTS: dict[str, tuple[float, float, float]] = {
    "outcome": (1.0, 0.0, 0.0),
    "step_rar": (1.0, 1.0, 0.0),
    "step_rvr": (1.0, 0.0, 1.0),
    "step_grpo": (1.0, 1.0, 1.0),
    "validity_only": (0.0, 0.0, 1.0),
}
"""Weights of outcome, key-step term and validity for each row of the paper's ablation."""


def completion_text(completion: str | Sequence[Mapping[str, str]]) -> str:
    """The text of one completion: a string, or the last message of a conversation."""
    return completion if isinstance(completion, str) else completion[-1]["content"]


@dataclass(frozen=True)
class OutcomeReward:
    """1.0 where the final answer is right; reads the columns ``answer`` and ``options``.

    Example:
        >>> OutcomeReward()(["### The final answer is: B"], answer=["B"], options=[["3", "4"]])
        [1.0]
    """

    __name__: ClassVar[str] = "outcome"

    def __call__(
        self,
        completions: Sequence[Any],
        answer: Sequence[str],
        options: Sequence[Sequence[str] | None] | None = None,
        **_: Any,
    ) -> list[float]:
        """Rewards of the completions; ``options`` may be missing or hold nulls."""
        choices = options if options is not None else [None] * len(completions)
        return [
            outcome(completion_text(completion), gold, options=some)
            for completion, gold, some in zip(completions, answer, choices, strict=True)
        ]


@dataclass(frozen=True)
class KeyStepReward:
    """alpha * k where an answer is present; reads the column ``key_steps``.

    Example:
        >>> path = "### Step 1:\\n6 / 3 = 2\\n### The final answer is: 3"
        >>> KeyStepReward()([path], key_steps=[[["6/3 = 2"], ["3 cubes"]]])
        [0.05]
    """

    __name__: ClassVar[str] = "step_rar"

    alpha: float = DEFAULT_ALPHA
    matching: Matching = "soft"
    threshold: float = DEFAULT_THRESHOLD

    def __call__(
        self, completions: Sequence[Any], key_steps: Sequence[Any], **_: Any
    ) -> list[float]:
        """Rewards of the completions; null key steps give 0.0."""
        return [
            key_step_term(
                completion_text(completion),
                steps,
                alpha=self.alpha,
                matching=self.matching,
                threshold=self.threshold,
            )
            for completion, steps in zip(completions, key_steps, strict=True)
        ]


@dataclass(frozen=True)
class ValidityReward:
    """1.0 where the path is complete and in order (StepRVR).

    Example:
        >>> ValidityReward()(["### The final answer is: 3"])
        [0.0]
    """

    __name__: ClassVar[str] = "step_rvr"

    mode: ValidityMode = "strict"

    def __call__(self, completions: Sequence[Any], **_: Any) -> list[float]:
        """Rewards of the completions."""
        return [step_rvr(completion_text(completion), mode=self.mode) for completion in completions]


def reward_functions(
    *,
    alpha: float = DEFAULT_ALPHA,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
    validity: ValidityMode = "strict",
) -> list[OutcomeReward | KeyStepReward | ValidityReward]:
    """Outcome, key-step term and validity, in the order of ``REWARD_NAMES``; all can be pickled."""
    return [
        OutcomeReward(),
        KeyStepReward(alpha=alpha, matching=matching, threshold=threshold),
        ValidityReward(mode=validity),
    ]
