"""Warm-up records to the same with images as formal text.

::

    warm_up_records ─┬─ formalise ─ formal_texts ─ write_formal_paths ─ formal_records
                     └───────────────────────────────────┘
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.annotation import formalise
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.pipelines import annotation
from r1vl_kedro.pipelines.annotation.pipeline import ANNOTATOR, OPTIONS
from r1vl_kedro.pipelines.hints import JsonObject, Records

logger = logging.getLogger(__name__)
SOURCE = "warm_up_records"
FORMAL = "formal_records"
"""The warm-up records, their paths beginning with the image as formal text."""


def formalise_images(
    records: Records, options: AnnotationOptions, llm: ChatClient, prompts: JsonObject
) -> JsonObject:
    """Write every record's images down as formal text, by record id."""
    return formalise.formalise_all(records, options, llm, prompts)


def write_formal_paths(records: Records, texts: JsonObject, options: AnnotationOptions) -> Records:
    """Put the formal text into every record's reference path."""
    return formalise.write_formal(records, texts, options.grammar)


def estimate_formalisation(
    records: Records, options: AnnotationOptions, llm: ChatClient, prompts: JsonObject
) -> JsonObject:
    """Estimate calls, tokens and cost; nothing is sent."""
    cost = llm.estimate(formalise.requests(records, options, prompts))
    logger.info("formalise: %d calls of %s, at most %.2f USD", cost.calls, llm.model, cost.usd)
    return {"model": llm.model, **asdict(cost)}


def create_pipeline() -> Pipeline:
    """Build the way from warm-up records to the same with images as formal text."""
    texts, asked = "formal_texts", [SOURCE, OPTIONS, *ANNOTATOR]
    written = [SOURCE, texts, OPTIONS]
    return Pipeline(
        [
            Node(formalise_images, asked, texts, name="formalise"),
            Node(write_formal_paths, written, FORMAL, name="write_formal_paths"),
        ],
        namespace="formalisation",
        prefix_datasets_with_namespace=False,
    )


def create_estimate_pipeline() -> Pipeline:
    """Build the dry run: what asking a model would cost."""
    return annotation.create_estimate_pipeline(
        estimate_formalisation, SOURCE, "formalisation_estimate"
    )
