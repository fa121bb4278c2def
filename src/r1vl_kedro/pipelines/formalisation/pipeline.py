"""Formalisation.

::

    warm_up_records ─┬─ formalise ─ formal_texts ─ write_formal_paths ─ formal_records
                     └───────────────────────────────────┘
"""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines import annotation
from r1vl_kedro.pipelines.annotation.pipeline import ANNOTATOR, OPTIONS
from r1vl_kedro.pipelines.formalisation import nodes

FORMAL = "formal_records"
"""The warm-up records, their paths beginning with the image as formal text."""


def create_pipeline() -> Pipeline:
    """Build the way from warm-up records to the same with images as formal text."""
    return Pipeline(
        [
            Node(
                nodes.formalise_images,
                inputs=["warm_up_records", OPTIONS, *ANNOTATOR],
                outputs="formal_texts",
                name="formalise",
            ),
            Node(
                nodes.write_formal_paths,
                inputs=["warm_up_records", "formal_texts", OPTIONS],
                outputs=FORMAL,
                name="write_formal_paths",
            ),
        ],
        namespace="formalisation",
        prefix_datasets_with_namespace=False,
    )


def create_estimate_pipeline() -> Pipeline:
    """Build the dry run: what asking a model would cost."""
    estimate, made = nodes.estimate_formalisation, "formalisation_estimate"
    return annotation.create_estimate_pipeline(estimate, "warm_up_records", made)
