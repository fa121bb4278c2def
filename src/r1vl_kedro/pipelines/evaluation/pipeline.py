"""Evaluation of one checkpoint.

::

    checkpoint ───┐                   ┌─ evaluation_manifest
    test_records ─┴── predict_test ───┴─ predictions ── score_test ─┬─ verdicts
                                                                    └─ scores
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.evaluation.nodes import predict_test, score_test


def create_pipeline() -> Pipeline:
    """Test records only: what every variant of the ablation goes through."""
    return Pipeline(
        [
            Node(
                predict_test,
                inputs={
                    "checkpoint": "checkpoint",
                    "records": "test_records",
                    "decoding": "params:evaluation.decoding",
                    "launcher": "params:launcher",
                    "template": "params:prompt.template",
                    "seed": "params:seed",
                    "work_dir": "params:work_dir",
                },
                outputs=["evaluation_manifest", "predictions"],
                name="predict_test",
                tags="evaluation",
            ),
            Node(
                score_test,
                inputs=["predictions", "test_records", "params:seed"],
                outputs=["verdicts", "scores"],
                name="score_test",
                tags="evaluation",
            ),
        ]
    )
