"""A problem of the embedded world, and how its reference reasoning is written.

Every problem carries its reference reasoning as step bodies; `path` puts them into the response
grammar. A path may be *abridged*: it then jumps to the result in one step, as many paths in corpora
distilled from larger models do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from r1vl_kedro.responses import R1VL
from r1vl_kedro.world.scenes import Picture


@dataclass(frozen=True)
class Problem:
    """A picture (or none), a question on it, and how it is solved.

    `answer` is an option letter where there are options; `result` is what the path writes last.
    `style`, one of `r1vl_kedro.world.styles`, is how the picture is drawn; "" is plain.
    """

    family: str
    picture: Picture | None
    question: str
    answer: str
    description: str
    rationale: str
    steps: tuple[str, ...]
    shortcut: str
    options: tuple[str, ...] = ()
    result: str = field(default="")
    style: str = ""

    def path(self, *, abridged: bool = False, steps: tuple[str, ...] | None = None) -> str:
        """Make the response in R1-VL's grammar.

        Args:
            abridged: one step that jumps to the result instead of the reasoning.
            steps: other step bodies than the right ones (a flawed path).
        """
        bodies = steps if steps is not None else (self.shortcut,) if abridged else self.steps
        return R1VL.render(
            bodies,
            self.result or self.answer,
            description=self.description,
            rationale=self.rationale,
        )


def listing(phrase: object, found: list[str]) -> str:
    """Write ``red things: NW, S.`` or ``red things: none.``"""
    return f"{phrase}: {', '.join(found) or 'none'}."
