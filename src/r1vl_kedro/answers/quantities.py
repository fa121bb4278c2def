"""Numbers with units, percent signs, currencies and counted nouns."""

import math
import re
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from r1vl_kedro.answers.behind import is_tail
from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.model import Quantity
from r1vl_kedro.answers.nouns import ELSEWHERE, MEASURED, PREPOSITION, noun_of, thing_of
from r1vl_kedro.answers.numerals import (
    CARDINALS,
    ORDINALS,
    PART_OF,
    PARTS,
    SCALES,
    and_a_part,
    chinese_number,
    leading_number,
)
from r1vl_kedro.answers.tokens import Unreadable, literal
from r1vl_kedro.answers.units import CURRENCIES, read_units

MAX_LENGTH = 200
ORDINAL = "ordinal"
"""What an ordinal number (``2nd``, ``second``) has in the place of a counted noun."""

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.\d*\(\d+\)|\d+(?:\.\d*)?|\.\d+)"
NUMBER = rf"{_DIGITS}(?:[eE][-+]?\d{{1,3}}(?![\w.]))?"
_PREFIX = re.compile(
    rf"(?P<sign>[-+]?)\s*(?:(?P<mixed>\d+(?:\s+|\s*\((?=\d+/\d+\)))\d+/\d+\)?)(?![\d.])"
    rf"|(?P<sci>{NUMBER}\s*(?:\*|x)\s*10\s*(?:\^|\*\*)\s*(?:\(\s*[-+]?\d{{1,3}}\s*\)|[-+]?\d{{1,3}}))"
    rf"|\(?(?P<fraction>\d+\s*/\s*\d+)(?![\d.])\)?|(?P<number>{NUMBER})(?P<dots>\.{{2,}})?)"
)
_MINUS = re.compile(r"^(?:minus|negative|neg\.?)\s+(?=\S)", re.IGNORECASE)
_CURRENCY = re.compile(
    r"^(?P<sign>-?)\s*(?P<name>US\s?USD|USD|EUR|GBP|JPY|CNY|RMB|INR|"
    rf"{'|'.join(CURRENCIES)}|Rs\.?|[€£¥₹])\s*(?=[-.\d])"
)
_PERCENT = re.compile(
    r"\s*(?:%|\bper\s?cent\b|\bpct\b\.?|\bpercentage(?:\s+points?)?\b|\bpp\b)\s*\.?$", re.IGNORECASE
)
_PERCENT_OF = re.compile(r"^([-\d.,\s]+(?:%|per ?cent))\s+of\s+[a-z][a-z ]{2,60}$", re.IGNORECASE)
_SCALED = re.compile(
    rf"^\s*(?P<word>(?i:{'|'.join(word for word in SCALES if len(word) > 2)})|mn|bn)\b"
    r"|^(?P<tight>[kKMB])\b"
)
_TIGHT = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9}
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$|^第\s?(\d+)[个名位层排行列页]?$")
_COMPOUND = re.compile(rf"({NUMBER})\s*([A-Za-z]+\.?)(?:\s*,?\s*(?:and\s+)?|$)")
_DIFFERENCE = re.compile(
    r"^[-+(]?[\d\s.,/]*\d\)?\s*-\s*[\d.(][^*^!+(]*$"
)  # 10-20 is a range or a date
_SCORE = re.compile(r"^\d+\s*-\s*\d+\s*\(\s*\d+\s*-\s*\d+\s*\)$")  # 4-1 (2-1)
_ERA = re.compile(r"^(\d{1,4})\s*(?:AD|CE|A\.D\.)$|^AD\s*(\d{1,4})$")
_TRIGONOMETRIC = re.compile(r"^[\d.\s*-]*(?:sin|cos|tan|cot|sec|csc)\b(?!\s*\()")
COUNTERS = frozenset("个個只条张块本名人位棵辆支件次倍种组つ枚匹回개명番")
"""Chinese, Japanese and Korean words behind a count."""
_SPACED = re.compile(r"^[-+]?[1-9]\d{0,2}(?: \d{3})* \d{3}(?=$|,\d|\s?[^\d\s/])")
_COMMA_BEFORE_UNIT = re.compile(r"^([-+]?\d+),(\d{1,2})(?=\s*[^\W\d]|\s*[%€£¥°])")
_AND_A_FRACTION = re.compile(r"^([-+]?\d+) and (\d+/\d+)(?![\d.])")
_SEASONS = "|".join(f"{year:02}/{(year + 1) % 100:02}" for year in range(100))
DATE = re.compile(rf"^\d{{1,4}}/\d{{1,2}}/\d{{1,4}}$|^(?:19|20)(?:{_SEASONS})$")
"""A date or season in digits (``1/2/2020``, ``2014/15``), which is no quotient (``1901/10``)."""
_DECADE = re.compile(r"^\d{3}0s$")  # 1990s is no time
_TURNED = re.compile(r"^degrees?\s+(?:angle|arc|turn|rotation)s?$", re.IGNORECASE)
_PARTS_BEHIND = re.compile(rf"\s+({'|'.join(PARTS)})(?<=s)\b(?<!quarters)(?:\s+of\s+an?\b)?")
_TENS_AND_RANK = re.compile(
    r"^((?:twen|thir|for|fif|six|seven|eigh|nine)ty)[- ]"
    r"((?:fir|seco|thi|fou|fif|six|seven|eigh|nin)[a-z]+)$",
    re.IGNORECASE,
)
_REPEATS = {"once": 1, "twice": 2, "thrice": 3, "a pair": 2, "pair": 2}
_CHOSEN = re.compile(r"^(\d{1,3})([CP])(\d{1,3})$")
_CHANCE = re.compile(r"^(\d{1,6}) (?:in|of) ([1-9]\d{0,6})$")
_FEET = re.compile(r"^(\d+)\s*'\s*(\d+(?:\.\d+)?)\s*(?:\"|'')$")
_INCHES = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:\"|'')$")
_EUROPEAN = re.compile(
    r"^[-+]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?!\d{3}(?!\d)|0+$)\d+|0,\d+|\d{4,},\d+)$"
)


