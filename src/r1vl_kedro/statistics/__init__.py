"""Intervals of shares, means and paired differences, and what may be claimed from them."""

from r1vl_kedro.statistics.claims import (
    Claim,
    claims,
    equivalence_p,
    holm,
    probability_of_improvement,
)
from r1vl_kedro.statistics.clusters import detectable_difference, jackknife_interval
from r1vl_kedro.statistics.curves import area_under_curve, updates_to_reach
from r1vl_kedro.statistics.intervals import (
    Interval,
    bootstrap_means,
    mean_interval,
    mean_over_seeds,
    paired_difference,
    share_interval,
    wilson_interval,
)

__all__ = [
    "Claim",
    "Interval",
    "area_under_curve",
    "bootstrap_means",
    "claims",
    "detectable_difference",
    "equivalence_p",
    "holm",
    "jackknife_interval",
    "mean_interval",
    "mean_over_seeds",
    "paired_difference",
    "probability_of_improvement",
    "share_interval",
    "updates_to_reach",
    "wilson_interval",
]
