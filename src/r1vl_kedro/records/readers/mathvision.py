"""MATH-Vision's published layout: one JSON object a line beside a folder ``images/``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.records.prose import MAX_STEPS, path_from_prose
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import RecordFile, image_paths, is_scalar, malformed, row_id
from r1vl_kedro.records.schema import RawRecord, answer_text

_IMAGE_MARK = re.compile(r"<image\d*>")


def _without_marks(text: str) -> str:
    return re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", _IMAGE_MARK.sub(" ", text))).strip()


def to_raw(
    row: Mapping[str, Any], index: int, root: Path, source: str, max_steps: int = MAX_STEPS
) -> RawRecord:
    """A row as a record still to be checked: its prose solution becomes a reference path.

    ``image`` is a path below ``root`` or a list of them; marks ``<image1>`` leave the question,
    as images stand before the text in every prompt. ``subject`` becomes the family.
    """
    try:
        identity = row_id(row.get("id"), (), index)
    except ValueError as error:
        return malformed(f"#{index}", source, str(error))
    question, options, answer = row.get("question"), row.get("options"), row.get("answer")
    solution, subject = row.get("solution"), row.get("subject")
    checks = {
        "question": isinstance(question, str),
        "options": options is None
        or (isinstance(options, list) and all(isinstance(option, str) for option in options)),
        "answer": is_scalar(answer),
        "solution": solution is None or isinstance(solution, str),
        "subject": subject is None or isinstance(subject, str),
    }
    wrong = {name: row.get(name) for name, fine in checks.items() if not fine}
    if wrong:
        return malformed(identity, source, f"cannot read {wrong!r:.200}")
    try:
        images = image_paths(row.get("image", row.get("images")), "image")
    except ValueError as error:
        return malformed(identity, source, str(error))
    options = [_without_marks(option) or option for option in options or ()]
    subject = subject or "unknown"
    record = {"options": options, "answer": str(answer).strip()}
    return RawRecord(
        id=identity,
        images=[root / image for image in images],
        question=_without_marks(question),
        options=options,
        answer=record["answer"],
        solution=path_from_prose(
            solution or "", answer_text(record), subject=subject, max_steps=max_steps
        ),
        family=subject,
        source=source,
    )


@dataclass(frozen=True)
class MathVisionFile(RecordFile):
    """The records of one MATH-Vision ``.jsonl`` file."""

    source: str = "mathvision"
    max_steps: int = MAX_STEPS

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `to_raw`."""
        return to_raw(row, index, root, self.source, self.max_steps)


READERS["mathvision"] = MathVisionFile
