"""Families of multiple-choice questions: which is the most, are there more, which is the tallest?

Each has the right option at every letter about as often, so that a letter tells nothing.
"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

from r1vl_kedro.world.comparing import count_step, more
from r1vl_kedro.world.problems import Problem
from r1vl_kedro.world.scenes import Chart, Scene, distinct_filters, places

_LETTERS = "ABC"


def _with_options(problem: Problem, options: list[str], right: str) -> Problem:
    """Give a problem its options; the path ends on letter and option."""
    letter = _LETTERS[options.index(right)]
    return replace(problem, options=tuple(options), answer=letter, result=f"{letter}: {right}")


def _unique(counts: list[int]) -> bool:
    return counts.count(max(counts)) == 1


def choose_most(rng: random.Random, scene: Scene) -> Problem:
    """Ask which of three kinds there are most of."""
    while True:
        phrases = distinct_filters(rng, scene, 3)
        counts = [len(places(scene, phrase)) for phrase in phrases]
        if _unique(counts):
            break
    best = str(phrases[counts.index(max(counts))])
    problem = Problem(
        family="most",
        picture=scene,
        question="Which are there most of?",
        answer="",
        description=f"A scene of {scene.count} objects.",
        rationale="Count " + ", then ".join(map(str, phrases)) + ".",
        steps=(*(count_step(scene, phrase) for phrase in phrases), f"{max(counts)} is the most."),
        shortcut=f"There are most {best}.",
    )
    return _with_options(problem, [str(phrase) for phrase in phrases], best)


def choose_more(rng: random.Random, scene: Scene) -> Problem:
    """Ask whether there are more of one kind than of another."""
    problem = more(rng, scene)
    options = rng.sample(["Yes", "No"], 2)
    return _with_options(replace(problem, family="more"), options, problem.answer)


def choose_tallest(rng: random.Random, chart: Chart) -> Problem:
    """Ask which of three bars is the tallest; where every trio has equals, the leftmost of them."""
    heights = chart.heights
    trios = list(combinations(heights, 3))
    decided = [trio for trio in trios if _unique([heights[colour] for colour in trio])]
    colours = list(rng.choice(decided or trios))
    rng.shuffle(colours)
    top = max(heights[colour] for colour in colours)
    best = next(colour for colour in heights if colour in colours and heights[colour] == top)
    read = ", ".join(f"{colour} is {heights[colour]}" for colour in colours)
    problem = Problem(
        family="tallest",
        picture=chart,
        question="Which is the tallest of these?",
        answer="",
        description=f"A chart of {chart.count} bars.",
        rationale="Read " + ", then ".join(colours) + ".",
        steps=(f"{read}.", f"{best} is {top}. {top} is the most."),
        shortcut=f"The tallest is {best}.",
    )
    return _with_options(problem, colours, best)
