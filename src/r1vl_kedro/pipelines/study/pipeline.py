"""The study of sparse outcomes, over what the probe and an ablation left.

::

    probe_predictions ─ push_table ─┐
    all_verdicts ─ training_curves ─┴─ report_levels ─ study_table, study_markdown, study_figure
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.study import nodes


def create_pipeline() -> Pipeline:
    """Build table, page and figure over the levels of a grid."""
    return Pipeline(
        [
            Node(
                nodes.report_levels,
                inputs=[
                    "probe_predictions",
                    "push_table",
                    "all_verdicts",
                    "training_curves",
                    "params:study",
                    "params:step_grpo",
                    "params:reporting",
                ],
                outputs=["study_table", "study_markdown", "study_figure"],
                name="report_levels",
            )
        ],
        tags="reporting",
    )
