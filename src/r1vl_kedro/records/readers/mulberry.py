"""Mulberry-260k's JSON form: rows without loss, and rows as records.

A row is ``{"messages": [{"role": "user", ...}, {"role": "assistant", ...}], "images": ...}``;
``images`` is a path or a list of paths below the image folder, perhaps with a leading ``/``.
The user turn is ``<image>`` marks, a prompt prefix, ``Question: ...`` and perhaps
``Choices:`` with one lettered option a line; the assistant turn is the reference path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from r1vl_kedro.prompts import render_question
from r1vl_kedro.records.questions import IMAGE_MARK, split_options
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import RecordFile, family_of, image_paths, malformed, row_id
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.responses import final_answer

_QUESTION = re.compile(r"^[ \t]*Question:[ \t]*", re.MULTILINE)


@dataclass(slots=True)
class MulberryRow:
    """One row as it stands in the file; ``to_json`` gives the same object back."""

    user: str
    response: str
    images: str | list[str]
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> MulberryRow:
        """Raises ValueError naming what is not of the form."""
        messages = row.get("messages")
        if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
            raise ValueError(f"messages are {messages!r:.200}; wanted a list of objects")
        roles = [m.get("role") for m in messages]
        if roles != ["user", "assistant"] or any(set(m) != {"role", "content"} for m in messages):
            raise ValueError(
                f"messages have roles {roles!r:.200}; wanted one user and one assistant turn, "
                "each with role and content only"
            )
        user, response = (message["content"] for message in messages)
        if not isinstance(user, str) or not isinstance(response, str):
            raise ValueError("a message's content is not text")
        image_paths(row.get("images"), "images")
        extra = {key: value for key, value in row.items() if key not in ("messages", "images")}
        return cls(user, response, row["images"], extra)

    def to_json(self) -> dict[str, Any]:
        """The row's JSON object."""
        messages = [
            {"role": "user", "content": self.user},
            {"role": "assistant", "content": self.response},
        ]
        return {"messages": messages, "images": self.images, **self.extra}

    @property
    def paths(self) -> list[str]:
        """Image paths, always a list, without a leading slash."""
        return image_paths(self.images, "images")

    @property
    def prefix(self) -> str:
        """The prompt before the question, without image marks."""
        return self._split()[0]

    @property
    def question(self) -> str:
        """The question with its options as written, without prefix and image marks."""
        return self._split()[1]

    def _split(self) -> tuple[str, str]:
        text = self.user.replace(IMAGE_MARK, "")
        mark = _QUESTION.search(text)
        if not mark:
            return "", text.strip()
        return text[: mark.start()].strip(), text[mark.end() :].strip()


def to_raw(row: Mapping[str, Any], index: int, image_root: Path, source: str) -> RawRecord:
    """A row of the file as a record still to be checked; ``index`` counts from 0."""
    try:
        parsed = MulberryRow.from_json(row)
        identity = row_id(parsed.extra.get("id"), parsed.paths, index)
    except ValueError as error:
        return malformed(f"#{index}", source, str(error))
    paths = parsed.paths
    question, options = split_options(parsed.question)
    return RawRecord(
        id=identity,
        images=[image_root / path for path in paths],
        question=question,
        options=options,
        answer=final_answer(parsed.response) or "",
        solution=parsed.response,
        family=family_of(paths),
        source=source,
    )


def from_record(
    record: Mapping[str, Any], images: Sequence[str], *, prefix: str = ""
) -> MulberryRow:
    """A record as a Mulberry row with its id; ``images`` are paths below the image folder.

    One image is written as a plain path, as the published file does.
    """
    question = render_question(record["question"], record["options"])
    head = f"{prefix}\n\n" if prefix else ""
    return MulberryRow(
        user=f"{IMAGE_MARK * len(images)}{head}Question: {question}",
        response=record["solution"],
        images=images[0] if len(images) == 1 else list(images),
        extra={"id": record["id"]},
    )


@dataclass(frozen=True)
class MulberryFile(RecordFile):
    """The records of a Mulberry JSON file."""

    source: str = "mulberry"

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `to_raw`."""
        return to_raw(row, index, root, self.source)

    @staticmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """See `from_record`."""
        return from_record(record, images).to_json()


READERS["mulberry"] = MulberryFile
