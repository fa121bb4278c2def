"""R1-V's accuracy: symbolic equality of whole texts, else the tagged answer as a string or letter.

R1-V's released code and what was made from it: Med-R1 (arXiv 2503.13939) and VisualThinker-R1-Zero
(arXiv 2503.05132), which adds the last letter.
"""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from r1vl_kedro.answers import symbolically_equal
from r1vl_kedro.rewards.registry import Completion, Reward, completion_text, register


def r1v_accuracy(response: str, answer: str, *, letters: str = "H") -> float:
    """Compute R1-V's accuracy reward: 1.0 or 0.0.

    1.0 where math-verify finds response and reference equal, both as whole texts; else where the
    first ``<answer>`` of one line (the whole response without one) is the reference as a string, or
    the last letter that stands by itself in it is. So "A or B" is right where the reference is B,
    which ``outcome`` does not accept.

    Args:
        response: the whole response.
        answer: the reference, perhaps in ``<answer>`` tags.
        letters: the last letter that counts from A on; "" for none, as in R1-V.

    Example:
        >>> r1v_accuracy("<answer>It is (A) or (B)</answer>", "B")
        1.0
        >>> r1v_accuracy("<answer>It is (A) or (B)</answer>", "B", letters="")
        0.0
    """
    if symbolically_equal(response, answer):
        return 1.0
    gold, given = _stated(answer), _stated(response)
    if given == gold:
        return 1.0
    # (A blank between two letters belongs to the first: of "A B" the last one found is A.)
    alone = rf"(?:^|[\s\[(])([A-{letters}])(?:[\s\])]|$)"
    found = re.findall(alone, given) if letters else []
    return float(bool(found) and found[-1] == gold)


def _stated(text: str) -> str:
    for line in text.split("\n"):  # as `<answer>(.*?)</answer>`, in linear time
        _, opened, rest = line.partition("<answer>")
        given, closed, _ = rest.partition("</answer>")
        if opened and closed:
            return given.strip()
    return text.strip()


@register
class R1VReward(Reward):
    """1.0 where R1-V's released code finds the answer right; see `r1v_accuracy`."""

    name = "r1v"
    columns = ("answer",)
    measures = "correct"

    letters: str = Field("H", pattern="^[A-Z]?$")

    def __call__(
        self, completions: Sequence[Completion], answer: Sequence[str], **_: Any
    ) -> list[float]:
        """Return the rewards of the completions."""
        return [
            r1v_accuracy(completion_text(completion), gold, letters=self.letters)
            for completion, gold in zip(completions, answer, strict=True)
        ]
