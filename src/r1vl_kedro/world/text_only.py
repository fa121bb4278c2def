"""Questions that need no picture, in words that the base model knows: what charts ask, of numbers.

`lessons.arithmetic` teaches one sum or comparison at a time; here two to four follow each other.
"""

from __future__ import annotations

import random
from typing import Any

from r1vl_kedro.world.problems import Problem
from r1vl_kedro.world.scenes import MAX_HEIGHT, split_of

TEXT = "text"
"""The family of these questions."""
_WORDS = {"+": "plus", "-": "minus"}


def text_problem(rng: random.Random, split: str) -> Problem:
    """Make a question on numbers: a running sum, or which of two sums is larger.

    Args:
        split: train, validation or test; each question belongs to one of them.
    """
    while True:
        problem = rng.choice([_chain, _chain, _chain, _larger])(rng)
        if split_of((problem.question, problem.options)) == split:
            return problem


def _chain(rng: random.Random) -> Problem:
    terms = [rng.randint(1, MAX_HEIGHT) for _ in range(rng.choice([3, 4, 5]))]
    total, asked, named, steps = terms[0], str(terms[0]), str(terms[0]), []
    for term in terms[1:]:
        sign = rng.choice("+-") if total >= term else "+"
        after = total + term if sign == "+" else total - term
        asked += f" {_WORDS[sign]} {term}"
        named += f", then {_WORDS[sign]} {term}"
        steps.append(f"{total} {sign} {term} = {after}.")
        total = after
    return _problem(
        named,
        steps,
        question=f"What is {asked}?",
        answer=str(total),
        shortcut=f"Together that is {total}.",
    )


def _larger(rng: random.Random) -> Problem:
    (first, one), (second, two), steps = _two_sums(rng)
    letter, larger = ("A", first) if one > two else ("B", second)
    return _problem(
        f"{first}, then {second}",
        steps,
        question="Which is larger?",
        answer=letter,
        shortcut=f"{larger} is larger.",
        options=(first, second),
        result=f"{letter}: {larger}",
    )


def _two_sums(rng: random.Random) -> tuple[tuple[str, int], tuple[str, int], list[str]]:
    """Draw two unlike sums: each in words with its value, and the steps that compare them."""
    while True:
        a, b, c, d = (rng.randint(1, MAX_HEIGHT) for _ in range(4))
        one, two = a + b, c + d
        if one != two:
            sign = ">" if one > two else "<"
            steps = [f"{a} + {b} = {one}.", f"{c} + {d} = {two}.", f"{one} {sign} {two}."]
            return (f"{a} plus {b}", one), (f"{c} plus {d}", two), steps


def _problem(named: str, steps: list[str], **asked: Any) -> Problem:
    return Problem(
        family=TEXT,
        picture=None,
        description="There is no picture.",
        rationale=f"Add {named}.",
        steps=tuple(steps),
        **asked,
    )
