"""LMM-R1's JSON form (arXiv 2503.07536): a chat as a string, and an answer in LaTeX.

A row is ``{"message": "[...]", "answer": "$3$"}``, the string being the JSON of a list of turns
``{"role": "user", "content": ...}``; the key may be ``messages``. Content is text, or parts
``{"type": "image", "image": "file:///..."}`` and ``{"type": "text", "text": ...}``; a row without
an image part is a question of text alone. A system turn is wording and left out. There is no
reference path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from r1vl_kedro.records.turns import read_chat

IMAGES = "image"
"""Family of the rows with an image; the others are `TEXT_ONLY`."""


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
        [text], files = read_chat(row, ("message", "messages"), ("user",))
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
