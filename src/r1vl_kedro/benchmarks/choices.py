"""Questions with one option a column, A to Z, of which the answer is a letter."""

from __future__ import annotations

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import Mode
from r1vl_kedro.benchmarks.cells import NAN, Row, check_option, needed, options_of


def _answer(row: Row) -> str:
    """Return the right option's letter, which some data sets write as ``(A)``."""
    return needed(row, "answer").strip("() ")


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare the option named; outside `robust` without those that pandas reads as missing."""
    options = options_of(row)
    if mode == "robust":
        return robust.option_verdict(robust.stated(raw), options, _answer(row))
    options = {letter: text for letter, text in options.items() if text not in NAN}
    return compat.option_verdict(compat.prediction(raw), options, _answer(row), mode)


def check(row: Row) -> None:
    """Raise ValueError where the answer is no letter of an option."""
    check_option({**row, "answer": _answer(row)}, options_of(row), "answer")
