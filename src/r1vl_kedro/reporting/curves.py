"""What a figure draws: curves averaged over seeds and smoothed, zero-variance shares."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.statistics import area_under_curve, mean_over_seeds

REASONS = {
    "all_right": "all right",
    "all_wrong": "all wrong",
    "all_truncated": "all truncated",
    "same_reward": "same reward for another reason",
}
ZERO_VARIANCE = "zero_variance/"
RIGHT = "rewards/outcome/mean"
"""The share of right rollouts, where every right answer earns 1."""


def curve(curves: pd.DataFrame, variant: str, metric: str, smoothing: int = 1) -> pd.DataFrame:
    """Return one variant's metric over updates: ``mean``, ``low`` and ``high`` over seeds.

    Args:
        curves: the tidy frame of `collect_curves`.
        variant: its name.
        metric: as logged.
        smoothing: centred moving average over so many logged steps, per seed, shorter at the ends.

    Returns:
        Index ``step``; empty where the metric was not logged.
    """
    part = curves.loc[(curves["variant"] == variant) & (curves["metric"] == metric)]
    if part.empty:
        return pd.DataFrame(columns=["mean", "low", "high"], dtype=float)
    wide = part.pivot(index="step", columns="seed", values="value").sort_index()
    wide = wide.apply(lambda column: _smooth(column.dropna(), smoothing))
    return pd.DataFrame(
        {"mean": wide.mean(axis=1), "low": wide.min(axis=1), "high": wide.max(axis=1)}
    )


def first_metric(curves: pd.DataFrame, variant: str, metrics: tuple[str, ...]) -> str | None:
    """Return the first of ``metrics`` that the variant logged, or None."""
    logged = set(curves.loc[curves["variant"] == variant, "metric"])
    return next((metric for metric in metrics if metric in logged), None)


def zero_variance(curves: pd.DataFrame, by: str = "variant", smoothing: int = 1) -> pd.DataFrame:
    """Average the share (0..1) of groups without variance over training, by variant and reason.

    Args:
        by: the column that makes the rows; by ``step``, of one variant, over its updates.
        smoothing: see `curve`.

    Returns:
        Columns are the reasons as written in `REASONS`, unknown ones by their own name.
    """
    part = curves.loc[curves["metric"].str.startswith(ZERO_VARIANCE)]
    if part.empty:
        return pd.DataFrame()
    reasons = part["metric"].str.removeprefix(ZERO_VARIANCE).replace(REASONS)
    table = part.pivot_table(index=by, columns=reasons, values="value", aggfunc="mean")
    table = table.apply(lambda column: _smooth(column, smoothing))
    return known_first(table, REASONS.values()).fillna(0.0)


def with_areas(
    contrasts: pd.DataFrame, curves: pd.DataFrame, options: ReportingOptions
) -> pd.DataFrame:
    """Add what the headline variant's rollouts had right over training, less the other's.

    ``area`` is the difference of the areas under the curves of right rollouts (mean share over all
    updates, in points), averaged over the seeds that both have; ``area_low`` and ``area_high`` are
    Student's interval over these seeds, absent with one.
    """
    ours = areas(curves, options.headline)
    rows = []
    for name in contrasts["variant"]:
        difference = 100 * (ours - areas(curves, name)).dropna()
        found = mean_over_seeds(difference.to_numpy(), options.confidence)
        rows.append((found.estimate, found.low, found.high))
    made = pd.DataFrame(rows, columns=["area", "area_low", "area_high"], index=contrasts.index)
    return contrasts.join(made.astype(float))


def areas(curves: pd.DataFrame, name: str) -> pd.Series:
    """Return the area under one variant's curve of right rollouts, by seed."""
    part = curves[(curves["variant"] == name) & (curves["metric"] == RIGHT)]
    by_seed = {
        seed: area_under_curve(of_seed["step"], of_seed["value"])
        for seed, of_seed in part.sort_values("step").groupby("seed")
        if len(of_seed) > 1
    }
    return pd.Series(by_seed, dtype=float)


def known_first(table: pd.DataFrame, known: Iterable[str]) -> pd.DataFrame:
    """Order columns as they are known, others behind them as they come."""
    there = [name for name in known if name in table.columns]
    return table[list(dict.fromkeys([*there, *table.columns]))]


def _smooth(values: pd.Series, window: int) -> pd.Series:
    if window == 1:
        return values
    return values.rolling(window, center=True, min_periods=1).mean().astype(np.float64)
