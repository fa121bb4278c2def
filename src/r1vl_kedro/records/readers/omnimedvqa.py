"""OmniMedVQA in Med-R1's form (arXiv 2503.13939).

A row is ``{"image": "a.png", "problem": "...? A)x, B)y", "solution": "<answer> B </answer>"}``. A
published file has one modality or one task, which the entry of the catalog names; rows of a joined
file may have ``modality`` and ``task`` themselves. The path gives the answer and no more, so that
SFT, which learns paths, learns the answer alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.records.marks import marks_problem, placed
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import RecordFile, images_of, row_id, texts_of
from r1vl_kedro.records.schema import RawRecord, option_letter
from r1vl_kedro.responses.think_answer import THINK_ANSWER, last_tagged

_LABEL = re.compile(r"(?<![\w(])([A-Z])\)[ \t]*")


def split_problem(problem: str) -> tuple[str, list[str]]:
    """Split ``What is it? A)x, B)y`` into the question and its options, from the last ``A)`` on.

    Raises:
        ValueError: there are fewer than two options.
    """
    found = list(_LABEL.finditer(problem))
    first = max((k for k, one in enumerate(found) if one[1] == "A"), default=len(found))
    labels: list[re.Match[str]] = []
    for one in found[first:]:
        if one[1] == option_letter(len(labels)):
            labels.append(one)
    if len(labels) < 2:
        raise ValueError(f"problem {problem!r:.150} has no options such as 'A)x, B)y'")
    ends = [one.start() for one in labels[1:]] + [len(problem)]
    options = [
        problem[one.end() : end].strip().removesuffix(",").strip()
        for one, end in zip(labels, ends, strict=True)
    ]
    return problem[: labels[0].start()].strip(), options


@dataclass(frozen=True)
class OmniMedVQAFile(RecordFile):
    """The records of one file of this form.

    Args:
        modality, task: of all its rows that have none themselves.
    """

    source: str = "omnimedvqa"
    labels: Sequence[str] = ("modality", "task")
    modality: str = ""
    task: str = ""

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """Read a row as a record still to be checked; ValueError where it is malformed."""
        modality, task = row.get("modality", self.modality), row.get("task", self.task)
        problem, solution = texts_of(row, "problem", "solution")
        images, paths = images_of(row.get("image"), "image", root)
        identity = row_id(row.get("id"), paths, index)
        answer = last_tagged(solution)
        if answer is None:
            raise ValueError(f"solution {solution!r:.150} has no <answer>")
        question, options = split_problem(problem)
        return RawRecord(
            id=identity,
            images=images,
            question=placed(question, options),
            options=options,
            answer=answer,
            solution=THINK_ANSWER.render([f"It is {answer}."], answer),
            family=modality if isinstance(modality, str) and modality else "unknown",
            source=self.source,
            labels={"modality": modality, "task": task},
            problem=marks_problem(problem, len(images), needed=False),
        )


READERS["omnimedvqa"] = OmniMedVQAFile
