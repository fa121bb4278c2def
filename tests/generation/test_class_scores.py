"""Answers that name classes of closed lists: F1 by class, accuracy by list."""

import pandas as pd
import pytest

from r1vl_kedro.generation.classes import class_scores
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.records.schema import RecordsError

LISTS = {"speed": ["KEEP", "STOP"], "path": ["STRAIGHT", "LEFT_TURN"]}


def verdicts(*pairs):
    rows = [
        {"id": str(k), "answer": gold, "response": f"<think>x</think><answer>{given}</answer>"}
        for k, (gold, given) in enumerate(pairs)
    ]
    return pd.DataFrame(rows)


def scores(*pairs):
    return class_scores(verdicts(*pairs), LISTS, grammar="think_answer")


def test_f1_of_every_class_and_accuracy_of_every_list():
    found = scores(
        ("KEEP, STRAIGHT", "KEEP, STRAIGHT"),
        ("KEEP, LEFT_TURN", "left turn, keep"),
        ("STOP, STRAIGHT", "KEEP, STRAIGHT"),
        ("STOP, LEFT_TURN", "STOP, STRAIGHT"),
    )
    assert (found["speed"], found["path"], found["all_lists"]) == (0.75, 0.75, 0.5)
    assert found["f1_KEEP"] == pytest.approx(2 * 2 / (2 + 3))
    assert found["f1_STOP"] == pytest.approx(2 / 3)
    keep = found["classes"]["KEEP"]
    assert (keep["n"], keep["precision"], keep["recall"]) == (2, pytest.approx(2 / 3), 1.0)
    assert keep["ci_low"] < found["f1_KEEP"] < keep["ci_high"]
    assert found["classes"]["all_lists"]["n"] == 4


def test_naming_everything_costs_precision_and_is_never_right():
    every = "KEEP, STOP, STRAIGHT, LEFT_TURN"
    found = scores(("KEEP, STRAIGHT", every), ("STOP, LEFT_TURN", every))
    assert (found["all_lists"], found["speed"]) == (0.0, 0.0)
    assert found["f1_KEEP"] == pytest.approx(2 / 3)


def test_what_is_no_list_of_classes_names_none():
    found = scores(("KEEP, STRAIGHT", "KEEP and go on"), ("KEEP, STRAIGHT", "KEEP, STRAIGHT"))
    assert found["all_lists"] == 0.5
    assert found["classes"]["KEEP"]["precision"] == 1.0
    assert found["classes"]["KEEP"]["recall"] == 0.5


def test_a_class_that_never_comes_up_has_no_score():
    found = scores(("KEEP, STRAIGHT", "KEEP, STRAIGHT"), ("KEEP, STRAIGHT", "KEEP, STRAIGHT"))
    assert found["f1_STOP"] is None
    assert found["classes"]["STOP"]["ci_low"] is None
    assert found["f1_KEEP"] == 1.0


def test_several_answers_to_a_record_are_resampled_together():
    frame = verdicts(*[("KEEP, STRAIGHT", "KEEP, STRAIGHT"), ("STOP, STRAIGHT", "STOP, STRAIGHT")])
    twice = pd.concat([frame, frame], ignore_index=True)
    one, two = (class_scores(f, LISTS, grammar="think_answer") for f in (frame, twice))
    assert one["classes"]["KEEP"]["f1"] == two["classes"]["KEEP"]["f1"]
    assert one["classes"]["KEEP"]["ci_low"] == two["classes"]["KEEP"]["ci_low"]


def test_a_reference_of_another_class_is_named():
    with pytest.raises(
        RecordsError, match=r"answer is .FLY.; evaluation\.classes lists KEEP, STOP"
    ):
        scores(("FLY", "KEEP, STRAIGHT"))


@pytest.mark.parametrize(
    ("classes", "said"),
    [({"speed": []}, "speed is empty"), ({"a": ["X"], "b": ["X"]}, "X twice")],
)
def test_lists_are_checked_before_anything_runs(classes, said):
    given = {"checkpoint": "c", "label": "l", "decoding": {}, "benchmarks": {}}
    with pytest.raises(ValueError, match=said):
        EvaluationOptions.model_validate({**given, "classes": classes})
