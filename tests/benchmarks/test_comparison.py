"""A checkpoint against a baseline on the same questions, and what their number could show."""

import numpy as np
import pytest

from r1vl_kedro.benchmarks.interval import compare
from r1vl_kedro.statistics import detectable_difference


def dynamath(questions, variants=10):
    return [
        {"index": str(q * variants + v), "qid": str(q), "varid": str(v), "question": "x",
         "answer": "1", "answer_type": "float", "subject": "algebra", "knowledge_level": "k"}
        for q in range(questions)
        for v in range(variants)
    ]  # fmt: skip


def test_the_difference_is_that_of_the_headline_figures():
    rows = dynamath(20)
    ours = [int(row["qid"]) % 2 == 0 for row in rows]
    theirs = [int(row["qid"]) % 4 == 0 for row in rows]
    found = compare("dynamath", rows, ours, theirs)
    assert (found.figure, found.baseline, found.interval.estimate) == (50.0, 25.0, 25.0)
    assert found.n == 200 and found.interval.freedom == 19
    assert found.interval.low < 25 < found.interval.high


def test_variants_of_a_question_do_not_count_as_questions():
    """Ten variants answered alike show no more than their one question."""
    rng = np.random.default_rng(0)
    right = {str(q): rng.random(2) < (0.6, 0.5) for q in range(60)}
    one, ten = dynamath(60, 1), dynamath(60, 10)
    intervals = [
        compare("dynamath", rows, [bool(right[row["qid"]][0]) for row in rows],
                [bool(right[row["qid"]][1]) for row in rows]).interval
        for rows in (one, ten)
    ]  # fmt: skip
    assert intervals[0].low == pytest.approx(intervals[1].low)
    assert intervals[0].high == pytest.approx(intervals[1].high)


def test_a_difference_of_the_detectable_size_is_found_in_four_of_five_studies():
    rng = np.random.default_rng(1)
    rows, found = dynamath(80, 2), []

    def study(gain):
        hard = rng.random(80)
        ours = [bool(rng.random() < 0.3 + 0.3 * hard[int(row["qid"])] + gain) for row in rows]
        theirs = [bool(rng.random() < 0.3 + 0.3 * hard[int(row["qid"])]) for row in rows]
        return compare("dynamath", rows, ours, theirs)

    size = np.mean([study(0.0).detectable for _ in range(10)]) / 100
    for _ in range(40):
        found.append(study(size).interval.low > 0)
    assert 0.6 <= np.mean(found) <= 0.93


def test_without_an_error_no_detectable_difference_is_given():
    rows = dynamath(5)
    found = compare("dynamath", rows, [True] * 50, [True] * 50)
    assert found.detectable is None and found.interval.low is None
    assert detectable_difference(found.interval) is None
