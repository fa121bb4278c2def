"""Mulberry-260k's JSON form: rows without loss, and rows as records.

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
from dataclasses import dataclass, field
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
from r1vl_kedro.records.turns import ROLES, images_in, joined
from r1vl_kedro.responses import grammar_of


@dataclass(slots=True)
class MulberryRow:
    """One row as it is in the file; ``to_json`` gives a row of the published form back."""

    user: str
    response: str
    images: Any
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> MulberryRow:
        """Read a row.

        Raises:
            ValueError: it is not of the form; names what is not.
        """
        key = next((key for key in ("messages", "conversations") if key in row), None)
        if key is None:
            raise ValueError(f"the row has {sorted(row)!r:.150}; wanted messages and images")
        messages = row[key]
        if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
            raise ValueError(f"{key} are {messages!r:.200}; wanted a list of objects")
        turns = [_turn(message) for message in messages]
        if turns and turns[0][0] == "system":  # wording, as the prefix is
            turns = turns[1:]
        roles = [role for role, _ in turns]
        if roles != ["user", "assistant"]:
            raise ValueError(
                f"{key} have roles {roles!r:.150}; wanted one user and one assistant turn, each "
                "with role and content only"
            )
        pictures = "images" if "images" in row else "image"
        extra = {name: value for name, value in row.items() if name not in (key, pictures)}
        images = row.get(pictures)
        if images is None:
            images = [one for turn in messages for one in images_in(turn.get("content"))] or None
        return cls(turns[0][1], turns[1][1], images, extra)

    def to_json(self) -> dict[str, Any]:
        """Return the row's JSON object."""
        messages = [
            {"role": "user", "content": self.user},
            {"role": "assistant", "content": self.response},
        ]
        return {"messages": messages, "images": self.images, **self.extra}

    @property
    def question(self) -> str:
        """Return the question with its options as written, marks only as places of images."""
        prefix, body = split_prefix(self.user)
        return placed(body, before=prefix.count(IMAGE_MARK))


def _turn(message: Mapping[str, Any]) -> tuple[str, str]:
    """Read role and text of ``{role, content}`` or ``{from, value}``; image parts become marks.

    Raises:
        ValueError: other keys, or content that is no text.
    """
    form = next((f for f in (("role", "content"), ("from", "value")) if set(message) == {*f}), None)
    if form is None:
        return f"of keys {sorted(message)!r:.80}", ""
    role, content = message[form[0]], joined(message[form[1]])
    if content is None:
        raise ValueError("a message's content is not text")
    return ROLES.get(str(role).lower(), str(role)), content


def to_raw(
    row: Mapping[str, Any], index: int, image_root: Path, source: str, labels: Sequence[str] = ()
) -> RawRecord:
    """Read a row of the file as a record still to be checked; ``index`` counts from 0.

    Raises:
        ValueError: the row is malformed.
    """
    parsed = MulberryRow.from_json(row)
    images, paths = images_of(parsed.images, "images", image_root)
    identity = row_id(parsed.extra.get("id"), paths, index)
    sloppy = parsed.extra.get("sloppy")
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
        source=source,
        sloppy=sloppy,
        labels={name: parsed.extra[name] for name in labels if name in parsed.extra},
        problem=marks_problem(parsed.user, len(images), answered=parsed.response),
    )


@dataclass(frozen=True)
class MulberryFile(WritableRecordFile):
    """The records of a Mulberry JSON file."""

    source: str = "mulberry"

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `to_raw`."""
        return to_raw(row, index, root, self.source, self.labels)

    @staticmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """Turn a record into a row with its id; ``images`` are paths below the image folder.

        One image is written as a plain path, as the published file does.
        """
        question = render_question(record["question"], record["options"])
        marks = "" if IMAGE_MARK in question else IMAGE_MARK * len(images)
        row = MulberryRow(
            user=f"{marks}Question: {question}",
            response=record["solution"],
            images=images[0] if len(images) == 1 else list(images),
            extra={"id": record["id"]},
        )
        return row.to_json()


READERS["mulberry"] = MulberryFile
