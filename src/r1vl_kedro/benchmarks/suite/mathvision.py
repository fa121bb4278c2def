"""MATH-Vision: five options or a free answer in LaTeX; subjects and levels."""

from __future__ import annotations

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, check_option, lettered, literal_list, needed
from r1vl_kedro.benchmarks.groups import overall_by

_BOX = "\\boxed{"


def _first_box(text: str) -> str | None:
    """Cut the text between the first box's brace and the next closing one (upstream, 2025)."""
    start = text.find(_BOX)
    end = text.find("}", start)
    return text[start + len(_BOX) : end] if 0 <= start < end else None


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare options by letter or text, free answers by value."""
    options, answer = lettered(literal_list(row, "choices")), needed(row, "answer")
    if mode == "robust":
        text = robust.stated(raw)
        if options:
            return robust.option_verdict(text, options, answer)
        return robust.value_verdict(text, answer)
    text = compat.prediction(raw)
    boxed = _first_box(text) if mode == "head" else None
    if boxed is not None:
        text = boxed
    if options:
        return compat.option_verdict(text, options, answer, mode)
    return True if text and compat.math_equal(text, answer) else None


def check(row: Row) -> None:
    """Raise ValueError where there are options and the answer is no letter of one."""
    if options := lettered(literal_list(row, "choices")):
        check_option(row, options, "answer")


BENCHMARKS["mathvision"] = Benchmark(
    name="mathvision",
    column="Math-V",
    dataset="MathVision",
    md5="93f6de14f7916e598aa1b7165589831e",
    columns=("choices", "category"),
    verdict=verdict,
    check=check,
    aggregate=overall_by(subject="category", level="level"),  # level: 1 to 5
    place=3,
)
