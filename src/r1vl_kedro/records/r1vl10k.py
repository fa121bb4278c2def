"""R1-VL-10K's JSON form: rows without loss, and rows as records.

A row is ``{"image_path", "problem", "solution", "key_steps": {"Steps": [...]}}``; ``solution``
is a full reference path or a bare answer, a step is a phrasing or a list of phrasings, and
``key_steps``, its ``Steps`` or a step may be null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from r1vl_kedro.prompts import render_question
from r1vl_kedro.records.json_stream import write_array
from r1vl_kedro.records.mulberry import split_options
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


def groups_of(key_steps: Any) -> list[list[str]]:
    """Key steps as groups of phrasings: strings become groups of one, null becomes nothing.

    Raises:
        ValueError: anything else, an empty phrasing included; names what it found.
    """
    steps = key_steps.get("Steps") if isinstance(key_steps, Mapping) else key_steps
    if isinstance(key_steps, Mapping) and "Steps" not in key_steps and key_steps:
        raise ValueError(f"key_steps has {sorted(map(str, key_steps))}; wanted 'Steps'")
    if steps is None:
        return []
    if not isinstance(steps, list):
        raise ValueError(f"key steps are a {type(steps).__name__}; wanted a list")
    groups = []
    for number, step in enumerate(steps, start=1):
        phrasings = [step] if isinstance(step, str) else ([] if step is None else step)
        if not isinstance(phrasings, list) or not all(isinstance(p, str) for p in phrasings):
            raise ValueError(f"key step {number} is {step!r}; wanted text or a list of texts")
        if any(not phrasing.strip() for phrasing in phrasings):
            raise ValueError(f"key step {number} has an empty phrasing: {step!r}")
        if phrasings:
            groups.append(list(phrasings))
    return groups


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


def from_record(record: Mapping[str, Any], image_path: str | list[str]) -> R1VLRow:
    """An RL prompt as an R1-VL-10K row; ``image_path`` is where its image is stored."""
    return R1VLRow(
        image_path=image_path,
        problem=render_question(record["question"], record["options"]),
        solution=record["solution"] or answer_text(record),
        key_steps={"Steps": [list(group) for group in record["key_steps"]]},
        extra={"id": record["id"]},
    )


@dataclass(frozen=True)
class R1VLFile(RecordFile):
    """The records of an R1-VL-10K JSON file."""

    source: str = "r1vl10k"

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `to_raw`."""
        return to_raw(row, index, root, self.source)


def write(path: str | Path, rows: Iterable[R1VLRow]) -> int:
    """Write rows as an R1-VL-10K JSON file; returns how many."""
    return write_array(path, (row.to_json() for row in rows))
