"""Rows as AlphaDrive's released training reads them."""

import json

import pytest
from record_builders import image_bytes

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.validate import validate

PROBLEM = "Your current speed is 2m/s, the navigation command is 'go straight', what is your plan?"
PLAN = "<think>A pedestrian waits at the crossing.</think> <answer> DECELERATE, LEFT_TURN </answer>"


@pytest.fixture
def read(tmp_path):
    (tmp_path / "a.png").write_bytes(image_bytes(97))

    def of(*rows):
        file = tmp_path / "rows.json"
        whole = {"image": "a.png", "problem": PROBLEM, "solution": PLAN}
        file.write_text(json.dumps([{**whole, **row} for row in rows]))
        options = ValidationOptions(require_solution=False)
        return validate(get_reader("metaad")(file), options, grammar="think_answer")

    return of


def test_a_row_is_a_question_with_a_plan(read):
    records, rejected = read({})
    [record] = records
    assert (record["question"], record["answer"]) == (PROBLEM, "DECELERATE, LEFT_TURN")
    assert record["solution"].startswith("<think>")
    assert (record["speed"], record["path"]) == ("DECELERATE", "LEFT_TURN")
    assert rejected == []


@pytest.mark.parametrize(
    "solution",
    [
        "<answer>KEEP, STRAIGHT</answer>",
        "<answer> straight, keep </answer>",
        "<answer>\nKEEP, STRAIGHT\n</answer>",
    ],
)
def test_a_plan_without_reasoning_is_read(read, solution):
    [record] = read({"solution": solution})[0]
    assert (record["answer"], record["solution"]) == ("KEEP, STRAIGHT", "")


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        ({"solution": "<answer>FLY, STRAIGHT</answer>"}, "unknown_action", "'FLY, STRAIGHT'"),
        ({"solution": "<answer>KEEP</answer>"}, "unknown_action", "one of STRAIGHT, LEFT_TURN"),
        ({"solution": "<answer>KEEP, STOP, STRAIGHT</answer>"}, "unknown_action", "one of KEEP"),
        ({"solution": "KEEP, STRAIGHT"}, "unknown_action", "has 0 plans"),
        ({"solution": PLAN + PLAN}, "unknown_action", "has 2 plans"),
        ({"solution": None}, "malformed_row", "wanted text"),
        ({"problem": 3}, "malformed_row", "wanted text"),
        ({"image": None}, "no_image", "no image"),
        ({"image": "../a.png"}, "malformed_row", "may not leave the image folder"),
        ({"image": "b.png"}, "missing_image", "b.png"),
        ({"problem": f"<image><image>{PROBLEM}"}, "image_marks", "2 <image> marks and 1 images"),
        ({"problem": "<image>"}, "empty_question", "no text"),
        ({"problem": "\u200b \ufeff\u00a0"}, "empty_question", "no text"),
        (
            {"solution": "<think> </think><answer>KEEP, STRAIGHT</answer>"},
            "unparsable_path",
            "empty",
        ),
    ],
)
def test_a_broken_row_is_set_aside_with_its_reason(read, row, reason, said):
    records, rejected = read({}, row)
    assert len(records) == 1
    [one] = rejected
    assert one.reason == reason
    assert said in one.detail
