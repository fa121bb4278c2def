"""The cells of VLMEvalKit's TSV files, row by row, and the images that they hold or refer to."""

from __future__ import annotations

import csv
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

from r1vl_kedro.benchmarks.cells import NAN, WORDS
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.records.json_stream import other_kind
from r1vl_kedro.records.rows import decode_base64

logger = logging.getLogger(__name__)

REFERENCE_LENGTH = 64
"""An image cell of at most this many characters is the index of the row that has the image."""
QUOTING = 'write the cell as "..." with "" for each quote in it'
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_WHOLE_NUMBER = re.compile(r"(\d+)\.0+")
_OPTION = re.compile(r"[A-Z]|answer")


class BenchmarkFileError(UserFacingError, ValueError):
    """A benchmark file as a whole cannot be used; the message names it and why."""


def iter_cells(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Read a table strictly.

    Args:
        needed: columns that must be there, beside ``image`` or ``image_path``.

    Yields:
        The number of each row from 1, and its cells with the missing ones left out (the words None
        and NA are an option or an answer), or what is wrong with it.

    Raises:
        BenchmarkFileError: no table in UTF-8, columns missing, or a quote that is never closed.
    """
    csv.field_size_limit(sys.maxsize)
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter="\t", strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, needed)
            rows = (values for values in reader if values)  # as in pandas, empty lines are none
            for number, values in enumerate(rows, start=1):
                _check_quotes(path, number, values, len(header))
                if len(values) != len(header):
                    yield number, f"{len(values)} cells for {len(header)} columns"
                    continue
                cells = dict(zip(header, values, strict=True))
                cells["index"] = _key(cells["index"])
                yield number, {name: text for name, text in cells.items() if _there(name, text)}
    except UnicodeDecodeError as error:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            kind = other_kind(file.read(32))
        raise BenchmarkFileError(f"{path}: no table in UTF-8: {error}{kind}") from error
    except csv.Error as error:
        raise BenchmarkFileError(
            f"{path}, row {number + 1}: a quote is not closed or not doubled ({error}); {QUOTING}"
        ) from error


def _there(name: str, text: str) -> bool:
    word = text in WORDS and _OPTION.fullmatch(name) is not None
    return name != "" and (text not in NAN or word)


def _check_header(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    if not any(header):
        raise BenchmarkFileError(f"{path}: the file is empty")
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if twice:
        raise BenchmarkFileError(f"{path}: column {twice[0]!r:.200} is there more than once")
    missing = [name for name in needed if name not in header]
    if not {"image", "image_path"} & set(header):
        missing.append("image")
    if missing:
        alone = len(header) == 1 and "," in header[0]
        commas = "; it has commas between its cells, wanted tabs" if alone else ""
        raise BenchmarkFileError(
            f"{path}: column {missing[0]!r} is missing"
            + (f" (also {missing[1:]})" if missing[1:] else "")
            + f"; has {list(header)!r:.200}{other_kind(header[0]) or commas}"
        )


def _check_quotes(path: Path, number: int, values: Sequence[str], columns: int) -> None:
    """Raise BenchmarkFileError where a cell holds what looks like whole rows."""
    for value in values:
        if "\n" in value and any(line.count("\t") >= columns - 1 for line in value.split("\n")):
            raise BenchmarkFileError(
                f"{path}, row {number}: a quote that opens at {value[:40]!r} is not closed and "
                f"takes in the rows after it; {QUOTING}"
            )


class Images:
    """The images of a table's rows, those that other rows refer to kept on disk.

    Args:
        rows: cells of all rows.
        folder: where shared images are kept.
        places: folders that image paths start from.
    """

    def __init__(self, path: Path, needed: Sequence[str], folder: Path, places: Sequence[Path]):
        self._places = places
        wanted: set[str] = set()
        for _, cells in iter_cells(path, needed):
            if not isinstance(cells, str):
                for part in _parts(cells.get("image")):
                    if len(part) <= REFERENCE_LENGTH:
                        wanted.add(_key(part))
        self._shared: dict[str, Path | None] = dict.fromkeys(wanted)
        for _, cells in iter_cells(path, needed) if wanted else ():
            if isinstance(cells, str):
                continue
            index, image = cells.get("index", ""), cells.get("image", "")
            if index in wanted and not self._shared[index] and len(image) > REFERENCE_LENGTH:
                place = folder / f"{len(os.listdir(folder))}.txt"
                place.write_text(image)
                self._shared[index] = place

    def of(self, cell: str | None, image_path: str | None) -> list[bytes]:
        """Return the encoded images of a row.

        Raises:
            ValueError: there is none, or one cannot be found or decoded from base64.
        """
        parts = _parts(cell)
        if not parts:
            if image_path is None:
                raise ValueError("the row has no image")
            return [from_file(name, self._places) for name in _parts(image_path)]
        images = []
        for part in parts:
            if len(part) > REFERENCE_LENGTH:
                images.append(_from_base64(part))
                continue
            target = self._shared.get(_key(part))
            if target is None and set("./\\") & set(part):
                raise ValueError(
                    f"{part!r:.150} is no image in base64; a path belongs into a column image_path"
                )
            if target is None:
                raise ValueError(f"refers to the image of index {part!r}, which no row has")
            images += [_from_base64(inner) for inner in _parts(target.read_text())]
        return images


def _key(index: str) -> str:
    """Return an index as a whole number, where pandas has written it as a float."""
    whole = _WHOLE_NUMBER.fullmatch(index)
    return whole[1] if whole else index


def _parts(cell: str | None) -> list[str]:
    """Split a cell into its images: the elements of a list literal, else the cell itself."""
    cell = (cell or "").strip()
    if cell.startswith("[") and cell.endswith("]"):
        return [a or b for a, b in _QUOTED.findall(cell)]
    return [cell] if cell else []


def from_file(name: str, folders: Sequence[Path]) -> bytes:
    """Read an image file below one of several folders.

    Raises:
        ValueError: the path leaves the folders, or no file of that name is in one.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{name!r:.200} is not below the folder of the file")
    for folder in folders:
        try:
            if (folder / name).is_file():
                return (folder / name).read_bytes()
        except (OSError, ValueError) as error:  # a name that no file system can hold
            reason = getattr(error, "strerror", None) or error
            raise ValueError(f"{name!r:.200}: {reason}") from error
    places = " nor ".join(map(str, folders))
    raise ValueError(f"the row has no image, and {name:.200} stands neither in {places}")


def _from_base64(text: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError as error:
        raise ValueError(f"broken base64 of {len(text)} characters: {error}") from error


def lmu_data() -> Path:
    """Return VLMEvalKit's data folder: ``$LMUData`` where it is a directory, else ``~/LMUData``."""
    given = os.environ.get("LMUData", "")  # noqa: SIM112  the published spelling
    if given and Path(given).is_dir():
        return Path(given)
    if given:
        _warn_of(given)
    return Path.home() / "LMUData"


@cache
def _warn_of(given: str) -> None:
    logger.warning("LMUData is %.200r, which is no directory: ~/LMUData is read", given)
