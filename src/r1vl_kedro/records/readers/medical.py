"""Medical_Multimodal_Evaluation_Data, which MedVLM-R1 (arXiv 2502.19634) trains and tests on.

A row is ``{"image": ["images/1.png"], "question", "options": [...], "answer", "subset"}``;
``answer`` is an option's text or letter. ``subset`` ("CT(Computed Tomography)", "X-Ray", ...) is
the label ``modality``. There are no reference paths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.records.marks import marks_problem, placed
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rows import (
    RecordFile,
    images_of,
    is_scalar,
    is_texts,
    refuse_wrong,
    row_id,
)
from r1vl_kedro.records.schema import RawRecord, option_letter

_LETTERED = re.compile(r"\s*([A-Z])\s*[.:)]\s*")


def bare_options(options: Sequence[str]) -> list[str]:
    """Take the letters off options where each has its own: ``A. MRI``, ``B. CT``."""
    found = [_LETTERED.match(option) for option in options]
    if all(one and one[1] == option_letter(k) for k, one in enumerate(found)):
        return [option[one.end() :] for option, one in zip(options, found, strict=True) if one]
    return list(options)


@dataclass(frozen=True)
class MedicalFile(RecordFile):
    """The records of one file of this form."""

    source: str = "medical"
    labels: Sequence[str] = ("modality",)

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """Read a row as a record still to be checked; ValueError where it is malformed."""
        images, paths = images_of(row.get("image", row.get("images")), "image", root)
        identity = row_id(row.get("id"), paths, index)
        question, options, subset = (row.get(k) for k in ("question", "options", "subset"))
        refuse_wrong(
            row,
            question=isinstance(question, str),
            options=is_texts(options),
            answer=is_scalar(row.get("answer")),
            subset=isinstance(subset, str | None),
        )
        no_options = ("missing_option", "there are no options to choose from")
        return RawRecord(
            id=identity,
            images=images,
            question=placed(question, options),
            options=bare_options(options),
            answer=str(row["answer"]).strip(),
            family=subset or "unknown",
            source=self.source,
            labels={"modality": subset or ""},
            problem=marks_problem(question, len(images), needed=False) if options else no_options,
        )


READERS["medical"] = MedicalFile
