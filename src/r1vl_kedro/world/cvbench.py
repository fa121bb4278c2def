"""Rows for CV-Bench's files, made of the questions that the base model can answer.

The flat pictures have no depth: counting stands for Count, what there is most of for Relation,
the larger of two sums of bars for Depth, and the distance to the tallest bar for Distance.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from r1vl_kedro.world.held_out import Row, draw_problem, encoded
from r1vl_kedro.world.problems import Problem

NUMBERS = 5
"""Options of a question whose answer is a number."""


def cvbench_2d(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield Count and Relation in turn, two of each source after two of the other."""
    for index in range(n):
        count = index % 2 == 0
        problem = (
            draw_problem(rng, lambda problem: problem.answer.isdigit(), "counting")
            if count
            else draw_problem(rng, lambda problem: bool(problem.options), "comparison")
        )
        source = f"embedded world, {'second' if index // 2 % 2 else 'first'} half"
        yield _row(rng, index, problem, "Count" if count else "Relation", split="2D", source=source)


def cvbench_3d(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield Depth and Distance in turn."""
    for index in range(n):
        depth = index % 2 == 0
        problem = (
            draw_problem(rng, lambda problem: bool(problem.options), "charts")
            if depth
            else draw_problem(rng, lambda problem: "taller" in problem.question, "charts")
        )
        task = "Depth" if depth else "Distance"
        yield _row(rng, index, problem, task, split="3D", source="embedded world")


def _row(rng: random.Random, index: int, problem: Problem, task: str, **more: str) -> Row:
    options: Sequence[str] = problem.options
    answer = problem.answer
    if not options:
        right = int(problem.answer)
        first = max(right - rng.randrange(NUMBERS), 0)
        options = [str(number) for number in range(first, first + NUMBERS)]
        answer = ascii_uppercase[right - first]
    lettered = dict(zip(ascii_uppercase, options, strict=False))
    choices = "\n".join(f"({letter}) {text}" for letter, text in lettered.items())
    return {
        "index": index,
        "image": encoded(problem.picture),
        "question": problem.question,
        "prompt": f"{problem.question} Select from the following choices.\n{choices}",
        **{letter: lettered.get(letter, "") for letter in ascii_uppercase[:NUMBERS]},
        "answer": answer,
        "category": task,
        **more,
    }
