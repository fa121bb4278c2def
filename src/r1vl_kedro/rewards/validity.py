"""StepRVR: is the response a complete path in the right order?"""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from r1vl_kedro.responses import (
    R1VL,
    RELEASED_HEADERS,
    check_released,
    get_grammar,
    released_order_holds,
)
from r1vl_kedro.rewards.registry import Completion, Reward, completion_text, register

ValidityMode = Literal["strict", "released"]


def validity_problems(response: str, grammar: str = R1VL.name) -> list[str]:
    """Return every reason why ``step_rvr`` is 0 in strict mode; empty where it is 1.

    Example:
        >>> validity_problems("### Step 2:\\n6 - 1 = 5\\n### The final answer is: 5")
        ['no image description', 'no rationale', 'steps numbered 2']
    """
    form = get_grammar(grammar)
    return form.problems(form.parse(response))


def step_rvr(response: str, *, mode: ValidityMode = "strict", grammar: str = R1VL.name) -> float:
    """Compute StepRVR, the validity reward: 1.0 if the path is complete and in order, else 0.0.

    Args:
        response: the whole response.
        mode: ``strict`` is the paper's definition (section 3.3); ``released`` what the published
            script computes, which accepts empty sections and a rationale after the steps.
        grammar: how the response is written.

    Raises:
        ValueError: unknown mode or grammar, or ``released`` in another grammar than R1-VL's.
    """
    if mode == "strict":
        return float(not validity_problems(response, grammar))
    if mode == "released":
        check_released(grammar)
        complete = all(header in response for header in RELEASED_HEADERS)
        return float(complete and released_order_holds(response))
    raise ValueError(f"mode={mode!r:.100}; accepted: strict, released")


@register
class ValidityReward(Reward):
    """1.0 where the path is complete and in order (StepRVR).

    Example:
        >>> ValidityReward()(["### The final answer is: 3"])
        [0.0]
    """

    name = "validity"
    measures = "valid"

    mode: ValidityMode = "strict"

    @model_validator(mode="after")
    def _released_in_its_grammar(self) -> Self:
        if self.mode == "released":
            check_released(self.grammar)
        return self

    def __call__(self, completions: Sequence[Completion], **_: Any) -> list[float]:
        """Return the rewards of the completions."""
        return [
            step_rvr(completion_text(completion), mode=self.mode, grammar=self.grammar)
            for completion in completions
        ]
