"""Reading benchmark files row by row: VLMEvalKit's TSV and MATH-Vision's ``jsonl`` with images.

A gigabyte of base64 is never held at once. Whatever a row is needed for later, its prompt, its
scoring, its aggregation, is tried when it is read: a row that cannot be used is set aside with its
file, row and column before anything is generated. A file that cannot be used is an error.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from r1vl_kedro.benchmarks.base import MODES, Benchmark
from r1vl_kedro.benchmarks.cells import Row, options_of
from r1vl_kedro.benchmarks.prompts import plain_prompt
from r1vl_kedro.benchmarks.tsv import BenchmarkFileError, Images, from_file, iter_cells
from r1vl_kedro.prompts import IMAGE_MARK
from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.json_stream import iter_rows
from r1vl_kedro.records.questions import special_token
from r1vl_kedro.records.readers.mathvision import MathVisionRow
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import undecodable
from r1vl_kedro.scratch import scratch

logger = logging.getLogger(__name__)

NEEDED = ("index", "question", "answer")
MAX_ASPECT = 200.0
"""Longer side over shorter; the processors of Qwen2-VL refuse more."""
_BLOCK = 1 << 22
_KEYS = {"category": ("subject",)}
"""Columns that MATH-Vision's layout names otherwise; its ``choices`` may be left out."""


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


def reasons(set_aside: Iterable[Mapping[str, Any]]) -> str:
    """List for which columns how many rows were set aside, and the first row with its reason."""
    rows = list(set_aside)
    counts = Counter(row["column"] for row in rows).most_common()
    words = ", ".join(f"{column} {count}" for column, count in counts)
    return f"{words}; the first, row {rows[0]['row']}: {rows[0]['reason']}"


@dataclass(frozen=True)
class BenchmarkRow:
    """One question: its cells without the image (missing ones left out), and its encoded images."""

    index: str
    cells: dict[str, str]
    images: list[bytes]


@dataclass(frozen=True)
class _Draft:
    """A row as read, its images not yet; ``problem`` (column, reason) where it is none."""

    number: int
    cells: dict[str, str]
    images: Callable[[], list[bytes]] = list
    problem: tuple[str, str] | None = None


