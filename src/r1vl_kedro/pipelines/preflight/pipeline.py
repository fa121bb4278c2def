"""Preflight.

::

    parameters ─ check_settings ──┐
    mulberry_records ─ measure ───┼─ report ─ preflight_report
    base_model (its name) ────────┘
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.preflight import nodes


def create_pipeline() -> Pipeline:
    """What a run will take, and why it would fail; loads no weights."""
    stages = {"warm_up": "params:warm_up", "step_grpo": "params:step_grpo"}
    launcher = {"launcher": "params:launcher"}
    return Pipeline(
        [
            Node(
                nodes.check_settings,
                inputs={**stages, **launcher, "evaluation": "params:evaluation"},
                outputs="preflight_problems",
                name="check_settings",
            ),
            Node(
                nodes.measure_records,
                inputs=["mulberry_records", "params:step_grpo", "params:preflight"],
                outputs="preflight_measures",
                name="measure_records",
            ),
            Node(
                nodes.report,
                inputs={
                    "problems": "preflight_problems",
                    "measured": "preflight_measures",
                    "base": "base_model",
                    "data_prep": "params:data_prep",
                    **stages,
                    **launcher,
                    "options": "params:preflight",
                },
                outputs="preflight_report",
                name="report_preflight",
            ),
        ]
    )
