"""The three stages over many records, by rules or by a language model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from r1vl_kedro.annotation import ask
from r1vl_kedro.annotation.augment import augment
from r1vl_kedro.annotation.extract import extract
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.annotation.refine import refine, shares
from r1vl_kedro.endpoint import ChatClient, ChatRequest, Estimate
from r1vl_kedro.records.schema import rows_of

if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)
TEXT_COLUMNS = ["id", "question", "options", "solution", "family"]
Steps = dict[str, list[list[str]]]
Keys = dict[str, list[str]]
Value = TypeVar("Value")


def texts(records: Dataset) -> Iterator[dict[str, Any]]:
    """Yield the columns that annotation reads."""
    return rows_of(records, TEXT_COLUMNS)


def _asked(
    client: ChatClient,
    requests: Iterable[ChatRequest],
    by_rules: Callable[[str], Value],
    stage: str,
) -> dict[str, Value]:
    """Return answers by record; where the model gave none after all retries, the rules' result."""
    answers = list(client.answers(requests))
    if failed := sum(bool(one.error) for one in answers):
        logger.warning("%s: %d of %d records fell back to rules", stage, failed, len(answers))
    return {one.key: by_rules(one.key) if one.error else one.value for one in answers}


def extract_all(
    records: Dataset, options: AnnotationOptions, client: ChatClient, prompts: Mapping[str, Any]
) -> Steps:
    """Return by record id the key steps of each reasoning step."""

    def by_rules(solution: str) -> list[list[str]]:
        return extract(solution, options.grammar, options.refine.keep_numbers)

    if options.annotator == "rules":
        return {record["id"]: by_rules(record["solution"]) for record in texts(records)}
    paths = {record["id"]: record["solution"] for record in texts(records)}
    requests = (ask.extract_request(record, prompts) for record in texts(records))
    return _asked(client, requests, lambda key: by_rules(paths[key]), "extract")


def refine_all(
    records: Dataset,
    extracted: Steps,
    options: AnnotationOptions,
    client: ChatClient,
    prompts: Mapping[str, Any],
) -> Keys:
    """Return by record id the key steps that stay."""
    share = shares(extracted.values())

    def by_rules(record: Mapping[str, Any]) -> list[str]:
        path = record["solution"]
        grammar = options.grammar
        kept = refine(extracted[record["id"]], path, options.refine, share, grammar)
        if kept:
            return kept
        again = extract(path, grammar, options.refine.keep_numbers)
        return refine(again, path, options.refine, grammar=grammar)

    if options.annotator == "rules":
        return {record["id"]: by_rules(record) for record in texts(records)}
    known = {record["id"]: record for record in texts(records)}
    requests = (
        ask.refine_request(record, extracted[record["id"]], prompts, options)
        for record in texts(records)
    )
    return _asked(client, requests, lambda key: by_rules(known[key]), "refine")


def augment_all(
    records: Dataset,
    refined: Keys,
    options: AnnotationOptions,
    client: ChatClient,
    prompts: Mapping[str, Any],
) -> Steps:
    """Return by record id groups of equivalent phrasings."""

    def by_rules(key: str) -> list[list[str]]:
        return [augment(text, options.augment.max_phrasings) for text in refined[key]]

    if options.annotator == "rules":
        return {key: by_rules(key) for key in refined}
    requests = (
        ask.augment_request(record, refined[record["id"]], prompts, options)
        for record in texts(records)
        if refined[record["id"]]
    )
    made = _asked(client, requests, by_rules, "augment")
    return {key: made.get(key, []) for key in refined}


def estimate_all(
    records: Dataset, options: AnnotationOptions, client: ChatClient, prompts: Mapping[str, Any]
) -> dict[str, Estimate]:
    """Return what asking a model would cost, per stage, without asking it.

    The later stages are estimated with the rules' key steps in the model's place.
    """
    rules = options.model_copy(update={"annotator": "rules"})
    extracted = extract_all(records, rules, client, prompts)
    refined = refine_all(records, extracted, rules, client, prompts)
    return {
        "extract": client.estimate(ask.extract_request(r, prompts) for r in texts(records)),
        "refine": client.estimate(
            ask.refine_request(r, extracted[r["id"]], prompts, options) for r in texts(records)
        ),
        "augment": client.estimate(
            ask.augment_request(r, refined[r["id"]], prompts, options) for r in texts(records)
        ),
    }
