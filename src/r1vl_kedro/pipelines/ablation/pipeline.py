"""The ablation.

::

    data_prep ─ annotation ─ rl_prompts ────────────────┐
        └─ warm_up_records ─ warm_up ─ warm_up_checkpoint ┼─ <variant>: train ─ predict ─ score ─┐
    base_model, test_records ───────────────────────────┘                                      ├─ report
    (one namespace per variant and seed; everything left of them is made once)  paper_results ─┘
"""

from __future__ import annotations

from collections.abc import Mapping

from kedro.pipeline import Pipeline

from r1vl_kedro.pipelines import data_prep, reporting, step_grpo, warm_up
from r1vl_kedro.pipelines.ablation.grid import Variant

TRAINED = {
    "step_grpo": (step_grpo.create_pipeline, "params:step_grpo"),
    "sft": (step_grpo.create_sft_pipeline, "params:sft"),
}
UNTRAINED = {"base": "base_model", "warm_up": "warm_up_checkpoint"}


def create_pipeline(variants: Mapping[str, Variant]) -> Pipeline:
    """All variants and what they share, by namespace."""
    shared = [data_prep.create_pipeline(), _there("annotation"), warm_up.create_pipeline()]
    rows = [_row(name, variant, _there("evaluation")) for name, variant in variants.items()]
    trained = [name for name, variant in variants.items() if variant.method in TRAINED]
    return Pipeline([*shared, *rows, reporting.create_pipeline(list(variants), trained)])


def _there(name: str, *args) -> Pipeline:
    from importlib import import_module

    module = import_module(f"r1vl_kedro.pipelines.{name}")
    return module.create_pipeline(*args) if hasattr(module, "create_pipeline") else Pipeline([])


def _row(namespace: str, variant: Variant, evaluation: Pipeline) -> Pipeline:
    """One variant: its training, where it has one, and its evaluation."""
    if variant.method in UNTRAINED:
        return _within(namespace, evaluation, {"checkpoint": UNTRAINED[variant.method]}, {})
    create, options = TRAINED[variant.method]
    mine = f"params:variants.{namespace}"
    return _within(
        namespace,
        Pipeline([create(), evaluation]),
        {},
        {options: f"{mine}.options", "params:seed": f"{mine}.seed"},
    )


def _within(
    namespace: str, pipeline: Pipeline, inputs: dict[str, str], parameters: dict[str, str]
) -> Pipeline:
    """The pipeline in a namespace that keeps its own outputs and shares its inputs."""
    free = pipeline.inputs()
    shared = {name: name for name in free if not name.startswith("params:")} | inputs
    common = {name: name for name in free if name.startswith("params:")} | parameters
    shared = {k: v for k, v in shared.items() if k in free}
    return Pipeline(pipeline, namespace=namespace, inputs=shared, parameters=common)
