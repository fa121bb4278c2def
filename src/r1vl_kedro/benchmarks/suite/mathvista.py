"""MathVista (testmini): options, integers, floats without tolerance, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from r1vl_kedro.answers import MAX_ANSWER, stated_quantity, unit_free
from r1vl_kedro.answers.leads import leads
from r1vl_kedro.answers.prose import SENTENCE_END
from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import (
    Row,
    cell,
    check_number,
    check_option,
    lettered,
    literal_list,
    needed,
    parse_list,
)
from r1vl_kedro.benchmarks.groups import overall_by
from r1vl_kedro.responses.revisions import revises

_PLAIN_NUMBER = re.compile(r"(?<![\d.])(?<!\d[-–])-?\d+(?:\.\d+)?|(?<=\d[-–])\d+(?:\.\d+)?")
_NUMBER = r"-?\d+(?:\.\d+)?"
_LISTED = re.compile(
    r"(?P<lead>[^\d()\[\]{}]*?)\\?[(\[{]?\s*"
    rf"(?P<numbers>{_NUMBER}(?:(?:\s*[,;&]\s*(?:and\s+)?|\s+(?:(?:and|to)\s+)?|\s*[-–—]\s*){_NUMBER})*)"
    r"\s*\\?[)\]}]?[\s.$*]*"
)
"""Numbers alone, with what leads to them."""
_SPAN = re.compile(r"\b(?:between|from|to be)?\W*\Z", re.IGNORECASE)


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare options by letter or text, numbers by value (`robust`: with units, separators)."""
    choices = needed(row, "question_type") == "multi_choice"
    if mode == "robust":
        text = robust.stated(raw)
        if choices:
            options = lettered(literal_list(row, "choices"))
            return robust.option_verdict(text, options, needed(row, "answer_option"))
        answer = needed(row, "answer")
        values = parse_list(answer) or []
        if values and all(isinstance(value, int | float) for value in values):
            return list_verdict(text, values)
        same = robust.value_verdict(text, answer)
        return same or _as_precise(row, text, answer) or same
    text = compat.prediction(raw)
    if choices:
        options = lettered(literal_list(row, "choices"))
        return compat.option_verdict(text, options, needed(row, "answer_option"), mode)
    return _number(text, needed(row, "answer"), needed(row, "answer_type"))


def list_verdict(text: str, values: Sequence[float]) -> bool:
    """Tell whether an answer lists these numbers, in this order ("between 2007 and 2008").

    What leads to them is asked for ("The years are"), perhaps with "between" or "from" ("It is
    largest between").
    """
    if len(text) > MAX_ANSWER:
        return False
    stating = [part for part in SENTENCE_END.split(text) if re.search(r"\d", part)]
    found = _LISTED.fullmatch(stating[0]) if len(stating) == 1 else None
    if found is None or revises(stating[0], text.partition(stating[0])[2]):
        return False
    if not leads(_SPAN.sub("", found["lead"])):
        return False
    return list(map(float, _PLAIN_NUMBER.findall(found["numbers"]))) == list(values)


def _as_precise(row: Row, text: str, answer: str) -> bool:
    """Tell whether an answer rounds to the reference at the decimals of the column `precision`."""
    decimals = cell(row, "precision")
    given = next(filter(None, map(stated_quantity, robust.readings(text))), None)
    if needed(row, "answer_type") != "float" or decimals is None or given is None:
        return False
    gap = abs(float(unit_free(given)) - float(answer))
    return gap <= 0.5 * 10.0 ** -int(float(decimals)) * (1 + 1e-9)


def check(row: Row) -> None:
    """Raise ValueError where no answer could be right: no letter of a choice, no number."""
    if needed(row, "question_type") == "multi_choice":
        check_option(row, lettered(literal_list(row, "choices")), "answer_option")
    elif needed(row, "answer_type") == "float":
        check_number(row, "answer")
        if cell(row, "precision") is not None:
            check_number(row, "precision")


def _number(text: str, answer: str, kind: str) -> bool | None:
    """Compare as upstream: zero, lists and anything unequal go to the judge."""
    read = {"integer": int, "float": float}.get(kind)
    if read is None:
        return None
    try:
        given, wanted = read(text), read(answer)
    except ValueError:
        return None
    return True if given and given == wanted else None


def _skills(row: Row) -> list[str] | None:
    text = cell(row, "skills")
    if text is None:
        return None
    return [str(skill) for skill in literal_list(row, "skills")] if text[0] == "[" else [text]


BENCHMARKS["mathvista"] = Benchmark(
    name="mathvista",
    column="MathVista",
    dataset="MathVista_MINI",
    md5="f199b98e178e5a2a20e7048f5dcb0464",
    columns=("question_type", "answer_type", "choices", "answer_option", "task", "skills"),
    verdict=verdict,
    check=check,
    aggregate=overall_by(task="task", skill=_skills),  # a row counts in each of its skills
    place=1,
)
