"""Where the time of a training step went, a stacked bar a variant."""

import pandas as pd
import plotly.graph_objects as go

from r1vl_kedro.reporting.curves import known_first
from r1vl_kedro.reporting.style import add_bars, or_empty, style
from r1vl_kedro.reporting.variants import Grid, in_order, variant

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