@lru_cache(maxsize=8192)
def read_quantity(text: str) -> Quantity | None:
    r"""Read plain notation as one number with its unit, or None.

    Takes separators, currencies, percent, scales (``1.2 million``, ``20k``), mixed numbers,
    scientific notation, number words, ordinals, compound units (``5 ft 6 in``) and counted nouns.

    Example:
        >>> read_quantity("1 h 30 min").number, read_quantity("twenty-one apples").noun
        (Fraction(90, 1), 'apple')
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH or DATE.match(text) or _DECADE.match(text):
        return None
    body = _ERA.sub(r"\1\2", _MINUS.sub("-", text))
    if " " in body or "," in body:
        body = _SPACED.sub(lambda m: m[0].replace(" ", ""), body)
        body = _COMMA_BEFORE_UNIT.sub(r"\1.\2", _AND_A_FRACTION.sub(r"\1 \2", body))
    currency = _CURRENCY.match(body)
    if currency:
        symbol = currency["name"].split()[-1].rstrip(".")
        inner = read_quantity(currency["sign"] + body[currency.end() :])
        if inner is None or inner.noun or inner.percent or any(
            u not in read_units(symbol) for u in inner.units
        ):  # fmt: skip
            return None
        return Quantity(inner.number, inner.decimals, units=read_units(symbol))
    share = _PERCENT_OF.match(body) or PART_OF.match(body)
    if share and not is_tail(body[share.end(1) :]):
        return None  # "15% of half"
    body = share[1] if share else body
    percent = _PERCENT.search(body)
    if percent and percent.start():
        inner = read_quantity(body[: percent.start()])
        of = thing_of(share[0]) if share else ""
        plain = inner is not None and not (inner.units or inner.noun or inner.percent)
        return (
            Quantity(inner.number, inner.decimals, percent=True, of=of) if inner and plain else None
        )
    return _digits(body) or _words(body) or _formula(body)


def _digits(body: str) -> Quantity | None:
    if _EUROPEAN.match(body):
        shown = body.rpartition(",")[2]
        number = Fraction(body.replace(".", "").replace(",", "."))
        return Quantity(number, len(shown))
    if chosen := _CHOSEN.match(body):
        above, below = int(chosen[1]), int(chosen[3])
        count = math.comb if chosen[2] == "C" else math.perm
        return Quantity(Fraction(count(above, below))) if above <= 100 else None
    feet, inches = _FEET.match(body), _INCHES.match(body)
    if feet:
        number = 12 * Fraction(feet[1]) + Fraction(feet[2])
        return Quantity(number, units=read_units("in"))
    if inches:
        return Quantity(Fraction(inches[1]), units=read_units("in"))
    chance = _CHANCE.match(body)
    if chance and (share := Fraction(int(chance[1]), int(chance[2]))) <= 1:  # 1 in 2, 3 of 4
        return Quantity(share)
    if ordinal := _ORDINAL.match(body):
        return Quantity(Fraction(ordinal[1] or ordinal[2]), 0, noun=ORDINAL)
    found = _PREFIX.match(body)
    if not found:
        return None
    if (read := _number(found)) is None:
        return None
    number, decimals = read
    rest = body[found.end() :]
    cut = bool(found["dots"]) and bool(decimals)
    if not rest.strip():
        if "(" in (found["number"] or ""):
            return Quantity(number, repeats=True)
        return _with_cut(number, decimals, cut, found["number"] or "")
    scaled = _SCALED.match(rest)
    if scaled and not (scaled["tight"] and rest[:1].isspace()):
        scale = _TIGHT[scaled["tight"]] if scaled["tight"] else SCALES[scaled["word"].lower()]
        rest = rest[scaled.end() :]
        return _united(number * scale, None, rest, tight=False)
    return _united(number, decimals, rest, tight=found.end() > 0) or _compound(body)


def _with_cut(number: Fraction, decimals: int | None, cut: bool, written: str) -> Quantity:
    """Read a number; digits that repeat before an ellipsis are a repeating decimal."""
    if not cut:
        return Quantity(number, decimals)
    shown = written.partition(".")[2]
    for width in range(1, len(shown) // 2 + 1):
        if shown[-width:] == shown[-2 * width : -width]:
            head = shown[: len(shown) - 2 * width]
            exact = literal(f"{written.partition('.')[0]}.{head}({shown[-width:]})")
            return Quantity(exact if number >= 0 else -exact)
    return Quantity(number, decimals, cut=True)


def _number(found: re.Match[str]) -> tuple[Fraction, int | None] | None:
    sign = -1 if found["sign"] == "-" else 1
    try:
        if found["mixed"]:
            whole, above, below = map(int, re.findall(r"\d+", found["mixed"]))
            return sign * (whole + Fraction(above, below)), None
        if found["sci"]:
            base, exponent = re.split(
                r"\s*(?:\*|x)\s*10\s*(?:\^|\*\*)\s*", found["sci"], maxsplit=1
            )
            power = int(exponent.strip("() "))
            return (sign * literal(base) * Fraction(10) ** power, None)
        if found["fraction"]:
            above, below = map(int, found["fraction"].split("/"))
            return sign * Fraction(above, below), None
        written = found["number"]
        plain = re.fullmatch(r"[\d,]*\.?(\d*)", written)
        return sign * literal(written), (len(plain[1]) if plain else None)
    except (ValueError, ArithmeticError):  # a zero below the line, or too many digits
        return None


def _united(
    number: Fraction | float, decimals: int | None, rest: str, *, tight: bool
) -> Quantity | None:
    """Return the number with the unit or noun that follows it, or None where neither does."""
    if not rest.strip() or rest.strip().lower() == "times" or rest.strip() in COUNTERS:
        return Quantity(number, decimals)
    if mixed := and_a_part(rest, 0):
        return _united(number + mixed[0], None, rest[mixed[1] :], tight=False)
    if part := _PARTS_BEHIND.match(rest):  # 5 sixteenths
        return _united(number / PARTS[part[1]], None, rest[part.end() :], tight=False)
    if ELSEWHERE.search(rest):
        return None
    of = thing_of(rest)
    hyphened = rest.startswith("-")
    rest = re.sub(r"^-(?=[A-Za-z]{2})", " ", rest)  # a 45-degree angle
    rest = re.sub(r"(?<=[a-z])-(?=(?:old|long|wide|high|tall|deep)\b)", " ", rest)
    if (tail := PREPOSITION.search(f" {rest.strip()}")) and not is_tail(tail[0]):
        return None  # "24 cm from the answer"
    words = MEASURED.sub("", rest.strip().rstrip("."))
    units = read_units(words.removeprefix("in ")) or read_units(words)  # 5 in metres
    if not units:
        units = read_units(PREPOSITION.sub("", f"{words} ").strip()) if " " in words else ()
    if not units and _TURNED.search(words):  # a 45-degree angle
        units = read_units(words.split()[0])
    if units:
        letter = tight and not rest[0].isspace() and len(words) == 1 and words.isascii()
        return Quantity(number, decimals, units=units, tight=letter, of=of)
    # "five-sided" counts nothing
    noun = None if hyphened else noun_of(rest, one=0 < abs(number) <= 1)
    return Quantity(number, decimals, noun=noun, of=of) if noun is not None else None


def _compound(body: str) -> Quantity | None:
    """Read ``1 hour 30 minutes``: the sum, in the last unit; money in the first."""
    parts, at = [], 0
    while at < len(body):
        found = _COMPOUND.match(body, at)
        if not found:
            return None
        try:
            parts.append((literal(found[1]), found[2].rstrip(".")))
        except Unreadable:
            return None
        at = found.end()
    if not 2 <= len(parts) <= 4:
        return None
    hours = any(name.lower() in ("h", "hr", "hrs", "hour", "hours") for _, name in parts)
    named = [read_units("min" if name == "m" and hours else name) for _, name in parts]
    sizes = [
        [u for u in units if any(u.dimension == v.dimension for v in named[0])] for units in named
    ]
    if not all(sizes) or any(a[0].factor <= b[0].factor for a, b in pairwise(sizes)):
        return None
    total = sum(number * some[0].factor for (number, _), some in zip(parts, sizes, strict=True))
    money = sizes[0][0].dimension in ((("dollar", 1),), (("euro", 1),), (("sterling", 1),))
    shown = sizes[0 if money else -1][0]
    return Quantity(total / shown.factor, units=(shown,), tight=not money)


def _words(body: str) -> Quantity | None:
    negative = body.startswith("-") and body[1:2].isalpha()
    text = body[1:] if negative else body
    if text.lower() in ORDINALS:
        return Quantity(Fraction(ORDINALS[text.lower()]), noun=ORDINAL)
    ranked = _TENS_AND_RANK.match(text)
    if ranked and ORDINALS.get(ranked[2].lower(), 10) < 10:
        rank = CARDINALS[ranked[1].lower()] + ORDINALS[ranked[2].lower()]
        return Quantity(Fraction(rank), noun=ORDINAL)
    chinese = chinese_number(text)
    if chinese is not None:
        return Quantity(Fraction(-chinese if negative else chinese))
    if not text[:1].isalpha():
        return None
    if text.lower() in _REPEATS:
        return Quantity(Fraction(_REPEATS[text.lower()]))
    found = leading_number(text)
    if not found:
        return None
    number, rest = found
    return _united(-number if negative else number, None, rest, tight=False)


def _formula(body: str) -> Quantity | None:
    """Read a formula without symbols, with or without a unit behind it: ``pi/4 rad``."""
    if _DIFFERENCE.match(body) or _SCORE.match(body):
        return None
    body = re.sub(r"^[-+]\s+(?=\d)", lambda m: m[0][0], body)
    number = number_of(body)
    if number is not None:
        return Quantity(number)
    pieces = body.split(" ")
    if _TRIGONOMETRIC.match(body):
        return None  # the degrees of sin 30 degrees are the argument's
    for count in range(1, min(4, len(pieces))):
        head, tail = " ".join(pieces[:-count]), " ".join(pieces[-count:])
        units = read_units(tail)
        if units and (number := number_of(head)) is not None:
            return Quantity(number, units=units)
    return None
