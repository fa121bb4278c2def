"""What the readers of published files share: image paths, ids, and reading row by row."""

from __future__ import annotations

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from r1vl_kedro.records.json_stream import iter_rows
from r1vl_kedro.records.rejections import Unusable
from r1vl_kedro.records.schema import RawRecord, RecordsError

_SHORTEST_IMAGE = 64
"""Characters of base64 text that is taken for an image, not for a path."""
_BASE64_HEADS = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "Qk", "SUkq", "TU0AK")
"""How the formats that are decoded begin in base64."""
_URL_SAFE = str.maketrans("-_", "+/")


def images_of(value: Any, name: str, root: Path) -> tuple[list[Path | bytes], list[str]]:
    """Read a row's images, and the paths among them relative to the image folder.

    Args:
        value: a path, a ``file:`` or ``data:`` address or base64 text, or an object that has one of
            these as ``path``, ``bytes``, ``url`` or ``image``, or its bytes as Parquet has them; or
            a list of these. An empty text or null is no image. A leading slash is the image
            folder's, unless the path leads below it by itself.
        name: the field's, for errors.
        root: the image folder.

    Raises:
        ValueError: anything else, or a path that leaves the image folder.
    """
    given = value if isinstance(value, list) else [] if value in (None, "") else [value]
    images: list[Path | bytes] = []
    paths: list[str] = []
    for one in given:
        text = _address_of(one)
        if isinstance(text, bytes):
            images.append(text)
            continue
        if not isinstance(text, str) or not text:
            raise ValueError(f"{name} is {value!r:.200}; wanted a path or a list of paths")
        if (data := _embedded(text, name)) is not None:
            images.append(data)
            continue
        path = _below(text, name, root)
        images.append(root / path)
        paths.append(path)
    return images, paths


def _address_of(image: Any) -> Any:
    if not isinstance(image, Mapping):
        return image
    data = image.get("bytes")
    if isinstance(data, bytes) and (data or not image.get("path")):
        return data
    return next((image[key] for key in ("path", "bytes", "url", "image") if image.get(key)), None)


def _embedded(text: str, name: str) -> bytes | None:
    """Decode a ``data:`` address or base64 text; None where the text is a path.

    Raises:
        ValueError: broken base64.
    """
    address = text[:5].lower() == "data:"
    long = len(text) >= _SHORTEST_IMAGE and "." not in text
    if not address and not (long and text.startswith(_BASE64_HEADS)):
        return None
    try:
        return decode_base64(text)
    except ValueError as error:
        raise ValueError(f"{name} is broken base64, {text!r:.60}: {error}") from error


def decode_base64(text: str) -> bytes:
    """Decode base64, a ``data:`` address too: on several lines or one, URL-safe or not.

    Raises:
        ValueError: it is neither.
    """
    text = text.partition(",")[2] if text[:5].lower() == "data:" else text
    return base64.b64decode("".join(text.split()).translate(_URL_SAFE), validate=True)


def _below(text: str, name: str, root: Path) -> str:
    """Return a path relative to the image folder.

    Raises:
        ValueError: it leads elsewhere.
    """
    text = text.removeprefix("file://").strip()
    if "\\" in text and not _is_file(root / text):
        text = text.replace("\\", "/")  # written on Windows
    if re.match(r"[a-z][a-z0-9+.-]+://", text, re.IGNORECASE):
        raise ValueError(f"{name} is {text!r:.200}, an address; wanted files below {root}")
    path = PurePosixPath(text)
    if ".." in path.parts:
        raise ValueError(f"{name} is {text!r:.200}; a path may not leave the image folder")
    if path.is_absolute():
        if path.is_relative_to(root.absolute()):
            return str(path.relative_to(root.absolute()))
        inner = text.lstrip("/")
        if _is_file(Path(text)) and not _is_file(root / inner):
            raise ValueError(f"{name} is {text!r:.200}, which is not below the image folder {root}")
        return inner
    if len(path.parts) > 1 and path.parts[0] == root.name and not _is_file(root / text):
        return str(PurePosixPath(*path.parts[1:]))  # the image folder's own name before the path
    return text


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file system can hold
        return False


