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
from r1vl_kedro.records.questions import split_options
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import RecordFile, family_of, image_paths, malformed, row_id
from r1vl_kedro.records.schema import RawRecord, answer_text
from r1vl_kedro.responses import final_answer

_FIELDS = ("image_path", "problem", "solution", "key_steps")


@dataclass(slots=True)
class R1VLRow:
    """One row as it stands in the file; ``to_json`` gives the same object back."""

    image_path: str | list[str]
    problem: str
    solution: str
    key_steps: Any = None
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> R1VLRow:
        """Raises ValueError naming what is not of the form; key steps are checked later."""
        image_paths(row.get("image_path"), "image_path")
        for name in ("problem", "solution"):
            if not isinstance(row.get(name), str):
                raise ValueError(f"{name} is {row.get(name)!r:.200}; wanted text")
        extra = {key: value for key, value in row.items() if key not in _FIELDS}
        return cls(row["image_path"], row["problem"], row["solution"], row.get("key_steps"), extra)

    def to_json(self) -> dict[str, Any]:
        """The row's JSON object."""
        return {
            "image_path": self.image_path,
            "problem": self.problem,
            "solution": self.solution,
            "key_steps": self.key_steps,
            **self.extra,
        }


def to_raw(row: Mapping[str, Any], index: int, image_root: Path, source: str) -> RawRecord:
    """A row of the file as a record still to be checked; ``index`` counts from 0."""
    try:
        parsed = R1VLRow.from_json(row)
        paths = image_paths(parsed.image_path, "image_path")
        identity = row_id(parsed.extra.get("id"), paths, index)
    except ValueError as error:
        return malformed(f"#{index}", source, str(error))
    question, options = split_options(parsed.problem)
    answer = final_answer(parsed.solution)
    return RawRecord(
        id=identity,
        images=[image_root / path for path in paths],
        question=question,
        options=options,
        answer=parsed.solution.strip() if answer is None else answer,
        solution="" if answer is None else parsed.solution,
        family=family_of(paths),
        source=source,
        key_steps=[] if parsed.key_steps is None else parsed.key_steps,
    )


def from_record(record: Mapping[str, Any], images: Sequence[str]) -> R1VLRow:
    """Turn an RL prompt into an R1-VL-10K row; ``images`` are paths below the image folder."""
    return R1VLRow(
        image_path=images[0] if len(images) == 1 else list(images),
        problem=render_question(record["question"], record["options"]),
        solution=record["solution"] or answer_text(record),
        key_steps={"Steps": [list(group) for group in record["key_steps"]]},
        extra={"id": record["id"]},
    )


@dataclass(frozen=True)
class R1VLFile(RecordFile):
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
