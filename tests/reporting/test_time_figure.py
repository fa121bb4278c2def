"""Where the time went: a stacked bar a variant, whose parts are the phases of its steps."""

import pytest

from r1vl_kedro.reporting.collect import collect_curves
from r1vl_kedro.reporting.pngs import draw
from r1vl_kedro.reporting.training_figures import seconds_by_phase, time_figure

LOGS = {
    "sft": [{"step": 1, "seconds/forward_backward": 3.0, "seconds/idle": 1.0, "seconds/step": 4.0}],
    "step_grpo_seed0": [
        {"step": 1, "seconds/generate": 2.0, "seconds/forward_backward": 3.0, "seconds/step": 5.0},
        {
            "step": 2, "seconds/checkpoint": 4.0, "seconds/generate": 1.0,
            "seconds/forward_backward": 1.0, "seconds/step": 6.0,
        },
    ],
    "step_grpo_seed1": [
        {"step": 1, "seconds/generate": 3.0, "seconds/forward_backward": 2.0, "seconds/step": 5.0},
        {"step": 1, "eval_accuracy": 0.5},
    ],
}  # fmt: skip


def test_parts_are_means_over_steps_and_seeds_and_sum_to_a_step():
    table = seconds_by_phase(collect_curves(LOGS))
    assert list(table.columns) == ["generate", "forward_backward", "checkpoint", "idle"]
    assert table.loc["step_grpo"].tolist() == pytest.approx([2.0, 2.0, 4 / 3, 0.0])
    assert table.sum(axis=1).to_dict() == pytest.approx({"sft": 4.0, "step_grpo": 16 / 3})


def test_every_variant_has_one_bar_of_all_its_phases():
    figure = time_figure(collect_curves(LOGS))
    assert figure.layout.barmode == "stack"
    bars = {trace.name: dict(zip(trace.y, trace.x, strict=True)) for trace in figure.data}
    assert list(bars) == ["sampling", "forward and backward", "checkpoints", "idle"]
    assert all(len(bar) == 2 for bar in bars.values())
    assert len(draw(figure).axes[0].patches) == 8


def test_without_seconds_it_tells_why_there_is_nothing():
    figure = time_figure(collect_curves({"sft": [{"step": 1, "loss": 1.0}]}))
    assert "no variant logged seconds/<phase>" in figure.layout.annotations[0].text
