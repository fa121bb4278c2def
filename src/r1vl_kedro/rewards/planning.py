"""Plans of a speed and a path, as AlphaDrive's rewards read and weight them (arXiv 2503.07608)."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from r1vl_kedro.answers.classes import listed
from r1vl_kedro.responses import THINK_ANSWER, GrammarName, final_answer, parse_response
from r1vl_kedro.rewards.registry import Reward

Mode = Literal["strict", "released"]
SPEED = {"KEEP": 0.8, "ACCELERATE": 0.9, "DECELERATE": 1.0, "STOP": 1.0}
PATH = {
    "STRAIGHT": 0.8,
    "LEFT_TURN": 1.0,
    "RIGHT_TURN": 1.0,
    "LEFT_CHANGE": 1.0,
    "RIGHT_CHANGE": 1.0,
}
"""Weights of the actions as released; the paper gives none."""
ACTIONS = (*SPEED, *PATH)
_EPSILON = 1e-6
Actions = frozenset[str]


def check_mode(mode: str, grammar: str) -> None:
    """Raise ValueError for an unknown mode, or ``released`` where answers have no tags."""
    if mode not in ("strict", "released"):
        raise ValueError(f"mode={mode!r:.100}; accepted: strict, released")
    if mode == "released" and grammar != THINK_ANSWER.name:
        raise ValueError(
            f"mode released reads <answer> tags, and the grammar is {grammar!r:.100}; "
            f"set grammar: {THINK_ANSWER.name}, or mode: strict"
        )


def wanted_actions(answer: str, kind: dict[str, float], grammar: str) -> Actions:
    """Read the reference's actions of one kind; none where it is no plan.

    Args:
        answer: such as ``KEEP, LEFT_TURN``, or a whole path that ends on it.
        kind: `SPEED` or `PATH`.
    """
    found = listed(final_answer(answer, grammar) or answer, ACTIONS)
    return frozenset(found or ()) & kind.keys()


def stated_actions(
    response: str, wanted: Actions, kind: dict[str, float], *, mode: Mode, grammar: str
) -> Actions:
    """Read the actions of one kind that a response decides on; none where it decides on none.

    ``strict`` takes them from the one answer of a response, which must list actions alone, and no
    more of this kind than ``wanted`` has: a list of all actions decides nothing. ``released`` takes
    the first ``<answer>`` that closes on its line, else the whole text, and of what stands between
    ``", "`` whatever is an action to the letter.
    """
    if mode == "released":
        return frozenset(_released_text(response).split(", ")) & kind.keys()
    given = parse_response(response, grammar).of("answer")
    found = listed(given[0].body, ACTIONS) if len(given) == 1 else None
    stated = frozenset(found or ()) & kind.keys()
    return stated if len(stated) <= len(wanted) else frozenset()


def _released_text(response: str) -> str:
    for line in response.split("\n"):
        _, opened, after = line.partition("<answer>")
        inside, closed, _ = after.partition("</answer>")
        if opened and closed:
            return inside.strip()
    return re.sub("</?answer>", "", response)


def planning_accuracy(
    response: str,
    answer: str,
    kind: dict[str, float],
    *,
    mode: Mode = "strict",
    grammar: str = THINK_ANSWER.name,
) -> float:
    """Compute F1 of the actions of one kind, times the mean weight of those predicted, in 0..1.

    F1 = 2 |P ∩ G| / (|P| + |G|) of the predicted P and the wanted G; 0 where there are none.

    Args:
        response: the whole response.
        answer: the right plan, such as ``KEEP, LEFT_TURN``.
        kind: `SPEED` or `PATH`.
        mode: how actions are read, see `stated_actions`; ``released`` also has the published
            script's 1e-6 in its denominators.
        grammar: how the response is written.

    Raises:
        ValueError: unknown mode or grammar, or ``released`` in another grammar than its own.

    Example:
        >>> planning_accuracy("<think>clear</think><answer>KEEP, STRAIGHT</answer>", "KEEP, "
        ...                   "LEFT_TURN", SPEED)
        0.8
    """
    check_mode(mode, grammar)
    wanted = wanted_actions(answer, kind, grammar)
    stated = stated_actions(response, wanted, kind, mode=mode, grammar=grammar)
    if not stated or not wanted:
        return 0.0
    right, weights = len(stated & wanted), sum(kind[action] for action in stated)
    if mode == "strict":
        return 2 * right / (len(stated) + len(wanted)) * weights / len(stated)
    precision, recall = right / (len(stated) + _EPSILON), right / (len(wanted) + _EPSILON)
    f1 = 2 * precision * recall / (precision + recall + _EPSILON)
    return f1 * weights / (len(stated) + _EPSILON)


class PlanReward(Reward):
    """A reward of a plan's actions, which it reads by its ``mode`` (see `stated_actions`)."""

    columns = ("answer",)

    mode: Mode = "strict"
    grammar: GrammarName = Field(THINK_ANSWER.name, exclude=True, repr=False)

    @model_validator(mode="after")
    def _released_in_its_grammar(self) -> Self:
        check_mode(self.mode, self.grammar)
        return self
