"""Driving in the embedded world: the plan follows from what is on the road."""

import random
from collections import Counter

from r1vl_kedro.rewards import step_rvr
from r1vl_kedro.rewards.planning import PATH, SPEED
from r1vl_kedro.world.corpus import problems
from r1vl_kedro.world.driving import driving
from r1vl_kedro.world.scenes import Scene, Thing

RED = Thing("large", "red", "cube")
GOAL = Thing("small", "blue", "sphere")


def scene(**things):
    places = ("NW", "N", "NE", "W", "C", "E", "SW", "S", "SE")
    return Scene(tuple(things.get(place) for place in places))


def plan(**things):
    """Answer of the first question whose goal is the blue sphere."""
    rng = random.Random(0)
    while True:
        problem = driving(rng, scene(**things))
        if "blue" in problem.question or "sphere" in problem.question:
            return problem


def test_the_more_red_things_the_slower():
    speeds = [
        plan(C=GOAL, **dict.fromkeys(("N", "NE", "W", "E")[:n], RED)).answer.split(", ")[0]
        for n in range(5)
    ]
    assert speeds == ["ACCELERATE", "KEEP", "DECELERATE", "STOP", "STOP"]


def test_the_path_heads_for_the_side_of_the_goal():
    paths = {
        place: plan(**{place: GOAL}).answer.split(", ")[1]
        for place in ("NW", "N", "NE", "W", "C", "E", "SW", "S", "SE")
    }
    assert paths == {
        "NW": "LEFT_CHANGE", "N": "STRAIGHT", "NE": "RIGHT_CHANGE",
        "W": "LEFT_TURN", "C": "STRAIGHT", "E": "RIGHT_TURN",
        "SW": "LEFT_TURN", "S": "STRAIGHT", "SE": "RIGHT_TURN",
    }  # fmt: skip


def test_the_path_reasons_from_what_is_there():
    problem = plan(N=RED, SW=GOAL)
    assert problem.steps[0] == "red things: N. That is 1. KEEP."
    assert problem.steps[1].endswith(": SW. LEFT_TURN.")
    assert problem.answer == "KEEP, LEFT_TURN"


def test_of_two_goals_alike_the_first_counts():
    assert plan(NW=GOAL, SE=GOAL).answer == "ACCELERATE, LEFT_CHANGE"


def test_paths_are_whole_and_every_action_comes_up():
    seen = Counter()
    for problem in problems("test", 400, 0, ["driving"]):
        for path in (problem.path(), problem.path(abridged=True)):
            assert step_rvr(path) == 1.0
        seen.update(problem.answer.split(", "))
    assert seen.keys() == {*SPEED, *PATH}
    assert min(seen.values()) >= 20, seen