@dataclass
class BenchmarkFile:
    """The rows of a benchmark's file, read anew on each call of `rows`.

    Attributes:
        benchmark: whose file it is.
        path: ``.tsv``, or ``.jsonl`` (``.json``) in MATH-Vision's published layout.
        official: meant to be the published file, whose md5 is known.
        set_aside: rows left out, as of the last complete reading.
    """

    benchmark: Benchmark
    path: Path
    official: bool = True
    set_aside: list[SetAside] = field(default_factory=list)

    def rows(self) -> Iterator[BenchmarkRow]:
        """Yield usable rows in the order of the file.

        Raises:
            BenchmarkFileError: no such file, no text, no usable row, a column missing in all rows,
                or an open quote.
        """
        self.set_aside = []
        if not self.path.is_file():
            raise BenchmarkFileError(
                f"{self.path}: no such file; {self.benchmark.column} needs VLMEvalKit's "
                f"{self.benchmark.dataset}.tsv"
            )
        kind = self.path.suffix.lower()
        if kind not in (".tsv", ".jsonl", ".json"):
            raise BenchmarkFileError(
                f"{self.path}: wanted VLMEvalKit's .tsv, or MATH-Vision's .jsonl; unpack or "
                "convert a file of another kind"
            )
        seen: set[str] = set()
        for draft in self._tsv() if kind == ".tsv" else self._jsonl():
            index = draft.cells.get("index", "")
            problem = draft.problem or self._problem(draft.cells, seen)
            images: list[bytes] = []
            if problem is None:
                try:
                    images = [self._whole(data) for data in draft.images()]
                    problem = _problem_of_images(draft.cells, len(images))
                except ValueError as error:
                    problem = ("image", str(error))
            if problem is not None:
                self._leave(draft.number, index, *problem)
                continue
            seen.add(index)
            yield BenchmarkRow(index, draft.cells, images)
        if not seen:
            reason = (
                f"; first of {len(self.set_aside)}: {self.set_aside[0]}" if self.set_aside else ""
            )
            raise BenchmarkFileError(f"{self.path}: no usable row{reason}")

    def check_columns(self) -> None:
        """Look for the benchmark's columns without reading all: in a table's header, else in rows.

        Raises:
            BenchmarkFileError: a column is missing, or whatever else `rows` raises so far.
        """
        if self.path.suffix.lower() == ".tsv":
            next(iter_cells(self.path, [*NEEDED, *self.benchmark.columns]), None)
        else:
            next(self.rows())

    def check_md5(self) -> bool:
        """Tell whether the file is the published one; warn where it is not."""
        wanted = self.benchmark.md5
        if wanted is None or self.path.suffix.lower() != ".tsv":
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
        index, reason = (
            text.encode("utf-8", "backslashreplace").decode() for text in (index, reason)
        )
        self.set_aside.append(SetAside(str(self.path), number, index[:100], column, reason[:400]))

    def _problem(self, cells: Row, seen: set[str]) -> tuple[str, str] | None:
        """Return the column and why a row cannot be used; None where it can."""
        for name in NEEDED:
            if not cells.get(name, "").strip():
                return name, "the cell is empty"
        if cells["index"] in seen:
            return "index", "an earlier row has the same index"
        for name, text in cells.items():
            if problem := undecodable([text]):
                return name, problem
            if token := special_token(text):
                return name, f"{token}, a special token of the model"
        benchmark = self.benchmark
        try:
            if benchmark.check is not None:
                benchmark.check(cells)
            benchmark.prompt(cells)
            plain_prompt(cells)
            for mode in MODES:
                benchmark.verdict(cells, "", mode)
            benchmark.aggregate([cells], [False])
        except ValueError as error:
            return "cells", str(error)
        return None

    def _whole(self, data: bytes) -> bytes:
        """Return an encoded image as it is, checked by decoding it."""
        name = f"{len(data)} bytes"
        size = pictures.size_of(data, name)
        pictures.check_size(size, min_side=1, max_aspect=MAX_ASPECT, name=name)
        pictures.decode(data, name)
        return data

    def _folders(self) -> list[Path]:
        """Return the file's own folder, and ``images/<dataset>`` in it, as VLMEvalKit lays them."""
        return [self.path.parent, self.path.parent / "images" / self.benchmark.dataset]

    def _tsv(self) -> Iterator[_Draft]:
        needed = [*NEEDED, *self.benchmark.columns]
        with scratch("images") as folder:
            images = Images(self.path, needed, folder, self._folders())
            for number, cells in iter_cells(self.path, needed):
                if isinstance(cells, str):
                    yield _Draft(number, {}, problem=("row", cells))
                    continue
                image = cells.pop("image", None)
                yield _Draft(number, cells, partial(images.of, image, cells.get("image_path")))

    def _jsonl(self) -> Iterator[_Draft]:
        for number, found in enumerate(_objects(self.path), start=1):
            if isinstance(found, str):
                yield _Draft(number, {}, problem=("line", found))
                continue
            try:
                row = MathVisionRow.from_json(found, number - 1, self.path.parent)
            except ValueError as error:
                yield _Draft(number, {"index": str(found.get("id"))}, problem=("row", str(error)))
                continue
            cells = {
                "index": row.id,
                "question": _with_options(row.question, row.options),
                "answer": row.answer,
                "choices": repr(row.options),
                "category": row.subject or "",
                "level": row.level or "",
            }
            for name in self.benchmark.columns:
                if not cells.get(name) and found.get(name) is not None:
                    cells[name] = str(found[name])
            given = {name: text for name, text in cells.items() if text}
            yield _Draft(number, given, partial(self._read, row.images), self._lacks(found))

    def _lacks(self, row: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return a column of the benchmark that an object lacks, and what it has; else None."""
        for name in self.benchmark.columns:
            keys = [name, *_KEYS.get(name, ())]
            if name != "choices" and not any(key in row for key in keys):
                return name, f"no key {' or '.join(map(repr, keys))}; has {list(row)!r:.200}"
        return None

    def _read(self, images: Sequence[Path | bytes]) -> list[bytes]:
        root = self.path.parent
        return [
            image
            if isinstance(image, bytes)
            else from_file(image.relative_to(root).as_posix(), self._folders())
            for image in images
        ]


def _objects(path: Path) -> Iterator[dict[str, Any] | str]:
    """Yield the objects of JSON lines or of an array; or the reason why a line cannot be read.

    Raises:
        BenchmarkFileError: a broken array.
    """
    try:
        yield from iter_rows(path)
    except RecordsError as error:
        raise BenchmarkFileError(str(error)) from error


def _problem_of_images(cells: Row, images: int) -> tuple[str, str] | None:
    """Return the column and why a row's images do not fit; None where they do."""
    marks = "\n".join([cells["question"], *options_of(cells).values()]).count(IMAGE_MARK)
    if not images:
        return "image", "the row has no image"
    if marks not in (0, images):
        return "question", f"{marks} {IMAGE_MARK} marks and {images} images"
    return None


def _with_options(question: str, options: Sequence[str]) -> str:
    """Write options below a question as MATH-Vision's code does, but for bare letters."""
    if not options or "".join(options) == "ABCDE":
        return question
    lines = [f"({letter}) {text}" for letter, text in zip(ascii_uppercase, options, strict=False)]
    return "\n".join([question, "Choices:", *lines])
