"""Cells of the report's tables: shares and means of one variant's rows."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from r1vl_kedro.statistics import Interval

_FROM_SCORES = {"n", "records", "accuracy", "ci_low", "ci_high", "validity", "k", "mean_tokens"}
_FROM_SCORES |= {"truncated", "step_rar"}


def family_cells(verdicts: pd.DataFrame, name: str, column: str = "family") -> dict[str, float]:
    """Return a variant's accuracy within each family, or value of another column, in percent."""
    part = verdicts.loc[(verdicts["variant"] == name) & verdicts["correct"].notna()]
    return {
        str(family): 100 * float(value)
        for family, value in part.groupby(column)["correct"].mean().items()
    }


def extra_scores(scores: Mapping[str, Mapping[str, Any]], namespaces: set[str]) -> dict[str, float]:
    """Return shares among the scores that verdicts do not hold, in percent, averaged over seeds."""
    values: dict[str, list[float]] = {}
    for namespace in sorted(namespaces & set(scores)):
        for key, value in scores[namespace].items():
            if key not in _FROM_SCORES and isinstance(value, float) and 0 <= value <= 1:
                values.setdefault(key, []).append(value)
    return {key: 100 * sum(v) / len(v) for key, v in values.items()}


def mean_of(part: pd.DataFrame, column: str, factor: float) -> float | None:
    """Average a column, times ``factor``; None where it is absent or empty."""
    if column not in part or part[column].isna().all():
        return None
    return factor * float(part[column].astype(float).mean())


def percent(share: float | None) -> float | None:
    """Turn a share into percent."""
    return None if share is None else 100 * share


def in_percent(interval: Interval, value: str, low: str, high: str) -> dict[str, float | None]:
    """Return an estimate and the ends of its interval in percent, under these names."""
    ends = (interval.estimate, interval.low, interval.high)
    return dict(zip((value, low, high), map(percent, ends), strict=True))


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Make numbers floats, with NaN for what is absent, so that its cell is empty in CSV."""
    words = {"variant", "row", "interval", "diff_interval", "verdict"}
    counts = {"n", "seeds", "group_size"} & {*table.columns}
    numbers = [name for name in table.columns if name not in words | counts]
    return table.astype(dict.fromkeys(numbers, float) | dict.fromkeys(counts, int))
