"""What the readers of published files share: image paths, ids, and reading row by row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from r1vl_kedro.records.json_stream import iter_objects
from r1vl_kedro.records.schema import RawRecord


def image_paths(value: Any, name: str) -> list[str]:
    """A path or a list of paths as a list, without leading slashes.

    Raises:
        ValueError: anything else, or a path that leaves the image folder; ``name`` is the field's.
    """
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ValueError(f"{name} is {value!r:.200}; wanted a path or a list of paths")
    if any(".." in PurePosixPath(path).parts for path in paths):
        raise ValueError(f"{name} is {value!r:.200}; a path may not leave the image folder")
    return [path.lstrip("/") for path in paths]


def row_id(given: Any, paths: Sequence[str], index: int) -> str:
    """The id a row has, else its first image and its place in the file (from 0).

    Raises:
        ValueError: an id that is neither text nor a number.
    """
    if given is None:
        return f"{paths[0] if paths else ''}#{index}"
    if not is_scalar(given):
        raise ValueError(f"id is {given!r:.200}; wanted text, a number or null")
    return str(given)


def is_scalar(value: Any) -> bool:
    """Whether a JSON value is text or a number; ``true`` and ``NaN`` are neither."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def family_of(paths: Sequence[str]) -> str:
    """The folder that the first image path starts with: the corpus it was taken from."""
    parts = [part for part in PurePosixPath(paths[0] if paths else "").parts if part != "."]
    if len(parts) > 1 and parts[0] == "mulberry_images":
        parts = parts[1:]
    return parts[0] if len(parts) > 1 else "unknown"


def malformed(identity: str, source: str, problem: str) -> RawRecord:
    """A row that cannot be read as a record, to be set aside with its reason."""
    return RawRecord(id=identity, source=source, problem=("malformed_row", problem))


@dataclass(frozen=True)
class RecordFile(ABC):
    """The records of a file of JSON objects, read anew and one by one on each iteration.

    Args:
        path: JSON array, or JSON lines, of rows.
        image_root: folder that image paths start from; the file's own folder when None.
        limit: read only this many rows.
        source: name of the data set, kept with every record.
    """

    path: Path
    image_root: Path | None = None
    limit: int | None = None
    source: str = ""

    key_steps: ClassVar[bool] = False
    """Whether rows of this form hold key steps, so that records must have them to be written."""

    @abstractmethod
    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """A row as a record still to be checked; ``index`` counts from 0."""

    @staticmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """Turn a record into a row of this form; ``images`` are paths below the image folder.

        Raises:
            NotImplementedError: rows of this form are only read.
        """
        raise NotImplementedError

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows as they stand in the file."""
        for index, row in enumerate(iter_objects(self.path)):
            if self.limit is not None and index >= self.limit:
                return
            yield row

    def __iter__(self) -> Iterator[RawRecord]:
        root = Path(self.image_root) if self.image_root else Path(self.path).parent
        for index, row in enumerate(self.rows()):
            yield self.read(row, index, root)
