"""LMM-R1's JSON form (arXiv 2503.07536): a chat as a string, and an answer in LaTeX.

A row is ``{"message": "[...]", "answer": "$3$"}``, the string being the JSON of a list of turns
``{"role": "user", "content": ...}``; the key may be ``messages``. Content is text, or parts
``{"type": "image", "image": "file:///..."}`` and ``{"type": "text", "text": ...}``; a row without
an image part is a question of text alone. A system turn is wording and left out. There is no
reference path.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.prompts import IMAGE_MARK
from r1vl_kedro.records.marks import marks_problem
from r1vl_kedro.records.questions import bare_answer, read_question
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import (
    TEXT_ONLY,
    RecordFile,
    images_of,
    is_scalar,
    row_id,
)
from r1vl_kedro.records.schema import RawRecord

IMAGES = "image"
"""Family of the rows with an image; the others are `TEXT_ONLY`."""
_KEYS = ("message", "messages")
_FILE = "file://"


def chat_of(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Read the user turn of a row: its text with a mark for each image, and the images' paths.

    Raises:
        ValueError: it is not of the form; names what is not.
    """
    key = next((key for key in _KEYS if key in row), None)
    if key is None:
        raise ValueError(f"the row has {sorted(row)!r:.150}; wanted message and answer")
    try:
        turns = json.loads(row[key]) if isinstance(row[key], str) else row[key]
    except json.JSONDecodeError as error:
        raise ValueError(f"{key} is {row[key]!r:.100}, which is no JSON: {error}") from error
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        raise ValueError(f"{key} is {turns!r:.150}; wanted a list of turns, written as a string")
    asked = [turn for turn in turns if turn.get("role") != "system"]
    roles = [turn.get("role") for turn in asked]
    if roles != ["user"]:
        raise ValueError(f"{key} has roles {roles!r:.150}; wanted one user turn")
    return _content(asked[0].get("content"), key)


def _content(content: Any, key: str) -> tuple[str, list[str]]:
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts):
        raise ValueError(f"{key} has content {content!r:.150}; wanted text or a list of parts")
    text, images = "", []
    for part in parts:
        kind = part.get("type")
        value = part.get(kind) if kind in ("text", "image") else None
        if not isinstance(value, str):
            raise ValueError(f"{key} has a part {part!r:.150}; wanted one of text or of an image")
        if kind == "image":
            images.append(value.removeprefix(_FILE))
        text += IMAGE_MARK if kind == "image" else value
    return text, images


def plain_answer(answer: Any) -> str:
    r"""Take ``$...$``, ``\boxed{}`` or ``<answer>`` tags off an answer.

    Raises:
        ValueError: it is neither text nor a number.
    """
    if not is_scalar(answer):
        raise ValueError(f"answer is {answer!r:.150}; wanted LaTeX such as '$3$'")
    text = bare_answer(str(answer)).strip()
    inner = text.removeprefix("$").removesuffix("$").strip()
    return inner if len(text) > 1 and text[0] == text[-1] == "$" and "$" not in inner else text


@dataclass(frozen=True)
class LMMR1File(RecordFile):
    """The records of a file of LMM-R1, with and without images."""

    source: str = "lmm_r1"

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """Read a row as a record still to be checked; ValueError where it is malformed."""
        text, files = chat_of(row)
        answer = plain_answer(row.get("answer"))
        images, paths = images_of(files, "image", root)
        identity = row_id(row.get("id"), paths, index)
        question, options = read_question(text, answer)
        return RawRecord(
            id=identity,
            images=images,
            question=question,
            options=options,
            answer=answer,
            family=IMAGES if images else TEXT_ONLY,
            source=self.source,
            problem=marks_problem(text, len(images)),
        )


READERS["lmm_r1"] = LMMR1File
