"""The key-step term alpha * k, and StepRAR, which adds it to the outcome (R1-VL, section 3.3)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from r1vl_kedro.responses import R1VL, check_released, parse_response
from r1vl_kedro.rewards.matching import (
    DEFAULT_THRESHOLD,
    Matching,
    match_key_steps,
    match_score,
)
from r1vl_kedro.rewards.outcome import outcome
from r1vl_kedro.rewards.registry import Completion, Reward, completion_text, register

DEFAULT_ALPHA = 0.1


def key_step_term(
    response: str,
    key_steps: Any,
    *,
    alpha: float = DEFAULT_ALPHA,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
    grammar: str = R1VL.name,
) -> float:
    """Compute the key-step term of StepRAR, alpha * k; 0.0 where the response gives no answer.

    ``released`` does not look whether there is an answer.
    """
    if matching != "released" and parse_response(response, grammar).answer is None:
        return 0.0
    matches = match_key_steps(
        response, key_steps, matching=matching, threshold=threshold, grammar=grammar
    )
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
    grammar: str = R1VL.name,
) -> float:
    """Compute StepRAR, the step-wise reasoning accuracy reward (paper, section 3.3).

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
        grammar: how the response is written; ``released`` reads R1-VL's only.

    Raises:
        ValueError: unknown ``matching``, malformed key steps, or ``released`` in another grammar.

    Example:
        >>> path = "### Step 1:\\n6 / 3 = 2\\n### The final answer is: 2"
        >>> step_rar(path, "2", [["6 divided by 3 equals 2"]])
        1.1
    """
    term = key_step_term(
        response, key_steps, alpha=alpha, matching=matching, threshold=threshold, grammar=grammar
    )
    mode: Literal["strict", "released"] = "released" if matching == "released" else "strict"
    return outcome(response, answer, options=options, mode=mode, grammar=grammar) + term


@register
class KeyStepReward(Reward):
    """alpha * k where an answer is present, k being the share of key steps found.

    Example:
        >>> path = "### Step 1:\\n6 / 3 = 2\\n### The final answer is: 3"
        >>> KeyStepReward()([path], key_steps=[[["6/3 = 2"], ["3 cubes"]]])
        [0.05]
    """

    name = "key_steps"
    columns = ("key_steps",)

    alpha: float = Field(DEFAULT_ALPHA, ge=0)
    """Weight of the match within StepRAR."""
    matching: Matching = "soft"
    threshold: float = Field(DEFAULT_THRESHOLD, gt=0, le=100)
    """How alike two words must be in soft matching."""

    @model_validator(mode="after")
    def _released_in_its_grammar(self) -> Self:
        if self.matching == "released":
            check_released(self.grammar)
        return self

    def __call__(
        self, completions: Sequence[Completion], key_steps: Sequence[Any], **_: Any
    ) -> list[float]:
        """Return the rewards of the completions; null key steps give 0.0."""
        return [
            key_step_term(
                completion_text(completion),
                steps,
                alpha=self.alpha,
                matching=self.matching,
                threshold=self.threshold,
                grammar=self.grammar,
            )
            for completion, steps in zip(completions, key_steps, strict=True)
        ]


def key_steps_in(rewards: Mapping[str, Reward]) -> KeyStepReward:
    """Return how key steps count; by the defaults where they are not rewarded."""
    found = rewards.get(KeyStepReward.name)
    return found if isinstance(found, KeyStepReward) else KeyStepReward()
