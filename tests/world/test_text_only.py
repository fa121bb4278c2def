"""Questions of the embedded world that need no picture."""

import json
import random

import pytest

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.validate import validate
from r1vl_kedro.world.corpus import Faults, problems, split_rows, write_corpus
from r1vl_kedro.world.text_only import text_problem

MIXED = ("charts", "text")


def value(words: str) -> int:
    """Work out ``8 plus 3 minus 2``."""
    total, sign = 0, 1
    for word in words.split():
        if word in ("plus", "minus"):
            sign = {"plus": 1, "minus": -1}[word]
        else:
            total += sign * int(word)
    return total


def test_every_answer_is_right():
    for problem in problems("train", 300, 0, ("text",)):
        question = problem.question
        if question.startswith("What is "):
            expected = str(value(question[len("What is ") : -1]))
        else:
            one, two = map(value, problem.options)
            expected = "A" if one > two else "B"
        assert problem.answer == expected, question
        assert problem.picture is None


def test_every_sum_on_the_way_is_true():
    for problem in problems("train", 100, 0, ("text",)):
        for step in problem.steps:
            if "=" in step:
                left, right = step.rstrip(".").split(" = ")
                words = left.replace("+", "plus").replace("-", "minus")
                assert value(words) == int(right), step


def test_splits_share_no_question():
    asked = {
        split: {(p.question, p.options) for p in problems(split, 200, 0, ("text",))}
        for split in ("train", "validation", "test")
    }
    assert not asked["train"] & asked["test"]
    assert not asked["train"] & asked["validation"]
    assert not asked["validation"] & asked["test"]


def test_it_follows_from_the_seed():
    first, again = (text_problem(random.Random(3), "test") for _ in range(2))
    assert first == again


def test_a_mixed_corpus_has_images_for_the_others_alone(tmp_path):
    file = write_corpus(tmp_path / "mulberry", 60, 0, Faults(0, 0, 0, 0, 0, 0), MIXED)
    rows = json.loads(file.read_text())
    without = [row for row in rows if row["images"] == []]
    assert len(without) == 30
    assert all("<image>" not in row["messages"][0]["content"] for row in without)
    assert all(row["messages"][0]["content"].startswith("Think about the q") for row in without)
    assert all((file.parent / row["images"]).is_file() for row in rows if row["images"])


def test_all_faults_of_a_corpus_go_with_text_alone(tmp_path):
    file = write_corpus(tmp_path / "mulberry", 200, 0, Faults(0.3, 0.2, 0.1, 0.1, 0.1, 0.3), MIXED)
    source = MulberryFile(file, file.parent)
    kept, dropped = validate(source, ValidationOptions(require_image=False))
    reasons = {rejection.reason for rejection in dropped}
    assert {"missing_image", "broken_image", "unparsable_path"} <= reasons
    assert "no_image" not in reasons
    families = list(kept["family"])
    assert set(families) == set(MIXED)
    _, dropped = validate(source, ValidationOptions(workers=1))
    assert sum(rejection.reason == "no_image" for rejection in dropped) == families.count("text")


def test_held_out_rows_have_no_image():
    rows = list(split_rows("test", 20, 0, MIXED))
    assert [len(row["images"]) for row in rows] == [1, 0] * 10
    assert {row["family"] for row in rows if not row["images"]} == {"text"}


@pytest.mark.parametrize("families", [["text"], ["text", "counting"]])
def test_the_catalog_takes_the_family(tmp_path, families):
    from r1vl_kedro.datasets import EmbeddedSplitDataset

    split = {"split": "validation", "n": 8, "seed": 0, "families": families}
    loaded = EmbeddedSplitDataset(path=str(tmp_path / "v"), **split).load()
    assert set(loaded["family"]) == set(families)
