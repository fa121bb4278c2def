"""Pipelines by name; an explicit list, for composed pipelines have no module of their own."""

from __future__ import annotations

from importlib import import_module

from kedro.pipeline import Pipeline

from r1vl_kedro.pipelines import ablation
from r1vl_kedro.pipelines.ablation.grid import variants_in_use

PLAIN = (
    "data_prep", "annotation", "warm_up", "step_grpo", "evaluation", "base_model", "reward_card",
    "preflight",
)  # fmt: skip


def register_pipelines() -> dict[str, Pipeline]:
    """All pipelines; ``__default__`` is the R1-VL path of one variant, without namespaces."""
    pipelines = {}
    for name in PLAIN:
        try:
            module = import_module(f"r1vl_kedro.pipelines.{name}")
        except ModuleNotFoundError:
            continue
        if hasattr(module, "create_pipeline"):
            pipelines[name] = module.create_pipeline()
    variants = variants_in_use()
    path = ("data_prep", "annotation", "warm_up", "step_grpo", "evaluation")
    pipelines["ablation"] = ablation.create_pipeline(variants)
    pipelines["__default__"] = sum((pipelines[n] for n in path if n in pipelines), Pipeline([]))
    return pipelines
