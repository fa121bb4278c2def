"""The base model.

::

    embedded world ─ train_base_model ─ base_model
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.base_model import nodes


def create_pipeline() -> Pipeline:
    """Train a base model from a seed; other pipelines prefer it to the shipped one."""
    return Pipeline(
        [
            Node(
                nodes.train_base_model,
                inputs=["params:base_model", "params:seed", "params:work_dir"],
                outputs="base_model",
                name="train_base_model",
                tags="training",
            )
        ]
    )
