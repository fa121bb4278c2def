"""The ablation.

::

    data ─┬─ warm_up_records ─ warm_up ─ warm_up_checkpoint ─┬─ <variant>.train ─┐
          └─ rl_prompts ─────────────────────────────────────┘                   │
    base_model ──────────────────────────────────────────────────────────────────┤
    test_records ────── <variant>.predict ─ <variant>.score ─ <variant>.results ─┴─ reporting
    paper_results ───────────────────────────────────────────────────────────────┘

One namespace per variant and seed with one way out, ``<variant>.results``; everything left of them
is made once. Data (with its preparation and annotation inside) and the report are namespaces as
well, so that Kedro-Viz shows each as a box; their datasets keep plain names.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from kedro.pipeline import Pipeline

from r1vl_kedro.pipelines import annotation, data_prep, evaluation, reporting, step_grpo, warm_up
from r1vl_kedro.pipelines.ablation.grid import Variant

TRAINED = {
    "step_grpo": (step_grpo.create_pipeline, "params:step_grpo"),
    "sft": (step_grpo.create_sft_pipeline, "params:sft"),
    "sft_warm_up": (
        partial(step_grpo.create_sft_pipeline, records="warm_up_records"),
        "params:sft",
    ),
}
UNTRAINED = {"base": "base_model", "warm_up": "warm_up_checkpoint"}


def create_pipeline(variants: Mapping[str, Variant]) -> Pipeline:
    """All variants by namespace, what they share, and the report over them."""
    rows = [_row(namespace, variant) for namespace, variant in variants.items()]
    return Pipeline(
        [create_data(), warm_up.create_pipeline(), *rows, reporting.create_pipeline(list(variants))]
    )


def create_data() -> Pipeline:
    """Raw records to warm-up records and RL prompts, as one box."""
    return Pipeline(
        [data_prep.create_pipeline(), annotation.create_pipeline()],
        namespace="data",
        prefix_datasets_with_namespace=False,
    )


def create_reporting(variants: Mapping[str, Variant]) -> Pipeline:
    """The report by itself, over what the variants left."""
    gathers = [
        _gather_alone(namespace, reporting.create_gather(variant.method in TRAINED))
        for namespace, variant in variants.items()
    ]
    return Pipeline([*gathers, reporting.create_pipeline(list(variants))])


def _gather_alone(namespace: str, gather: Pipeline) -> Pipeline:
    """A variant's results gathered as part of the report: no work of the variant itself."""
    return Pipeline(
        gather,
        namespace=f"reporting.{namespace}",
        inputs={name: f"{namespace}.{name}" for name in gather.inputs()},
        outputs={name: f"{namespace}.{name}" for name in gather.outputs()},
    )


def _row(namespace: str, variant: Variant) -> Pipeline:
    """One variant: its training, where it has one, its evaluation, and all it left."""
    if variant.method in UNTRAINED:
        evaluated = Pipeline([evaluation.create_pipeline(), reporting.create_gather(False)])
        return _within(namespace, evaluated, {"checkpoint": UNTRAINED[variant.method]}, {})
    create, options = TRAINED[variant.method]
    trained = Pipeline([create(), evaluation.create_pipeline(), reporting.create_gather(True)])
    own = f"params:variants.{namespace}"
    return _within(
        namespace, trained, {}, {options: f"{own}.options", "params:seed": f"{own}.seed"}
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
