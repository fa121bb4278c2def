"""Probe.

::

    rl_prompts ─ choose_questions ─ probe_prompts ─┬─ sample_responses ─ probe_predictions ─┐
    warm_up_checkpoint ────────────────────────────┘                                        │
                                  probe_table, probe_markdown ─ forecast_dead_groups ───────┤
                     push_table, push_markdown, push_figure ─ measure_push ─────────────────┘
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.probe import nodes

SAMPLED = ["probe_predictions", "probe_prompts"]
SAMPLED += ["params:probe", "params:step_grpo", "params:variants"]
"""What is worked out from the samples, and how."""


def create_pipeline() -> Pipeline:
    """Sample responses of the warmed-up model and forecast from them every group size."""
    return Pipeline(
        [
            Node(
                nodes.choose_questions,
                inputs=["rl_prompts", "params:probe", "params:seed"],
                outputs="probe_prompts",
                name="choose_questions",
            ),
            Node(
                nodes.sample_responses,
                inputs={
                    "checkpoint": "warm_up_checkpoint",
                    "prompts": "probe_prompts",
                    "options": "params:probe",
                    "step_grpo": "params:step_grpo",
                    "evaluation": "params:evaluation",
                    "launcher": "params:launcher",
                    "template": "params:prompt.template",
                    "seed": "params:seed",
                    "work_dir": "params:work_dir",
                },
                outputs="probe_predictions",
                name="sample_responses",
            ),
            Node(
                nodes.forecast_dead_groups,
                inputs=SAMPLED,
                outputs=["probe_table", "probe_markdown"],
                name="forecast_dead_groups",
            ),
            Node(
                nodes.measure_push,
                inputs=[*SAMPLED, "params:seed"],
                outputs=["push_table", "push_markdown", "push_figure"],
                name="measure_push",
            ),
        ],
        tags="probe",
    )
