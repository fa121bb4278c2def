"""Evaluation of one checkpoint on the test records.

::

    checkpoint ───┐                   ┌─ prediction_manifest ─┐               ┌─ verdicts
    test_records ─┴── predict_test ───┴─ predictions ─────────┴─ score_test ──┼─ scores
                                                                              └─ evaluation_manifest
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.evaluation.nodes import predict_test, score_test

JOB = {
    "options": "params:evaluation",
    "launcher": "params:launcher",
    "seed": "params:seed",
    "work_dir": "params:work_dir",
}
"""What every node takes that answers questions by a job."""

READ = {
    "predict_test": {"evaluation": ("decoding",)},
    "score_test": {"evaluation": ("grammar", "classes", "reasoning"), "step_grpo": ("rewards",)},
    "predict_benchmarks": {"evaluation": ("decoding", "benchmarks", "label")},
    "score_benchmarks": {"evaluation": ("benchmarks",)},
}
"""What nodes read of some parameters, by name; of those that are not here they may read all."""


def create_pipeline() -> Pipeline:
    """Evaluate on test records: what every variant of the ablation goes through."""
    return Pipeline(
        [
            Node(
                predict_test,
                inputs={
                    "checkpoint": "checkpoint",
                    "records": "test_records",
                    "template": "params:prompt.template",
                    **JOB,
                },
                outputs=["prediction_manifest", "predictions"],
                name="predict_test",
            ),
            Node(
                score_test,
                inputs={
                    "predictions": "predictions",
                    "manifest": "prediction_manifest",
                    "records": "test_records",
                    "options": "params:evaluation",
                    "step_grpo": "params:step_grpo",
                    "seed": "params:seed",
                },
                outputs=["verdicts", "scores", "evaluation_manifest"],
                name="score_test",
            ),
        ],
        tags="evaluation",
    )
