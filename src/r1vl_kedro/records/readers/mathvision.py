"""MATH-Vision's published layout: one JSON object a line beside a folder ``images/``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.prompts import IMAGE_MARK
from r1vl_kedro.records.marks import NUMBERED, inside_a_sentence
from r1vl_kedro.records.prose import MAX_STEPS, path_from_prose
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import (
    RecordFile,
    images_of,
    is_scalar,
    is_texts,
    refuse_wrong,
    row_id,
)
from r1vl_kedro.records.schema import RawRecord, answer_text

_MARK = re.compile(NUMBERED)


@dataclass(frozen=True)
class MathVisionRow:
    """One row as it is in the file, its values checked: a source and a benchmark read it so."""

    id: str
    question: str
    options: list[str]
    answer: str
    solution: str
    subject: str | None
    level: str | None
    images: list[Path | bytes]

    @classmethod
    def from_json(cls, row: Mapping[str, Any], index: int, root: Path) -> MathVisionRow:
        """Read a row; ``index`` counts from 0 and replaces an absent id.

        Raises:
            ValueError: a value of another kind, or an image outside ``root``; names it.
        """
        identity = row_id(row.get("id"), (), index)
        options, subject = row.get("options"), row.get("subject")
        refuse_wrong(
            row,
            question=isinstance(row.get("question"), str),
            options=options is None or is_texts(options),
            answer=is_scalar(row.get("answer")),
            solution=isinstance(row.get("solution"), str | None),
            subject=isinstance(subject, str | None),
        )
        level = row.get("level")
        images, _ = images_of(row.get("image", row.get("images")), "image", root)
        return cls(
            id=identity,
            question=row["question"],
            options=list(options or ()),
            answer=str(row["answer"]).strip(),
            solution=row.get("solution") or "",
            subject=subject,
            level=str(level) if is_scalar(level) else None,
            images=images,
        )


def _without_marks(text: str) -> str:
    return re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", _MARK.sub(" ", text))).strip()


def placed_marks(question: str, images: int) -> str:
    """Take numbered image marks off a question, but for those that stand inside a sentence.

    Where each image has one mark (``<image1>``, ...) in order, they become places of the images.
    """
    if not inside_a_sentence(question, _MARK.pattern):
        return _without_marks(question)
    marks = _MARK.findall(question)
    if marks == [f"<image{k}>" for k in range(1, images + 1)] or marks == [IMAGE_MARK] * images:
        return _MARK.sub(IMAGE_MARK, question).strip()
    lines = question.split("\n")
    for k, line in enumerate(lines):
        if not inside_a_sentence(line, _MARK.pattern):
            lines[k] = " ".join(_MARK.sub(" ", line).split())
    return "\n".join(lines).strip()


@dataclass(frozen=True)
class MathVisionFile(RecordFile):
    """The records of one MATH-Vision ``.jsonl`` file.

    ``image`` is a path below ``image_root`` or a list of them; ``subject`` becomes the family.
    """

    source: str = "mathvision"
    max_steps: int = MAX_STEPS

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """Read a row as a record still to be checked: its prose solution becomes a path."""
        read = MathVisionRow.from_json(row, index, root)
        options = [_without_marks(option) or option for option in read.options]
        subject = read.subject or "unknown"
        answer = answer_text({"options": options, "answer": read.answer})
        return RawRecord(
            id=read.id,
            images=read.images,
            question=placed_marks(read.question, len(read.images)),
            options=options,
            answer=read.answer,
            solution=path_from_prose(
                read.solution, answer, subject=subject, max_steps=self.max_steps
            ),
            family=subject,
            source=self.source,
        )


READERS["mathvision"] = MathVisionFile