def row_id(given: Any, paths: Sequence[str], index: int) -> str:
    """Return the id a row has, else its first image and its place in the file (from 0).

    Raises:
        ValueError: an id that is neither text nor a number.
    """
    if given is None or given == "":
        return f"{paths[0][:150] if paths else ''}#{index}"
    if not is_scalar(given):
        raise ValueError(f"id is {given!r:.200}; wanted text, a number or null")
    return str(given)


def is_scalar(value: Any) -> bool:
    """Tell whether a JSON value is text or a number; ``true`` and ``NaN`` are neither."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def refuse_wrong(row: Mapping[str, Any], **fine: bool) -> None:
    """Raise ValueError naming the values of a row that are not as they should be.

    Args:
        fine: by the value's name, whether it is as it should be.
    """
    wrong = {name: row.get(name) for name, one in fine.items() if not one}
    if wrong:
        raise ValueError(f"cannot read {wrong!r:.200}")


def is_texts(value: Any) -> bool:
    """Tell whether a JSON value is a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


TEXT_ONLY = "text"
"""Family of the records without an image, where their source has no other."""


def family_of(paths: Sequence[str]) -> str:
    """Return the folder that the first image path starts with: the corpus it was taken from."""
    parts = [part for part in PurePosixPath(paths[0] if paths else "").parts if part != "."]
    if len(parts) > 1 and parts[0] == "mulberry_images":
        parts = parts[1:]
    return parts[0] if len(parts) > 1 else "unknown"


def texts_of(row: Mapping[str, Any], *names: str) -> list[str]:
    """Return a row's values of these names.

    Raises:
        ValueError: one of them is no text; names it.
    """
    for name in names:
        if not isinstance(row.get(name), str):
            raise ValueError(f"{name} is {row.get(name)!r:.150}; wanted text")
    return [row[name] for name in names]


@dataclass(frozen=True)
class RecordFile(ABC):
    """The records of a file of JSON objects, read anew and one by one on each iteration.

    Args:
        path: JSON array, or JSON lines, of rows.
        image_root: folder that image paths start from; the file's own folder when None.
        limit: read only this many rows.
        source: name of the data set, kept with every record.
        labels: names of further text columns that its records carry, such as ``modality``; a
            reader of a form that has them declares them here, others may read them from rows.
    """

    path: Path
    image_root: Path | None = None
    limit: int | None = None
    source: str = ""
    labels: Sequence[str] = ()

    @abstractmethod
    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """Read a row as a record still to be checked; ``index`` counts from 0.

        Raises:
            ValueError: the row is malformed; it is set aside with what the error tells, and with
                the reason of one that is `Unusable`.
        """

    def rows(self) -> Iterator[dict[str, Any] | str]:
        """Yield the rows as they are in the file; for a line that is none, a text that names it.

        Raises:
            RecordsError: there is none.
        """
        index = -1
        for index, row in enumerate(iter_rows(self.path)):
            if self.limit is not None and index >= self.limit:
                return
            yield row
        if index < 0:
            raise RecordsError(f"{self.path}: the file has no rows")

    def __iter__(self) -> Iterator[RawRecord]:
        root = Path(self.image_root) if self.image_root else Path(self.path).parent
        for index, row in enumerate(self.rows()):
            given = None if isinstance(row, str) else row.get("id")
            try:
                if isinstance(row, str):
                    raise ValueError(row)
                record = self.read(row, index, root)
            except ValueError as error:
                identity = str(given) if is_scalar(given) else f"#{index}"
                reason = error.reason if isinstance(error, Unusable) else "malformed_row"
                problem = (reason, str(error))
                record = RawRecord(id=identity, source=self.source, problem=problem)
            yield record


class WritableRecordFile(RecordFile):
    """A `RecordFile` whose form records are also written in."""

    key_steps: ClassVar[bool] = False
    """Whether rows of this form hold key steps, so that records must have them to be written."""

    @staticmethod
    @abstractmethod
    def row_of(record: Mapping[str, Any], images: Sequence[str]) -> dict[str, Any]:
        """Turn a record into a row of this form; ``images`` are paths below the image folder."""
