"""Evaluation of one checkpoint.

::

    checkpoint ───┐                   ┌─ prediction_manifest ─┐               ┌─ verdicts
    test_records ─┴── predict_test ───┴─ predictions ─────────┴─ score_test ──┼─ scores
                                                                              └─ evaluation_manifest

    checkpoint ──┐                       ┌─ benchmark_manifests ───┐
    benchmark_* ─┴─ predict_benchmarks ──┼─ benchmark_predictions ─┴─ score_benchmarks ─┐
                                         └─ benchmark_thumbnails ─┐                     │
                                      make_examples ──────────────┴─ benchmark_verdicts ┤
                                  benchmark_evaluation_manifest (beside the scores) ────┤
    paper_results ── make_table_1 ─── kept_benchmark_scores ── keep_scores ── benchmark_scores
                          └─ table_1, table_1_breakdown, table_1_markdown
"""

from __future__ import annotations

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.evaluation import baseline as baseline_nodes
from r1vl_kedro.pipelines.evaluation import benchmark_nodes
from r1vl_kedro.pipelines.evaluation.nodes import predict_test, score_test


def create_pipeline() -> Pipeline:
    """Evaluate on test records: what every variant of the ablation goes through."""
    return Pipeline(
        [
            Node(
                predict_test,
                inputs={
                    "checkpoint": "checkpoint",
                    "records": "test_records",
                    "options": "params:evaluation",
                    "launcher": "params:launcher",
                    "template": "params:prompt.template",
                    "seed": "params:seed",
                    "work_dir": "params:work_dir",
                },
                outputs=["prediction_manifest", "predictions"],
                name="predict_test",
                tags="evaluation",
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
                tags="evaluation",
            ),
        ]
    )


def create_benchmark_pipeline(
    benchmarks: Sequence[str], checkpoint: str = "checkpoint"
) -> Pipeline:
    """Evaluate the checkpoint of a catalog entry on benchmarks, up to Table 1.

    Args:
        benchmarks: those asked for; only their files are inputs.
    """
    return Pipeline(
        [
            Node(
                benchmark_nodes.predict_benchmarks,
                inputs={
                    "checkpoint": checkpoint,
                    "options": "params:evaluation",
                    "launcher": "params:launcher",
                    "seed": "params:seed",
                    "work_dir": "params:work_dir",
                    **{name: f"benchmark_{name}" for name in benchmarks},
                },
                outputs=["benchmark_manifests", "benchmark_predictions", "benchmark_thumbnails"],
                name="predict_benchmarks",
            ),
            Node(
                benchmark_nodes.score_benchmarks,
                inputs=[
                    "benchmark_predictions",
                    "benchmark_manifests",
                    "params:evaluation",
                    "benchmark_judge",
                ],
                outputs=["benchmark_verdicts", "benchmark_scores", "benchmark_evaluation_manifest"],
                name="score_benchmarks",
                tags="reporting",
            ),
            Node(
                benchmark_nodes.make_examples,
                inputs=["benchmark_verdicts", "benchmark_scores", "benchmark_thumbnails"],
                outputs="benchmark_examples",
                name="make_examples",
                tags="reporting",
            ),
            Node(
                benchmark_nodes.keep_scores,
                inputs="benchmark_scores",
                outputs="kept_benchmark_scores",
                name="keep_scores",
                tags="reporting",
            ),
            Node(
                benchmark_nodes.make_table_1,
                inputs=["benchmark_scores", "kept_benchmark_scores", "paper_results"],
                outputs=["table_1", "table_1_breakdown", "table_1_markdown"],
                name="make_table_1",
                tags="reporting",
            ),
        ],
        tags="evaluation",
    )


def create_given_pipeline(benchmarks: Sequence[str], baseline: bool = False) -> Pipeline:
    """Evaluate whatever checkpoint `params:evaluation.checkpoint` names on the benchmarks.

    Args:
        baseline: compare it with what `params:evaluation.baseline` names.
    """
    choose = Node(
        benchmark_nodes.given_checkpoint,
        inputs="params:evaluation",
        outputs="given_checkpoint",
        name="given_checkpoint",
    )
    evaluated = create_benchmark_pipeline(benchmarks, "given_checkpoint")
    compared = _create_comparison(benchmarks) if baseline else Pipeline([])
    return Pipeline([Pipeline([choose]), evaluated, compared])


def _create_comparison(benchmarks: Sequence[str]) -> Pipeline:
    """Answer, or read, the benchmarks as the baseline does, and compare."""
    predict = Node(
        baseline_nodes.baseline_predictions,
        inputs={
            "options": "params:evaluation",
            "launcher": "params:launcher",
            "seed": "params:seed",
            "work_dir": "params:work_dir",
            **{name: f"benchmark_{name}" for name in benchmarks},
        },
        outputs="baseline_predictions",
        name="baseline_predictions",
    )
    compare = Node(
        baseline_nodes.compare_with_baseline,
        inputs=[
            "benchmark_predictions",
            "benchmark_verdicts",
            "baseline_predictions",
            "params:evaluation",
            "benchmark_judge",
        ],
        outputs=["baseline_table", "baseline_markdown"],
        name="compare_with_baseline",
        tags="reporting",
    )
    return Pipeline([predict, compare], tags="evaluation")
