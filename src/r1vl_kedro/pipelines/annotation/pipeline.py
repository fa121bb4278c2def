"""Annotation.

::

    rl_records ─ extract ─ refine ─ augment ─ rl_prompts ─ audit ─ annotation_audit (table, figure, page)
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.annotation import nodes
from r1vl_kedro.pipelines.hints import JsonObject

OPTIONS = "params:annotation"
ANNOTATOR = ["annotation_llm", "annotation_prompts"]


def create_pipeline() -> Pipeline:
    """Build the way from RL records to RL prompts with key steps, and their audit."""
    return Pipeline(
        [
            Node(
                nodes.extract_key_steps,
                inputs=["rl_records", OPTIONS, *ANNOTATOR],
                outputs="extracted_key_steps",
                name="extract_key_steps",
            ),
            Node(
                nodes.refine_key_steps,
                inputs=["rl_records", "extracted_key_steps", OPTIONS, *ANNOTATOR],
                outputs="refined_key_steps",
                name="refine_key_steps",
            ),
            Node(
                nodes.augment_key_steps,
                inputs=["rl_records", "refined_key_steps", OPTIONS, *ANNOTATOR],
                outputs="rl_prompts",
                name="augment_key_steps",
            ),
            Node(
                nodes.audit_key_steps,
                inputs=["rl_prompts", OPTIONS, "params:seed"],
                outputs=[
                    "annotation_audit",
                    "annotation_audit_table",
                    "annotation_audit_figure",
                    "annotation_audit_page",
                ],
                name="audit_key_steps",
            ),
        ],
        namespace="annotation",
        prefix_datasets_with_namespace=False,
    )


def create_estimate_pipeline(
    estimate: Callable[..., JsonObject] = nodes.estimate_annotation,
    records: str = "rl_records",
    made: str = "annotation_estimate",
) -> Pipeline:
    """Build the dry run: what asking a model would cost."""
    inputs = [records, OPTIONS, *ANNOTATOR]
    return Pipeline([Node(estimate, inputs, made, name=estimate.__name__)])
