"""The report's figures as Plotly figures, drawn from the tables and the tidy training curves."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from r1vl_kedro.reporting.curves import (
    curve,
    first_metric,
    zero_variance,
    zero_variance_over_updates,
)
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.variants import Grid, Variant, in_order, samples, variant

INK, MUTED, GRID = "#1f2937", "#6b7280", "#e5e7eb"
PAPER_COLOUR = "#b45309"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
REASON_COLOURS = ("#16a34a", "#dc2626", "#f59e0b", "#9ca3af", "#6366f1", "#0891b2")
EVALUATED = ("eval_accuracy", "eval/accuracy", "validation/accuracy")
SFT_ACCURACY = (*EVALUATED, "mean_token_accuracy")
RL_ACCURACY = (
    *EVALUATED,
    "rewards/outcome/mean",
    "rewards/accuracy/mean",
    "accuracy",
    "reward",
)
COMPLETION_LENGTH = (
    "completions/mean_length",
    "completion_length",
    "completions/mean_terminated_length",
)


def accuracy_figure(overview: pd.DataFrame, grid: Grid | None = None) -> go.Figure:
    """Draw the accuracy of every variant with its interval, best read from top to bottom."""
    figure = go.Figure()
    for row in overview.to_dict("records"):
        look = variant(row["variant"], grid)
        text = f"{row['accuracy']:.1f}"
        figure.add_scatter(
            x=[row["accuracy"]],
            y=[look.label],
            mode="markers",
            marker={"color": look.colour, "size": 11},
            error_x=_error_bar(row["accuracy"], row["low"], row["high"], look.colour),
            name=look.label,
            hovertemplate=f"{look.label}: {text} %<extra></extra>",
            showlegend=False,
        )
        figure.add_annotation(
            x=row["high"] if pd.notna(row["high"]) else row["accuracy"],
            y=look.label,
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"color": look.colour, "size": 13},
        )
    height = 110 + 34 * len(overview)
    style(figure, "Accuracy on the test split", "accuracy, %", "", height=height)
    figure.update_yaxes(autorange="reversed", gridcolor="white")
    figure.update_layout(margin={"l": 170})
    return figure


def group_size_figure(table: pd.DataFrame) -> go.Figure:
    """Draw the accuracy over the group size M, measured and as printed in the paper.

    Two axes of the same length in points, each around its own middle, so that slopes compare.
    """
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    sizes = [int(label.split("=")[1]) for label in table["row"]]
    ran = table["accuracy"].notna().to_numpy()
    measured = table.loc[ran]
    figure.add_scatter(
        x=[size for size, there in zip(sizes, ran, strict=True) if there],
        y=measured["accuracy"],
        mode="lines+markers",
        name="measured here",
        line={"color": variant("step_grpo").colour, "width": 2.5},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (measured["high"] - measured["accuracy"]).tolist(),
            "arrayminus": (measured["accuracy"] - measured["low"]).tolist(),
            "thickness": 1.4,
        },
    )
    figure.add_scatter(
        x=sizes,
        y=table["paper"],
        mode="lines+markers",
        name="printed (Qwen2-VL-7B, MathVista), right axis",
        line={"color": PAPER_COLOUR, "width": 1.8, "dash": "dot"},
        marker={"symbol": "diamond", "size": 8},
        secondary_y=True,
    )
    style(figure, "Group size M, same number of rollouts", "responses a question, M", "")
    figure.update_xaxes(dtick=1)
    figure.update_yaxes(title_text="accuracy here, %", secondary_y=False)
    figure.update_yaxes(title_text="paper, %", secondary_y=True, showgrid=False)
    here = pd.concat([measured["low"], measured["high"], measured["accuracy"]]).dropna()
    if len(here):
        half = 0.55 * max(here.max() - here.min(), table["paper"].max() - table["paper"].min(), 2)
        for values, secondary in ((here, False), (table["paper"], True)):
            middle = (values.max() + values.min()) / 2
            figure.update_yaxes(range=[middle - half, middle + half], secondary_y=secondary)
    return figure


def sft_versus_rl_figure(
    curves: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None
) -> go.Figure:
    """Draw "SFT versus RL over training": validation accuracy of continued SFT and StepGRPO.

    Where no validation accuracy was logged, the accuracy reward of the rollouts stands in, and the
    legend says so.
    """
    figure = go.Figure()
    unevaluated = False
    lines = (("sft", SFT_ACCURACY), ("sft_warm_up", SFT_ACCURACY), (options.headline, RL_ACCURACY))
    for name, metrics in lines:
        metric = first_metric(curves, name, metrics)
        if metric is None:
            continue
        evaluated = metric in EVALUATED
        unevaluated = unevaluated or not evaluated
        data = curve(curves, name, metric, 1 if evaluated else options.smoothing)
        label = variant(name, grid).label + ("" if evaluated else f" ({metric})")
        _add_curve(figure, data, variant(name, grid), label, markers=evaluated, band=True)
    title = "SFT versus RL over training"
    y_title = "validation accuracy" if not unevaluated else "share (see legend)"
    style(figure, title, "updates after warm-up", y_title)
    return or_empty(figure, "neither sft nor StepGRPO logged an accuracy")


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
            data = curve(curves, name, metric, options.smoothing)
            _add_curve(figure, data, variant(name, grid), variant(name, grid).label)
    style(figure, title, "updates", y_title)
    return or_empty(figure, f"no variant logged {' or '.join(metrics)}")


def zero_variance_figure(
    curves: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None
) -> go.Figure:
    """Draw dead groups: per variant and, for the headline one, over updates."""
    shares = zero_variance(curves)
    over_time = zero_variance_over_updates(curves, options.headline, options.smoothing)
    label = variant(options.headline, grid).label
    figure = make_subplots(
        cols=2,
        column_widths=[0.55, 0.45],
        horizontal_spacing=0.12,
        subplot_titles=("mean over training", f"{label}, over updates"),
    )
    names = in_order(shares.index)
    for i, reason in enumerate(shares.columns):
        colour = REASON_COLOURS[i % len(REASON_COLOURS)]
        figure.add_bar(
            x=[100 * shares.loc[name, reason] for name in names],
            y=[variant(name, grid).label for name in names],
            orientation="h",
            name=reason,
            legendgroup=reason,
            marker_color=colour,
            row=1,
            col=1,
        )
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


def make_figures(
    curves: pd.DataFrame,
    overview: pd.DataFrame,
    group_size: pd.DataFrame,
    options: ReportingOptions,
    grid: Grid | None = None,
) -> dict[str, go.Figure]:
    """Draw all figures of the report by name."""
    rl = curves.loc[[samples(name, grid) for name in curves["variant"]]]
    return {
        "accuracy": accuracy_figure(overview, grid),
        "group_size": group_size_figure(group_size),
        "sft_versus_rl": sft_versus_rl_figure(curves, options, grid),
        "reward": metric_figure(
            rl, ["reward"], "Reward", "mean reward of a rollout", options, grid
        ),
        "kl": metric_figure(
            rl, ["kl"], "Distance from the warm-up", "KL to reference", options, grid
        ),
        "zero_variance": zero_variance_figure(rl, options, grid),
        "completion_length": metric_figure(
            rl, COMPLETION_LENGTH, "Completion length", "tokens a completion", options, grid
        ),
    }


def _add_curve(
    figure: go.Figure,
    data: pd.DataFrame,
    look: Variant,
    label: str,
    *,
    markers: bool = False,
    band: bool = False,
) -> None:
    if band and (data["high"] > data["low"]).any():
        figure.add_scatter(
            x=[*data.index, *data.index[::-1]],
            y=[*data["high"], *data["low"][::-1]],
            mode="lines",
            fill="toself",
            fillcolor=_transparent(look.colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            name=f"{label}, seeds",
        )
    figure.add_scatter(
        x=data.index,
        y=data["mean"],
        mode="lines+markers" if markers else "lines",
        name=label,
        line={"color": look.colour, "width": 2.2, "dash": look.dash},
    )


def _error_bar(value: float, low: float, high: float, colour: str) -> dict[str, Any] | None:
    if pd.isna(low) or pd.isna(high):
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value],
        "arrayminus": [value - low],
        "color": colour,
        "thickness": 1.6,
        "width": 4,
    }


def _transparent(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


def style(figure: go.Figure, title: str, x_title: str, y_title: str, height: int = 430) -> None:
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": MUTED, "ticks": "outside"}
    axis |= {"tickcolor": GRID, "title_font": {"size": 13, "color": MUTED}}
    figure.update_layout(
        template="none",
        title={"text": title, "x": 0.01, "xanchor": "left", "font": {"size": 16}},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        height=height,
        margin={"l": 64, "r": 24, "t": 56, "b": 56},
        legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0},
        hoverlabel={"bgcolor": "white", "font": {"family": FONT}},
    )
    figure.update_xaxes(title_text=x_title, automargin=True, **axis)
    figure.update_yaxes(title_text=y_title, automargin=True, **axis)


def or_empty(figure: go.Figure, why: str) -> go.Figure:
    """Return the figure, or a short one that explains why there is nothing to draw."""
    if not figure.data:
        figure.layout.annotations = ()
        figure.add_annotation(
            text=f"Nothing to draw: {why}.",
            showarrow=False,
            xref="paper",
            yref="paper",
            x=0.5,
            y=0.5,
        )
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        figure.update_layout(height=200)
    return figure
