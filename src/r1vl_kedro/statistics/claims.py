"""What a comparison may claim: different, equivalent within a margin, or undecided."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from r1vl_kedro.statistics.intervals import Interval, paired_difference

Verdict = Literal["different", "equivalent", "undecided", "one seed cannot tell"]
MOST_SEEDS = 1000


@dataclass(frozen=True)
class Claim:
    """One contrast among several of a table.

    ``p`` is adjusted by Holm over the table's contrasts. ``seeds_needed`` is the number of training
    seeds that would tell a difference of ``margin`` with 80 % power, given the spread seen; None
    where it cannot be estimated from one seed, or exceeds `MOST_SEEDS`.
    """

    interval: Interval
    verdict: Verdict
    p: float | None
    seeds_needed: int | None = None


def claims(
    pairs: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    margin: float = 0.02,
    confidence: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
    trained: Sequence[str] | None = None,
) -> dict[str, Claim]:
    """Decide every contrast of a table, by name.

    Different: Holm's p of the paired difference is below ``1 - confidence``. Equivalent: both
    one-sided tests against ``margin`` are (Schuirmann, 1987), adjusted likewise. Else undecided.
    A contrast of two trained models with one seed each is not decided: its spread over trainings is
    unknown.

    Args:
        pairs: values and reference of each contrast, questions x seeds, in shares.
        margin: largest difference that counts as none, as a share.
        trained: contrasts both sides of which depend on a training seed; None: all of them.
    """
    if not pairs:
        return {}
    intervals = {
        name: paired_difference(*pair, confidence=confidence, resamples=resamples, seed=seed)
        for name, pair in pairs.items()
    }
    known = [name for name, found in intervals.items() if found.p is not None]
    p = dict(zip(known, holm([intervals[name].p for name in known]), strict=True))
    raw = [equivalence_p(intervals[name], margin) for name in known]
    same = dict(zip(known, holm(raw), strict=True))
    level = 1 - confidence
    decided = {}
    for name, found in intervals.items():
        seeds = max(_seeds(side) for side in pairs[name])
        verdict: Verdict = "undecided"
        if seeds == 1 and (trained is None or name in trained):
            verdict = "one seed cannot tell"
        elif name in p and p[name] <= level:
            verdict = "different"
        elif name in same and same[name] <= level:
            verdict = "equivalent"
        needed = seeds_needed(*pairs[name], margin=margin) if seeds > 1 else None
        decided[name] = Claim(found, verdict, p.get(name), needed)
    return decided


def holm(p: Sequence[float]) -> list[float]:
    """Compute Holm's step-down adjustment (Holm, 1979), by statsmodels; the order is kept."""
    from statsmodels.stats.multitest import multipletests

    return [float(value) for value in multipletests(p, method="holm")[1]] if len(p) else []


def equivalence_p(interval: Interval, margin: float) -> float:
    """Compute the larger p of two one-sided t tests that the mean lies within ``margin``."""
    from scipy.stats import t

    if not interval.error:
        return 0.0 if abs(interval.estimate) < margin else 1.0
    below = t.sf((interval.estimate + margin) / interval.error, interval.freedom)
    above = t.sf((margin - interval.estimate) / interval.error, interval.freedom)
    return float(max(below, above))


def seeds_needed(
    values: ArrayLike, reference: ArrayLike, *, margin: float, power: float = 0.8
) -> int | None:
    """Return how many seeds detect a difference of ``margin`` at 5 %, two-sided, at this power.

    From the standard deviation between the seeds' mean differences, by statsmodels' power of the
    one-sample t test; None above `MOST_SEEDS`.
    """
    from statsmodels.stats.power import TTestPower

    left, right = np.asarray(values, float), np.asarray(reference, float)
    left, right = (side[:, None] if side.ndim == 1 else side for side in (left, right))
    means = (left - right).mean(axis=0)
    spread = float(means.std(ddof=1))
    if spread <= 1e-12:
        return 2
    test = TTestPower()

    def enough(seeds: int) -> bool:
        return not test.power(margin / spread, seeds, 0.05) < power  # NaN where it is all but 1

    needed = bisect_left(range(MOST_SEEDS + 1), True, lo=2, key=enough)
    return needed if needed <= MOST_SEEDS else None


def _seeds(values: ArrayLike) -> int:
    shape = np.shape(values)
    return shape[1] if len(shape) == 2 else 1


def probability_of_improvement(values: ArrayLike, reference: ArrayLike) -> float:
    """Compute in what share of pairs of runs the first is better (Agarwal et al., 2021); ties half.

    Args:
        values, reference: one score a run, shapes (runs,).
    """
    left, right = np.asarray(values, float)[:, None], np.asarray(reference, float)[None, :]
    return float(((left > right) + 0.5 * (left == right)).mean())
