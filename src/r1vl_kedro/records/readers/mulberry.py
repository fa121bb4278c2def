"""Mulberry-260k's JSON form: rows as records, and records as rows.

A row is ``{"messages": [{"role": "user", ...}, {"role": "assistant", ...}], "images": ...}``;
``images`` is a path or a list of paths below the image folder, perhaps with a leading ``/``.
ShareGPT's ``conversations`` of ``{"from": "human", "value": ...}`` are read as well, and content
in parts (``{"type": "image"}``, ``{"type": "text", "text": ...}``). A key ``sloppy`` beside them
tells whether a step of the path is wrong, where that is known; keys named as ``labels`` are read.
The user turn is ``<image>`` marks, a prompt prefix, ``Question: ...`` and perhaps
``Choices:`` with one lettered option a line; the assistant turn is the reference path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.prompts import IMAGE_MARK, render_question
from r1vl_kedro.records.marks import marks_problem, placed
from r1vl_kedro.records.questions import bare_answer, read_question, split_prefix
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import (
    TEXT_ONLY,
    WritableRecordFile,
    family_of,
    images_of,
    row_id,
)
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.records.turns import read_chat
from r1vl_kedro.responses import grammar_of


@dataclass(slots=True)
class MulberryRow:
    """The two turns of a row as they are in the file, and its images."""

    user: str
    response: str
    images: Any

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> MulberryRow:
        """Read a row; ValueError where it is not of the form, see `turns.read_chat`."""
        texts, shown = read_chat(row, ("messages", "conversations"), ("user", "assistant"))
        images = row.get("images" if "images" in row else "image")
        return cls(*texts, (shown or None) if images is None else images)

    @property
    def question(self) -> str:
        """Return the question with its options as written, marks only as places of images."""
        prefix, body = split_prefix(self.user)
        return placed(body, before=prefix.count(IMAGE_MARK))


@dataclass(frozen=True)
class MulberryFile(WritableRecordFile):
    """The records of a Mulberry JSON file."""

    source: str = "mulberry"

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `RecordFile.read`."""
        return self.record_of(MulberryRow.from_json(row), row, index, root)

    def record_of(
        self, parsed: MulberryRow, row: Mapping[str, Any], index: int, root: Path
    ) -> RawRecord:
        """Read turns as a record; its id, and what is beside the turns, are the row's."""
        images, paths = images_of(parsed.images, "images", root)
        identity = row_id(row.get("id"), paths, index)
        sloppy = row.get("sloppy")
        if not isinstance(sloppy, bool | None):
            raise ValueError(f"sloppy is {sloppy!r:.100}; wanted true, false or null")
        answer = bare_answer(grammar_of(parsed.response).parse(parsed.response).answer or "")
        question, options = read_question(parsed.user, answer)
        return RawRecord(
            id=identity,
            images=images,
            question=question,
            options=options,
            answer=answer,
            solution=parsed.response,
            family=family_of(paths) if images else TEXT_ONLY,
            source=self.source,
            sloppy=sloppy,
            labels={name: row[name] for name in self.labels if name in row},
            problem=marks_problem(parsed.user, len(images), answered=parsed.response),
        )

    @staticmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """Turn a record into a row with its id; ``images`` are paths below the image folder.

        One image is written as a plain path, as the published file does.
        """
        question = render_question(record["question"], record["options"])
        marks = "" if IMAGE_MARK in question else IMAGE_MARK * len(images)
        return {
            "messages": [
                {"role": "user", "content": f"{marks}Question: {question}"},
                {"role": "assistant", "content": record["solution"]},
            ],
            "images": images[0] if len(images) == 1 else list(images),
            "id": record["id"],
        }


READERS["mulberry"] = MulberryFile
