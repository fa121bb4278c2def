"""Read pairs of responses from a file, checked row by row.

A row has the texts of one of `pair_forms`, and ``images`` (or ``image``): paths, or encoded images
as Parquet holds them; without them, what the parts of the prompt hold.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro.prompts import IMAGE_MARK
from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.json_stream import iter_rows
from r1vl_kedro.records.marks import is_blank, marks_problem, placed, shown_elsewhere
from r1vl_kedro.records.pair_forms import images_in_prompt, in_trl_form, texts_of_pair
from r1vl_kedro.records.pairs import REASONS, problem_of, write_pairs
from r1vl_kedro.records.questions import special_token, split_options
from r1vl_kedro.records.rejections import Rejection, Unusable, nothing_left
from r1vl_kedro.records.rows import family_of, images_of, is_scalar
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import undecodable

if TYPE_CHECKING:
    from datasets import Dataset


@dataclass(frozen=True)
class PairFile:
    """The rows of a file as pairs (``records.pairs``).

    Args:
        path: JSON array, JSON lines, or Parquet.
        image_root: folder that image paths start from; the file's own folder when None.
        limit: read only this many rows.
        held_out: share of the prompts that no objective trains on; each is drawn by the id of its
            first usable row, and its other rows (same question, same images) go with it.
    """

    path: Path
    image_root: Path | None = None
    limit: int | None = None
    held_out: float = 0.0

    def read(self) -> Iterator[dict[str, Any] | Rejection]:
        """Yield each row as a pair, or why it is set aside.

        Raises:
            RecordsError: the file is not of the form that its name suggests.
        """
        seen: set[str] = set()
        drawn: dict[bytes, bool] = {}
        for index, row in enumerate(_rows(self.path)):
            if self.limit is not None and index >= self.limit:
                return
            if isinstance(row, str):
                yield Rejection(f"#{index}", "pairs", "malformed_row", row[:400])
                continue
            name = str(row["id"]) if is_scalar(row.get("id")) else f"#{index}"
            try:
                if name in seen:
                    raise Unusable("duplicate_id", f"the id {name[:100]!r} occurs twice")
                pair = self._pair(row, name)
                chance = random.Random(f"{name}-held-out").random()
                held_out = drawn.setdefault(_prompt(pair), chance < self.held_out)
                yield {**pair, "held_out": held_out}
                seen.add(name)
            except Unusable as problem:
                yield Rejection(name, "pairs", problem.reason, str(problem)[:400])
            except ValueError as problem:
                yield Rejection(name, "pairs", "malformed_row", str(problem)[:400])

    def _pair(self, row: Mapping[str, Any], name: str) -> dict[str, Any]:
        row = in_trl_form(row)
        question, chosen, rejected = texts_of_pair(row)
        pair = {"chosen": chosen, "rejected": rejected}
        if is_blank(question.replace(IMAGE_MARK, "")):
            raise Unusable("empty_question", "the prompt has no text")
        if (reason := problem_of(pair)) is not None:
            raise Unusable(reason, f"{REASONS[reason]}: {chosen!r:.90}, {rejected!r:.90}")
        texts = [text for text in (name, question, chosen, rejected) if text is not None]
        if problem := undecodable(texts):
            raise ValueError(problem)
        if token := special_token("\n".join(texts)):
            raise Unusable("special_token", f"{token}, a special token of the model")
        images, folders = self._images(row)
        problem = marks_problem(question, len(images), needed=False)
        if problem or (problem := shown_elsewhere(**{k: v or "" for k, v in pair.items()})):
            raise Unusable(*problem)
        return {
            **pair,
            "id": name,
            "images": images,
            "question": placed(question, split_options(question)[1]),
            "options": [],
            "answer": "",
            "family": family_of(folders),
            "source": self.path.name,
        }

    def _images(self, row: Mapping[str, Any]) -> tuple[list[bytes], list[str]]:
        given = row.get("images") if row.get("images") is not None else row.get("image")
        given = images_in_prompt(row) if given is None else given
        images, paths = images_of(given, "images", self.image_root or self.path.parent)
        encoded = [pictures.read(image) for image in images]
        for image, data in zip(images, encoded, strict=True):
            pictures.decode(data, "image" if isinstance(image, bytes) else str(image))
        return encoded, paths


def _prompt(pair: Mapping[str, Any]) -> bytes:
    """Return a digest of the question and the images."""
    digest = hashlib.blake2b(pair["question"].encode(), digest_size=16)
    for image in pair["images"]:
        digest.update(hashlib.blake2b(image).digest())
    return digest.digest()


def _rows(path: Path) -> Iterator[dict[str, Any] | str]:
    if path.suffix != ".parquet":
        yield from iter_rows(path)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=64):
            yield from batch.to_pylist()
    except pa.ArrowInvalid as error:
        raise RecordsError(f"{path} is no Parquet file: {str(error)[:200]}") from error


def usable_pairs(source: PairFile) -> tuple[Dataset, list[Rejection]]:
    """Read the file's usable pairs, and what was set aside.

    Raises:
        RecordsError: not one pair is usable.
    """
    rejections: list[Rejection] = []

    def usable() -> Iterator[dict[str, Any]]:
        for one in source.read():
            if isinstance(one, Rejection):
                rejections.append(one)
            else:
                yield one

    pairs = write_pairs(usable())
    if not len(pairs):
        raise RecordsError(f"{source.path}: {nothing_left('reading pairs', rejections)}")
    return pairs, rejections
