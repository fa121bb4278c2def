"""Numbers of a learning curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def area_under_curve(steps: ArrayLike, values: ArrayLike) -> float:
    """Compute the mean height of a curve: the area by trapezoids over the length of its axis.

    Args:
        steps: increasing, shape (points,); at least two.
        values: shape (points,), in any unit.
    """
    x, y = np.asarray(steps, float), np.asarray(values, float)
    if len(x) < 2 or len(x) != len(y) or (np.diff(x) <= 0).any():
        raise ValueError(f"a curve needs two or more increasing steps, one value each: {x[:5]} ...")
    return float(np.trapezoid(y, x) / (x[-1] - x[0]))


def updates_to_reach(steps: ArrayLike, values: ArrayLike, level: float) -> float | None:
    """Return the first step, interpolated, at which a curve is at ``level``; None for never."""
    x, y = np.asarray(steps, float), np.asarray(values, float)
    reached = np.nonzero(y >= level)[0]
    if not len(reached):
        return None
    k = int(reached[0])
    if k == 0 or y[k] == y[k - 1]:
        return float(x[k])
    return float(x[k - 1] + (level - y[k - 1]) / (y[k] - y[k - 1]) * (x[k] - x[k - 1]))
