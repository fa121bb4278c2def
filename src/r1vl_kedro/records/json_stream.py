"""Read a JSON array, or JSON lines, one object at a time in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from r1vl_kedro.records.schema import RecordsError

CHUNK = 1 << 20
MAX_OBJECT = 64 << 20
_SPACE = " \t\r\n"
_BETWEEN = _SPACE + ","
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
            file and character.
    """
    path = Path(path)
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        buffer, start, done, base = "", 0, False, 0
        inside_array: bool | None = None
        ended = False
        while True:
            while start < len(buffer) and buffer[start] in (_SPACE if ended else _BETWEEN):
                start += 1
            if start == len(buffer):
                if done:
                    break
                base, start = base + len(buffer), 0
                buffer = file.read(chunk)
                done = not buffer
                continue
            if ended:
                raise RecordsError(
                    f"{path}, character {base + start}: {buffer[start : start + 20]!r} stands "
                    "after the array's closing bracket, where nothing may follow"
                )
            if inside_array is None and buffer[start] == "[":
                inside_array, start = True, start + 1
                continue
            if inside_array is None:
                inside_array = False
            if inside_array and buffer[start] == "]":
                ended, start = True, start + 1
                continue
            if buffer[start] != "{":
                raise RecordsError(
                    f"{path}, character {base + start}: {buffer[start : start + 20]!r} stands "
                    "where a JSON object was expected (an array of them, or one a line)"
                    + (other_kind(buffer) if base + start == 0 else "")
                )
            try:
                value, end = decoder.raw_decode(buffer, start)
            except json.JSONDecodeError as error:
                if done or len(buffer) - start > MAX_OBJECT:
                    raise RecordsError(
                        f"{path}, character {base + error.pos}: {error.msg} in the object that "
                        f"opens at character {base + start}"
                    ) from error
                more = file.read(max(chunk, len(buffer) - start))
                done = not more
                base, buffer, start = base + start, buffer[start:] + more, 0
                continue
            except (ValueError, RecursionError) as error:  # a number too long, nested too deep
                raise RecordsError(
                    f"{path}: {error}, in the object that opens at character {base + start}"
                ) from error
            yield value
            start = end
        if inside_array and not ended:
            raise RecordsError(f"{path}: the file ends before the array's closing bracket")


def other_kind(head: str) -> str:
    """Name what a file is in place of JSON, as the end of an error; "" where that is not known."""
    for beginning, kind in _OTHER_KINDS.items():
        if head.startswith(beginning):
            return f"; {kind}"
    return ""


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
