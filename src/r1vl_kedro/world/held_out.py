"""Problems, scenes and pictures of the test split, of which the small benchmark files are made."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Callable, Iterator
from typing import Any

from r1vl_kedro.world.families import random_problem
from r1vl_kedro.world.problems import Problem
from r1vl_kedro.world.scenes import Filter, Picture, Scene, places, random_picture, to_image

SPLIT = "test"
Row = dict[str, Any]


def encoded(picture: Picture) -> str:
    """Make a picture as base64 of its PNG."""
    buffer = io.BytesIO()
    to_image(picture).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def draw_problem(rng: random.Random, wanted: Callable[[Problem], bool], *families: str) -> Problem:
    """Draw problems of these families until one is as wanted."""
    while True:
        problem = random_problem(rng, rng.choice(families), SPLIT)
        if wanted(problem):
            return problem


def draw_scenes(rng: random.Random) -> Iterator[Scene]:
    """Yield scenes without end."""
    while True:
        yield random_picture(rng, Scene, SPLIT)


def has_more(scene: Scene, first: Filter, second: Filter) -> bool:
    """Tell whether more of a scene's objects are of the first kind than of the second."""
    return len(places(scene, first)) > len(places(scene, second))
