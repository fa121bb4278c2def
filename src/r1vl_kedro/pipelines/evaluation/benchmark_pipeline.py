"""Evaluation of one checkpoint on the benchmarks, up to Table 1, and against a baseline.

::

    checkpoint ──┐                       ┌─ benchmark_manifests ───┐
    benchmark_* ─┴─ predict_benchmarks ──┼─ benchmark_predictions ─┴─ score_benchmarks ─┐
                                         └─ benchmark_thumbnails ─┐                     │
                                      make_examples ──────────────┴─ benchmark_verdicts ┤
                                  benchmark_evaluation_manifest (beside the scores) ────┤
    paper_results ── make_table_1 ─── kept_benchmark_scores ── keep_scores ── benchmark_scores
                          └─ table_1, table_1_breakdown, table_1_markdown
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.evaluation import baseline as baseline_nodes
from r1vl_kedro.pipelines.evaluation import benchmark_nodes as nodes
from r1vl_kedro.pipelines.evaluation.pipeline import JOB


def create_answers(
    benchmarks: Sequence[str],
    checkpoint: str = "checkpoint",
    *,
    predict: Callable[..., Any] = nodes.predict_benchmarks,
    score: Callable[..., Any] = nodes.score_benchmarks,
    score_tags: Iterable[str] = (),
) -> Pipeline:
    """Answer benchmarks with the checkpoint of a catalog entry, and score the answers.

    Args:
        benchmarks: those asked for; only their files are inputs.
        predict, score: functions that take and return what the default ones do.
        score_tags: of the scoring, beside ``evaluation``.
    """
    answer = Node(
        predict,
        inputs={"checkpoint": checkpoint, **JOB, **_files(benchmarks)},
        outputs=["benchmark_manifests", "benchmark_predictions", "benchmark_thumbnails"],
        name="predict_benchmarks",
    )
    verdicts = Node(
        score,
        inputs=[
            "benchmark_predictions",
            "benchmark_manifests",
            "params:evaluation",
            "benchmark_judge",
        ],
        outputs=["benchmark_verdicts", "benchmark_scores", "benchmark_evaluation_manifest"],
        name="score_benchmarks",
        tags=score_tags,
    )
    return Pipeline([answer, verdicts], tags="evaluation")


def create_benchmark_pipeline(
    benchmarks: Sequence[str], checkpoint: str = "checkpoint"
) -> Pipeline:
    """Evaluate the checkpoint of a catalog entry on benchmarks, up to Table 1."""
    tables = Pipeline(
        [
            Node(
                nodes.make_examples,
                inputs=["benchmark_verdicts", "benchmark_scores", "benchmark_thumbnails"],
                outputs="benchmark_examples",
                name="make_examples",
            ),
            Node(
                nodes.keep_scores,
                inputs="benchmark_scores",
                outputs="kept_benchmark_scores",
                name="keep_scores",
            ),
            Node(
                nodes.make_table_1,
                inputs=["benchmark_scores", "kept_benchmark_scores", "paper_results"],
                outputs=["table_1", "table_1_breakdown", "table_1_markdown"],
                name="make_table_1",
            ),
        ],
        tags=["evaluation", "reporting"],
    )
    answers = create_answers(benchmarks, checkpoint, score_tags=["reporting"])
    return Pipeline([answers, tables])


def create_given_pipeline(benchmarks: Sequence[str], baseline: bool = False) -> Pipeline:
    """Evaluate whatever checkpoint `params:evaluation.checkpoint` names on the benchmarks.

    Args:
        baseline: compare it with what `params:evaluation.baseline` names.
    """
    choose = Node(
        nodes.given_checkpoint,
        inputs="params:evaluation",
        outputs="given_checkpoint",
        name="given_checkpoint",
    )
    evaluated = create_benchmark_pipeline(benchmarks, "given_checkpoint")
    compared = [_create_comparison(benchmarks)] if baseline else []
    return Pipeline([choose, evaluated, *compared])


def _create_comparison(benchmarks: Sequence[str]) -> Pipeline:
    """Answer, or read, the benchmarks as the baseline does, and compare."""
    predict = Node(
        baseline_nodes.baseline_predictions,
        inputs={**JOB, **_files(benchmarks)},
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


def _files(benchmarks: Sequence[str]) -> dict[str, str]:
    return {name: f"benchmark_{name}" for name in benchmarks}
