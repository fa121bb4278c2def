"""Scenes, charts and the questions asked on them."""

import random
import re

import numpy as np
import pytest

from r1vl_kedro.answers import equivalent
from r1vl_kedro.responses import parse_response
from r1vl_kedro.rewards import outcome, step_rvr
from r1vl_kedro.world.families import FAMILIES, counting, random_problem
from r1vl_kedro.world.scenes import (
    POSITIONS,
    SIDE,
    Chart,
    Filter,
    Scene,
    Thing,
    places,
    random_picture,
    split_of,
)

RED_CUBE = Thing("large", "red", "cube")
BLUE_CUBE = Thing("small", "blue", "cube")
RED_BALL = Thing("small", "red", "sphere")
SCENE = Scene((RED_CUBE, None, BLUE_CUBE, None, RED_BALL, None, None, None, RED_CUBE))


def test_a_scene_describes_its_objects_in_reading_order():
    assert SCENE.describe() == (
        "NW large red cube, NE small blue cube, C small red sphere, SE large red cube"
    )


def test_a_filter_finds_places_and_leaves_out_what_was_taken():
    red, cubes = Filter(colour="red"), Filter(shape="cube")
    assert places(SCENE, red) == ["NW", "C", "SE"]
    assert places(SCENE, red, without=[cubes]) == ["C"]
    assert str(Filter("small", "red")) == "small red things"


def test_pictures_are_84_pixels_square_and_show_what_they_say():
    pixels = SCENE.render()
    assert pixels.shape == (SIDE, SIDE, 3)
    assert pixels.dtype == np.uint8
    empty = Scene((None,) * 9).render()
    differs = [
        bool((pixels[r : r + 28, c : c + 28] != empty[r : r + 28, c : c + 28]).any())
        for r in range(0, SIDE, 28)
        for c in range(0, SIDE, 28)
    ]
    assert [where for where, seen in zip(POSITIONS, differs, strict=True) if seen] == [
        "NW", "NE", "C", "SE",
    ]  # fmt: skip
    bar = Chart((("red", 9), None, None, None, None, None)).render()
    assert (bar == (214, 39, 40)).all(axis=2).sum() == 81 * 10


@pytest.mark.parametrize("family", FAMILIES)
def test_every_path_is_valid_and_reaches_the_answer(family):
    rng = random.Random(family)
    for _ in range(200):
        problem = random_problem(rng, family, "train")
        options = list(problem.options) or None
        for path in (problem.path(), problem.path(abridged=True)):
            assert step_rvr(path) == 1.0
            assert outcome(path, problem.answer, options=options) == 1.0
        assert len(parse_response(problem.path(abridged=True)).steps) == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_every_sum_in_a_path_is_true(family):
    rng = random.Random(family)
    for _ in range(200):
        for one, sign, two, result in re.findall(
            r"(\d+) ([+-]) (\d+) = (\d+)", random_problem(rng, family, "test").path()
        ):
            assert int(one) + (int(two) if sign == "+" else -int(two)) == int(result)


def test_counting_agrees_with_counting_by_hand():
    rng = random.Random(3)
    for _ in range(100):
        scene = random_picture(rng, Scene, "train")
        problem = counting(rng, scene)
        phrases = re.findall(r"Subtract all ([^.]+)\.", problem.question)
        left = [t for t in scene.cells if t and not any(_fits(t, phrase) for phrase in phrases)]
        assert equivalent(str(len(left)), problem.answer)


def _fits(thing: Thing, phrase: str) -> bool:
    *attributes, noun = phrase.split()
    wanted = attributes + ([] if noun == "things" else [noun[:-1]])
    return all(word in (thing.size, thing.colour, thing.shape) for word in wanted)


def test_no_picture_belongs_to_two_splits():
    rng = random.Random(0)
    for split in ("train", "validation", "test"):
        for kind in (Scene, Chart):
            assert all(split_of(random_picture(rng, kind, split)) == split for _ in range(50))
