"""Shares of right answers, over all rows and over groups of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from r1vl_kedro.benchmarks.cells import Row, cell


def percent(verdicts: Iterable[bool]) -> float:
    """Compute the share of true verdicts in percent.

    Raises:
        ValueError: no verdict.
    """
    values = list(verdicts)
    if not values:
        raise ValueError("no rows: a share of nothing is not defined")
    return 100 * sum(values) / len(values)


def grouped(
    keys: Iterable[Hashable | Iterable[Hashable]], verdicts: Iterable[bool]
) -> dict[Hashable, list[bool]]:
    """Group verdicts by key; a row with a list of keys counts in each of them."""
    groups: dict[Hashable, list[bool]] = defaultdict(list)
    for key, verdict in zip(keys, verdicts, strict=True):
        for one in key if isinstance(key, list) else [key]:
            groups[one].append(verdict)
    return dict(groups)


def by_column(
    rows: Sequence[Row], verdicts: Sequence[bool], column: str, label: str | None = None
) -> dict[str, float]:
    """Compute percent by the value of a column, as ``label: value``; empty cells are left out."""
    return by_key(rows, verdicts, lambda row: cell(row, column), label or column)


def overall_by(
    **parts: str | Callable[[Row], Hashable | list[Hashable]],
) -> Callable[[Sequence[Row], Sequence[bool]], dict[str, float]]:
    """Return what computes percent overall and by columns, or by keys of rows, by their labels."""

    def aggregate(rows: Sequence[Row], verdicts: Sequence[bool]) -> dict[str, float]:
        figures = {"overall": percent(verdicts)}
        for label, part in parts.items():
            by = by_column if isinstance(part, str) else by_key
            figures |= by(rows, verdicts, part, label)
        return figures

    return aggregate


def by_key(
    rows: Sequence[Row],
    verdicts: Sequence[bool],
    key: Callable[[Row], Hashable | list[Hashable]],
    label: str,
) -> dict[str, float]:
    """Compute percent by what `key` gives for a row, as ``label: value``; None is left out."""
    groups = grouped([key(row) for row in rows], verdicts)
    named = {
        f"{label}: {name}": percent(group) for name, group in groups.items() if name is not None
    }
    return dict(sorted(named.items()))


def all_right(keys: Iterable[Hashable], verdicts: Iterable[bool]) -> float:
    """Compute the percentage of groups whose every row is right."""
    return percent(all(group) for group in grouped(keys, verdicts).values())
