"""Advantages as a pure function, and the push of a reward on a feature of the samples."""

import math

import numpy as np
import pytest

from r1vl_kedro.rewards.advantages import advantages
from r1vl_kedro.rewards.push import MAX_GROUPS, groups_among, push


def test_a_group_is_standardised_by_itself():
    made = advantages([[[1.0], [0.0], [0.0], [0.0]], [[1.0], [1.0], [1.0], [1.0]]], [1.0])
    assert made[0] == pytest.approx([1.4997, -0.4999, -0.4999, -0.4999], abs=1e-4)
    assert made[1].tolist() == [0, 0, 0, 0]


def test_each_reward_by_itself_keeps_a_small_one_beside_a_large_one():
    rewards = np.array([[[10.0, 0.0], [0.0, 0.0]], [[10.0, 0.1], [10.0, 0.0]]])
    weights = [1.0, 1.0]
    summed = advantages(rewards, weights, scale_rewards="none")
    apart = advantages(rewards, weights, aggregation="normalize_then_sum")
    assert summed.tolist() == [[5.0, -5.0], [pytest.approx(0.05), pytest.approx(-0.05)]]
    assert apart[1, 0] == pytest.approx(apart[0, 0], rel=0.01)


def test_a_completion_without_any_reward_has_no_advantage():
    made = advantages([[[1.0, np.nan], [np.nan, np.nan], [0.0, 0.0], [0.0, np.nan]]], [1.0, 1.0])
    assert made[0, 1] == 0
    assert made[0, 0] > 0 > made[0, 2] == made[0, 3]


def test_weights_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\(1, 2, 1\) with 2 weights"):
        advantages([[[1.0], [0.0]]], [1.0, 2.0])


def test_groups_are_all_there_are_or_a_fixed_number_of_different_ones():
    assert len(groups_among(8, 4)) == math.comb(8, 4)
    drawn = groups_among(16, 6, seed=1)
    assert len({tuple(row) for row in drawn}) == len(drawn) == MAX_GROUPS
    assert (drawn == groups_among(16, 6, seed=1)).all()
    assert not (drawn == groups_among(16, 6, seed=2)).all()
    with pytest.raises(ValueError, match=r"group of 4 .* not 3"):
        groups_among(3, 4)


def test_the_push_is_the_mean_over_groups_of_advantage_times_feature():
    """Two of four right: pairs that differ are 4 of 6, each with advantage 0.7071 for the right."""
    right = np.array([[1.0], [1.0], [0.0], [0.0]])
    found = push(right, [1.0], np.hstack([right, 1 - right, np.ones((4, 1))]), [[0, 1, 2, 3]], 2)
    one = 4 / 6 * 0.5 * (0.5 / (math.sqrt(0.5) + 1e-4))
    assert found[0] == pytest.approx([one, -one, 0], abs=1e-9)


def test_a_question_whose_samples_are_alike_is_pushed_nowhere():
    rewards = np.array([[1.0], [1.0], [0.0], [1.0]])
    found = push(rewards, [1.0], rewards, [[0, 1], [2, 3]], 2)
    assert found[0].tolist() == [0.0] and found[1, 0] > 0
