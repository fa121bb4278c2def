"""Training after the warm-up, of one variant without a grid.

::

    warm_up_checkpoint ─┐                   ┌─ checkpoint
    rl_prompts ─────────┼─ train_step_grpo ─┼─ training_log
    validation_records ─┘                   └─ rollouts
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.step_grpo import nodes
from r1vl_kedro.pipelines.training_jobs import GIVEN


def create_pipeline() -> Pipeline:
    """Build the training of the warmed-up model by StepGRPO."""
    return Pipeline(
        [
            Node(
                nodes.train_step_grpo,
                inputs={
                    "base": "warm_up_checkpoint",
                    "records": "rl_prompts",
                    "validation": "validation_records",
                    "options": "params:step_grpo",
                    **GIVEN,
                },
                outputs=["training_log", "rollouts", "checkpoint"],
                name="train_step_grpo",
                tags="training",
            )
        ]
    )
