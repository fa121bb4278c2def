"""Pictures read back: the scene or chart that each was drawn from."""

import random

import pytest
from PIL import Image

from r1vl_kedro.records.images import decode
from r1vl_kedro.world.corpus import png, problems
from r1vl_kedro.world.families import EACH_TIME, FAMILIES
from r1vl_kedro.world.scenes import SIDE, Chart, random_chart, random_scene, to_image
from r1vl_kedro.world.seeing import read_picture


def test_every_picture_of_the_world_is_read_back_from_its_file():
    for problem in problems("train", 60, 0, (*FAMILIES, *EACH_TIME)):
        assert read_picture(decode(png(problem))) == problem.picture


@pytest.mark.parametrize("make", [random_scene, random_chart])
def test_scenes_and_charts_of_every_size(make):
    rng = random.Random(0)
    for _ in range(40):
        picture = make(rng, 1, 6)
        assert read_picture(to_image(picture)) == picture


def test_other_pictures_are_none():
    drawn = to_image(Chart((("red", 4), None, None, None, None, None)))
    touched = drawn.copy()
    touched.putpixel((70, 3), (0, 0, 0))
    plain = Image.new("RGB", (SIDE, SIDE), "white")
    others = [touched, plain, plain.convert("L"), drawn.resize((56, 56)), drawn.rotate(90)]
    assert [read_picture(other) for other in others] == [None] * 5
