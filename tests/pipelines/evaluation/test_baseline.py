"""A checkpoint beside the baseline that ``evaluation.baseline`` names."""

import json

import pandas as pd
import pytest

from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.baseline import baseline_predictions, compare_with_baseline
from r1vl_kedro.pipelines.evaluation.benchmark_pipeline import create_given_pipeline
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.evaluation.scoring import EvaluationError, score_one


def predictions(right, answer="5"):
    """Answers to twenty questions of MathVista, right on those given."""
    rows = [
        {"index": str(k), "question": f"How many? ({k})", "answer": answer,
         "answer_type": "integer",
         "question_type": "free_form", "task": "t", "skills": "['a']", "category": "c"}
        for k in range(20)
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "benchmark": "mathvista",
            "id": [row["index"] for row in rows],
            "response": [
                f"### The final answer is: {answer if k in right else '9'}" for k in range(20)
            ],
            "row": [json.dumps(row) for row in rows],
            "tokens": 5,
            "truncated": False,
        }
    )


def options(baseline):
    return EvaluationOptions.model_validate(
        {"checkpoint": "x", "label": "tuned", "baseline": str(baseline), "decoding": {},
         "benchmarks": {"names": ["mathvista"]}}
    )  # fmt: skip


@pytest.fixture
def judge(tmp_path):
    return ChatClient(model="none", cache=tmp_path / "cache.sqlite")


def compared(tmp_path, judge, ours, theirs):
    file = tmp_path / "predictions.parquet"
    theirs.to_parquet(file)
    asked = options(file)
    stored = baseline_predictions(asked, LauncherOptions(), 0, str(tmp_path))
    verdicts = score_one("mathvista", ours, "robust", None)[0]
    return compare_with_baseline(ours, verdicts, stored, asked, judge)


def test_stored_predictions_are_compared_question_by_question(tmp_path, judge, capsys):
    table, text = compared(tmp_path, judge, predictions(range(15)), predictions(range(5)))
    (row,) = table.to_dict("records")
    assert (row["n"], row["figure"], row["baseline"], row["difference"]) == (20, 75.0, 25.0, 50.0)
    assert 0 < row["low"] < 50 < row["high"] and row["detectable"] > 0
    assert row["verdict"] == "different"
    assert "| MathVista | 20 | 75.0 | 25.0 | +50.0 [" in text and text in capsys.readouterr().out


def test_only_questions_that_both_answered_count(tmp_path, judge):
    table, _ = compared(tmp_path, judge, predictions(range(15)), predictions(range(5)).iloc[:10])
    assert table["n"].tolist() == [10] and table["difference"].tolist() == [50.0]


def test_predictions_on_other_questions_are_refused(tmp_path, judge):
    with pytest.raises(EvaluationError, match="question 0 of mathvista is another one there"):
        compared(tmp_path, judge, predictions(range(3)), predictions(range(3), answer="7"))


def test_a_file_that_is_none_is_named(tmp_path):
    with pytest.raises(EvaluationError, match=r"there is no file .*gone\.parquet"):
        baseline_predictions(options(tmp_path / "gone.parquet"), LauncherOptions(), 0, "")
    file = tmp_path / "other.parquet"
    pd.DataFrame({"id": [1]}).to_parquet(file)
    with pytest.raises(EvaluationError, match="has no column benchmark, response, row, tokens"):
        baseline_predictions(options(file), LauncherOptions(), 0, "")


def test_the_comparison_is_part_of_the_pipeline_where_a_baseline_is_named():
    names = {node.name for node in create_given_pipeline(["mathvista"]).nodes}
    assert "compare_with_baseline" not in names
    names = {node.name for node in create_given_pipeline(["mathvista"], baseline=True).nodes}
    assert {"baseline_predictions", "compare_with_baseline"} <= names


def test_equal_accuracies_on_few_questions_are_undecided(tmp_path, judge):
    table, _ = compared(tmp_path, judge, predictions(range(10)), predictions(range(5, 15)))
    assert table["difference"].tolist() == [0.0]
    assert table["verdict"].tolist() == ["undecided"] and table["detectable"][0] > 20
