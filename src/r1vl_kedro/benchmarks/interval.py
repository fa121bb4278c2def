"""Intervals of a benchmark's headline figure, and of two checkpoints' difference, over clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from r1vl_kedro.benchmarks import aggregate, clusters, get_benchmark
from r1vl_kedro.benchmarks.cells import Row
from r1vl_kedro.statistics import (
    Interval,
    detectable_difference,
    jackknife_interval,
    wilson_interval,
)


def headline(
    benchmark: str,
    rows: Sequence[Row],
    verdicts: Sequence[bool | None],
    chosen: Sequence[int] | None = None,
) -> float:
    """Compute the headline figure of some rows (places from 0), or of all.

    Raises:
        ValueError: see `aggregate`.
    """
    places = range(len(rows)) if chosen is None else chosen
    figures = aggregate(benchmark, [rows[k] for k in places], [verdicts[k] for k in places])
    return figures[get_benchmark(benchmark).headline]


def headline_interval(
    benchmark: str, rows: Sequence[Row], verdicts: Sequence[bool | None]
) -> Interval:
    """Compute the headline figure with its 95 % interval, in the figure's unit.

    Rows of one picture or seed question are left out together (delete-one jackknife), for any
    figure, also MME's sum of accuracy and accuracy+. Where nothing, or everything, is right the
    jackknife has no spread: then Wilson's interval of none, or all, of that many clusters.

    Raises:
        ValueError: see `aggregate`.
    """
    names = clusters(benchmark, rows)
    found = jackknife_interval(lambda chosen: headline(benchmark, rows, verdicts, chosen), names)
    full, n = get_benchmark(benchmark).full_marks, len(set(names))
    if found.low is None and found.estimate in (0, full):
        low, high = wilson_interval(n if found.estimate else 0, n)
        return Interval(found.estimate, full * low, full * high, f"Wilson over {n} clusters")
    if found.low is None or found.high is None:
        return found
    low, high = max(0.0, found.low), min(float(full), found.high)
    return Interval(found.estimate, low, high, found.note)


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
