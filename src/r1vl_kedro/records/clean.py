"""Drop reflective records, duplicates, and what also occurs in an evaluation set."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.rejections import Rejection, nothing_left
from r1vl_kedro.records.schema import RecordsError, rows_of
from r1vl_kedro.records.store import undecoded
from r1vl_kedro.responses import parse_response

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from PIL.Image import Image

RETHINKING = "let me rethink it"
_IMAGE_MARK = re.compile(r"<image\s*\d*>")
TEXT_ONLY = "\x02"
"""Before the key of a question without an image."""
ANY_QUESTION = "\x03"
"""The key of all images, where the question does not matter."""


def reflective_reason(solution: str) -> str:
    """Tell why a path counts as reflective: its words, or a section that comes twice; "" if not.

    Mulberry's reflective paths hold a wrong section, "Let me rethink it.", and the right one.
    """
    if RETHINKING in solution.lower():
        return "it says 'Let me rethink it'"
    sections = parse_response(solution).sections
    seen = Counter((s.kind, s.number) for s in sections if s.kind != "other")
    repeated = [key for key, n in seen.items() if n > 1]
    if repeated:
        kind, number = repeated[0]
        return f"section {kind}{'' if number is None else f' {number}'} comes more than once"
    return ""


def question_key(question: str) -> str:
    """Take case, spacing, punctuation and image marks off a question.

    Signs that carry meaning (``+ - * / = < > ^ . ,`` between digits) stay.
    """
    text = unicodedata.normalize("NFKC", _IMAGE_MARK.sub(" ", question)).casefold()
    text = re.sub(r"(?<=\d)[.,](?=\d)", lambda m: "\x01" if m[0] == "." else "", text)
    text = re.sub(r"[^\w\s+\-*/=<>^\x01]|_", " ", text)
    return " ".join(text.replace("\x01", ".").split())


def _split_by(
    dataset: Dataset,
    columns: list[str],
    judge: Callable[[dict[str, Any]], Rejection | None],
    stage: str,
) -> tuple[Dataset, list[Rejection]]:
    keep: list[int] = []
    dropped: list[Rejection] = []
    for index, row in enumerate(rows_of(dataset, columns)):
        rejection = judge(row)
        if rejection is None:
            keep.append(index)
        else:
            dropped.append(rejection)
    if not keep:
        raise RecordsError(nothing_left(stage, dropped))
    return (dataset.select(keep) if dropped else dataset), dropped


def drop_reflective(dataset: Dataset) -> tuple[Dataset, list[Rejection]]:
    """Drop records whose path turns back on itself, with the reason."""

    def judge(row: dict[str, Any]) -> Rejection | None:
        detail = reflective_reason(row["solution"])
        return Rejection(row["id"], "reflective", "reflective", detail) if detail else None

    return _split_by(dataset, ["id", "solution"], judge, "dropping reflective records")


def drop_duplicates(dataset: Dataset) -> tuple[Dataset, list[Rejection]]:
    """Keep the first of all records with the same perceptual hashes, question and options."""
    first: dict[bytes, str] = {}

    def judge(row: dict[str, Any]) -> Rejection | None:
        asked = [question_key(text) for text in (row["question"], *row["options"])]
        text = "\x00".join([*asked, *row["image_hashes"]])
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        earlier = first.setdefault(key, row["id"])
        if earlier == row["id"]:
            return None
        return Rejection(
            row["id"], "duplicates", "duplicate", f"same image and question as {earlier}"
        )

    return _split_by(
        dataset, ["id", "question", "options", "image_hashes"], judge, "dropping duplicates"
    )


def reference_index(
    references: Mapping[str, Any], *, by_question: bool = True
) -> dict[str, tuple[list[str], np.ndarray]]:
    """Index evaluation records by normalised question: names and hashes of the images under it.

    A question without an image has its name there without a hash.

    Args:
        references: name -> evaluation records: a records dataset, a data frame or rows with
            ``question`` and ``images`` or ``image`` (bytes, base64 text, the stored form
            ``{"bytes", "path"}``, or a list of these).
        by_question: False puts all images under one key, `ANY_QUESTION`.
    """
    names: dict[str, list[str]] = {}
    hashes: dict[str, list[str]] = {}
    for name, reference in references.items():
        for row in _reference_rows(reference):
            key = question_key(str(row.get("question") or ""))
            images = row.get("images") if row.get("images") is not None else row.get("image")
            images = images if isinstance(images, (list, tuple)) else [images]
            identity = f"{name}/{row.get('id', row.get('index', '?'))}"
            if not any(image is not None for image in images):
                names.setdefault(_text_key(row), []).append(identity)
            if not by_question:
                key = ANY_QUESTION
            for image in images:
                if image is None:
                    continue
                names.setdefault(key, []).append(identity)
                hashes.setdefault(key, []).append(pictures.perceptual_hash(_decoded(image)))
    return {key: (names[key], pictures.hash_bits(hashes.get(key, []))) for key in names}


def _text_key(row: Mapping[str, Any]) -> str:
    """Make the key of a question without an image: "Which is larger?" is another by its options."""
    options = row.get("options")
    texts = [str(row.get("question") or ""), *([] if options is None else map(str, options))]
    return TEXT_ONLY + "\x00".join(map(question_key, texts))


def _reference_rows(reference: Any) -> Iterable[Mapping[str, Any]]:
    if hasattr(reference, "to_dict") and hasattr(reference, "columns"):  # a data frame
        return reference.to_dict("records")
    return undecoded(reference) if hasattr(reference, "features") else reference


def _decoded(image: Any) -> Image:
    if isinstance(image, Mapping):
        image = pictures.bytes_of(image)
    return pictures.decode(b64decode(image) if isinstance(image, str) else image)


def decontaminate(
    dataset: Dataset,
    references: Mapping[str, Any],
    *,
    max_distance: float,
    by_question: bool = True,
) -> tuple[Dataset, list[Rejection]]:
    """Drop records that also occur in an evaluation set.

    A record occurs there if its normalised question does and, under that question, one of its
    images is within ``max_distance`` (share of differing hash bits, 0 to 1) of one there, or
    neither has an image and their options are the same.

    Args:
        by_question: False drops a record whose image is there under any question.
    """
    index = reference_index(references, by_question=by_question)

    def judge(row: dict[str, Any]) -> Rejection | None:
        key = question_key(row["question"]) if by_question else ANY_QUESTION
        found = index.get(key if row["image_hashes"] else _text_key(row))
        if found is None:
            return None
        names, bits = found
        if not row["image_hashes"]:
            detail = f"same question as {names[0]}, both without an image"
            return Rejection(row["id"], "contamination", "in_evaluation_set", detail)
        for own in pictures.hash_bits(row["image_hashes"]):
            distance = pictures.distances(own, bits)
            nearest = int(distance.argmin())
            if distance[nearest] <= max_distance:
                same = "same question as" if by_question else "image of"
                detail = f"{same} {names[nearest]}, image distance {distance[nearest]:.3f}"
                return Rejection(row["id"], "contamination", "in_evaluation_set", detail)
        return None

    columns = ["id", "question", "options", "image_hashes"]
    return _split_by(dataset, columns, judge, "decontamination")
