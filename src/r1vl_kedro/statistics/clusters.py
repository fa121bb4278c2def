"""Intervals of a benchmark's figure when its questions come in clusters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from r1vl_kedro.statistics.intervals import Interval, t_interval


def jackknife_interval(
    figure: Callable[[Sequence[int]], float],
    clusters: Sequence[Hashable],
    *,
    confidence: float = 0.95,
) -> Interval:
    """Leave out one cluster at a time (delete-one jackknife; Miller, 1974), Student's interval.

    Args:
        figure: the figure over the rows of these indices, in any unit.
        clusters: of each row, such as its image; rows of one cluster are left out together.

    Returns:
        No interval below two clusters, or where every part gives the same figure.
    """
    places: dict[Hashable, list[int]] = {}
    for index, cluster in enumerate(clusters):
        places.setdefault(cluster, []).append(index)
    estimate = figure(range(len(clusters)))
    n = len(places)
    if n < 2:
        return Interval(estimate, None, None, "no interval: fewer than two clusters")
    parts = []
    for rows in places.values():
        out = set(rows)
        parts.append(figure([index for index in range(len(clusters)) if index not in out]))
    spread = np.asarray(parts) - np.mean(parts)
    error = float(np.sqrt((n - 1) / n * (spread**2).sum()))
    if error == 0:
        return Interval(estimate, None, None, "no interval: every cluster has the same figure")
    return t_interval(estimate, error, n - 1, confidence, f"jackknife over {n} clusters")


def detectable_difference(
    interval: Interval, *, level: float = 0.05, power: float = 0.8
) -> float | None:
    """Compute the smallest difference that a two-sided test shows with this power.

    (t(1 - level/2) + t(power)) times the standard error seen, with its degrees of freedom; None
    where the interval has none.
    """
    from scipy.stats import t

    if not interval.error or interval.freedom is None:
        return None
    quantiles = t.ppf([1 - level / 2, power], interval.freedom)
    return float(quantiles.sum() * interval.error)
