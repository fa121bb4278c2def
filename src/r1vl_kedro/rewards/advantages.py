"""The advantages that the trainer takes from rewards, as a pure function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scaling = Literal["group", "batch", "none"]
Aggregation = Literal["sum_then_normalize", "normalize_then_sum"]
SMALL = 1e-4  # added to a standard deviation, as TRL does


def advantages(
    rewards: ArrayLike,
    weights: Sequence[float],
    *,
    scale_rewards: Scaling = "group",
    aggregation: Aggregation = "sum_then_normalize",
) -> NDArray[np.float64]:
    """Compute the advantages of whole groups, as TRL's GRPOTrainer computes them in training.

    ``sum_then_normalize``: (r - mean) / (std + 1e-4) of the weighted sum r within the group (GRPO,
    arXiv 2402.03300), over the batch's std, or without one. ``normalize_then_sum``: each reward
    standardised within its group, the weighted sum standardised over the batch (GDPO,
    arXiv 2601.05242). Standard deviations have n - 1 in the denominator.

    Args:
        rewards: shape (groups, M, rewards), unweighted; NaN where a reward does not apply. All
            groups together are the batch.
        weights: one a reward.

    Returns:
        Shape (groups, M); 0 where no reward applies.

    Raises:
        ValueError: another number of dimensions, or of weights.

    Example:
        >>> advantages([[[1.0], [0.0]]], [1.0]).round(3).tolist()
        [[0.707, -0.707]]
    """
    given = np.asarray(rewards, dtype=np.float64)
    if given.ndim != 3 or given.shape[2] != len(weights):
        raise ValueError(
            f"rewards have shape {given.shape} with {len(weights)} weights; wanted (groups, M, "
            "rewards) and one weight a reward"
        )
    unknown = np.isnan(given).all(axis=2)
    if aggregation == "normalize_then_sum":
        given = (given - _mean(given, 1)) / (_deviation(given, 1) + SMALL)
    total = np.where(unknown, np.nan, np.nansum(given * np.asarray(weights), axis=2))
    if aggregation == "normalize_then_sum":
        made = (total - _mean(total, None)) / (_deviation(total, None) + SMALL)
    else:
        made = total - _mean(total, 1)
        if scale_rewards != "none":
            made /= _deviation(total, 1 if scale_rewards == "group" else None) + SMALL
    return np.nan_to_num(made)


def _mean(values: NDArray[np.float64], axis: int | None) -> NDArray[np.float64]:
    """Compute the mean of what is known; 0 where nothing is."""
    known = ~np.isnan(values)
    return np.nansum(values, axis=axis, keepdims=True) / np.maximum(
        known.sum(axis=axis, keepdims=True), 1
    )


def _deviation(values: NDArray[np.float64], axis: int | None) -> NDArray[np.float64]:
    """Compute the standard deviation of what is known; 0 of fewer than two values."""
    known = (~np.isnan(values)).sum(axis=axis, keepdims=True)
    squares = np.nansum((values - _mean(values, axis)) ** 2, axis=axis, keepdims=True)
    return np.sqrt(squares / np.maximum(known - 1, 1))
