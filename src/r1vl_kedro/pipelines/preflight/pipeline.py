"""Preflight.

::

    parameters, base_model ─ check_settings ─┐
    entries ──── look_for_data ──────────────┼─ report_preflight ─ preflight_report ─ decide
    base_model (its name) ───────────────────┘

``entries`` is the catalog itself (`hooks.entries`): a missing file as an input would end the run
before anything else that is missing could be named.
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.preflight import nodes


def create_pipeline() -> Pipeline:
    """Build the preflight: what a run will take, and why it would fail; no weights are loaded."""
    stages = {"warm_up": "params:warm_up", "step_grpo": "params:step_grpo"}
    variants, launcher = {"variants": "params:variants"}, {"launcher": "params:launcher"}
    return Pipeline(
        [
            Node(
                nodes.check_settings,
                inputs={
                    **stages,
                    **launcher,
                    "evaluation": "params:evaluation",
                    **variants,
                    "base": "base_model",
                },
                outputs="preflight_problems",
                name="check_settings",
            ),
            Node(
                nodes.look_for_data,
                inputs={
                    "entries": "entries",
                    "step_grpo": "params:step_grpo",
                    **variants,
                    "options": "params:preflight",
                    "grid": "params:ablation",
                },
                outputs="preflight_data",
                name="look_for_data",
            ),
            Node(
                nodes.report,
                inputs={
                    "problems": "preflight_problems",
                    "found": "preflight_data",
                    "base": "base_model",
                    "data_prep": "params:data_prep",
                    **stages,
                    **variants,
                    **launcher,
                    "options": "params:preflight",
                    "work_dir": "params:work_dir",
                },
                outputs="preflight_report",
                name="report_preflight",
            ),
            Node(nodes.decide, inputs="preflight_report", outputs=None, name="decide"),
        ]
    )
