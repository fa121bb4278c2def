"""Verdicts and scores on known predictions."""

import pandas as pd
import pytest
from datasets import load_from_disk

from r1vl_kedro.generation.scoring import score, summarise


def predictions(records, responses, samples=1):
    rows = [
        {
            "id": row["id"], "family": row["family"], "question": row["question"],
            "options": row["options"], "answer": row["answer"],
            "response": responses(row, sample), "tokens": 10 + sample, "truncated": sample == 1,
            "sample": sample,
        }
        for row in records
        for sample in range(samples)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def known(records):
    return load_from_disk(records)


def test_reference_paths_are_right_valid_and_hold_every_key_step(known):
    verdicts = score(predictions(known, lambda row, _: row["solution"]), known)
    assert verdicts["correct"].eq(1).all()
    assert verdicts["valid"].eq(1).all()
    assert verdicts["k"].eq(1).all()
    assert verdicts["step_rar"].eq(1.1).all()


def test_key_steps_count_as_the_run_counts_them(known):
    """The node reads alpha and matching of the options that it is given: the variant's own."""
    from r1vl_kedro.pipelines.evaluation.nodes import score_test
    from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
    from r1vl_kedro.training.options import StepGRPOOptions

    key_steps = {"alpha": 0.5, "matching": "exact"}
    step_grpo = StepGRPOOptions(
        num_steps=1, prompts_per_step=1, rewards={"outcome": 1.0, "key_steps": key_steps}
    )
    options = EvaluationOptions.model_validate(
        {"checkpoint": "c", "label": "l", "decoding": {}, "benchmarks": {}}
    )
    given = predictions(known, lambda row, _: row["solution"])
    verdicts, _, manifest = score_test(given, {}, known, options, step_grpo, 0)
    assert verdicts["step_rar"].tolist() == (1 + 0.5 * verdicts["k"]).tolist()
    assert verdicts["k"].lt(1).any(), "soft matching, unlike exact, finds them all"
    assert manifest["key_steps"] == {"alpha": 0.5, "matching": "exact", "threshold": 90.0}


def test_responses_are_read_in_the_grammar(known):
    from r1vl_kedro.responses import R1VL, THINK_ANSWER, rewrite

    tagged = predictions(known, lambda row, _: rewrite(row["solution"], R1VL, THINK_ANSWER))
    verdicts = score(tagged, known, grammar="think_answer")
    assert verdicts[["correct", "valid", "k"]].eq(1).all().all()
    assert verdicts["step_rar"].eq(1.1).all()
    assert score(tagged, known)["valid"].eq(0).all()


def test_a_bare_wrong_answer_is_wrong_and_invalid(known):
    verdicts = score(predictions(known, lambda *_: "### The final answer is:\nsome"), known)
    assert verdicts[["correct", "valid", "k", "step_rar"]].eq(0).all().all()


def test_without_key_steps_their_columns_are_null(known):
    plain = known.remove_columns("key_steps")
    verdicts = score(predictions(known, lambda row, _: row["solution"]), plain)
    assert verdicts["k"].isna().all()
    assert summarise(verdicts)["k"] is None


def test_scores_are_overall_and_by_family(known):
    def every_second(row, _):
        return row["solution"] if int(row["id"][1:]) % 2 else ""

    scores = summarise(score(predictions(known, every_second), known))
    assert scores["n"] == 7
    assert scores["accuracy"] == pytest.approx(3 / 7)
    assert scores["ci_low"] < 3 / 7 < scores["ci_high"]
    assert scores["validity"] == pytest.approx(3 / 7)
    assert scores["mean_tokens"] == 10
    assert set(scores["by_family"]) == {"counting", "comparison", "charts"}
    assert sum(part["n"] for part in scores["by_family"].values()) == 7


def test_several_samples_are_resampled_by_record_and_give_pass_at_k(known):
    frame = predictions(known, lambda row, k: row["solution"] if k == 0 else "", samples=4)
    scores = summarise(score(frame, known))
    assert scores["accuracy"] == 0.25
    assert scores["pass_at_k"] == 1
    assert scores["interval"].startswith("bootstrap")
    assert scores["ci_low"] == scores["ci_high"] == 0.25  # every record alike


def test_a_prediction_on_no_record_is_named(known):
    frame = predictions(known, lambda *_: "")
    frame.loc[0, "id"] = "stray"
    with pytest.raises(KeyError, match="stray"):
        score(frame, known)
