"""Diagnostics of one training step, and the alarm over many."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1vl_kedro.rewards.diagnostics import (
    REASONS,
    dead_group_forecast,
    format_saturation,
    hacking_alarm,
    key_step_density,
    length_summary,
    step_diagnostics,
    trend,
    zero_variance_reasons,
    zero_variance_shares,
)


@pytest.mark.parametrize(
    ("rewards", "correct", "truncated", "expected"),
    [
        ([1.1, 1.1], [1, 1], [0, 0], "all_right"),
        ([0.0, 0.0], [0, 0], [0, 0], "all_wrong"),
        ([0.0, 0.0], [0, 0], [1, 1], "all_truncated"),
        ([0.0, 0.0], [0, 0], [1, 0], "all_wrong"),
        ([1.0, 1.0], [1, 0], [0, 0], "same_reward"),
        ([1.0, 1.1], [1, 1], [0, 0], None),
        ([0.1 + 0.2, 0.3], [1, 1], [0, 0], "all_right"),
    ],
)
def test_why_a_group_teaches_nothing(rewards, correct, truncated, expected):
    assert zero_variance_reasons(rewards, correct, truncated, 2) == [expected]


@given(st.lists(st.sampled_from([*REASONS, None])))
def test_shares_add_up(reasons):
    shares = zero_variance_shares(reasons)
    total = shares.pop("zero_variance")
    assert sum(shares.values()) == pytest.approx(total)
    assert 0 <= total <= 1


def test_groups_must_be_whole():
    with pytest.raises(ValueError, match=r"3 values .* groups of 2"):
        zero_variance_reasons([1, 2, 3], [1, 1, 1], [0, 0, 0], 2)
    with pytest.raises(ValueError, match="4, 2 and 4 values"):
        zero_variance_reasons([1, 2, 3, 4], [1, 1], [0, 0, 0, 0], 2)


def test_density_saturation_and_lengths():
    assert key_step_density([3, 1], [150, 50]) == 2.0
    assert key_step_density([], []) == 0.0
    assert format_saturation([1, 1, 0, 0], 2) == {"format/valid": 0.5, "format/saturated": 0.5}
    assert length_summary([10, 20, 60], [0, 0, 1], [1, 1, 0]) == {
        "length/mean": 30.0,
        "length/median": 20.0,
        "length/longest": 60.0,
        "length/truncated": pytest.approx(1 / 3),
        "length/right": 15.0,
        "length/wrong": 60.0,
    }
    assert "length/wrong" not in length_summary([10], [0], [1])


def test_one_step_as_flat_metrics():
    metrics = step_diagnostics(
        rewards=np.array([2.1, 2.1, 0.0, 1.0]), correct=[1, 1, 0, 0], valid=[1, 1, 0, 1],
        matched=[2, 2, 0, 0], tokens=[100, 100, 100, 100], truncated=[0, 0, 1, 0], group_size=2,
    )  # fmt: skip
    assert metrics["zero_variance"] == metrics["zero_variance/all_right"] == 0.5
    assert metrics["key_step_density"] == 1.0
    assert all(isinstance(value, float) for value in metrics.values())


def test_trend():
    assert trend([0, 1, 2, 3]) == (3.0, np.inf)
    assert trend([1, 1, 1]) == (0.0, 0.0)
    rise, t = trend([0.0, 2.0, 1.0, 3.0])
    assert rise == pytest.approx(2.4)
    assert t == pytest.approx(1.886, abs=1e-3)


RISING = [0.02 + 0.002 * n for n in range(30)]
FLAT = [0.5 + 0.05 * (-1) ** n for n in range(30)]


FALLING = [0.9 - 0.01 * n for n in range(30)]


@pytest.mark.parametrize(
    ("key_steps", "accuracy", "alarm"),
    [
        (RISING, FLAT, "key_steps rose by 0.0380 over the last 20 steps while accuracy"),
        (RISING, FALLING, "key_steps rose by 0.0380 over the last 20 steps while accuracy"),
        (RISING, [0.1 + 0.02 * n for n in range(30)], None),
        (RISING, [0.3 + 0.1 * (-1) ** n for n in range(30)], None),  # noise hides a rise
        (FLAT, FLAT, None),
        (RISING[:10], FLAT[:10], None),
        (RISING[::-1], FLAT, None),
        (FLAT, FALLING, "accuracy fell by 0.1900 over the last 20 steps while key_steps changed"),
        (RISING[::-1], FALLING, None),  # a training that loses both is no hacking
    ],
)
def test_alarm_where_key_steps_and_accuracy_part(key_steps, accuracy, alarm):
    line = hacking_alarm(key_steps, accuracy, window=20)
    assert line is None if alarm is None else line.startswith(alarm)


def test_alarm_arguments():
    with pytest.raises(ValueError, match="2 values of key_steps but 1 of accuracy"):
        hacking_alarm([1, 2], [1])
    with pytest.raises(ValueError, match="window=2"):
        hacking_alarm([1, 2], [1, 2], window=2)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_the_forecast_of_dead_groups_is_the_mean_over_all_groups_of_the_samples(size):
    samples = [[1, 0, 1, 1, 0.05], [2, 2, 2, 2, 2], [0, 0.1, 0, 0, 0]]
    expected = [
        np.mean([len(set(group)) == 1 for group in itertools.combinations(values, size)])
        for values in samples
    ]
    assert dead_group_forecast(samples, size) == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("samples", [[], [[1, 0, 1], [1, 0]]])
def test_a_forecast_needs_a_whole_group_of_samples(samples):
    with pytest.raises(ValueError, match="a group of 3 needs as many samples"):
        dead_group_forecast(samples, 3)
