"""Figures: what is drawn, and that the PNG shows the same."""

import io

import pandas as pd
import plotly.graph_objects as go
import pytest

from r1vl_kedro.reporting.collect import collect_curves
from r1vl_kedro.reporting.curves import curve, zero_variance
from r1vl_kedro.reporting.figures import (
    accuracy_figure,
    group_size_figure,
    make_figures,
    sft_versus_rl_figure,
)
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.pngs import draw
from r1vl_kedro.reporting.training_figures import (
    metric_figure,
    rewards_figure,
    zero_variance_figure,
)
from r1vl_kedro.statistics import wilson_interval

OPTIONS = ReportingOptions(smoothing=1)
RL_LOG = [
    {
        "step": step,
        "reward": 1.0 + step / 10,
        "rewards/outcome/mean": 0.5 + step / 10,
        "rewards/validity/mean": 0.9,
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
        "n": [600, 600],
        "accuracy": [50.0, 60.0],
        "low": [45.0, 54.0],
        "high": [55.0, 66.0],
    }
)
SIZES = pd.DataFrame(
    {
        "row": ["StepGRPO, M = 2", "StepGRPO (both, M = 4)"],
        "group_size": [2, 4],
        "n": [0, 600],
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


GRID = {
    name: {"name": name, "method": name, "options": {"eval_records": 64}}
    for name in ("sft", "step_grpo")
}
SIZED = GRID | {
    "step_grpo": {
        "name": "step_grpo",
        "method": "step_grpo",
        "label": "StepGRPO",
        "options": {"eval_records": 64, "num_steps": 1, "rollouts_per_step": 4},
    }
}


def test_sft_and_rl_are_compared_on_the_test_split_as_the_tables_are():
    figure = sft_versus_rl_figure(CURVES, OVERVIEW, OPTIONS)
    points = [trace for trace in figure.data if trace.mode == "markers"]
    assert [(t.name, list(t.x), list(t.error_x.array)) for t in points] == [
        ("Warm-up (SFT)", [50.0], [5.0]),
        ("StepGRPO (both, M = 4)", [60.0], [6.0]),
    ]
    titles = [note.text for note in figure.layout.annotations if note.yref == "paper"]
    assert titles == ["test split, after training (n = 600)", "validation split, during training"]


def test_the_validation_curves_have_intervals_of_the_questions_answered():
    figure = sft_versus_rl_figure(CURVES, OVERVIEW, OPTIONS, SIZED, validation=300)
    curves = {t.name: list(t.y) for t in figure.data if t.mode == "lines+markers"}
    assert curves == {
        "Continued SFT": [50.0, 40.0],
        "StepGRPO": pytest.approx([55.0, 60.0]),
    }
    band = next(t for t in figure.data if t.fill == "toself")
    low, high = wilson_interval(32, 64)
    assert (band.y[0], band.y[-1]) == pytest.approx((100 * high, 100 * low))
    assert "(n = 64)" in figure.layout.annotations[1].text
    few = sft_versus_rl_figure(CURVES, OVERVIEW, OPTIONS, SIZED, validation=30)
    assert "(n = 30)" in few.layout.annotations[1].text


def test_without_the_number_of_questions_seeds_become_a_band():
    frame = collect_curves(
        {
            f"sft_seed{seed}": [{"step": s, "eval_accuracy": 0.5 + seed / 10} for s in (1, 2)]
            for seed in (0, 1)
        }
    )
    band, line = (t for t in sft_versus_rl_figure(frame, OVERVIEW, OPTIONS).data if len(t.x) > 1)
    assert band.fill == "toself"
    assert list(band.y) == pytest.approx([60, 60, 50, 50])
    assert list(line.y) == pytest.approx([55, 55])


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
        "time",
    ]
    assert lines(figures["kl"]) == {"StepGRPO (both, M = 4)": ([1, 2], [0.01, 0.02])}
    assert lines(figures["completion_length"]) == {"StepGRPO (both, M = 4)": ([1, 2], [99.0, 98.0])}


def test_rewards_that_do_not_compare_have_panels_of_their_own():
    figure = rewards_figure(CURVES, OPTIONS)
    assert [note.text for note in figure.layout.annotations] == ["outcome", "validity"]
    assert [(t.yaxis, list(t.y)) for t in figure.data] == [
        ("y", [0.6, 0.7]),
        ("y2", [0.9, 0.9]),
    ]
    assert [t.showlegend for t in figure.data] == [True, False]


def test_many_rewards_fill_rows_of_panels_in_the_png_too():
    log = [{"step": s, **{f"rewards/r{k}/mean": s + k for k in range(5)}} for s in (1, 2)]
    axes = draw(rewards_figure(collect_curves({"outcome": log}), OPTIONS)).axes
    corners = [(ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start)
               for ax in axes]  # fmt: skip
    assert corners == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert [ax.get_title() for ax in axes] == ["r0", "r1", "r2", "r3", "r4"]


def test_a_logarithmic_axis_over_decades_has_few_labels_in_the_png():
    figure = go.Figure(go.Scatter(x=[0.01, 0.3, 20], y=[0, 1, 2], mode="lines"))
    figure.update_xaxes(type="log")
    picture = draw(figure)
    picture.canvas.draw()
    (axis,) = (ax.xaxis for ax in picture.axes)
    labels = [
        label.get_text()
        for minor in (False, True)
        for label in axis.get_ticklabels(minor=minor)
        if 0.01 <= label.get_position()[0] <= 20
    ]
    tenths = ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20"]
    assert sorted(labels, key=float) == tenths


def test_zero_variance_is_split_by_reason():
    assert zero_variance(CURVES).to_dict("index") == {
        "step_grpo": {"all right": 0.25, "all wrong": 0.1875}
    }
    assert zero_variance(CURVES[CURVES["variant"] == "step_grpo"], "step").to_dict("list") == {
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
def test_every_figure_has_a_ground_of_its_own_and_can_be_drawn_as_png(curves):
    for name, figure in make_figures(curves, OVERVIEW, SIZES, OPTIONS).items():
        assert (figure.layout.paper_bgcolor, figure.layout.plot_bgcolor) == ("white", "white")
        file = io.BytesIO()
        draw(figure).savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG"), name


def test_the_png_has_the_lines_and_labels_of_the_figure():
    _, axes = draw(sft_versus_rl_figure(CURVES, OVERVIEW, OPTIONS)).axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert drawn["Continued SFT"] == [50, 40]
    assert drawn["StepGRPO (both, M = 4)"] == pytest.approx([55, 60])
    assert axes.get_xlabel() == "updates after warm-up"


def test_the_png_stacks_reasons():
    bars, _ = draw(zero_variance_figure(CURVES, OPTIONS)).axes
    assert [(bar.get_x(), bar.get_width()) for bar in bars.patches] == [(0, 25.0), (25.0, 18.75)]


def test_a_trace_that_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="trace 'share' is of type 'pie'"):
        draw(go.Figure(go.Pie(name="share", values=[1])))
