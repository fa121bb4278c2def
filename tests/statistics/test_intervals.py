"""Intervals: known values, and properties that hold for any input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from r1vl_kedro.statistics import (
    bootstrap_means,
    mean_interval,
    paired_difference,
    share_interval,
    wilson_interval,
)

FEW = settings(max_examples=40, deadline=None)


def binary(max_questions=30, seeds=1):
    return st.integers(2, max_questions).flatmap(
        lambda n: arrays(np.float64, (n, seeds), elements=st.sampled_from([0.0, 1.0]))
    )


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe (1998), Table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_gives_the_published_values(successes, n, low, high):
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3)])
def test_wilson_names_an_impossible_count(successes, n):
    with pytest.raises(ValueError, match=rf"successes is {successes}.*n is {n}"):
        wilson_interval(successes, n)


def test_wilson_names_a_wrong_confidence():
    with pytest.raises(ValueError, match="confidence is 95"):
        wilson_interval(1, 2, confidence=95)


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0.5, 0.99))
def test_wilson_contains_the_share_and_mirrors(successes, n, confidence):
    successes = min(successes, n)
    low, high = wilson_interval(successes, n, confidence)
    assert 0 <= low <= successes / n <= high <= 1
    mirrored = wilson_interval(n - successes, n, confidence)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_bootstrap_of_constants_is_that_constant_with_seeds_and_without():
    assert bootstrap_means([2.0, 2.0, 2.0], resamples=50, seed=0) == pytest.approx([2.0] * 50)
    assert bootstrap_means(np.full((4, 3), 0.25), resamples=50, seed=0) == pytest.approx(
        [0.25] * 50
    )


def test_bootstrap_spread_over_questions_is_the_standard_error():
    values = np.tile([0.0, 1.0], 100)
    means = bootstrap_means(values, resamples=20_000, seed=1)
    assert means.mean() == pytest.approx(0.5, abs=0.002)
    assert means.std() == pytest.approx(np.sqrt(0.25 / 200), rel=0.03)


def test_spread_between_seeds_is_in_the_interval():
    """Seeds that differ and questions that do not: the interval is Student's over the seeds."""
    means = np.array([0.0, 0.2, 0.4, 0.6])
    found = mean_interval(np.tile(means, (50, 1)))
    assert found.error == pytest.approx(means.std(ddof=1) / 2)
    assert found.freedom == pytest.approx(3)
    assert found.high - found.estimate == pytest.approx(3.182446 * found.error, rel=1e-5)


def test_spread_between_questions_is_in_the_interval():
    """Questions that differ and seeds that do not: more seeds make nothing narrower."""
    values = np.tile([0.0, 1.0], 100)
    once, thrice = mean_interval(values), mean_interval(np.tile(values[:, None], (1, 3)))
    assert thrice.error == pytest.approx(once.error)
    assert thrice.freedom == pytest.approx(199)


def test_chunks_do_not_change_the_resamples(monkeypatch):
    values = np.arange(7.0)
    whole = bootstrap_means(values, resamples=101, seed=3)
    monkeypatch.setattr("r1vl_kedro.statistics.intervals.CHUNK_CELLS", 70)
    assert np.array_equal(bootstrap_means(values, resamples=101, seed=3), whole)


def test_p_is_two_sided():
    # Three questions, +1 each but one: 1/27 of the resamples have the last one only, 6/27 twice.
    better = mean_interval([1.0, 1.0, -1.0], resamples=40_000, seed=0)
    worse = mean_interval([-1.0, -1.0, 1.0], resamples=40_000, seed=0)
    assert better.p == pytest.approx(worse.p, abs=0.02)
    assert better.p == pytest.approx(2 * 7 / 27, abs=0.02)
    interval = mean_interval([1.0, -1.0], resamples=40_000, seed=0)
    assert (interval.low, interval.high) == (-1.0, 1.0)


def test_equal_answers_differ_by_exactly_nothing():
    right = np.array([0.0, 1.0, 1.0, 0.0])
    interval = paired_difference(right, right, resamples=200)
    assert (interval.estimate, interval.low, interval.high, interval.p) == (0.0, 0.0, 0.0, 1.0)


def test_pairing_narrows_the_interval():
    rng = np.random.default_rng(0)
    before = rng.integers(0, 2, 200).astype(float)
    after = before.copy()
    after[:10] = 1.0
    paired = paired_difference(after, before, resamples=2000)
    shuffled = paired_difference(rng.permutation(after), before, resamples=2000)
    assert paired.high - paired.low < (shuffled.high - shuffled.low) / 2


def test_one_column_stands_against_every_seed():
    interval = paired_difference([[1.0, 0.0], [1.0, 1.0]], [0.0, 1.0], resamples=200)
    assert interval.estimate == pytest.approx(0.25)
    assert interval.note == "two-way t over questions and 2 seeds"


def test_one_question_has_no_interval_and_says_why():
    interval = mean_interval([1.0])
    assert (interval.estimate, interval.low, interval.high) == (1.0, None, None)
    assert interval.note == "no interval: only one question"


def test_share_interval_takes_wilson_for_one_seed_and_t_for_more():
    assert share_interval([1.0, 0.0, 1.0]).note == "Wilson"
    assert share_interval([1.0, 0.5, 1.0], resamples=100).note == "bootstrap over questions"
    assert share_interval(np.eye(3), resamples=100).note == "two-way t over questions and 3 seeds"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_difference([1.0, 0.0], [1.0]), "2 questions against 1"),
        (lambda: paired_difference(np.ones((4, 3)), np.ones((4, 2))), "3 seeds against 2"),
        (lambda: mean_interval([]), r"shape \(0, 1\)"),
        (lambda: mean_interval(np.ones((2, 2, 2))), r"shape \(2, 2, 2\)"),
        (lambda: mean_interval([0.0, np.nan]), "nan of question 1, seed 0"),
        (lambda: share_interval([0.0, 2.0]), "run from 0.0 to 2.0"),
    ],
)
def test_errors_name_the_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@FEW
@given(binary(seeds=3), st.integers(0, 2**31))
def test_same_seed_same_interval(values, seed):
    first = share_interval(values, resamples=200, seed=seed)
    assert first == share_interval(values, resamples=200, seed=seed)
    assert 0 <= first.low <= first.high <= 1


@FEW
@given(binary(), st.data())
def test_swapping_the_sides_mirrors_the_interval(values, data):
    other = data.draw(arrays(np.float64, values.shape, elements=st.sampled_from([0.0, 1.0])))
    there = paired_difference(values, other, resamples=300)
    back = paired_difference(other, values, resamples=300)
    assert there.estimate == -back.estimate
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


@FEW
@given(binary(seeds=2))
def test_bootstrap_means_stay_within_the_values(values):
    means = bootstrap_means(values, resamples=200, seed=0)
    assert means.shape == (200,)
    assert values.min() - 1e-12 <= means.min()
    assert means.max() <= values.max() + 1e-12
