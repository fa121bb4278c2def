"""Read a JSON array, or JSON lines, one object at a time in bounded memory."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from r1vl_kedro.records.schema import RecordsError

CHUNK = 1 << 20
MAX_OBJECT = 64 << 20
_SPACES, _BETWEEN = re.compile(r"[ \t\r\n]*"), re.compile(r"[ \t\r\n,]*")
_DECODER = json.JSONDecoder()
_OTHER_KINDS = {
    "\x1f\udc8b": "it is compressed with gzip: unpack it",
    "PK\x03\x04": "it is a zip archive: unpack it",
    "version https://git-lfs": "it is a pointer of Git LFS: fetch the file with `git lfs pull`",
    "\udcff\udcfe": "it is UTF-16 or UTF-32: save it as UTF-8",
    "PAR1": "it is Parquet",
    "<": "it is a page of HTML or XML",
}


def iter_objects(path: str | Path, *, chunk: int = CHUNK) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON array or of a JSON-lines file, in order.

    Memory: one chunk and the longest object (64 MB of text at most). A byte that is not UTF-8
    becomes a lone surrogate, so that it spoils its own row only: validation sets that aside.

    Raises:
        RecordsError: not JSON, an element that is no object, or anything after the array; names
            file, line and character.
    """
    path = Path(path)
    with _text(path) as file:
        buffer, start, base, lines = "", 0, 0, 0  # the buffer's place in the file
        array: bool | None = None
        ended = False

        def place(position: int) -> str:
            line = lines + buffer.count("\n", 0, position) + 1
            return f"line {line}, character {base + position}"

        def read_on() -> bool:
            nonlocal buffer, start, base, lines
            more = file.read(max(chunk, len(buffer) - start))
            base, lines = base + start, lines + buffer.count("\n", 0, start)
            buffer, start = buffer[start:] + more, 0
            return bool(more)

        while True:
            start = (_SPACES if ended else _BETWEEN).match(buffer, start).end()
            if start == len(buffer):
                if read_on():
                    continue
                break
            if ended:
                raise RecordsError(
                    f"{path}, {place(start)}: {buffer[start : start + 20]!r} stands "
                    "after the array's closing bracket, where nothing may follow"
                )
            if array is None:
                array = buffer[start] == "["
                start += array
                continue
            if array and buffer[start] == "]":
                ended, start = True, start + 1
                continue
            if buffer[start] != "{":
                raise RecordsError(
                    f"{path}, {place(start)}: {buffer[start : start + 20]!r} stands "
                    "where a JSON object was expected (an array of them, or one a line)"
                    + (other_kind(buffer) if base + start == 0 else "")
                )
            try:
                value, start = _DECODER.raw_decode(buffer, start)
            except json.JSONDecodeError as error:
                opens, problem = place(start), f"{place(error.pos)}: {error.msg}"
                if len(buffer) - start <= MAX_OBJECT and read_on():
                    continue
                raise RecordsError(
                    f"{path}, {problem} in the object that opens at {opens}"
                ) from error
            except (ValueError, RecursionError) as error:  # a number too long, nested too deep
                raise RecordsError(
                    f"{path}: {error}, in the object that opens at {place(start)}"
                ) from error
            yield value
        if array and not ended:
            raise RecordsError(f"{path}: the file ends before the array's closing bracket")


def iter_rows(path: str | Path) -> Iterator[dict[str, Any] | str]:
    """Yield the objects of a file as `iter_objects`; of JSON lines also what is wrong with others.

    Lines are read as such where the first or the second one holds an object. A text names a line
    and why it is none, so that it can be set aside.

    Raises:
        RecordsError: as `iter_objects`, where objects are not written in lines.
    """
    path = Path(path)
    with _text(path) as file:
        filled = (line for line in iter(lambda: file.readline(MAX_OBJECT), "") if line.strip())
        first = list(itertools.islice(filled, 2))
        array = bool(first) and first[0].lstrip().startswith("[")
        if not array and any(isinstance(next(_objects_in(one), None), dict) for one in first):
            file.seek(0)
            for number, line in enumerate(file, start=1):
                for found in _objects_in(line):
                    yield f"line {number}: {found}" if isinstance(found, str) else found
            return
    yield from iter_objects(path)


def _objects_in(line: str) -> Iterator[dict[str, Any] | str]:
    """Yield the objects of one line, and why there is no further one where something is left."""
    start = 0
    while (start := _BETWEEN.match(line, start).end()) < len(line):
        try:
            value, start = _DECODER.raw_decode(line, start)
        except RecursionError:
            yield "no JSON object: nested too deeply"
            return
        except json.JSONDecodeError as error:
            yield f"no JSON object: {error.msg} at character {error.pos} of {line.strip()[:60]!r}"
            return
        except ValueError as error:  # a number too long
            yield f"no JSON object: {error}"
            return
        if not isinstance(value, dict):
            yield f"no JSON object: a {type(value).__name__}"
            return
        yield value


def _text(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", errors="surrogateescape")


def other_kind(head: str) -> str:
    """Name what a file is in place of JSON, as the end of an error; "" where that is not known."""
    kinds = (kind for beginning, kind in _OTHER_KINDS.items() if head.startswith(beginning))
    return next((f"; {kind}" for kind in kinds), "")


def write_array(path: str | Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as one JSON array, one row a line; returns how many."""
    count = 0
    with Path(path).open("w", encoding="utf-8") as file:
        file.write("[")
        for count, row in enumerate(rows, start=1):
            file.write(",\n" if count > 1 else "\n")
            json.dump(row, file, ensure_ascii=False)
        file.write("\n]\n")
    return count
