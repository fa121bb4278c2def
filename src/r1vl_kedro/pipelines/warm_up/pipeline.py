"""The warm-up.

::

    base_model ─────────┐
    warm_up_records ────┼─ train_warm_up ─┬─ warm_up_checkpoint
    validation_records ─┘                 └─ warm_up_training_log
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.training_jobs import GIVEN
from r1vl_kedro.pipelines.warm_up import nodes


def create_pipeline() -> Pipeline:
    """Build the way from the base model to a model that answers in steps."""
    return Pipeline(
        [
            Node(
                nodes.train_warm_up,
                inputs={
                    "base": "base_model",
                    "records": "warm_up_records",
                    "validation": "validation_records",
                    "options": "params:warm_up",
                    **GIVEN,
                },
                outputs=["warm_up_training_log", "warm_up_checkpoint"],
                name="train_warm_up",
                tags="training",
            )
        ]
    )
