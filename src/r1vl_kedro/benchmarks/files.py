"""Reading benchmark files row by row: VLMEvalKit's TSV and MATH-Vision's ``jsonl`` with images.

A gigabyte of base64 is never held at once. A row that cannot be used is set aside with its file,
row and column; a file that cannot be used is an error.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import json
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from r1vl_kedro.benchmarks.base import Benchmark
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.records import images as pictures

logger = logging.getLogger(__name__)

NAN = frozenset(
    [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
        "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
    ]
)  # fmt: skip
"""Cells that pandas, and so VLMEvalKit, reads as missing."""
REFERENCE_LENGTH = 64
"""An image cell of at most this many characters is the index of the row that has the image."""
MAX_ASPECT = 200.0
"""Longer side over shorter; the processors of Qwen2-VL refuse more."""
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_BLOCK = 1 << 22


class BenchmarkFileError(UserFacingError, ValueError):
    """A benchmark file as a whole cannot be used; the message names it and why."""


@dataclass(frozen=True)
class SetAside:
    """A row that is left out, and why."""

    file: str
    row: int
    index: str
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row} (index {self.index}), {self.column}: {self.reason}"


@dataclass(frozen=True)
class BenchmarkRow:
    """One question: its cells without the image (missing ones left out), and its encoded images."""

    index: str
    cells: dict[str, str]
    images: list[bytes]


@dataclass
class BenchmarkFile:
    """The rows of a benchmark's file, read anew on each call of `rows`.

    Attributes:
        benchmark: which of the nine.
        path: ``.tsv``, or ``.jsonl`` in MATH-Vision's published layout.
        check_images: decode every image, so that a truncated one is set aside here.
        official: meant to be the published file, whose md5 is known.
        set_aside: rows left out, as of the last complete reading.
    """

    benchmark: Benchmark
    path: Path
    check_images: bool = True
    official: bool = True
    set_aside: list[SetAside] = field(default_factory=list)

    def rows(self) -> Iterator[BenchmarkRow]:
        """Usable rows in the order of the file.

        Raises:
            BenchmarkFileError: no such file, no text, no rows, or columns missing.
        """
        self.set_aside = []
        if not self.path.is_file():
            raise BenchmarkFileError(
                f"{self.path}: no such file; {self.benchmark.column} needs VLMEvalKit's "
                f"{self.benchmark.dataset}.tsv"
            )
        read = self._jsonl_rows if self.path.suffix == ".jsonl" else self._tsv_rows
        found = False
        try:
            for row in read():
                found = True
                yield row
        except (UnicodeDecodeError, csv.Error) as error:
            raise BenchmarkFileError(f"{self.path}: no table in UTF-8: {error}") from error
        if not found:
            reason = (
                f"; first of {len(self.set_aside)}: {self.set_aside[0]}" if self.set_aside else ""
            )
            raise BenchmarkFileError(f"{self.path}: no usable row{reason}")

    def check_md5(self) -> bool:
        """Whether the file is the published one; warns where it is not."""
        wanted = self.benchmark.md5
        if wanted is None or self.path.suffix != ".tsv":
            return True
        digest = hashlib.md5(usedforsecurity=False)
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        if digest.hexdigest() == wanted:
            return True
        logger.warning(
            "%s: md5 is %s, the published file of %s has %s; scores may not be comparable",
            self.path, digest.hexdigest(), self.benchmark.column, wanted,
        )  # fmt: skip
        return False

    def _leave(self, number: int, index: str, column: str, reason: str) -> None:
        self.set_aside.append(SetAside(str(self.path), number, index, column, reason))

    def _cells(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(number from 1, cells with the missing ones left out) of each row of the TSV."""
        csv.field_size_limit(sys.maxsize)
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter="\t")
            header = next(reader, None)
            if not header:
                raise BenchmarkFileError(f"{self.path}: the file is empty")
            missing = [name for name in self._needed() if name not in header]
            if missing:
                raise BenchmarkFileError(
                    f"{self.path}: column {missing[0]!r} is missing"
                    + (f" (also {missing[1:]})" if missing[1:] else "")
                    + f"; has {header}"
                )
            if "image" not in header and "image_path" not in header:
                raise BenchmarkFileError(f"{self.path}: column 'image' is missing; has {header}")
            for number, values in enumerate(reader, start=1):
                if len(values) > len(header):
                    index = values[0][:40]
                    self._leave(
                        number, index, "row", f"{len(values)} cells for {len(header)} columns"
                    )
                    continue
                cells = dict(zip(header, values, strict=False))
                yield number, {name: text for name, text in cells.items() if text not in NAN}

    def _needed(self) -> list[str]:
        return ["index", "question", "answer", *self.benchmark.columns]

    def _tsv_rows(self) -> Iterator[BenchmarkRow]:
        with tempfile.TemporaryDirectory(prefix="r1vl-images-") as folder:
            shared = self._spool(Path(folder))
            self.set_aside = []  # the first pass has noted the broken rows as well
            seen: set[str] = set()
            for number, cells in self._cells():
                index = cells.get("index", "")
                problem = next(
                    (name for name in ("index", "question", "answer") if name not in cells), None
                )
                if problem:
                    self._leave(number, index, problem, "the cell is empty")
                    continue
                if index in seen:
                    self._leave(number, index, "index", "an earlier row has the same index")
                    continue
                seen.add(index)
                image = cells.pop("image", None)
                try:
                    images = self._images(image, cells.get("image_path"), shared)
                except ValueError as error:
                    self._leave(number, index, "image", str(error))
                    continue
                yield BenchmarkRow(index, cells, images)

    def _spool(self, folder: Path) -> dict[str, Path | None]:
        """Images that other rows refer to, on disk by index; None where there is no such row."""
        wanted: set[str] = set()
        for _, cells in self._cells():
            for part in _parts(cells.get("image")):
                if len(part) <= REFERENCE_LENGTH:
                    wanted.add(part)
        shared: dict[str, Path | None] = dict.fromkeys(wanted)
        if not wanted:
            return shared
        for _, cells in self._cells():
            index, image = cells.get("index", ""), cells.get("image", "")
            if index in wanted and shared[index] is None and len(image) > REFERENCE_LENGTH:
                path = folder / f"{len(os.listdir(folder))}.txt"
                path.write_text(image)
                shared[index] = path
        return shared

    def _images(
        self, cell: str | None, image_path: str | None, shared: dict[str, Path | None]
    ) -> list[bytes]:
        if cell is None:
            return [self._from_file(part) for part in self._paths(image_path)]
        images = []
        for part in _parts(cell):
            if len(part) <= REFERENCE_LENGTH:
                target = shared.get(part)
                if target is None:
                    raise ValueError(f"refers to the image of index {part!r}, which no row has")
                images += [self._decode(inner) for inner in _parts(target.read_text())]
            else:
                images.append(self._decode(part))
        return images

    def _paths(self, image_path: str | None) -> list[str]:
        if image_path is None:
            raise ValueError("the row has no image")
        parts = [a or b for a, b in _QUOTED.findall(image_path)]
        return parts if image_path.startswith("[") and parts else [image_path]

    def _from_file(self, name: str) -> bytes:
        """An image beside the file, or in ``images/<dataset>`` as VLMEvalKit lays them."""
        folders = (self.path.parent, self.path.parent / "images" / self.benchmark.dataset)
        for folder in folders:
            path = folder / name
            if path.is_file():
                return self._whole(path.read_bytes())
        places = " nor ".join(map(str, folders))
        raise ValueError(f"the row has no image, and {name} stands neither in {places}")

    def _decode(self, text: str) -> bytes:
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"broken base64 of {len(text)} characters: {error}") from error
        return self._whole(data)

    def _whole(self, data: bytes) -> bytes:
        """The encoded image as it is, checked by decoding it."""
        name = f"{len(data)} bytes"
        pictures.check_size(
            pictures.size_of(data, name), min_side=1, max_aspect=MAX_ASPECT, name=name
        )
        if self.check_images:
            pictures.decode(data, name)
        return data

    def _jsonl_rows(self) -> Iterator[BenchmarkRow]:
        """MATH-Vision's layout: an object a line, ``image`` a path beside the file."""
        seen: set[str] = set()
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                found = {}
                try:
                    found = _object(line)
                    index = str(found["id"])
                    options = [str(option) for option in found.get("options") or []]
                    cells = {
                        "index": index,
                        "question": _with_options(str(found["question"]), options),
                        "answer": str(found["answer"]),
                        "choices": repr(options),
                        "category": str(found["subject"]),
                    }
                    if found.get("level") is not None:
                        cells["level"] = str(found["level"])
                    names = found["image"]
                    images = [
                        self._from_file(name)
                        for name in (names if isinstance(names, list) else [names])
                    ]
                except json.JSONDecodeError as error:
                    self._leave(number, "", "line", f"no JSON object: {error}")
                    continue
                except RecursionError:
                    self._leave(number, "", "line", "no JSON object: nested too deeply")
                    continue
                except KeyError as error:
                    self._leave(number, str(found.get("id", "")), str(error), "missing")
                    continue
                except (ValueError, TypeError) as error:
                    self._leave(number, str(found.get("id", "")), "image", str(error))
                    continue
                if index in seen:
                    self._leave(number, index, "id", "an earlier row has the same id")
                    continue
                seen.add(index)
                yield BenchmarkRow(index, cells, images)


def _object(line: str) -> dict[str, Any]:
    """A JSON object; another value is no line of the file."""
    found = json.loads(line)
    if not isinstance(found, dict):
        raise json.JSONDecodeError(f"a {type(found).__name__}", line, 0)
    return found


def _with_options(question: str, options: Sequence[str]) -> str:
    """The question with its options, as MATH-Vision's code asks it; bare letters say nothing."""
    if not options or "".join(options) == "ABCDE":
        return question
    lines = [f"({letter}) {text}" for letter, text in zip(ascii_uppercase, options, strict=False)]
    return "\n".join([question, "Choices:", *lines])


def _parts(cell: str | None) -> list[str]:
    """A cell's images: the elements of a list literal, else the cell itself; [] when missing."""
    if cell is None:
        return []
    cell = cell.strip()
    if cell.startswith("[") and cell.endswith("]"):
        return [a or b for a, b in _QUOTED.findall(cell)]
    return [cell]


def lmu_data() -> Path:
    """VLMEvalKit's data folder: ``$LMUData`` where it is a directory, else ``~/LMUData``."""
    given = os.environ.get("LMUData")  # noqa: SIM112  the published spelling
    return Path(given) if given and Path(given).is_dir() else Path.home() / "LMUData"
