"""Push: which way the first updates of a reward move the mode of answering, before any training.

The gradient of GRPO at the start is the mean of advantage x grad log pi; so the mean over samples
of advantage x feature tells whether responses with that feature are made likelier or rarer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from r1vl_kedro.rewards.advantages import Aggregation, Scaling, advantages

MAX_GROUPS = 256
"""Of a question; where there are more, so many are drawn."""


def groups_among(samples: int, size: int, seed: int = 0) -> NDArray[np.int64]:
    """List all groups of ``size`` out of ``samples`` places, or draw `MAX_GROUPS` different ones.

    Returns:
        Shape (groups, size).

    Raises:
        ValueError: fewer samples than a group has.

    Example:
        >>> groups_among(3, 2).tolist()
        [[0, 1], [0, 2], [1, 2]]
    """
    if samples < size:
        raise ValueError(
            f"a group of {size} needs as many samples of every question, not {samples}"
        )
    if math.comb(samples, size) <= MAX_GROUPS:
        return np.array(list(combinations(range(samples), size)))
    draw, found = random.Random(f"{seed}-groups"), set()
    while len(found) < MAX_GROUPS:
        found.add(tuple(sorted(draw.sample(range(samples), size))))
    return np.array(sorted(found))


def push(
    rewards: ArrayLike,
    weights: Sequence[float],
    features: ArrayLike,
    questions: Sequence[Sequence[int]],
    group_size: int,
    *,
    scale_rewards: Scaling = "group",
    aggregation: Aggregation = "sum_then_normalize",
) -> NDArray[np.float64]:
    """Compute the mean over a question's groups and samples of advantage x feature.

    Args:
        rewards: shape (responses, rewards), unweighted; NaN where one does not apply.
        weights: one a reward.
        features: shape (responses, features), such as right or valid.
        questions: places of each question's responses.
        group_size: M.
        scale_rewards, aggregation: see `advantages`; all groups together stand for the batch.

    Returns:
        Shape (questions, features), in standard deviations of the reward.

    Example:
        >>> reward = [[1.0], [0.0], [0.0], [0.0]]
        >>> push(reward, [1.0], reward, [[0, 1, 2, 3]], group_size=2).round(3).tolist()
        [[0.177]]
    """
    values, wanted = np.asarray(rewards, float), np.asarray(features, float)
    parts = [np.asarray(places)[groups_among(len(places), group_size)] for places in questions]
    rows = np.concatenate(parts)
    made = advantages(values[rows], weights, scale_rewards=scale_rewards, aggregation=aggregation)
    of_group = (made[:, :, None] * wanted[rows]).mean(axis=1)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return np.array([part.mean(axis=0) for part in np.split(of_group, ends)])
