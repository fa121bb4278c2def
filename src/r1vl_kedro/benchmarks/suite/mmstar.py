"""MMStar: four options a question, six categories."""

from __future__ import annotations

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import NAN, Row, check_option, needed, options_of
from r1vl_kedro.benchmarks.groups import overall_by
from r1vl_kedro.benchmarks.prompts import choice_question


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare the option named; outside `robust` without those that pandas reads as missing."""
    options, answer = options_of(row), needed(row, "answer")
    if mode == "robust":
        return robust.option_verdict(robust.stated(raw), options, answer)
    options = {letter: text for letter, text in options.items() if text not in NAN}
    return compat.option_verdict(compat.prediction(raw), options, answer, mode)


def check(row: Row) -> None:
    """Raise ValueError where the answer is no letter of an option."""
    check_option(row, options_of(row), "answer")


BENCHMARKS["mmstar"] = Benchmark(
    name="mmstar",
    column="MMStar",
    dataset="MMStar",
    md5="e1ecd2140806c1b1bbf54b43372efb9e",
    columns=("A", "B", "C", "D", "category"),
    prompt=choice_question,
    verdict=verdict,
    check=check,
    aggregate=overall_by(category="category", l2_category="l2_category"),
    place=2,
)
