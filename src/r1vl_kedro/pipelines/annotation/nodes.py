"""Nodes of annotation: extract, refine, augment, audit, and what asking a model would cost."""

from __future__ import annotations

import logging
from dataclasses import asdict

from r1vl_kedro.annotation import audit, audit_html, stages
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.endpoint import ChatClient
from r1vl_kedro.pipelines.hints import Figure, Frame, JsonObject, JsonRows, Records
from r1vl_kedro.records.images import bytes_of
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.store import map_rows, undecoded

logger = logging.getLogger(__name__)


def extract_key_steps(
    records: Records, options: AnnotationOptions, llm: ChatClient, prompts: JsonObject
) -> stages.Steps:
    """Extract (stage 1) key steps of each reasoning step, by record id."""
    return stages.extract_all(records, options, llm, prompts)


def refine_key_steps(
    records: Records,
    extracted: stages.Steps,
    options: AnnotationOptions,
    llm: ChatClient,
    prompts: JsonObject,
) -> stages.Keys:
    """Refine (stage 2) to the few that carry each step, by record id."""
    return stages.refine_all(records, extracted, options, llm, prompts)


def augment_key_steps(
    records: Records,
    refined: stages.Keys,
    options: AnnotationOptions,
    llm: ChatClient,
    prompts: JsonObject,
) -> Records:
    """Augment (stage 3) to RL prompts, each key step with its phrasings."""
    groups = stages.augment_all(records, refined, options, llm, prompts)
    return map_rows(records, lambda row: {**row, "key_steps": groups[row["id"]]}, key_steps=True)


def audit_key_steps(
    prompts: Records, options: AnnotationOptions, seed: int
) -> tuple[JsonRows, Frame, Figure, str]:
    """Audit how well key steps fit: summary rows, the same as a table, a histogram, a page."""
    import pandas as pd

    columns = [*stages.TEXT_COLUMNS, "key_steps"]
    n = min(len(prompts), options.audit.max_records)
    if not n:
        raise RecordsError("annotation: there are no RL prompts to audit")
    rows = list(prompts.select_columns(columns).select(range(n)))
    audits = list(audit.audit_records(rows, options.audit, seed, options.grammar))
    summary = audit.summarise(audits)
    figure = audit_html.histogram(audits)
    pictures = undecoded(prompts)
    cards = [
        (found, rows[found.index], [bytes_of(image) for image in pictures[found.index]["images"]])
        for found in audit.worst(audits, options.audit.worst)
    ]
    logger.info(
        "key steps of %d records: coverage %.3f, false match %.3f, %d without",
        *(summary[0][name] for name in ("records", "coverage", "false_match", "without_key_steps")),
    )
    return summary, pd.DataFrame(summary), figure, audit_html.page(summary, figure, cards)


def estimate_annotation(
    records: Records, options: AnnotationOptions, llm: ChatClient, prompts: JsonObject
) -> JsonObject:
    """Estimate calls, tokens and cost of each stage; nothing is sent."""
    stages_cost = stages.estimate_all(records, options, llm, prompts)
    for stage, cost in stages_cost.items():
        logger.info(
            "%s: %d calls (%d already answered), about %d tokens in, at most %d out, %.2f USD",
            *(stage, cost.calls, cost.cached, cost.input_tokens, cost.output_tokens, cost.usd),
        )
    total = sum(cost.usd for cost in stages_cost.values())
    calls = sum(cost.calls for cost in stages_cost.values())
    logger.info("together %d calls of %s, at most %.2f USD", calls, llm.model, total)
    return {
        "model": llm.model,
        "calls": calls,
        "usd": total,
        "stages": {stage: asdict(cost) for stage, cost in stages_cost.items()},
    }
