"""Records for a trainer: rendered, measured against limits, drawn in a fixed order."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from r1vl_kedro.prompts import to_messages
from r1vl_kedro.records import images as pictures
from r1vl_kedro.training.errors import TrainingError

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import ProcessorMixin

log = logging.getLogger(__name__)

AT_ONCE = 256
"""Records measured at once."""


def prompt_lengths(
    records: Sequence[Mapping[str, Any]], processor: ProcessorMixin, template: str
) -> list[int]:
    """Count the tokens of rendered prompts, image tokens included, without decoding the images.

    Raises:
        TrainingError: not one placeholder an image.
    """
    texts = [
        processor.apply_chat_template(
            to_messages(record, template), add_generation_prompt=True, tokenize=False
        )
        for record in records
    ]
    return [
        tokens + _image_tokens(record, text, processor, template)
        for record, text, tokens in zip(records, texts, _tokens(texts, processor), strict=True)
    ]


def _tokens(texts: list[str], processor: ProcessorMixin) -> list[int]:
    encoded = processor.tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []
    return [len(tokens) for tokens in encoded]


def _image_tokens(
    record: Mapping[str, Any], text: str, processor: ProcessorMixin, template: str
) -> int:
    """Count the tokens that the images of a prompt have beyond one placeholder each."""
    sizes = [pictures.size_of(pictures.bytes_of(image))[::-1] for image in record["images"]]
    if (marks := text.count(processor.image_token)) != len(sizes):
        raise TrainingError(
            f"record {record['id']!r}: the model's chat template and the prompt template "
            f"{template!r:.80} give {marks} placeholders {processor.image_token} for "
            f"{len(sizes)} images"
        )
    if not sizes:
        return 0
    size = processor.image_processor.size
    images = processor._get_num_multimodal_tokens(
        image_sizes=sizes, min_pixels=size["shortest_edge"], max_pixels=size["longest_edge"]
    )
    # The template holds one placeholder per image, which the processor expands.
    return sum(images["num_image_tokens"]) - len(sizes)


def without_special_tokens(
    records: Dataset, processor: ProcessorMixin, *columns: str
) -> tuple[Dataset, list[dict[str, Any]]]:
    """Split off records whose text holds a special token of the model, such as ``<|image_pad|>``.

    The tokenizer would read it as the token itself: an image that is not there, or the end of a
    turn.

    Args:
        columns: of text, or lists of text; None is no text.

    Returns:
        The other records, and of each one split off its id, the token and its column.

    Raises:
        TrainingError: nothing is left.
    """
    added = processor.tokenizer.added_tokens_decoder.values()
    special = re.compile("|".join(re.escape(token.content) for token in added if token.special))
    kept, rejected = [], []
    for index, record in enumerate(records.select_columns(["id", *columns])):
        found = (
            {"id": record["id"], "token": token.group(), "column": column}
            for column in columns
            for text in _texts(record[column])
            if (token := special.search(text))
        )
        if (first := next(found, None)) is None:
            kept.append(index)
        else:
            rejected.append(first)
    if not rejected:
        return records, []
    named = [f"{r['id']} ({r['token']} in {r['column']})" for r in rejected]
    message = _message(records, named, "hold a special token of the model")
    if not kept:
        raise TrainingError(f"{message}; none is left to train on")
    log.warning("%s; left out", message)
    return records.select(kept), rejected


def _message(records: Dataset, named: Sequence[str], why: str) -> str:
    """Say how many records are left out, and name the first five."""
    names = ", ".join([*named[:5], *(["..."] if len(named) > 5 else [])])
    return f"{len(named)} of {len(records)} records {why}: {names}"


def _texts(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def find_fitting(
    records: Dataset,
    processor: ProcessorMixin,
    template: str,
    *,
    max_prompt_length: int,
    max_answer_length: int | None = None,
    answers: Sequence[str] = (),
) -> tuple[list[int], list[dict[str, Any]]]:
    """Return the places of records whose prompt and ``answers`` fit, and why others do not.

    Args:
        answers: columns of texts that must not exceed ``max_answer_length``; None is no text.
    """
    kept, rejected = [], []
    for start in range(0, len(records), AT_ONCE):
        columns = records[start : start + AT_ONCE]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        prompts = prompt_lengths(rows, processor, template)
        longest = [0] * len(rows)
        for name in answers:
            lengths = _tokens([row[name] or "" for row in rows], processor)
            longest = [max(pair) for pair in zip(longest, lengths, strict=True)]
        for place, row in enumerate(rows):
            length, limit, what = prompts[place], max_prompt_length, "max_prompt_length"
            if length <= limit and any(row[name] is not None for name in answers):
                length, limit = longest[place] + 1, max_answer_length
                what = "max_completion_length"
            if length <= limit:
                kept.append(start + place)
            else:
                rejected.append(
                    {"id": row["id"], "tokens": length, "limit": limit, "exceeds": what}
                )
    return kept, rejected


def keep_fitting(records: Dataset, kept: list[int], rejected: list[dict[str, Any]]) -> Dataset:
    """Keep the records that `find_fitting` found to fit, and warn of the others.

    Raises:
        TrainingError: nothing is left; names the limit and the shortest offender.
    """
    if not rejected:
        return records
    named = [f"{r['id']} ({r['tokens']})" for r in rejected]
    why = f"exceed a limit ({rejected[0]['exceeds']} {rejected[0]['limit']} tokens)"
    message = _message(records, named, why)
    if not kept:
        shortest = min(r["tokens"] for r in rejected)
        raise TrainingError(f"{message}; the shortest has {shortest} tokens")
    log.warning("%s; left out, nothing is truncated", message)
    return records.select(kept)


def as_prompts(records: Dataset, template: str) -> Dataset:
    """Add ``prompt`` and decoded ``images`` to rows when they are read; other columns stay."""
    return records.with_transform(lambda batch: _render(batch, template))


def as_pairs(records: Dataset, template: str) -> Dataset:
    """Make rows of ``prompt``, ``completion`` (the reference path) and decoded ``images``."""

    def render(batch: dict[str, list]) -> dict[str, list]:
        rows = _render(batch, template)
        answers = [[{"role": "assistant", "content": text}] for text in batch["solution"]]
        return {"prompt": rows["prompt"], "completion": answers, "images": rows["images"]}

    return records.with_transform(render)


def _render(batch: dict[str, list], template: str) -> dict[str, list]:
    # The prompts of a group share one decoded image.
    decoded: dict[str, list] = {}
    rows = {key: list(values) for key, values in batch.items()}
    prompts, images = [], []
    for i, record_id in enumerate(batch["id"]):
        if record_id not in decoded:
            decoded[record_id] = pictures.decode_all(batch["images"][i])
        images.append(decoded[record_id])
        prompts.append(to_messages({key: batch[key][i] for key in batch}, template))
    rows["prompt"], rows["images"] = prompts, images
    return rows


@dataclass
class StepSampler:
    """Yield record indices for a whole run: epochs shuffled, each prompt ``group_size`` times.

    A step's block comes ``repeats`` times (one for each pass that TRL takes over it). The order
    depends on the seed alone, so a resumed run goes on with the very next block.
    """

    records: int
    _: KW_ONLY
    blocks: int
    prompts: int
    seed: int
    group_size: int = 1
    repeats: int = 1

    def __len__(self) -> int:
        return self.blocks * self.prompts * self.group_size * self.repeats

    def __iter__(self) -> Iterator[int]:
        stream = self._stream()
        for _ in range(self.blocks):
            block = [next(stream) for _ in range(self.prompts)]
            for _ in range(self.repeats):
                for index in block:
                    yield from [index] * self.group_size

    def _stream(self) -> Iterator[int]:
        import numpy as np

        epoch = 0
        while True:
            yield from np.random.default_rng([self.seed, epoch]).permutation(self.records).tolist()
            epoch += 1
