"""Figures of the training curves: rewards, metrics over updates, dead groups, time of a step."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from r1vl_kedro.reporting.curves import curve, first_metric, known_first, zero_variance
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.style import add_bars, add_line, or_empty, style
from r1vl_kedro.reporting.variants import Grid, in_order, variant

REASON_COLOURS = ("#16a34a", "#dc2626", "#f59e0b", "#9ca3af", "#6366f1", "#0891b2")
COMPLETION_LENGTH = (
    "completions/mean_length",
    "completion_length",
    "completions/mean_terminated_length",
)
COLUMNS = 3
"""Panels beside each other in the figure of rewards."""
PHASES = {
    "generate": ("sampling", "#2563eb"),
    "reward": ("rewards", "#f59e0b"),
    "old_and_reference_logps": ("old and reference log-probabilities", "#7c3aed"),
    "forward_backward": ("forward and backward", "#16a34a"),
    "optimizer": ("optimizer", "#0d9488"),
    "weight_sync": ("weights to vLLM", "#db2777"),
    "data": ("records", "#a16207"),
    "prepare": ("images and batches", "#ca8a04"),
    "checkpoint": ("checkpoints", "#dc2626"),
    "evaluate": ("accuracy on the way", "#0ea5e9"),
    "start": ("start", "#64748b"),
    "log": ("logging", "#94a3b8"),
    "idle": ("idle", "#d1d5db"),
}
"""How each logged phase is called, and its colour; another one comes last, under its own name."""
SECONDS = "seconds/"


def metric_figure(
    curves: pd.DataFrame,
    metrics: Sequence[str],
    title: str,
    y_title: str,
    options: ReportingOptions,
    grid: Grid | None = None,
) -> go.Figure:
    """Draw one metric over updates, a line per variant that logged one of ``metrics``."""
    figure = go.Figure()
    for name in in_order(curves["variant"]):
        metric = first_metric(curves, name, tuple(metrics))
        if metric is not None:
            _add_line(figure, curves, name, metric, options, grid)
    style(figure, title, "updates", y_title)
    return or_empty(figure, f"no variant logged {' or '.join(metrics)}")


def rewards_figure(
    curves: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None
) -> go.Figure:
    """Draw each reward in a panel of its own, before its weight, a line per variant.

    Variants add up different rewards, so that their sums do not compare; one reward's means do,
    also of variants that do not learn from it.
    """
    logged = curves["metric"].drop_duplicates()
    rewards = [name for name in logged if name.startswith("rewards/") and name.endswith("/mean")]
    columns, rows = min(COLUMNS, len(rewards)) or 1, -(-len(rewards) // COLUMNS) or 1
    figure = make_subplots(
        rows=rows,
        cols=columns,
        horizontal_spacing=0.08,
        vertical_spacing=0.3 / rows,
        subplot_titles=[name.split("/")[1].replace("_", " ") for name in rewards],
    )
    shown: set[str] = set()
    for place, reward in enumerate(rewards):
        where = {"row": place // COLUMNS + 1, "col": place % COLUMNS + 1}
        for name in in_order(curves.loc[curves["metric"] == reward, "variant"]):
            first = name not in shown
            _add_line(figure, curves, name, reward, options, grid, showlegend=first, **where)
            shown.add(name)
    style(figure, "Rewards, each before its weight", "updates", "", height=160 + 270 * rows)
    figure.update_layout(margin={"t": 84})
    if rewards:
        figure.update_yaxes(title_text="mean of a rollout", col=1)
    return or_empty(figure, "no variant logged rewards/<name>/mean")


def zero_variance_figure(
    curves: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None
) -> go.Figure:
    """Draw dead groups: per variant and, for the headline one, over updates."""
    shares = zero_variance(curves)
    own = curves.loc[curves["variant"] == options.headline]
    over_time = zero_variance(own, "step", options.smoothing)
    label = variant(options.headline, grid).label
    figure = make_subplots(
        cols=2,
        column_widths=[0.55, 0.45],
        horizontal_spacing=0.12,
        subplot_titles=("mean over training", f"{label}, over updates"),
    )
    names = in_order(shares.index)
    labels = [variant(name, grid).label for name in names]
    for i, reason in enumerate(shares.columns):
        colour = REASON_COLOURS[i % len(REASON_COLOURS)]
        left = {"legendgroup": reason, "row": 1, "col": 1}
        add_bars(figure, labels, 100 * shares.loc[names, reason], reason, colour, **left)
        if reason in over_time.columns:
            area = {"stackgroup": "reasons", "showlegend": False, **left, "col": 2}
            add_line(figure, over_time.index, 100 * over_time[reason], reason, colour, 0.5, **area)
    style(figure, "Groups that teach nothing (all rewards equal)", "updates", "", height=460)
    figure.update_layout(barmode="stack", margin={"t": 84})
    figure.update_yaxes(autorange="reversed", col=1, row=1)
    figure.update_xaxes(title_text="share of groups, %", col=1, row=1)
    figure.update_yaxes(title_text="share of groups, %", col=2, row=1)
    return or_empty(figure, "no variant logged zero_variance/<reason>")


def seconds_by_phase(curves: pd.DataFrame) -> pd.DataFrame:
    """Average the seconds of a step over steps and seeds.

    Args:
        curves: the tidy frame of `collect_curves`.

    Returns:
        Index variant, columns the phases in the order of `PHASES`; 0 where one was not logged.
    """
    logged = curves["metric"].str.startswith(SECONDS)
    rows = curves.loc[logged].assign(phase=lambda part: part["metric"].str.removeprefix(SECONDS))
    steps = rows.loc[rows["phase"] == "step"].groupby("variant").size()
    parts = rows.loc[rows["phase"] != "step"]
    if parts.empty:
        return pd.DataFrame()
    table = parts.pivot_table(index="variant", columns="phase", values="value", aggfunc="sum")
    # A phase that only some steps have, such as a checkpoint, is spread over all of them.
    table = table.fillna(0.0).div(steps, axis=0)
    return known_first(table, PHASES)


def time_figure(curves: pd.DataFrame, grid: Grid | None = None) -> go.Figure:
    """Draw the mean seconds of a step, phase upon phase, a bar for every trained variant."""
    seconds = seconds_by_phase(curves)
    figure = go.Figure()
    names = in_order(seconds.index)
    labels = [variant(name, grid).label for name in names]
    for phase in seconds.columns:
        title, colour = PHASES.get(phase, (phase, "#4b5563"))
        add_bars(figure, labels, seconds.loc[names, phase], title, colour)
    height = 190 + 30 * max(len(names), 3)
    style(figure, "Where a training step's time went", "seconds a step", "", height=height)
    figure.update_layout(barmode="stack")
    figure.update_yaxes(autorange="reversed", gridcolor="white")
    return or_empty(figure, "no variant logged seconds/<phase>")


def _add_line(
    figure: go.Figure,
    curves: pd.DataFrame,
    name: str,
    metric: str,
    options: ReportingOptions,
    grid: Grid | None,
    **place: object,
) -> None:
    look = variant(name, grid)
    data = curve(curves, name, metric, options.smoothing)
    group = {"legendgroup": name, **place}
    add_line(figure, data.index, data["mean"], look.label, look.colour, dash=look.dash, **group)
