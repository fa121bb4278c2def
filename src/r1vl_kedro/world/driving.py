"""Driving: a speed and a path from what is on the road, as AlphaDrive's questions ask for.

Red things are in the way: the more there are, the slower. The goal is one thing of the scene: the
plan keeps to the middle column or heads for its side, by a change of lane where it is far (the top
row), by a turn where it is near. Of two goals alike the first counts.
"""

from __future__ import annotations

import random

from r1vl_kedro.world.problems import Problem, listing
from r1vl_kedro.world.scenes import Filter, Scene, places, random_filter

SPEEDS = ("ACCELERATE", "KEEP", "DECELERATE", "STOP")
"""By the number of red things; three or more is the last."""
PATHS = {
    "NW": "LEFT_CHANGE",
    "NE": "RIGHT_CHANGE",
    "W": "LEFT_TURN",
    "SW": "LEFT_TURN",
    "E": "RIGHT_TURN",
    "SE": "RIGHT_TURN",
}
"""By the place of the goal; elsewhere the plan is ``STRAIGHT``."""
_RED = Filter(colour="red")


def driving(rng: random.Random, scene: Scene) -> Problem:
    """Ask for the speed and the path to a thing of the scene."""
    goal = _goal(rng, scene)
    red, found = places(scene, _RED), places(scene, goal)
    speed, path = SPEEDS[min(len(red), 3)], PATHS.get(found[0], "STRAIGHT")
    answer = f"{speed}, {path}"
    return Problem(
        family="driving",
        picture=scene,
        question=f"Find red things. Find {goal}. What are speed and path?",
        answer=answer,
        description=f"A scene of {scene.count} objects.",
        rationale=f"Find red things, then {goal}.",
        steps=(
            f"{listing(_RED, red)} That is {len(red)}. {speed}.",
            f"{listing(goal, found)} {path}.",
        ),
        shortcut=f"{answer}.",
    )


def _goal(rng: random.Random, scene: Scene) -> Filter:
    """Draw a phrase that fits one thing; where there is none, all attributes of a thing."""
    for _ in range(20):
        phrase = random_filter(rng, scene)
        if phrase != _RED and len(places(scene, phrase)) == 1:
            return phrase
    things = [thing for thing in scene.cells if thing]
    thing = rng.choice([thing for thing in things if things.count(thing) == 1] or things)
    return Filter(thing.size, thing.colour, thing.shape)
