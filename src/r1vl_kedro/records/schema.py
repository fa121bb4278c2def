"""The one form of a record, on disk and on its way there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1vl_kedro.errors import UserFacingError

if TYPE_CHECKING:
    from datasets import Dataset, Features

COLUMNS = ("id", "images", "question", "options", "answer", "solution", "family", "source")
_MORE = ("key_steps", "image_hashes", "sloppy")
_LATER = (
    "response", "tokens", "truncated", "sample", "correct", "valid", "k", "step_rar", "prompt",
    "prompts", "completion", "completions", "completion_ids", "chosen", "rejected", "namespace",
    "variant", "seed",
)  # fmt: skip
KNOWN = frozenset({*COLUMNS, *_MORE, *_LATER})
"""Columns that records, predictions, verdicts and trainings have; no label has such a name."""


class RecordsError(UserFacingError, ValueError):
    """Records as a whole cannot be used; the message names them and the reason."""


@dataclass(slots=True)
class RawRecord:
    """One record as a reader found it, not yet checked.

    Attributes:
        images: files, or encoded images as bytes.
        solution: reference path in the response grammar, or "".
        key_steps: None where the source has none; anything else is checked later.
        sloppy: whether a step of the path is wrong under a right answer; None where not known.
        labels: values of the further text columns that its reader declares, such as
            ``{"modality": "mri"}``; one that is not there is "".
        problem: (reason, detail) where the row could not be read as a record.
    """

    id: str
    images: Sequence[Path | bytes] = ()
    question: str = ""
    options: Sequence[str] = ()
    answer: str = ""
    solution: str = ""
    family: str = ""
    source: str = ""
    key_steps: Any = None
    sloppy: bool | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    problem: tuple[str, str] | None = field(default=None)


def groups_of(key_steps: Any) -> list[list[str]]:
    """Read key steps as groups of phrasings: strings become groups of one, null becomes nothing.

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


def features(
    key_steps: bool = False, image_hashes: bool = False, labels: Sequence[str] = ()
) -> Features:
    """Return the columns of a record; ``key_steps`` adds those of an RL prompt.

    ``image_hashes`` adds one hexadecimal perceptual hash per image, and whether the path is known
    to be sloppy: the form between validation and the split. ``labels`` adds text columns.

    Raises:
        RecordsError: a label cannot name a column.
    """
    from datasets import Features, Image, List, Value

    text = Value("string")
    columns: dict[str, Any] = {
        "id": text,
        "images": List(Image()),
        "question": text,
        "options": List(text),
        "answer": text,
        "solution": text,
        "family": text,
        "source": text,
        **dict.fromkeys(check_labels(labels), text),
    }
    if key_steps:
        columns["key_steps"] = List(List(text))
    if image_hashes:
        columns |= {"image_hashes": List(text), "sloppy": Value("bool")}
    return Features(columns)


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the names of labels.

    Raises:
        RecordsError: one is no identifier, comes twice, or is the name of another column.
    """
    for name in labels:
        taken = name in KNOWN or list(labels).count(name) > 1
        if taken or not isinstance(name, str) or not name.isidentifier():
            raise RecordsError(
                f"label {name!r:.100} cannot name a column of records; wanted a word such as "
                "modality that no other column has"
            )
    return tuple(labels)


def labels_of(dataset: Dataset) -> tuple[str, ...]:
    """Return the names of a records dataset's labels: text columns beyond those of every record."""
    return tuple(
        name
        for name, kind in dataset.features.items()
        if name not in KNOWN and getattr(kind, "dtype", None) == "string"
    )


def check_columns(dataset: Dataset, *, key_steps: bool = False, where: str = "records") -> None:
    """Raise RecordsError naming the columns that a records dataset lacks."""
    wanted = {*COLUMNS, "key_steps"} if key_steps else set(COLUMNS)
    missing = sorted(wanted - set(dataset.column_names))
    if missing:
        raise RecordsError(f"{where}: columns {missing} are missing; has {dataset.column_names}")


def directory_of(dataset: Dataset) -> Path:
    """Return the directory that holds exactly this dataset, for handing to another process.

    Raises:
        RecordsError: the dataset lives in memory, or is a selection of what is on disk.
    """
    from datasets import Dataset

    files = [file["filename"] for file in dataset.cache_files]
    if not files:
        raise RecordsError("these records are in memory only; save them as a RecordsDataset first")
    stored = sum(len(Dataset.from_file(file)) for file in files)
    if dataset._indices is not None or stored != len(dataset):  # datasets has no public test
        raise RecordsError(
            f"these {len(dataset)} records are a selection of the {stored} in {files[0]}; "
            "save them as a RecordsDataset first"
        )
    return Path(files[0]).resolve().parent


def rows_of(dataset: Dataset, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield these columns of every row; a scan of texts decodes no image."""
    for batch in dataset.select_columns(list(columns)).iter(batch_size=1000):
        for values in zip(*(batch[name] for name in columns), strict=True):
            yield dict(zip(columns, values, strict=True))


def option_letter(index: int) -> str:
    """Return A for 0, B for 1, and so on to Z."""
    return chr(ord("A") + index)


def answer_text(record: Mapping[str, Any]) -> str:
    """Write the answer as a response does: ``B: 45`` with options, else the value."""
    options = record.get("options") or ()
    answer = record["answer"]
    index = ord(answer) - ord("A") if len(answer) == 1 else -1
    if not 0 <= index < len(options) or options[index] == answer:
        return answer
    return f"{answer}: {options[index]}"
