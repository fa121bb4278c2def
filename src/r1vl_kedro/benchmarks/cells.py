"""Reading the cells of a benchmark row; nothing in a file is ever evaluated as code."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

MAX_LITERAL = 20_000
NAN = frozenset(
    [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
        "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
    ]
)  # fmt: skip
"""Cells that pandas, and so VLMEvalKit, reads as missing."""
WORDS = frozenset(["N/A", "NA", "None", "n/a", "null", "NULL"])
"""Those of them that an option or an answer may be."""

Row = Mapping[str, Any]


def cell(row: Row, name: str) -> str | None:
    """Return a cell as text; None where the column is missing, empty or not a number (NaN)."""
    value = row.get(name)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value)


def needed(row: Row, name: str) -> str:
    """Return a cell that must be there.

    Raises:
        ValueError: it is not; names the row and the columns there are.
    """
    value = cell(row, name)
    if value is None:
        index = row.get("index", "without index")
        raise ValueError(f"row {index}: column {name!r} is empty or missing; has {sorted(row)}")
    return value


def literal_list(row: Row, name: str) -> list[Any]:
    """Read a cell that holds a Python list literal; [] where the cell is empty.

    Raises:
        ValueError: the cell is too long or no list literal.
    """
    text = cell(row, name)
    if text is None:
        return []
    value = parse_list(text)
    if value is None:
        index = row.get("index", "without index")
        raise ValueError(
            f"row {index}: column {name!r} holds {text[:60]!r}; a list literal such as ['1', '2'] "
            f"of at most {MAX_LITERAL} characters would be accepted"
        )
    return value


def parse_list(text: str) -> list[Any] | None:
    """Read a list literal; None where the text is none."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    value = parse_literal(text)
    return value if isinstance(value, list) else None


def parse_literal(text: str) -> Any:
    """Read a Python literal; None where the text is none, or longer than `MAX_LITERAL`."""
    if len(text) > MAX_LITERAL:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None  # TypeError: a list as the key of a dict


def lettered(values: list[Any]) -> dict[str, str]:
    """Letter the options: A for the first."""
    return {letter: str(value) for letter, value in zip(ascii_uppercase, values, strict=False)}


def check_option(row: Row, options: Mapping[str, str], name: str) -> None:
    """Check that a cell is the letter of an option.

    Raises:
        ValueError: it is not; names the cell and the letters.
    """
    answer = needed(row, name)
    if answer not in options:
        letters = f"options {', '.join(options)}" if options else "no options"
        raise ValueError(f"{name} is {answer!r:.100}, and the row has {letters}")


def check_yes_no(row: Row) -> None:
    """Raise ValueError where the answer is neither yes nor no."""
    if needed(row, "answer").lower() not in ("yes", "no"):
        raise ValueError(f"answer is {row['answer']!r:.100}; wanted Yes or No")


def check_number(row: Row, name: str) -> None:
    """Raise ValueError where a cell is no finite number."""
    try:
        finite = math.isfinite(float(needed(row, name)))
    except ValueError:
        finite = False
    if not finite:
        raise ValueError(f"{name} is {row.get(name)!r:.100}; wanted a number")


def options_of(row: Row) -> dict[str, str]:
    """Return the options in the columns A to Z, empty ones left out."""
    found = {letter: cell(row, letter) for letter in ascii_uppercase if letter in row}
    return {letter: text for letter, text in found.items() if text is not None}
