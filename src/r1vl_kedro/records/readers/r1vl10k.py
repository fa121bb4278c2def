"""R1-VL-10K's JSON form: rows without loss, and rows as records.

A row is ``{"image_path", "problem", "solution", "key_steps": {"Steps": [...]}}``; ``solution``
is a full reference path or a bare answer, a step is a phrasing or a list of phrasings, and
``key_steps``, its ``Steps`` or a step may be null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from r1vl_kedro.prompts import render_question
from r1vl_kedro.records.marks import marks_problem
from r1vl_kedro.records.questions import bare_answer, read_question
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import (
    TEXT_ONLY,
    WritableRecordFile,
    family_of,
    images_of,
    is_scalar,
    row_id,
)
from r1vl_kedro.records.schema import RawRecord, answer_text
from r1vl_kedro.responses import final_answer

IMAGE_KEYS = ("image_path", "image", "images")
_FIELDS = ("problem", "solution", "key_steps")


@dataclass(slots=True)
class R1VLRow:
    """One row as it is in the file; ``to_json`` gives the same object back."""

    images: Any
    problem: str
    solution: str
    key_steps: Any = None
    extra: dict[str, Any] = field(default_factory=dict)
    image_key: str = "image_path"

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> R1VLRow:
        """Read a row; images and key steps are checked later.

        Raises:
            ValueError: it is not of the form; names what is not.
        """
        solution = row.get("solution")
        texts = {"problem": row.get("problem"), "solution": solution}
        if is_scalar(solution):
            texts["solution"] = str(solution)
        for name, text in texts.items():
            if not isinstance(text, str):
                hint = "; `reader: mulberry` reads conversations" if "conversations" in row else ""
                raise ValueError(f"{name} is {text!r:.200}; wanted text{hint}")
        key = next((key for key in IMAGE_KEYS if key in row), IMAGE_KEYS[0])
        extra = {name: row[name] for name in row if name not in (key, *_FIELDS)}
        return cls(
            row.get(key), **texts, key_steps=row.get("key_steps"), extra=extra, image_key=key
        )

    def to_json(self) -> dict[str, Any]:
        """Return the row's JSON object."""
        return {
            self.image_key: self.images,
            "problem": self.problem,
            "solution": self.solution,
            "key_steps": self.key_steps,
            **self.extra,
        }


def to_raw(row: Mapping[str, Any], index: int, image_root: Path, source: str) -> RawRecord:
    """Read a row of the file as a record still to be checked; ``index`` counts from 0.

    ``problem`` may have image marks (one for each image, then) and a prompt before ``Question:``;
    a solution without a path is the answer, perhaps in ``<answer>`` tags.

    Raises:
        ValueError: the row is malformed.
    """
    parsed = R1VLRow.from_json(row)
    images, paths = images_of(parsed.images, parsed.image_key, image_root)
    identity = row_id(parsed.extra.get("id"), paths, index)
    stated = final_answer(parsed.solution)
    answer = bare_answer(parsed.solution if stated is None else stated)
    question, options = read_question(parsed.problem, answer)
    return RawRecord(
        id=identity,
        images=images,
        question=question,
        options=options,
        answer=answer,
        solution="" if stated is None else parsed.solution,
        family=family_of(paths) if images else TEXT_ONLY,
        source=source,
        key_steps=[] if parsed.key_steps is None else parsed.key_steps,
        problem=marks_problem(parsed.problem, len(images), needed=False),
    )


def from_record(record: Mapping[str, Any], images: Sequence[str]) -> R1VLRow:
    """Turn an RL prompt into an R1-VL-10K row; ``images`` are paths below the image folder."""
    return R1VLRow(
        images=images[0] if len(images) == 1 else list(images),
        problem=render_question(record["question"], record["options"]),
        solution=record["solution"] or answer_text(record),
        key_steps={"Steps": [list(group) for group in record["key_steps"]]},
        extra={"id": record["id"]},
    )


@dataclass(frozen=True)
class R1VLFile(WritableRecordFile):
    """The records of an R1-VL-10K JSON file."""

    source: str = "r1vl10k"
    key_steps: ClassVar[bool] = True

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `to_raw`."""
        return to_raw(row, index, root, self.source)

    @staticmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """See `from_record`."""
        return from_record(record, images).to_json()


READERS["r1vl10k"] = R1VLFile
