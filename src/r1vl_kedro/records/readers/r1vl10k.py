"""R1-VL-10K's JSON form: rows as records, and records as rows.

A row is ``{"image_path", "problem", "solution", "key_steps": {"Steps": [...]}}``; ``solution``
is a full reference path or a bare answer, a step is a phrasing or a list of phrasings, and
``key_steps``, its ``Steps`` or a step may be null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class R1VLFile(WritableRecordFile):
    """The records of an R1-VL-10K JSON file."""

    source: str = "r1vl10k"
    key_steps: ClassVar[bool] = True

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `RecordFile.read`.

        ``problem`` may have image marks (one for each image, then) and a prompt before
        ``Question:``; a solution without a path is the answer, perhaps in ``<answer>`` tags.
        """
        problem, solution = row.get("problem"), row.get("solution")
        if is_scalar(solution):
            solution = str(solution)
        for name, text in (("problem", problem), ("solution", solution)):
            if not isinstance(text, str):
                hint = "; `reader: mulberry` reads conversations" if "conversations" in row else ""
                raise ValueError(f"{name} is {text!r:.200}; wanted text{hint}")
        key = next((key for key in IMAGE_KEYS if key in row), IMAGE_KEYS[0])
        images, paths = images_of(row.get(key), key, root)
        identity = row_id(row.get("id"), paths, index)
        stated = final_answer(solution)
        answer = bare_answer(solution if stated is None else stated)
        question, options = read_question(problem, answer)
        key_steps = row.get("key_steps")
        return RawRecord(
            id=identity,
            images=images,
            question=question,
            options=options,
            answer=answer,
            solution="" if stated is None else solution,
            family=family_of(paths) if images else TEXT_ONLY,
            source=self.source,
            key_steps=[] if key_steps is None else key_steps,
            problem=marks_problem(problem, len(images), needed=False),
        )

    @staticmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """Turn an RL prompt into a row; ``images`` are paths below the image folder."""
        return {
            "image_path": images[0] if len(images) == 1 else list(images),
            "problem": render_question(record["question"], record["options"]),
            "solution": record["solution"] or answer_text(record),
            "key_steps": {"Steps": [list(group) for group in record["key_steps"]]},
            "id": record["id"],
        }


READERS["r1vl10k"] = R1VLFile
