"""MATH-Vision's published layout: one JSON object a line beside a folder ``images/``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.records.json_stream import iter_objects
from r1vl_kedro.records.prose import MAX_STEPS, path_from_prose
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
    identity = str(row.get("id", f"#{index}"))
    question, options, answer = row.get("question"), row.get("options"), row.get("answer")
    images = row.get("image", row.get("images"))
    images = [images] if isinstance(images, str) else images
    solution = row.get("solution") or ""
    checks = {
        "question": isinstance(question, str),
        "options": options is None
        or (isinstance(options, list) and all(isinstance(option, str) for option in options)),
        "answer": isinstance(answer, (str, int, float)),
        "image": isinstance(images, list) and all(isinstance(image, str) for image in images),
        "solution": isinstance(solution, str),
    }
    wrong = [name for name, fine in checks.items() if not fine]
    if wrong:
        found = {name: row.get(name) for name in wrong}
        return RawRecord(
            id=identity, source=source, problem=("malformed_row", f"cannot read {found!r:.200}")
        )
    options = [_without_marks(option) or option for option in options or ()]
    subject = str(row.get("subject") or "unknown")
    record = {"options": options, "answer": str(answer).strip()}
    return RawRecord(
        id=identity,
        images=[root / image for image in images],
        question=_without_marks(question),
        options=options,
        answer=record["answer"],
        solution=path_from_prose(
            solution, answer_text(record), subject=subject, max_steps=max_steps
        ),
        family=subject,
        source=source,
    )


@dataclass(frozen=True)
class MathVisionFile:
    """The records of one MATH-Vision ``.jsonl`` file, read anew on each iteration."""

    path: Path
    image_root: Path | None = None
    limit: int | None = None
    source: str = "mathvision"
    max_steps: int = MAX_STEPS

    def __iter__(self) -> Iterator[RawRecord]:
        root = Path(self.image_root) if self.image_root else Path(self.path).parent
        for index, row in enumerate(iter_objects(self.path)):
            if self.limit is not None and index >= self.limit:
                return
            yield to_raw(row, index, root, self.source, self.max_steps)
