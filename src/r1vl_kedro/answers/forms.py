"""Forms that are no single number: ranges, intervals, tolerances."""

import re
from dataclasses import replace
from fractions import Fraction
from math import inf

from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.formulas import INEQUALITY
from r1vl_kedro.answers.model import Interval, Quantity, Range, Tolerance
from r1vl_kedro.answers.quantities import NUMBER, read_quantity

MAX_INTERVAL = 200

_END = (
    r"(?:(?:USD|EUR|€|£|¥|Rs\.?)\s*)?(?:(?<![\d.])-)?(?:\d+\s+\d+/\d+|\d+/\d+|"
    rf"{NUMBER})(?:\s*[A-Za-z%$€£°][^-:;,~]*?)?"
)
_RANGE = re.compile(
    rf"^(?P<lead>from\s+|between\s+|in\s+|(?:people\s+|adults\s+|those\s+)?age[sd]?\s+(?:group\s+)?)?(?:the\s+)?(?P<low>{_END})\s*"
    rf"(?P<sign>-to-|-{{1,2}}|\bto\b|\band\b|\buntil\b|\bthrough\b|\btill\b|~|\.\.\.?)\s*(?P<high>{_END})$",
    re.IGNORECASE,
)
_DECADE = re.compile(r"^(\d{4})s$")
_BOTH = re.compile(r"\s+and\s+|\s*,\s*(?=[A-Za-z]\s*[<>])", re.IGNORECASE)
_BUILDER = re.compile(
    r"^\{\s*(?P<name>[A-Za-z])(?:\s*∈\s*(?:real numbers)?)?\s*[|:]\s*(?P<condition>[^{}]+)\}$"
)
_REALS = re.compile(
    r"^(?:[A-Za-z]\s*∈\s*)?(?:the set of )?(?:all |any )*(?:reals|real numbers?|real values?|ℝ)"
    r"(?: of [a-z])?$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"^\|?[A-Za-z]\w{0,3}(?:_\w+)?'?\|?$")
_SHIFTED = re.compile(r"\|\s*(?P<name>[A-Za-z])\s*(?P<shift>[-+]\s*\d[\d./]*)\s*\|")
_OF = re.compile(r"^\s*(?P<name>[A-Za-z]\w?)\s*(?:∈|\bin\b)\s*")
_BRACKETED = re.compile(r"^([\[(\]])\s*([^,;]{1,60})\s*[,;]\s*([^,;]{1,60}?)\s*([\])\[])$")
_SET = re.compile(r"\{([^{}]{1,80})\}")
_BOUNDS = [
    (re.compile(r"^(?:more|greater|larger|higher|over|above)(?:\s+than)?\s+(.+)$", re.I), ">"),
    (re.compile(r"^(?:at least|no less than|not less than|no fewer than)\s+(.+)$", re.I), ">="),
    (re.compile(r"^(?:less|fewer|smaller|lower|under|below)(?:\s+than)?\s+(.+)$", re.I), "<"),
    (re.compile(r"^(?:at most|no more than|not more than|up to)\s+(.+)$", re.I), "<="),
    (re.compile(
        r"^(.+?)\s*(?:(?:or|and) (?:more|greater|above|higher|over|older|up)|\+)$", re.I), ">="),
    (re.compile(
        r"^(.+?)\s*(?:or|and) (?:less|fewer|below|lower|younger|under)$", re.I), "<="),
]  # fmt: skip


def read_range(text: str) -> Range | None:
    """Read two plain numbers as the ends of a range; the unit of the last holds for both.

    Example:
        >>> read_range("10-20 years") == read_range("from 10 to 20 years"), read_range("2-sqrt(3)")
        (True, None)
    """
    if len(text) > 80:
        return None
    found = _RANGE.match(text.strip())
    if not found:
        return None
    sign = found["sign"].lower()
    if sign == "-" and re.search(r"\bpi\b", text):
        return None  # 24 - 6.25 pi
    if (sign == "and") != bool(found["lead"] and found["lead"].lower().startswith("between")):
        return None
    low, high = (read_quantity(_DECADE.sub(r"\1", found[end].strip())) for end in ("low", "high"))
    if low is None or high is None:
        return None
    if high.units and not low.units and not low.noun and not low.percent:
        low = Quantity(low.number, low.decimals, units=high.units)
    if low.units and not high.units and not high.noun:
        high = Quantity(high.number, high.decimals, units=low.units)
    if high.percent and not low.percent and not low.units:
        low = Quantity(low.number, low.decimals, percent=True)
    if high.noun and not low.noun:
        low = Quantity(low.number, low.decimals, noun=high.noun)
    return Range(low, high)


def read_tolerance(text: str) -> Tolerance | None:
    """Read ``10 ± 2 cm``: both are plain numbers."""
    centre, sign, spread = text.partition("±")
    if not sign or not centre.strip():
        return None
    first, second = read_quantity(centre.strip(" (")), read_quantity(spread.strip(" )"))
    plain = re.fullmatch(r"\(?\s*[\d.,\s]+[^\d]*", centre) and re.match(r"\s*[\d.]", spread)
    if first is None or second is None or not plain or "sqrt" in text:
        return None
    units, noun = first.units or second.units, first.noun or second.noun
    return Tolerance(
        replace(first, decimals=None, units=units, noun=noun),
        replace(second, decimals=None, units=second.units or units, noun=noun),
    )


def _bound(text: str) -> Fraction | float | None:
    text = text.strip()
    if re.fullmatch(r"[-+]?\s*(?:inf|infinity|∞)", text, re.IGNORECASE):
        return -inf if text.startswith("-") else inf
    return number_of(text)


def read_interval(text: str) -> Interval | None:
    """Read intervals, unions of them, and inequalities with numbers: ``[0,5)``, ``0 <= x < 5``.

    ``(a,b)`` of two plain numbers is a pair, and not read here; ``bracketed`` reads it.

    Example:
        >>> read_interval("0<=x<5").pieces == read_interval("[0,5)").pieces
        True
    """
    if len(text) > MAX_INTERVAL:
        return None
    if member := _OF.match(text):
        inner = read_interval(text[member.end() :]) or bracketed(text[member.end() :])
        return replace(inner, name=inner.name or member["name"]) if inner else None
    if (builder := _BUILDER.match(text)) and "∪" not in text:
        inner = read_interval(builder["condition"])
        return inner if inner and inner.name in ("", builder["name"]) else None
    if _REALS.match(text):
        return Interval(((-inf, False, inf, False),))
    both = [inequality(part) for part in _BOTH.split(text)] if _BOTH.search(text) else []
    if len(both) == 2 and both[0] and both[1] and both[0].name == both[1].name:
        return _intersection(both[0], both[1])
    for sign in ("∪", r"\bU\b", r"\bor\b"):
        parts = re.split(rf"\s*{sign}\s*", text)
        if len(parts) > 1:
            pieces = [_points(part) or bracketed(part) or inequality(part) for part in parts[:10]]
            names = {piece.name for piece in pieces if piece}
            if None not in pieces and len(names) == 1:
                joined = sorted(p for piece in pieces if piece for p in piece.pieces)
                return Interval(tuple(joined), names.pop())
    found = bracketed(text)
    if found is not None:
        low, low_in, high, high_in = found.pieces[0]
        marks = text[0] + text[-1]
        listed = marks == "[]" and min(low, high) >= 1000  # [2007, 2008]: a list of years
        sure = inf in (abs(low), abs(high)) or low_in != high_in
        return found if sure or (marks in ("[]", "][") and not listed) else None
    return inequality(text) or _worded(text)


def _points(text: str) -> Interval | None:
    """Read the numbers of a set in a union: each is a piece of its own."""
    found = _SET.fullmatch(text.strip())
    ends = [_bound(part) for part in found[1].split(",")] if found else []
    if not ends or None in ends:
        return None
    return Interval(tuple((end, True, end, True) for end in ends if end is not None))


def _intersection(first: Interval, second: Interval) -> Interval | None:
    """Read ``x > 1 and x < 3``; None where nothing is in both, or one holds the other."""
    (low, low_in, no_high, _), (no_low, _, high, high_in) = sorted(
        (first.pieces[0], second.pieces[0]), key=lambda piece: -piece[0]
    )
    if no_high != inf or no_low != -inf or low >= high:
        return None
    return Interval(((low, low_in, high, high_in),), first.name)


def bracketed(text: str) -> Interval | None:
    """Read two numbers in brackets as an interval, whatever else they may be."""
    found = _BRACKETED.match(text.strip())
    if not found:
        return None
    low, high = _bound(found[2]), _bound(found[3])
    if low is None or high is None or low > high:
        return None
    return Interval(((low, found[1] == "[", high, found[4] == "]"),))


def inequality(text: str) -> Interval | None:
    """Read ``x < 5``, ``5 > x``, ``0 <= x < 5`` and ``< 5``, with numbers as bounds."""
    text = re.sub(r"\bUSD\s*(?=\d)", "", text)
    signs = INEQUALITY.findall(text)
    parts = [part.strip() for part in INEQUALITY.split(text)]
    if not 1 <= len(signs) <= 2 or "!=" in signs or "=" in "".join(parts):
        return None
    if len(signs) == 2:
        rising = all(sign[0] == "<" for sign in signs)
        if not rising and not all(sign[0] == ">" for sign in signs):
            return None
        if not rising:
            parts, signs = parts[::-1], [sign.replace(">", "<") for sign in signs[::-1]]
        low, high = _bound(parts[0]), _bound(parts[2])
        named = _VARIABLE.match(parts[1]) and "|" not in parts[1]
        if low is None or high is None or not named or low > high:
            return None
        return Interval(((low, "=" in signs[0], high, "=" in signs[1]),), parts[1])
    left, right, sign = *parts, signs[0]
    if _VARIABLE.match(right) and _bound(left) is not None:
        left, right = right, left
        sign = sign.translate(str.maketrans("<>", "><"))
    bound = _bound(right)
    shifted = _SHIFTED.fullmatch(left)
    if bound is None or (left and not _VARIABLE.match(left) and not shifted):
        return None
    if "|" in left:
        centre = number_of(shifted["shift"].replace(" ", "")) if shifted else Fraction(0)
        name = shifted["name"] if shifted else left.strip("|")
        return None if centre is None else _around(-centre, name, sign, bound)
    piece = (
        (-inf, False, bound, "=" in sign) if sign[0] == "<" else (bound, "=" in sign, inf, False)
    )
    return Interval((piece,), left)


def _around(
    centre: Fraction | float, name: str, sign: str, bound: Fraction | float
) -> Interval | None:
    """Read ``|x - 1| < 2`` as -1 < x < 3, and ``|x - 1| > 2`` as what lies outside."""
    if bound <= 0 or bound == inf:
        return None
    closed = "=" in sign
    if sign[0] == "<":
        return Interval(((centre - bound, closed, centre + bound, closed),), name)
    outside = ((-inf, False, centre - bound, closed), (centre + bound, closed, inf, False))
    return Interval(outside, name)


def _worded(text: str) -> Interval | None:
    for pattern, sign in _BOUNDS:
        found = pattern.match(text.strip())
        quantity = read_quantity(found[1]) if found else None
        if found and quantity:
            found_interval = inequality(f"{sign}{quantity.number}")
            return replace(found_interval, bound=quantity) if found_interval else None
    return None
