"""Formalisation: an image as formal text, from which a path then reasons.

R1-Onevision (arXiv 2503.10615, section 3) has a language model write images down: code for charts
and diagrams, objects with their places for scenes, text as it is read. Here the text becomes the
description of the image in a record's reference path.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from r1vl_kedro.annotation.ask import messages, object_schema
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.endpoint import ChatClient, ChatRequest
from r1vl_kedro.records.images import data_uri, decode_all
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.store import map_rows, undecoded
from r1vl_kedro.responses import get_grammar, rewrite
from r1vl_kedro.world.seeing import read_picture

if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

MAX_SIDE = 2048
"""Pixels: larger images are sent scaled down."""
SCHEMA = object_schema(formal={"type": "string"})


def described_path(path: str, formal: str, grammar: str) -> str:
    """Return a path with this description of its image in place of its own.

    Args:
        formal: the text; in a grammar without descriptions it opens the reasoning.
        grammar: how the path is written.

    Raises:
        ValueError: the path would no longer be whole, or answer something else.
    """
    form = get_grammar(grammar)
    made = rewrite(path, form, form, description=formal)
    parsed = form.parse(made)
    problems = form.problems(parsed)
    if parsed.answer != form.parse(path).answer:
        problems = [*problems, f"the answer would be {parsed.answer!r:.100}"]
    if problems:
        raise ValueError(f"{formal!r:.100} breaks the path: {'; '.join(problems)}")
    return made


def formal_text(images: list[Mapping[str, Any]]) -> str | None:
    """Write pictures of the embedded world down by rule, one a line; None where one is no such.

    Args:
        images: in the stored form, ``{"bytes", "path"}``.
    """
    pictures = [read_picture(image) for image in decode_all(images)]
    if not pictures or None in pictures:
        return None
    return "\n".join(f"{picture.describe()}." for picture in pictures if picture)


def formalise_request(
    record: Mapping[str, Any], prompts: Mapping[str, Any], grammar: str
) -> ChatRequest:
    """Ask for a record's images as formal text that its path can begin with."""

    def check(value: Any) -> str:
        formal = value.get("formal") if isinstance(value, dict) else None
        if not isinstance(formal, str) or not formal.strip():
            raise ValueError(f"formal is {formal!r:.100}; wanted text")
        described_path(record["solution"], formal.strip(), grammar)
        return formal.strip()

    system, user = messages(prompts, "formalise", record)
    shown = [
        {"type": "image_url", "image_url": {"url": data_uri(image, MAX_SIDE)}}
        for image in decode_all(record["images"])
    ]
    content = [*shown, {"type": "text", "text": user["content"]}]
    turns = [system, {"role": "user", "content": content}]
    return ChatRequest(record["id"], turns, SCHEMA, check)


def requests(
    records: Dataset, options: AnnotationOptions, prompts: Mapping[str, Any]
) -> Iterator[ChatRequest]:
    """Yield a request for every record that has an image, and a path to put it in."""
    for record in undecoded(records):
        if record["images"] and record["solution"]:
            yield formalise_request(record, prompts, options.grammar)


def formalise_all(
    records: Dataset, options: AnnotationOptions, client: ChatClient, prompts: Mapping[str, Any]
) -> dict[str, str]:
    """Return the formal text of images by record id; records that got none are left out.

    Raises:
        RecordsError: by rules, and no record has pictures of the embedded world.
    """
    if (options.formalise.annotator or options.annotator) == "rules":
        found = {record["id"]: formal_text(record["images"]) for record in undecoded(records)}
        texts = {key: text for key, text in found.items() if text is not None}
        if not texts:
            raise RecordsError(
                f"formalisation by rules reads pictures of the embedded world, and none of "
                f"{len(records)} records has one; set annotation.formalise.annotator to openai"
            )
    else:
        answers = client.answers(requests(records, options, prompts))
        texts = {answer.key: answer.value for answer in answers if not answer.error}
    if left := len(records) - len(texts):
        logger.warning("formalise: %d of %d records got no formal text", left, len(records))
    return texts


def write_formal(records: Dataset, texts: Mapping[str, str], grammar: str) -> Dataset:
    """Put each record's formal text into its path.

    A record without one keeps its path, as does one whose path is not whole in the grammar.

    Args:
        texts: by record id; see `formalise_all`.
        grammar: how paths are written.
    """

    broken: list[str] = []

    def change(row: dict[str, Any]) -> dict[str, Any]:
        formal = texts.get(row["id"])
        if formal is None:
            return row
        try:
            return {**row, "solution": described_path(row["solution"], formal, grammar)}
        except ValueError as error:
            broken.append(f"{row['id']!r:.100}: {error}")
            return row

    made = map_rows(records, change, key_steps="key_steps" in records.column_names)
    if broken:
        logger.warning("formalise: %d paths stay as they were; %s", len(broken), broken[0])
    return made
