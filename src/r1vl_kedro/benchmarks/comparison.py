"""Two checkpoints on the same rows of a benchmark: their difference, and the least n detects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from r1vl_kedro.benchmarks import clusters
from r1vl_kedro.benchmarks.cells import Row
from r1vl_kedro.benchmarks.interval import headline
from r1vl_kedro.statistics import Interval, detectable_difference, jackknife_interval


@dataclass(frozen=True)
class Comparison:
    """A checkpoint less the baseline, in the unit of the benchmark's headline figure.

    ``detectable`` is the smallest difference that so many clusters, as different as these, show in
    four of five studies; None where the interval has no error.
    """

    figure: float
    baseline: float
    interval: Interval
    n: int
    detectable: float | None


def compare(
    benchmark: str,
    rows: Sequence[Row],
    verdicts: Sequence[bool | None],
    baseline: Sequence[bool | None],
) -> Comparison:
    """Compare two checkpoints' verdicts on the same rows, answer by answer.

    Both answers to a row are left out together, with all rows of its cluster (delete-one
    jackknife), so what makes a question hard for both cancels.

    Args:
        verdicts, baseline: of each row; what is left open (None) counts as wrong.

    Raises:
        ValueError: see `aggregate`.
    """
    found = jackknife_interval(
        lambda chosen: (
            headline(benchmark, rows, verdicts, chosen)
            - headline(benchmark, rows, baseline, chosen)
        ),
        clusters(benchmark, rows),
    )
    ours, theirs = headline(benchmark, rows, verdicts), headline(benchmark, rows, baseline)
    return Comparison(ours, theirs, found, len(rows), detectable_difference(found))
