"""DynaMath: ten variants of each question; floats, options and short texts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from r1vl_kedro.answers import stated_quantity, unit_free
from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, cell, check_number, needed
from r1vl_kedro.benchmarks.groups import all_right, by_key, grouped, percent

TOLERANCE = 0.001
LETTERS = "ABCDE"
_KEY = "short answer"
_LETTERED_NO = re.compile(r"(\(?[A-E]\))\s+no\.?", re.IGNORECASE)
"""The option "no" with its letter; the file has no column of options."""


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare a float within 0.001, the one letter named, or a text.

    What upstream cannot parse goes to its judge, and is left open here (None). Without a judge, as
    here, upstream takes an option for right if the first three characters hold its letter.
    """
    kind, answer = needed(row, "answer_type"), needed(row, "answer")
    if mode == "robust":
        return _careful(robust.stated(raw), answer, kind)
    text = _object(compat.prediction(raw))
    short = _short_answer(text)
    if short is not None and mode == "paper":
        return _paper_short(short, answer, kind)
    parsed = _parse(short, kind) if isinstance(short, str) else None
    if parsed is None:
        parsed = _parse(text, kind)
    if parsed is None:
        fallback = kind == "multiple choice" and answer in text[:3].upper()
        return True if fallback else None
    if kind == "float":
        return abs(float(parsed) - float(answer)) <= TOLERANCE
    if kind == "multiple choice":
        return parsed == answer
    return str(parsed).lower() in answer.lower()


def _object(text: str) -> str:
    """Cut as upstream's `preprocess`: from the first brace to the last, without backslashes."""
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        text = text[start : end + 1]
    return text.replace("\\", "")


def _short_answer(text: str) -> object:
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return found.get(_KEY) if isinstance(found, dict) else None


def _paper_short(short: object, answer: str, kind: str) -> bool:
    """Compare the short answer of the JSON object as it is (before 2024-12-06)."""
    if kind == "float":
        try:
            return abs(float(str(short)) - float(answer)) <= TOLERANCE
        except ValueError:
            return False
    if kind == "multiple choice":
        return short == answer
    return str(short).lower() in answer.lower()


def _parse(text: str, kind: str) -> float | str | None:
    """Parse as upstream's `parse_answer`; None where it fails and a judge is asked."""
    if kind == "float":
        try:
            if text.isdigit():
                return float(text)
            first = text.split(" ")[0]
            return float(first.split("π")[0]) * math.pi if "π" in first else float(first)
        except ValueError:
            return None
    if kind == "multiple choice":
        if len(text) == 1:
            return text.upper()
        named = [letter for letter in LETTERS if letter in text.upper()]
        return named[0] if len(named) == 1 else None
    return text


def _careful(text: str, answer: str, kind: str) -> bool | None:
    if kind == "multiple choice":
        return robust.option_verdict(
            _LETTERED_NO.sub(r"\1", text),
            {letter: f"option {letter}" for letter in LETTERS},
            answer,
        )
    quantities = map(stated_quantity, robust.readings(text)) if kind == "float" else ()
    given = next(filter(None, quantities), None)
    if given is None:
        return robust.value_verdict(text, answer)
    return abs(float(unit_free(given)) - float(answer)) <= TOLERANCE * (1 + 1e-9)


def check(row: Row) -> None:
    """Raise ValueError where a number is asked for and the answer is none."""
    if needed(row, "answer_type") == "float":
        check_number(row, "answer")


def _subject(row: Row) -> str | None:
    """Return the subject with single spaces (one published seed has several)."""
    text = cell(row, "subject")
    return None if text is None else " ".join(text.split())


def aggregate(rows: Sequence[Row], verdicts: Sequence[bool]) -> dict[str, float]:
    """Compute percent of rows (`average`) and of questions right in every variant (`worst case`).

    As upstream, of the variants there are: ten in the published file, fewer where a run is limited.
    """
    questions = [needed(row, "qid") for row in rows]
    groups = grouped(questions, verdicts)
    first = dict(reversed(list(zip(questions, rows, strict=True))))
    seeds, all_of = [first[name] for name in groups], [all(group) for group in groups.values()]
    return {
        "average": percent(verdicts),
        "worst case": all_right(questions, verdicts),
        **by_key(rows, verdicts, _subject, "average, subject"),
        **by_key(rows, verdicts, lambda row: cell(row, "knowledge_level"), "average, level"),
        **by_key(seeds, all_of, _subject, "worst case, subject"),
        **by_key(seeds, all_of, lambda row: cell(row, "knowledge_level"), "worst case, level"),
    }


BENCHMARKS["dynamath"] = Benchmark(
    name="dynamath",
    column="DynaMath",
    dataset="DynaMath",
    md5="b8425ad9a7114571fc9366e013699494",
    columns=("qid", "varid", "answer_type", "subject", "knowledge_level"),
    verdict=verdict,
    check=check,
    aggregate=aggregate,
    place=5,
    headline="average",
    cluster=lambda row: needed(row, "qid"),
)
