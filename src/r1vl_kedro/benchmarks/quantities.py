"""The one quantity that an answer states: a number with its unit, alone or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from r1vl_kedro.answers import parse_value, same_value
from r1vl_kedro.answers.values import Value
from r1vl_kedro.mathtext import plain

MAX_ANSWER = 2000

HEDGE = re.compile(r"\bor\b|\?|\bmaybe\b|\bnot\b|n't\b", re.IGNORECASE)
UNDERSCORED = re.compile(r"\d_\d")
_EMPHASIS = re.compile(r"(?<!\w)([*_`]{1,3})([^*_`\n]+)\1(?!\w)")
_MINUS = re.compile(r"\b(?:minus|negative)\s+(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.^])(?<!\^-)[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?")
_UNIT = re.compile(
    r"\s?(?:(?:square|cubic|sq|cu)\.?\s+)?[^\s,;:!?()\[\]]+(?:\s+(?:per|/)\s+[^\s,;:!?()\[\]]+)?"
)
_SYMBOL = re.compile(r"\s?(mu|omega|(?![MB]\b)[a-z]{0,2}[A-Z][A-Za-z]{0,2})(?!\w)")
_NEAR = 12
_SPOILT_BY_BEFORE = re.compile(
    r"(?:(?<![-=])>|<|[<>!]=|[\^/+!]|(?<!\*)\*|(?<![A-Za-z])[A-Za-z]\s*-)\s*\Z"
    r"|\b(?:least|most|than|over|under|above|below|beyond|log|ln|sin|cos|tan|sqrt)\s+\Z",
    re.IGNORECASE,
)
_SPOILT_BY_AFTER = re.compile(
    r"\s*(?:[\^/*+>]|<(?![/|])|-\s*[A-Za-z](?![A-Za-z]))|\.?\d|(?!(?:st|nd|rd|th)\b)[A-Za-z_]"
    r"|\s+(?:[b-zMB](?![\w'])|and a half|at (?:least|most))"
    r"|\s+(?:hundred|thousand|million|billion|trillion|dozen|plus|minus|squared|cubed|factorial)\b"
)


def value_in(text: str) -> Value | None:
    """The one quantity that an answer states, or None where there is none, or several.

    A number in a sentence counts unless it is part of a formula ("5x"), of a bound ("at least 5")
    or of a larger number ("5 hundred"); a symbol after it ("5 kN") is a unit.

    Example:
        >>> float(value_in("There are 14 bars.").number), value_in("more than 14 bars")
        (14.0, None)
    """
    if UNDERSCORED.search(text) or len(text) > MAX_ANSWER:
        return None
    value = parse_value(text.strip().rstrip("."))
    if value is not None or HEDGE.search(text):
        return value
    text = _MINUS.sub("-", plain(_EMPHASIS.sub(r"\2", text).replace("$", " ")))
    found = list(_NUMBER.finditer(text))
    if len({number.group() for number in found}) != 1:
        return None
    values = [_in_place(text, number) for number in found]
    if None in values:
        return None
    return next((value for value in values if value.unit), values[0])


def first_value(texts: Iterable[str]) -> Value | None:
    """The quantity in the first of these texts that states one."""
    return next((value for value in map(value_in, texts) if value is not None), None)


def share(value: Value) -> float:
    """Its number; a percent sign divides by a hundred."""
    return float(value.number) / (100 if value.percent else 1)


def units_differ(given: Value, wanted: Value) -> bool:
    """Whether both name a unit and it is not the same; "units" names none."""
    named = [value.unit for value in (given, wanted) if value.unit and value.unit[0][:4] != "unit"]
    return len(set(named)) > 1


def same_quantity(given: Value, wanted: Value) -> bool:
    """`same_value`, or equal but for the last digits of a computed number (60.0000001)."""
    if same_value(given, wanted):
        return True
    close = abs(share(given) - share(wanted)) <= 1e-6 * min(1.0, abs(share(wanted)))
    return close and not units_differ(given, wanted)


def _in_place(text: str, number: re.Match[str]) -> Value | None:
    """The value of a number as it stands in a text, with the unit after it."""
    before, after = text[: number.start()][-_NEAR:], text[number.end() :][: 4 * _NEAR]
    if _SPOILT_BY_BEFORE.search(before):
        return None
    unit = _UNIT.match(after)
    value = parse_value(number.group() + unit.group().rstrip(".")) if unit else None
    if value is not None:
        return value
    symbol = _SYMBOL.match(after)
    value = parse_value(number.group())
    if symbol and value:
        return replace(value, unit=(symbol[1], Fraction(1)))
    return None if _SPOILT_BY_AFTER.match(after) else value
