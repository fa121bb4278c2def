"""The report's figures as Plotly figures: accuracies, from the tables of the test split."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from r1vl_kedro.reporting.curves import curve, first_metric
from r1vl_kedro.reporting.markdown import number
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.style import INK, MARKED, add_band, add_line, error_bars, or_empty, style
from r1vl_kedro.reporting.training_figures import (
    COMPLETION_LENGTH,
    metric_figure,
    rewards_figure,
    time_figure,
    zero_variance_figure,
)
from r1vl_kedro.reporting.variants import Grid, samples, validated_on, variant
from r1vl_kedro.statistics import wilson_interval

PAPER_COLOUR = "#b45309"
EVALUATED = ("eval_accuracy", "eval/accuracy", "validation/accuracy")
SFT = ("sft", "sft_warm_up")


def accuracy_figure(overview: pd.DataFrame, grid: Grid | None = None) -> go.Figure:
    """Draw the accuracy of every variant with its interval, in the order of the table."""
    figure = go.Figure()
    _add_points(figure, overview, grid)
    title = f"Accuracy on the test split{_size(overview)}"
    style(figure, title, "accuracy, %", "", height=110 + 34 * len(overview))
    figure.update_yaxes(autorange="reversed", gridcolor="white")
    figure.update_xaxes(range=_room(overview))
    return figure


def group_size_figure(table: pd.DataFrame) -> go.Figure:
    """Draw the accuracy over the group size M, measured and as printed in the paper.

    Two axes of the same length in points, each around its own middle, so that slopes compare.
    """
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    measured = table.loc[table["accuracy"].notna()]
    sizes, accuracies = measured["group_size"].tolist(), measured["accuracy"].tolist()
    bars = error_bars(measured["accuracy"], measured["low"], measured["high"])
    own = {"mode": MARKED, "marker": {"size": 9}, "error_y": bars}
    colour = variant("step_grpo").colour
    add_line(figure, sizes, accuracies, "measured here", colour, 2.5, **own)
    printed = table.loc[table["paper"].notna()]
    sizes, accuracies = printed["group_size"].tolist(), printed["paper"].tolist()
    name = "printed (Qwen2-VL-7B, MathVista), right axis"
    other = {"mode": MARKED, "marker": {"symbol": "diamond", "size": 8}, "secondary_y": True}
    add_line(figure, sizes, accuracies, name, PAPER_COLOUR, 1.8, "dot", **other)
    title = f"Group size M, same number of rollouts{_size(measured)}"
    style(figure, title, "responses a question, M", "")
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
    curves: pd.DataFrame,
    overview: pd.DataFrame,
    options: ReportingOptions,
    grid: Grid | None = None,
    validation: int | None = None,
) -> go.Figure:
    """Draw "SFT versus RL": accuracy on the test split after training, on validation during it.

    Args:
        curves: the tidy frame of `collect_curves`; ``eval_accuracy`` is drawn where it was logged.
        overview: the table of all variants, whose accuracies and intervals the first panel takes.
        validation: number of validation records, of which a variant's ``eval_records`` were
            answered; with both known the curves have Wilson's intervals, else the range of seeds.
    """
    names = [*SFT, options.headline]
    ended = overview.loc[overview["variant"].isin([options.reference, *names])]
    drawn = {name: metric for name in names if (metric := first_metric(curves, name, EVALUATED))}
    answered = {name: _answered(validation, validated_on(name, grid)) for name in drawn}
    questions = _size(pd.DataFrame({"n": [n for n in answered.values() if n]}))
    figure = make_subplots(
        cols=2,
        column_widths=[0.48, 0.52],
        horizontal_spacing=0.12,
        subplot_titles=(
            f"test split, after training{_size(ended)}",
            f"validation split, during training{questions}",
        ),
    )
    _add_points(figure, ended, grid, row=1, col=1)
    for name, metric in drawn.items():
        look, n = variant(name, grid), answered[name]
        data = 100 * curve(curves, name, metric)
        band = data if n is None else _sampling(data["mean"], n, options)
        if (band["high"] > band["low"]).any():
            add_band(figure, band, look.colour, f"{look.label}, interval", row=1, col=2)
        place = {"mode": MARKED, "row": 1, "col": 2}
        add_line(figure, data.index, data["mean"], look.label, look.colour, dash=look.dash, **place)
    style(figure, "SFT versus RL", "updates after warm-up", "", height=430)
    figure.update_layout(margin={"t": 84})
    figure.update_yaxes(autorange="reversed", gridcolor="white", col=1, row=1)
    figure.update_xaxes(title_text="accuracy, %", range=_room(ended), col=1, row=1)
    figure.update_yaxes(title_text="accuracy, %", col=2, row=1)
    return or_empty(figure, "neither SFT nor StepGRPO was evaluated")


def make_figures(
    curves: pd.DataFrame,
    overview: pd.DataFrame,
    group_size: pd.DataFrame,
    options: ReportingOptions,
    grid: Grid | None = None,
    validation: int | None = None,
) -> dict[str, go.Figure]:
    """Draw all figures of the report by name."""
    rl = curves.loc[[samples(name, grid) for name in curves["variant"]]]
    return {
        "accuracy": accuracy_figure(overview, grid),
        "group_size": group_size_figure(group_size),
        "sft_versus_rl": sft_versus_rl_figure(curves, overview, options, grid, validation),
        "reward": rewards_figure(rl, options, grid),
        "kl": metric_figure(
            rl, ["kl"], "Distance from the warm-up", "KL to reference", options, grid
        ),
        "zero_variance": zero_variance_figure(rl, options, grid),
        "completion_length": metric_figure(
            rl, COMPLETION_LENGTH, "Completion length", "tokens a completion", options, grid
        ),
        "time": time_figure(curves, grid),
    }


def _add_points(figure: go.Figure, overview: pd.DataFrame, grid: Grid | None, **place: Any) -> None:
    """Draw a point with its interval, and its value beside it, for every row of the table."""
    for row in overview.dropna(subset=["accuracy"]).to_dict("records"):
        look = variant(row["variant"], grid)
        text = number(row["accuracy"])
        figure.add_scatter(
            x=[row["accuracy"]],
            y=[look.label],
            mode="markers",
            marker={"color": look.colour, "size": 11},
            error_x=error_bars(row["accuracy"], row["low"], row["high"], color=look.colour),
            name=look.label,
            hovertemplate=f"{look.label}: {text} %<extra></extra>",
            showlegend=False,
            **place,
        )
        figure.add_annotation(
            x=row["high"] if pd.notna(row["high"]) else row["accuracy"],
            y=look.label,
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"color": INK, "size": 13},
            **place,
        )


def _room(overview: pd.DataFrame) -> list[float] | None:
    """Return a range of the accuracy axis with room for the values beside the intervals."""
    ends = pd.concat([overview[name] for name in ("low", "high", "accuracy")]).dropna()
    if ends.empty:
        return None
    width = max(ends.max() - ends.min(), 5.0)
    return [float(ends.min() - 0.06 * width), float(ends.max() + 0.16 * width)]


def _size(rows: pd.DataFrame) -> str:
    """Write how many questions the rows are over: one number, or from the least to the most."""
    sizes = rows["n"][rows["n"] > 0].unique()
    if not len(sizes):
        return ""
    span = f"{sizes.min()}" if len(sizes) == 1 else f"{sizes.min()} to {sizes.max()}"
    return f" (n = {span})"


def _answered(records: int | None, at_most: int | None) -> int | None:
    return None if records is None or at_most is None else min(records, at_most)


def _sampling(percent: pd.Series, questions: int, options: ReportingOptions) -> pd.DataFrame:
    """Return Wilson's interval of each accuracy of a curve, in percent."""
    right = (percent / 100 * questions).round().astype(int)
    ends = [wilson_interval(count, questions, options.confidence) for count in right]
    return 100 * pd.DataFrame(ends, index=percent.index, columns=["low", "high"])
