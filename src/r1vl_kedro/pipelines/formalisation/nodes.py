"""Nodes of formalisation: images as formal text, paths that begin with it, and what it costs."""

from __future__ import annotations

import logging
from dataclasses import asdict

from r1vl_kedro.annotation import formalise
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.pipelines.hints import JsonObject, Records

logger = logging.getLogger(__name__)


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
