"""Data preparation.

::

    source_records ─ validate ─ drop_reflective ─ drop_duplicates ─ decontaminate ─ split ┬ warm_up_records
                          │                                               │                 └ rl_records
                   validated_records                    evaluation sets ──┘   report ─ data_prep_report,
                                                                                       rejected_records
"""  # noqa: E501

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.data_prep import nodes

OPTIONS = "params:data_prep"
HELD_OUT = {name: name for name in ("validation_records", "test_records")}
"""Evaluation sets that no record may occur in."""


def create_pipeline() -> Pipeline:
    """Make warm-up and RL records of raw ones."""
    return Pipeline(
        [
            Node(
                nodes.validate_records,
                inputs=["source_records", OPTIONS],
                outputs=["validated_records", "invalid_records"],
                name="validate",
            ),
            Node(
                nodes.drop_reflective,
                inputs="validated_records",
                outputs=["straight_records", "reflective_records"],
                name="drop_reflective",
            ),
            Node(
                nodes.drop_duplicates,
                inputs="straight_records",
                outputs=["unique_records", "duplicate_records"],
                name="drop_duplicates",
            ),
            Node(
                nodes.decontaminate,
                inputs={"records": "unique_records", "options": OPTIONS, **HELD_OUT},
                outputs=["clean_records", "contaminated_records"],
                name="decontaminate",
            ),
            Node(
                nodes.split_records,
                inputs=["clean_records", OPTIONS, "params:seed"],
                outputs=["warm_up_records", "rl_records"],
                name="split",
            ),
            Node(
                nodes.report,
                inputs={
                    "records": "clean_records",
                    "warm_up": "warm_up_records",
                    "rl": "rl_records",
                    "options": OPTIONS,
                    "seed": "params:seed",
                    "validate": "invalid_records",
                    "reflective": "reflective_records",
                    "duplicates": "duplicate_records",
                    "contamination": "contaminated_records",
                },
                outputs=["data_prep_report", "rejected_records"],
                name="report_data_prep",
            ),
        ],
        namespace="data_prep",
        prefix_datasets_with_namespace=False,
    )
