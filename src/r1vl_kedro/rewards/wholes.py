"""Whether a key step that was found is cut out of something larger, which states something else."""

from collections.abc import Sequence

from r1vl_kedro.answers.numerals import SCALES
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    BREAK,
    RELATIONS,
    is_number,
    is_operand,
    is_variable,
)

COPULAS = frozenset("is are was were".split())
# Letters that are also units are no sign of an implicit product: "x = 5 m" is five metres.
_FACTORS = frozenset("abcdefijknopqrtuvwxyz(") | {"sqrt", "pi"}
_MARKS = frozenset({"%", "factorial"})
_APPLIED = frozenset("sin cos tan cot sec csc log ln exp sqrt abs f g h".split())
"""Functions: an equation of a variable is not one of its sine, root or magnitude."""
_FIGURES = frozenset({"angle", "arc", "area", "side"})
_BOUNDS = frozenset(
    {
        ("at", "least"),
        ("at", "most"),
        ("fewer", "than"),
        ("more", "than"),
        ("no", "more"),
        ("up", "to"),
    }
)
_LONGEST_LABEL = 3


def cut_out(tokens: Sequence[str], start: int, end: int, *, states: bool) -> bool:
    """Tell whether the tokens from ``start`` to ``end`` are part of a larger quantity or equation.

    ``x = 2`` is not what ``3x = 2`` or ``x = 2 + y`` states, nor ``45 cm`` what ``45 cm^2`` is.

    Args:
        tokens: of the whole text; the last one ends a step.
        start, end: the window, end exclusive.
        states: the window holds a relation or a copula, so that a sum beside it changes it.
    """
    first, last = tokens[start], tokens[end - 1]
    before = tokens[start - 1] if start else BREAK
    if _scaled(tokens, end) or _other_unit(tokens, start, end) or _fraction_cut(tokens, start, end):
        return True
    if _bounded(tokens, start) or tokens[end : end + 2] == ["too", "many"]:
        return True
    return states and (
        _goes_before(first, before, tokens[start + 1 : end]) or _goes_on(tokens, end, last)
    )


def _scaled(tokens: Sequence[str], end: int) -> bool:
    """Read ``5`` of ``5 million``."""
    return is_number(tokens[end - 1]) and tokens[end] in SCALES


def _other_unit(tokens: Sequence[str], start: int, end: int) -> bool:
    """Read ``45 cm`` of ``45 cm^2`` and ``45 cm/s``."""
    if end - start < 2 or not is_number(tokens[end - 2]) or is_number(tokens[end - 1]):
        return False
    if not (tokens[end - 1].isalpha() and read_units(tokens[end - 1])):
        return False
    return tokens[end] == "^" or (
        tokens[end] in ("/", "per")
        and tokens[end + 1].isalpha()
        and bool(read_units(tokens[end + 1]))
    )


def _fraction_cut(tokens: Sequence[str], start: int, end: int) -> bool:
    """Read ``4 cups`` of ``3/4 cups``, and ``1/2`` of ``2 1/2``."""
    if not start or not is_number(tokens[start]) or tokens[start][0] == "-":
        return False
    before = tokens[start - 1]
    if before == "/" and start > 1 and is_number(tokens[start - 2]):
        return end - start < 2 or tokens[start + 1].isalpha()
    return is_number(before) and tokens[start + 1 : start + 2] == ["/"]


def _bounded(tokens: Sequence[str], start: int) -> bool:
    """Read ``3 cubes`` of ``at least 3 cubes``, ``less than 3 cubes`` and ``2 or 3 cubes``."""
    if not start or not is_number(tokens[start]):
        return False
    first, before = tokens[start - 2] if start > 1 else BREAK, tokens[start - 1]
    bound = before in ("<", ">", "<=", ">=") and not is_operand(first)
    return bound or (first, before) in _BOUNDS or (before == "or" and is_number(first))


def _goes_before(first: str, before: str, rest: Sequence[str]) -> bool:
    if first.isalpha() and not is_variable(first):
        label = len(first) <= _LONGEST_LABEL and bool(rest) and rest[0] in RELATIONS
        return (first in _FIGURES or label) and (is_number(before) or (label and before == "*"))
    if before in ARITHMETIC or (is_variable(first) and is_number(before)):
        return True
    return is_variable(first) and before in _APPLIED


def _goes_on(tokens: Sequence[str], end: int, last: str) -> bool:
    after = tokens[end] if end < len(tokens) else BREAK
    following = tokens[end + 1] if end + 1 < len(tokens) else BREAK
    if not is_operand(last):
        return False
    if after in ARITHMETIC and (after != "-" or is_operand(following) or following == "("):
        return True
    if not is_number(last):
        return False
    if after == "a" and following.isalpha() and len(following) > 1:
        return False  # an article
    if after.isalpha() and len(after) == 1 and after not in _FACTORS:  # a unit, or 5m + 2
        return (
            following in ("+", "*", "-") and end + 2 < len(tokens) and is_operand(tokens[end + 2])
        )
    return after in _FACTORS | _MARKS | {":"} or (after == "or" and is_number(following))
