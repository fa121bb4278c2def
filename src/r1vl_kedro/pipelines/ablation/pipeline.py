"""The ablation.

::

    data_prep ─┬─ annotation ─ rl_prompts ─────────────────┐
               └─ warm_up_records ─ warm_up ─ warm_up_checkpoint ─┬─ <variant>: train ─┐
    base_model ───────────────────────────────────────────────────┴─ predict ─ score ──┴─ report
    test_records, paper_results ──────────────────────────────────────────────────────────┘

One namespace per variant and seed; everything left of them is made once.
"""

from __future__ import annotations

from collections.abc import Mapping

from kedro.pipeline import Pipeline

from r1vl_kedro.pipelines import annotation, data_prep, evaluation, reporting, step_grpo, warm_up
from r1vl_kedro.pipelines.ablation.grid import Variant

TRAINED = {
    "step_grpo": (step_grpo.create_pipeline, "params:step_grpo"),
    "sft": (step_grpo.create_sft_pipeline, "params:sft"),
}
UNTRAINED = {"base": "base_model", "warm_up": "warm_up_checkpoint"}


def create_pipeline(variants: Mapping[str, Variant]) -> Pipeline:
    """All variants by namespace, what they share, and the report over them."""
    shared = [
        data_prep.create_pipeline(),
        annotation.create_pipeline(),
        warm_up.create_pipeline(),
    ]
    rows = [_row(namespace, variant) for namespace, variant in variants.items()]
    return Pipeline([*shared, *rows, create_reporting(variants)])


def create_reporting(variants: Mapping[str, Variant]) -> Pipeline:
    """The report over the variants of the grid."""
    trained = [name for name, variant in variants.items() if variant.method in TRAINED]
    return reporting.create_pipeline(list(variants), trained)


def _row(namespace: str, variant: Variant) -> Pipeline:
    """One variant: its training, where it has one, and its evaluation."""
    if variant.method in UNTRAINED:
        return _within(
            namespace, evaluation.create_pipeline(), {"checkpoint": UNTRAINED[variant.method]}, {}
        )
    create, options = TRAINED[variant.method]
    own = f"params:variants.{namespace}"
    return _within(
        namespace,
        Pipeline([create(), evaluation.create_pipeline()]),
        {},
        {options: f"{own}.options", "params:seed": f"{own}.seed"},
    )


def _within(
    namespace: str, pipeline: Pipeline, inputs: dict[str, str], parameters: dict[str, str]
) -> Pipeline:
    """The pipeline in a namespace: its inputs are shared, its outputs are its own."""
    free = pipeline.inputs()
    shared = {name: name for name in free if not name.startswith("params:")}
    common = {name: name for name in free if name.startswith("params:")}
    return Pipeline(
        pipeline,
        namespace=namespace,
        inputs=shared | inputs,
        parameters=common | parameters,
    )
