"""ChartQA (test): relaxed accuracy, numbers within 5 %."""

from __future__ import annotations

import re
from collections.abc import Sequence

from r1vl_kedro.answers import (
    equivalent,
    read_answer,
    stated_quantity,
    unit_free,
    units_differ,
)
from r1vl_kedro.answers.model import Quantity
from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, needed, parse_list
from r1vl_kedro.benchmarks.groups import overall_by

TOLERANCE = 0.05
# A chart's axis often counts in millions, and the reference then leaves the word out.
_SCALE = re.compile(r"(?<=\d)\s*(?:(?i:thousand|million|billion|trillion)|[KMB])\b")
_DECIMAL_COMMA = re.compile(r"(?<![\d,])\d+,\d{1,2}(?![\d,])")
"""A decimal comma or two numbers: compared exactly, without the tolerance."""
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare with every reference, one suffices; in `paper` the 5 % are of the prediction.

    In `robust` also where all references are listed.
    """
    answer = needed(row, "answer")
    several = parse_list(answer)
    references = [answer] if several is None else [str(value) for value in several]
    if mode == "robust":
        text = robust.stated(raw)
        verdicts = [_careful(text, reference) for reference in references]
        if len(references) > 1 and _names_all(text, references):
            return True
        return True if True in verdicts else None if None in verdicts else False
    text = compat.prediction(raw).strip()
    if mode == "paper":
        return any(compat.relaxed(text, reference) for reference in references)
    return any(compat.relaxed(reference, text) for reference in references)


def _names_all(text: str, references: Sequence[str]) -> bool:
    """Tell whether an answer lists every reference and nothing else, in any order."""
    everything = "{" + ", ".join(references) + "}"
    tries = (reading.strip("[](){} .") for reading in robust.readings(text))
    return any(equivalent(reading, everything) for reading in tries)


def _careful(text: str, reference: str) -> bool | None:
    """Compare values, or within 5 % of the reference where it is no year.

    A percent sign on one side only may be left out or worked in: 51 and 0.51 are near 50 %.
    """
    same = robust.value_verdict(text, reference)
    if _YEAR.fullmatch(reference.strip()):
        return same  # "2010 million" is none
    if not same and not _SCALE.search(reference) and "%" not in reference:
        text = _SCALE.sub("", text)
        same = robust.value_verdict(text, reference)
    if same or _DECIMAL_COMMA.search(text):
        return same
    wanted = stated_quantity(reference)
    if not isinstance(read_answer(reference), Quantity) or wanted is None or wanted.number == 0:
        return same
    given = next(filter(None, map(stated_quantity, robust.readings(text))), None)
    if given is None or units_differ(given, wanted):
        return False
    signed = given.percent and not wanted.percent  # 34.5% near 34
    number = float(given.number if signed else unit_free(given)) * _ratio(given, wanted)
    value = float(unit_free(wanted))
    targets = [value, value * 100] if wanted.percent and "%" not in text else [value]
    return any(abs(number - target) <= TOLERANCE * abs(target) * (1 + 1e-9) for target in targets)


def _ratio(given: Quantity, wanted: Quantity) -> float:
    """Return the size of one unit in the other.

    1 where they are the same, or one of them is missing.
    """
    pairs = [(a, b) for a in given.units for b in wanted.units if a.dimension == b.dimension]
    ratios = [float(a.factor / b.factor) for a, b in pairs]
    return 1.0 if not ratios or 1.0 in ratios else ratios[0]


def check(row: Row) -> None:
    """Raise ValueError where the list of references is empty."""
    if parse_list(needed(row, "answer")) == []:
        raise ValueError("answer is '[]'; wanted a reference, or a list of them")


BENCHMARKS["chartqa"] = Benchmark(
    name="chartqa",
    column="ChartQA",
    dataset="ChartQA_TEST",
    md5="c902e0aa9be5582a7aad6dcf52734b42",
    columns=("split",),
    verdict=verdict,
    check=check,
    aggregate=overall_by(split="split"),
    place=4,
)
