"""Claims: known decisions, and error rates that a simulation shows."""

import numpy as np
import pytest
from simulation import simulate

from r1vl_kedro.statistics import (
    claims,
    holm,
    jackknife_interval,
    mean_over_seeds,
    paired_difference,
    probability_of_improvement,
    wilson_interval,
)
from r1vl_kedro.statistics.claims import seeds_needed


def test_holm_gives_the_textbook_values():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_what_is_far_apart_is_different_and_what_is_alike_is_equivalent():
    rng = np.random.default_rng(0)
    base = rng.random((2000, 5)) < 0.5
    better = base | (rng.random((2000, 5)) < 0.2)
    alike = base ^ (rng.random((2000, 5)) < 0.002)
    decided = claims({"better": (better, base), "alike": (alike, base)})
    assert decided["better"].verdict == "different"
    assert decided["alike"].verdict == "equivalent"


def test_few_questions_leave_it_undecided_and_the_seeds_needed_are_told():
    rng = np.random.default_rng(0)
    left, right = rng.random((60, 4)) < 0.5, rng.random((60, 4)) < 0.5
    decided = claims({"x": (left, right)})["x"]
    assert decided.verdict == "undecided"
    assert decided.seeds_needed > 4


def test_one_seed_of_two_trained_models_cannot_tell():
    rng = np.random.default_rng(0)
    base = (rng.random(500) < 0.4).astype(float)
    better = np.maximum(base, rng.random(500) < 0.5)
    pairs = {"trained": (better, base), "untrained": (better, base)}
    decided = claims(pairs, trained=["trained"])
    assert decided["trained"].verdict == "one seed cannot tell"
    assert decided["untrained"].verdict == "different"


def test_seeds_needed_grows_with_the_square_of_the_spread():
    questions = np.zeros((10, 1))
    few = seeds_needed(questions + np.array([0.0, 0.02, 0.04]), questions, margin=0.02)
    many = seeds_needed(questions + np.array([0.0, 0.08, 0.16]), questions, margin=0.02)
    assert 8 <= few <= 13
    assert 100 <= many <= 150


def test_probability_of_improvement_counts_ties_half():
    assert probability_of_improvement([1.0, 2.0], [0.0, 2.0]) == pytest.approx(0.625)


def test_clusters_widen_an_interval():
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random(50) < 0.5, 10).astype(float)

    def accuracy(rows):
        return float(right[list(rows)].mean())

    alone = jackknife_interval(accuracy, range(500))
    together = jackknife_interval(accuracy, [k // 10 for k in range(500)])
    assert together.error == pytest.approx(alone.error * np.sqrt(10), rel=0.05)
    assert jackknife_interval(accuracy, ["one"] * 500).low is None


def test_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(0).random(40)
    found = jackknife_interval(lambda rows: float(values[list(rows)].mean()), range(40))
    assert found.error == pytest.approx(values.std(ddof=1) / np.sqrt(40))


def covered(studies, interval, truth) -> float:
    """Share of simulated studies whose interval contains the truth."""
    found = [interval() for _ in range(studies)]
    return sum(one.low <= truth <= one.high for one in found) / studies


def test_the_jackknife_covers_where_questions_come_in_clusters():
    """Clusters of five alike: an interval that takes them for single questions is too narrow."""
    rng = np.random.default_rng(3)

    def study(clusters):
        right = rng.random((40, 1)) < 0.6  # of a cluster's picture
        kept = rng.random((40, 5)) < 0.9
        answers = np.where(kept, right, rng.random((40, 5)) < 0.6).ravel()
        return jackknife_interval(lambda rows: float(answers[list(rows)].mean()), clusters)

    assert 0.9 <= covered(150, lambda: study([k // 5 for k in range(200)]), 0.6) <= 1
    assert covered(150, lambda: study(range(200)), 0.6) < 0.85


def test_the_bootstrap_of_one_seed_covers_other_questions():
    rng = np.random.default_rng(4)

    def study():
        left, right = rng.random((2, 200)) < np.array([[0.55], [0.5]])
        return paired_difference(left, right, resamples=400)

    assert 0.9 <= covered(200, study, 0.05) <= 0.99


def test_the_interval_over_seeds_of_one_number_a_training_covers():
    rng = np.random.default_rng(5)
    assert 0.92 <= covered(500, lambda: mean_over_seeds(rng.normal(2, 1, 5)), 2) <= 0.98
    assert mean_over_seeds([3.0]).low is None


def test_wilson_covers_rare_and_common_shares():
    rng = np.random.default_rng(6)
    for share in (0.03, 0.5):
        found = [wilson_interval(int(rng.binomial(100, share)), 100) for _ in range(500)]
        assert 0.92 <= sum(low <= share <= high for low, high in found) / 500 <= 0.995


def test_as_many_seeds_as_are_said_to_be_needed_tell_the_margin():
    """Four of five studies of that many seeds find a difference of the margin."""
    rng = np.random.default_rng(7)
    left, right = rng.normal(0, 0.02, (2, 1, 400))
    needed = seeds_needed(left, right, margin=0.02)
    studies = rng.normal(0.02, (left - right).std(), (2000, needed))
    found = sum(mean_over_seeds(study).low > 0 for study in studies[:400]) / 400
    assert 0.72 <= found <= 0.9


@pytest.mark.parametrize("seeds", [2, 5])
def test_intervals_over_seeds_cover_what_they_promise(seeds):
    """Nominal 95 %; a little more where trainings hardly differ, never much less."""
    rng = np.random.default_rng(seeds)
    covered = 0
    for _ in range(200):
        left, right = simulate(rng, questions=100, seeds=seeds, difference=0.05)
        found = paired_difference(left, right)
        covered += found.low <= 0.05 <= found.high
    assert covered / 200 >= 0.92


def test_families_of_contrasts_err_seldom(monkeypatch):
    """Of five contrasts without a difference one is called different in at most 5 % of studies."""
    # statsmodels collects all garbage at every adjustment: minutes, where other tests left much.
    monkeypatch.setattr("gc.collect", lambda *_: 0)
    rng = np.random.default_rng(1)
    shape = {"questions": 100, "seeds": 5}
    different = equivalent = 0
    for _ in range(40):
        pairs = {name: simulate(rng, **shape, difference=0.0) for name in "abcde"}
        different += any(claim.verdict == "different" for claim in claims(pairs).values())
        edge = {"edge": simulate(rng, **shape, difference=0.02)}
        equivalent += claims(edge)["edge"].verdict == "equivalent"
    assert different / 40 <= 0.1
    assert equivalent / 40 <= 0.1
