"""The ablation.

::

    data ─┬─ warm_up_records ─ warm_up ─ warm_up_checkpoint ─┬─ <variant>: stage 1 .. n ─┐
          └─ rl_prompts ─────────────────────────────────────┘                           │
    base_model ──────────────────────────────────────────────────────────────────────────┤
    test_records ────── <variant>.predict ─ <variant>.score ─ <variant>.results ─ reporting
    paper_results ───────────────────────────────────────────────────────────────┘

One namespace per variant and seed with one way out, ``<variant>.results``; everything left of them
is made once. Data (with its preparation and annotation inside) and the report are namespaces as
well, so that Kedro-Viz shows each as a box; their datasets keep plain names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Pipeline

from r1vl_kedro.pipelines import annotation, data_prep, formalisation, preference
from r1vl_kedro.pipelines.ablation.entries import Variant
from r1vl_kedro.pipelines.ablation.stages import create_variant, datasets_of
from r1vl_kedro.pipelines.ablation.tables import create_tables
from r1vl_kedro.pipelines.training import create_training
from r1vl_kedro.training.methods import CHECKPOINT, WARM_UP


def create_pipeline(variants: Mapping[str, Variant], benchmarks: Sequence[str] = ()) -> Pipeline:
    """Build all variants by namespace, what they share, and the report over them.

    Args:
        benchmarks: what every variant answers beside the test records.
    """
    rows = Pipeline(
        [create_variant(name, variant, benchmarks) for name, variant in variants.items()]
    )
    shared = [create_data()]
    if WARM_UP in rows.inputs():
        shared.append(create_training("warm_up", prefix="warm_up_"))
    if formalisation.FORMAL in rows.inputs():
        shared.append(formalisation.create_pipeline())
    measures = [
        preference.create_measure(name, datasets_of(name, variants[name], CHECKPOINT)[-1], pairs)
        for name, pairs in preference.measured_on(variants).items()
    ]
    return Pipeline([*shared, rows, *measures, create_tables(variants, benchmarks)])


def create_data() -> Pipeline:
    """Build the way from raw records to warm-up records and RL prompts, as one box."""
    return Pipeline(
        [data_prep.create_pipeline(), annotation.create_pipeline()],
        namespace="data",
        prefix_datasets_with_namespace=False,
    )
