"""Reasoning compared with that of the reference paths: BLEU-4 of the corpus."""

import pandas as pd
import pytest
from datasets import Dataset

from r1vl_kedro.generation.reasoning import reasoning_scores
from r1vl_kedro.responses import R1VL

PATHS = {
    "a": "<think>One red cube is in the way, so keep the speed.</think><answer>KEEP</answer>",
    "b": "<think>Nothing red is in the way of the car.</think><answer>ACCELERATE</answer>",
}


def scores(*responses, paths=PATHS):
    """Scores of pairs of a record's id and a response."""
    verdicts = pd.DataFrame(responses, columns=["id", "response"])
    records = Dataset.from_dict({"id": [*paths], "solution": [*paths.values()]})
    return reasoning_scores(verdicts, records, grammar="think_answer")


def thought(text):
    return f"<think>{text}</think><answer>STOP</answer>"


def test_the_reference_s_own_words_score_one_whatever_the_answer_is():
    found = scores(
        ("a", thought("ONE red cube is in the way\nso keep the speed")), ("b", PATHS["b"])
    )
    assert found["reasoning_bleu"] == 1.0
    assert found["reasoning"] == {"n": 2, "bleu": 1.0, "ci_low": 1.0, "ci_high": 1.0}


def test_it_is_nltk_s_bleu_of_the_corpus():
    from nltk.translate.bleu_score import corpus_bleu

    given = ["one red cube is in front so keep the speed now", "nothing red is in the way"]
    wanted = ["one red cube is in the way so keep the speed",
              "nothing red is in the way of the car"]  # fmt: skip
    expected = corpus_bleu([[one.split()] for one in wanted], [one.split() for one in given])
    found = scores(("a", thought(given[0])), ("b", thought(given[1])))
    assert found["reasoning_bleu"] == pytest.approx(expected)
    assert found["reasoning"]["ci_low"] < expected < found["reasoning"]["ci_high"]


def test_a_shorter_reasoning_is_penalised_and_none_at_all_scores_nothing():
    short = scores(("a", thought("one red cube is in the way")), ("b", PATHS["b"]))
    none = scores(("a", "<answer>KEEP</answer>"), ("b", PATHS["b"]))
    assert 1.0 > short["reasoning_bleu"] > none["reasoning_bleu"] > 0.0
    assert scores(("a", thought("stop")), ("b", ""))["reasoning_bleu"] == 0.0


def test_a_path_in_r1_vl_s_grammar_is_read_as_such():
    parts = {"description": "A scene.", "rationale": "Look."}
    path = R1VL.render(["One red cube.", "KEEP."], "KEEP", **parts)
    found = scores(("a", thought("a scene look one red cube keep")), paths={"a": path})
    assert found["reasoning_bleu"] == 1.0


def test_several_answers_to_a_record_count_alike():
    once = scores(("a", thought("one red cube is in the way")), ("b", PATHS["b"]))
    twice = scores(*[("a", thought("one red cube is in the way")), ("b", PATHS["b"])] * 2)
    assert twice["reasoning_bleu"] == pytest.approx(once["reasoning_bleu"])
    assert twice["reasoning"]["ci_low"] == pytest.approx(once["reasoning"]["ci_low"])


@pytest.mark.parametrize(
    "path", ["", "<answer>KEEP</answer>", "<think> </think><answer>5</answer>"]
)
def test_records_without_reasoning_are_left_out(path):
    found = scores(("a", PATHS["a"]), ("c", thought("anything")), paths={**PATHS, "c": path})
    assert (found["reasoning"]["n"], found["reasoning_bleu"]) == (1, 1.0)
    alone = scores(("c", thought("anything")), paths={"c": path})
    assert alone["reasoning"] == {"n": 0, "bleu": None, "ci_low": None, "ci_high": None}
