"""Two checkpoints on the same rows of a benchmark: their difference, and what n could show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from r1vl_kedro.benchmarks import aggregate, clusters, get_benchmark
from r1vl_kedro.benchmarks.cells import Row
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
    headline = get_benchmark(benchmark).headline

    def figure(chosen: Sequence[int], answers: Sequence[bool | None]) -> float:
        part = aggregate(benchmark, [rows[k] for k in chosen], [answers[k] for k in chosen])
        return part[headline]

    found = jackknife_interval(
        lambda chosen: figure(chosen, verdicts) - figure(chosen, baseline),
        clusters(benchmark, rows),
    )
    everything = range(len(rows))
    ours, theirs = figure(everything, verdicts), figure(everything, baseline)
    return Comparison(ours, theirs, found, len(rows), detectable_difference(found))
