"""Evaluation of a checkpoint on the test records and on the benchmarks."""

from r1vl_kedro.pipelines.evaluation.benchmark_pipeline import (
    create_answers,
    create_benchmark_pipeline,
    create_given_pipeline,
)
from r1vl_kedro.pipelines.evaluation.options import benchmarks_of
from r1vl_kedro.pipelines.evaluation.pipeline import READ, create_pipeline

__all__ = [
    "READ",
    "benchmarks_of",
    "create_answers",
    "create_benchmark_pipeline",
    "create_given_pipeline",
    "create_pipeline",
]
