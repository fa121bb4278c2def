"""Figures: what is drawn, and that the PNG shows the same."""

import io

import pandas as pd
import plotly.graph_objects as go
import pytest

from r1vl_kedro.reporting.collect import collect_curves
from r1vl_kedro.reporting.curves import curve, zero_variance, zero_variance_over_updates
from r1vl_kedro.reporting.figures import (
    accuracy_figure,
    group_size_figure,
    make_figures,
    metric_figure,
    sft_versus_rl_figure,
    zero_variance_figure,
)
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.pngs import draw

OPTIONS = ReportingOptions(smoothing=1)
RL_LOG = [
    {
        "step": step,
        "reward": 1.0 + step / 10,
        "kl": 0.01 * step,
        "eval_accuracy": 0.5 + 0.05 * step,
        "zero_variance": 0.25 + 0.125 * step,
        "zero_variance/all_right": 0.25,
        "zero_variance/all_wrong": 0.125 * step,
        "completions/mean_length": 100.0 - step,
    }
    for step in (1, 2)
]
SFT_LOG = [{"step": 1, "loss": 0.4, "eval_accuracy": 0.5}, {"step": 2, "eval_accuracy": 0.4}]
CURVES = collect_curves({"step_grpo": RL_LOG, "sft": SFT_LOG, "warm_up": [{"step": 9, "loss": 1}]})
OVERVIEW = pd.DataFrame(
    {
        "variant": ["warm_up", "step_grpo"],
        "accuracy": [50.0, 60.0],
        "low": [45.0, 54.0],
        "high": [55.0, 66.0],
    }
)
SIZES = pd.DataFrame(
    {
        "row": ["M = 2", "M = 4"],
        "accuracy": [None, 60.0],
        "low": [None, 54.0],
        "high": [None, 66.0],
        "paper": [62.5, 63.5],
    }
).astype({"accuracy": float, "low": float, "high": float})


def lines(figure: go.Figure) -> dict[str, tuple[list, list]]:
    return {t.name: (list(t.x), [round(float(y), 6) for y in t.y]) for t in figure.data}


def test_curve_averages_seeds_and_keeps_their_range():
    frame = collect_curves(
        {
            "sft_seed0": [{"step": 1, "loss": 1.0}, {"step": 2, "loss": 3.0}],
            "sft_seed1": [{"step": 1, "loss": 2.0}],
        }
    )
    assert curve(frame, "sft", "loss").to_dict("index") == {
        1: {"mean": 1.5, "low": 1.0, "high": 2.0},
        2: {"mean": 3.0, "low": 3.0, "high": 3.0},
    }
    assert curve(frame, "sft", "kl").empty


def test_smoothing_averages_neighbours():
    frame = collect_curves({"a": [{"step": s, "kl": v} for s, v in ((1, 0), (2, 3), (3, 6))]})
    assert curve(frame, "a", "kl", smoothing=3)["mean"].tolist() == [1.5, 3.0, 4.5]


def test_sft_and_rl_are_compared_on_validation_accuracy():
    figure = sft_versus_rl_figure(CURVES, OPTIONS)
    assert lines(figure) == {
        "Continued SFT": ([1, 2], [0.5, 0.4]),
        "StepGRPO (both, M = 4)": ([1, 2], [0.55, 0.6]),
    }
    assert figure.layout.yaxis.title.text == "validation accuracy"


def test_a_stand_in_for_validation_accuracy_is_named_in_the_legend():
    frame = collect_curves({"step_grpo": [{"step": 1, "rewards/outcome/mean": 0.5}]})
    figure = sft_versus_rl_figure(frame, OPTIONS)
    assert list(lines(figure)) == ["StepGRPO (both, M = 4) (rewards/outcome/mean)"]
    assert figure.layout.yaxis.title.text == "share (see legend)"


def test_seeds_become_a_band():
    frame = collect_curves(
        {
            f"sft_seed{seed}": [{"step": s, "eval_accuracy": 0.5 + seed / 10} for s in (1, 2)]
            for seed in (0, 1)
        }
    )
    band, line = sft_versus_rl_figure(frame, OPTIONS).data
    assert band.fill == "toself"
    assert list(band.y) == pytest.approx([0.6, 0.6, 0.5, 0.5])
    assert list(line.y) == pytest.approx([0.55, 0.55])


def test_a_metric_nobody_logged_says_so():
    figure = metric_figure(CURVES, ["entropy"], "Entropy", "nats", OPTIONS)
    assert not figure.data
    assert figure.layout.annotations[0].text == "Nothing to draw: no variant logged entropy."


def test_reward_and_kl_leave_out_supervised_variants():
    figures = make_figures(CURVES, OVERVIEW, SIZES, OPTIONS)
    assert list(figures) == [
        "accuracy",
        "group_size",
        "sft_versus_rl",
        "reward",
        "kl",
        "zero_variance",
        "completion_length",
    ]
    assert lines(figures["reward"]) == {"StepGRPO (both, M = 4)": ([1, 2], [1.1, 1.2])}
    assert lines(figures["completion_length"]) == {"StepGRPO (both, M = 4)": ([1, 2], [99.0, 98.0])}


def test_zero_variance_is_split_by_reason():
    assert zero_variance(CURVES).to_dict("index") == {
        "step_grpo": {"all right": 0.25, "all wrong": 0.1875}
    }
    assert zero_variance_over_updates(CURVES, "step_grpo").to_dict("list") == {
        "all right": [0.25, 0.25],
        "all wrong": [0.125, 0.25],
    }
    bars = [t for t in zero_variance_figure(CURVES, OPTIONS).data if t.type == "bar"]
    assert [(t.name, list(t.x)) for t in bars] == [("all right", [25.0]), ("all wrong", [18.75])]


def test_accuracy_and_group_size_carry_their_intervals():
    first, second = accuracy_figure(OVERVIEW).data
    assert (list(first.x), list(first.error_x.array)) == ([50.0], [5.0])
    assert list(second.error_x.arrayminus) == [6.0]
    measured, printed = group_size_figure(SIZES).data
    assert (list(measured.x), list(measured.y)) == ([4], [60.0])
    assert list(printed.y) == [62.5, 63.5]


def test_the_papers_axis_is_as_long_in_points_as_ours():
    layout = group_size_figure(SIZES).layout
    assert layout.yaxis.range == pytest.approx((53.4, 66.6))
    assert layout.yaxis2.range == pytest.approx((56.4, 69.6))


@pytest.mark.parametrize("curves", [CURVES, collect_curves({})], ids=["logs", "no logs"])
def test_every_figure_can_be_drawn_as_png(curves):
    for name, figure in make_figures(curves, OVERVIEW, SIZES, OPTIONS).items():
        file = io.BytesIO()
        draw(figure).savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG"), name


def test_the_png_has_the_lines_and_labels_of_the_figure():
    (axes,) = draw(sft_versus_rl_figure(CURVES, OPTIONS)).axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert drawn["Continued SFT"] == [0.5, 0.4]
    assert drawn["StepGRPO (both, M = 4)"] == pytest.approx([0.55, 0.6])
    assert axes.get_xlabel() == "updates after warm-up"


def test_the_png_stacks_reasons():
    bars, _ = draw(zero_variance_figure(CURVES, OPTIONS)).axes
    assert [(bar.get_x(), bar.get_width()) for bar in bars.patches] == [(0, 25.0), (25.0, 18.75)]


def test_a_trace_that_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="trace 'share' is of type 'pie'"):
        draw(go.Figure(go.Pie(name="share", values=[1])))
