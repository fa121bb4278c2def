"""Rendering styles as modalities, and multiple-choice questions on them."""

import random
import re
from collections import Counter

import numpy as np
import pytest
from kedro.io import DatasetError

from r1vl_kedro.datasets import EmbeddedMulberryDataset, EmbeddedSplitDataset
from r1vl_kedro.records import clean
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.validate import validate
from r1vl_kedro.responses import R1VL
from r1vl_kedro.world.corpus import problems
from r1vl_kedro.world.scenes import Chart, random_picture
from r1vl_kedro.world.styles import STYLES, restyle

CHOICES = ["most", "more", "tallest"]
DRAWN = ["plain", "noise", "outline"]


def test_a_right_option_stands_at_every_letter_and_ends_its_path():
    asked = list(problems("train", 300, 0, CHOICES))
    letters = Counter((one.family, one.answer) for one in asked)
    assert set(letters) == {(f, a) for f in ("most", "tallest") for a in "ABC"} | {
        ("more", "A"), ("more", "B"),
    }  # fmt: skip
    assert min(letters.values()) > 15
    for one in asked:
        option = one.options["ABC".index(one.answer)]
        assert R1VL.parse(one.path()).answer == f"{one.answer}: {option}"


def test_the_tallest_of_three_is_the_tallest():
    for one in problems("train", 60, 1, ["tallest"]):
        heights = [one.picture.heights[colour] for colour in one.options]
        assert heights["ABC".index(one.answer)] == max(heights)


@pytest.mark.parametrize("style", STYLES)
def test_a_style_keeps_form_and_draws_the_same_again(style):
    pixels = random_picture(random.Random(0), Chart, "train").render()
    drawn = restyle(pixels, style)
    assert drawn.shape == pixels.shape and drawn.dtype == np.uint8
    assert (restyle(pixels, style) == drawn).all()
    assert (style == "plain") == bool((drawn == pixels).all())


def test_records_of_a_styled_world_are_labelled_and_balanced(tmp_path):
    world = {"families": CHOICES, "styles": DRAWN}
    split = EmbeddedSplitDataset(path=str(tmp_path / "test"), split="test", n=18, seed=0, **world)
    counts = Counter(zip(split.load()["family"], split.load()["modality"], strict=True))
    assert set(counts.values()) == {2} and len(counts) == 9
    corpus = EmbeddedMulberryDataset(path=str(tmp_path / "raw"), n=60, seed=0, **world)
    records, _ = validate(corpus.load(), ValidationOptions(workers=1))
    assert set(records["modality"]) == set(DRAWN)


def test_an_unknown_style_is_named_with_those_there_are(tmp_path):
    with pytest.raises(DatasetError, match=r"styles \['mri'\]: choose from plain, noise"):
        EmbeddedMulberryDataset(path=str(tmp_path), n=1, seed=0, styles=["mri"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"n": "5"}, "n is '5'; wanted a whole number from 1 on"),
        ({"n": 0}, "n is 0; wanted"),
        ({"seed": 1.5}, "seed is 1.5; wanted a whole number from 0 on"),
        ({"faults": {"sloppy": 1.5}}, "sloppy is 1.5, no share in 0..1; known: "),
        ({"faults": {"abridged": float("nan")}}, "abridged is nan, no share"),
        ({"faults": {"broken": "0.1"}}, "broken is '0.1', no share"),
    ],
)
def test_what_no_corpus_can_be_made_of_is_named(wrong, said, tmp_path):
    with pytest.raises(DatasetError, match=re.escape(said)):
        EmbeddedMulberryDataset(**{"path": str(tmp_path), "n": 1, "seed": 0, **wrong})


def test_a_split_or_family_that_there_is_not_is_named(tmp_path):
    with pytest.raises(DatasetError, match="split 'train': choose from validation, test"):
        EmbeddedSplitDataset(path=str(tmp_path), split="train", n=1, seed=0)
    with pytest.raises(DatasetError, match=r"families \['puzzles'\]: choose from counting"):
        EmbeddedSplitDataset(path=str(tmp_path), split="test", n=1, seed=0, families=["puzzles"])


def test_a_test_picture_may_be_kept_out_under_any_question(tmp_path):
    world = {"families": CHOICES, "styles": DRAWN}
    faults = {"seen": 0.2, "leaked": 0.1, "copied": 0, "broken": 0, "reflective": 0}
    corpus = EmbeddedMulberryDataset(
        path=str(tmp_path / "raw"), n=90, seed=0, faults=faults, **world
    )
    records, _ = validate(corpus.load(), ValidationOptions(workers=1))
    test = EmbeddedSplitDataset(path=str(tmp_path / "test"), split="test", n=90, seed=0, **world)
    both = {"test": test.load()}
    left, by_question = clean.decontaminate(records, both, max_distance=0.12)
    kept, by_image = clean.decontaminate(records, both, max_distance=0.12, by_question=False)
    dropped = {one.id for one in by_image}
    assert {one.id for one in by_question} < dropped
    assert all("image of test/test-" in one.detail for one in by_image)
    again, none = clean.decontaminate(kept, both, max_distance=0.12, by_question=False)
    assert not none and len(again) + len(dropped) == len(records) and len(left) > len(kept)
