"""Pipelines by name; an explicit list, for some are composed of others and some follow a grid."""

from __future__ import annotations

from kedro.pipeline import Pipeline

from r1vl_kedro.pipelines import (
    ablation,
    annotation,
    base_model,
    data_prep,
    evaluation,
    preflight,
    probe,
    reward_card,
    step_grpo,
    warm_up,
)
from r1vl_kedro.pipelines.ablation.grid import variants_in_use


def register_pipelines() -> dict[str, Pipeline]:
    """All pipelines; ``__default__`` is the R1-VL path of one variant, without a grid."""
    variants = variants_in_use()
    benchmarks = evaluation.benchmarks_in_use()
    path = {
        "warm_up": warm_up.create_pipeline(),
        "step_grpo": step_grpo.create_pipeline(),
        "evaluation": evaluation.create_pipeline(),
    }
    return {
        **path,
        "__default__": Pipeline(
            [
                ablation.create_data(),
                *path.values(),
                evaluation.create_benchmark_pipeline(benchmarks),
            ]
        ),
        "data_prep": data_prep.create_pipeline(),
        "annotation": annotation.create_pipeline(),
        "evaluation": evaluation.create_given_pipeline(benchmarks),
        "ablation": ablation.create_pipeline(variants),
        "annotation_estimate": annotation.create_estimate_pipeline(),
        "base_model": base_model.create_pipeline(),
        "preflight": preflight.create_pipeline(),
        "probe": probe.create_pipeline(),
        "reporting": ablation.create_reporting(variants),
        "reward_card": reward_card.create_pipeline(),
    }
