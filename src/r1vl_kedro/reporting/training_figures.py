"""Figures of the training curves: rewards, metrics over updates, groups without variance."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from r1vl_kedro.reporting.curves import curve, first_metric, zero_variance
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
            figure.add_scatter(
                x=over_time.index,
                y=100 * over_time[reason],
                name=reason,
                legendgroup=reason,
                showlegend=False,
                mode="lines",
                stackgroup="reasons",
                line={"color": colour, "width": 0.5},
                row=1,
                col=2,
            )
    style(figure, "Groups that teach nothing (all rewards equal)", "updates", "", height=460)
    figure.update_layout(barmode="stack", margin={"t": 84})
    figure.update_yaxes(autorange="reversed", col=1, row=1)
    figure.update_xaxes(title_text="share of groups, %", col=1, row=1)
    figure.update_yaxes(title_text="share of groups, %", col=2, row=1)
    return or_empty(figure, "no variant logged zero_variance/<reason>")


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
