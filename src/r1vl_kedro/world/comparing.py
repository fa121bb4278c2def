"""Questions that compare two kinds of objects, and the step that counts one."""

from __future__ import annotations

import random

from r1vl_kedro.world.problems import Problem, listing
from r1vl_kedro.world.scenes import Filter, Scene, distinct_filters, places


def count_step(scene: Scene, phrase: Filter) -> str:
    """Write a step that lists and counts the objects of a kind."""
    found = places(scene, phrase)
    return f"{listing(phrase, found)} That is {len(found)}."


def more(rng: random.Random, scene: Scene) -> Problem:
    """Ask whether there are more of one kind than of another."""
    first, second = distinct_filters(rng, scene, 2)
    one, two = len(places(scene, first)), len(places(scene, second))
    sign = ">" if one > two else "<" if one < two else "="
    answer = "Yes" if one > two else "No"
    return Problem(
        family="comparison",
        picture=scene,
        question=f"Are there more {first} than {second}?",
        answer=answer,
        description=f"A scene of {scene.count} objects.",
        rationale=f"Count {first}, then {second}.",
        steps=(count_step(scene, first), count_step(scene, second), f"{one} {sign} {two}."),
        shortcut=f"{answer}, comparing {first} and {second}.",
    )
