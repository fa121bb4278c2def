"""Forms that are no single number: dates, times, ranges, intervals, tolerances."""

import re
from fractions import Fraction
from math import inf

from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.model import Clock, Date, Interval, Quantity, Range, Tolerance
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.quantities import NUMBER, read_quantity

_HALF = r"(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?)"
_CLOCK = re.compile(
    rf"^(?P<hour>\d{{1,2}})\s?[:](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    rf"(?:\s*{_HALF})?(?:\s*o'?\s?clock)?$",
    re.IGNORECASE,
)
_HOUR = re.compile(
    rf"^(?P<hour>\d{{1,2}}|[a-z]+)(?:[.:](?P<minute>[0-5]\d))?\s*(?:{_HALF}|"
    rf"o'?\s?clock(?:\s*{_HALF.replace('half', 'late')})?)$",
    re.IGNORECASE,
)
_PAST = re.compile(
    rf"^(?P<amount>half|a quarter|quarter|\d{{1,2}}|[a-z]+(?:[- ][a-z]+)?)(?:\s+minutes?)?\s+"
    rf"(?P<way>past|after|to|before|till)\s+(?P<hour>\d{{1,2}}|[a-z]+)(?:\s*o'?\s?clock)?(?:\s*{_HALF})?$",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_CHINESE_DATE = re.compile(r"^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]$")
_MONTH_FIRST = re.compile(r"^([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?$")
_DAY_FIRST = re.compile(
    r"^(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([A-Za-z]+)\.?(?:,?\s+(\d{4}))?$"
)
_MONTH_YEAR = re.compile(r"^([A-Za-z]+)\.?,?\s+(\d{4})$")

_END = (
    r"(?:(?:USD|EUR|€|£|¥|Rs\.?)\s*)?(?:(?<![\d.])-)?(?:\d+\s+\d+/\d+|\d+/\d+|"
    rf"{NUMBER})(?:\s*[A-Za-z%$€£°][^-:;,~]*?)?"
)
_RANGE = re.compile(
    rf"^(?P<lead>from\s+|between\s+|in\s+)?(?:the\s+)?(?P<low>{_END})\s*"
    rf"(?P<sign>-{{1,2}}|\bto\b|\band\b|\buntil\b|\bthrough\b|\btill\b|~|\.\.\.?)\s*(?P<high>{_END})$",
    re.IGNORECASE,
)
_DECADE = re.compile(r"^(\d{4})s$")
_RELATION = re.compile(r"<=|>=|!=|<|>")
_VARIABLE = re.compile(r"^\|?[A-Za-z]\w{0,3}(?:_\w+)?'?\|?$")
_OF = re.compile(r"^\s*[A-Za-z]\w?\s*(?:∈|\bin\b)\s*")
_BRACKETED = re.compile(r"^([\[(\]])\s*([^,;]{1,60})\s*[,;]\s*([^,;]{1,60}?)\s*([\])\[])$")
_BOUNDS = [
    (re.compile(r"^(?:more|greater|larger|higher|over|above)(?:\s+than)?\s+(.+)$", re.I), ">"),
    (re.compile(r"^(?:at least|no less than|not less than|no fewer than)\s+(.+)$", re.I), ">="),
    (re.compile(r"^(?:less|fewer|smaller|lower|under|below)(?:\s+than)?\s+(.+)$", re.I), "<"),
    (re.compile(r"^(?:at most|no more than|not more than|up to)\s+(.+)$", re.I), "<="),
    (re.compile(
        r"^(.+?)\s*(?:or more|or greater|or above|and above|or higher|and over|"
        r"\+)$", re.I), ">="),
    (re.compile(r"^(.+?)\s*(?:or less|or fewer|or below|and below|or lower)$", re.I), "<="),
]  # fmt: skip


def _hour(word: str) -> int | None:
    return int(word) if word.isdigit() else CARDINALS.get(word.lower())


def read_clock(text: str) -> Clock | None:
    """A time of day: ``3:00 PM``, ``15:00``, ``half past 3``, ``quarter to eight``, ``noon``.

    Example:
        >>> read_clock("quarter to eight").minutes
        Fraction(465, 1)
    """
    if len(text) > 40:
        return None
    lower = text.lower().strip(". ")
    if lower in ("noon", "midday", "midnight"):
        return Clock(
            Fraction(0 if lower == "midnight" else 720), "am" if lower == "midnight" else "pm"
        )
    found = _CLOCK.match(text.strip())
    if found:
        second = Fraction(int(found["second"] or 0), 60)
        return _clock(int(found["hour"]), int(found["minute"]) + second, found["half"])
    found = _HOUR.match(text.strip())
    if found:
        hour = _hour(found["hour"])
        return (
            None
            if hour is None
            else _clock(hour, Fraction(found["minute"] or 0), found["half"] or found["late"])
        )
    found = _PAST.match(text.strip())
    hour = _hour(found["hour"]) if found else None
    if found is None or hour is None:
        return None
    word = found["amount"].lower()
    amount = {"half": 30, "quarter": 15, "a quarter": 15}.get(word)
    if amount is None:
        quantity = read_quantity(word)
        if quantity is None or not 0 < quantity.number < 60:
            return None
        amount = int(quantity.number)
    if found["way"].lower() in ("to", "before", "till"):
        if found["amount"].isdigit() and found["hour"].isdigit():
            return None  # "3 to 4" is a range
        hour, amount = (hour - 1 if hour > 1 else 12), 60 - amount
    elif found["amount"].isdigit() and found["way"].lower() == "after":
        return None
    return _clock(hour, Fraction(amount), found["half"])


def _clock(hour: int, minutes: Fraction, half: str | None) -> Clock | None:
    if hour > 24:
        return None
    half = half.lower().replace(".", "").replace(" ", "") if half else ""
    if half and hour > 12:
        return None
    if hour > 12 or hour == 0:
        half = "pm" if 12 < hour < 24 else "am"
    elif half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return Clock(hour % 24 * 60 + minutes, half)


def read_date(text: str) -> Date | None:
    """A day or month of the calendar: ``2020-01-02``, ``January 2, 2020``, ``2 Jan``.

    Example:
        >>> read_date("2 January 2020") == read_date("2020-01-02")
        True
    """
    text = text.strip()
    if len(text) > 40:
        return None
    if found := _ISO.match(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _CHINESE_DATE.match(text):
        return _date(int(found[1] or 0), int(found[2]), int(found[3]))
    if (found := _MONTH_FIRST.match(text)) and found[1].lower() in _MONTHS:
        return _date(int(found[3] or 0), _MONTHS[found[1].lower()], int(found[2]))
    if (found := _DAY_FIRST.match(text)) and found[2].lower() in _MONTHS:
        return _date(int(found[3] or 0), _MONTHS[found[2].lower()], int(found[1]))
    if (found := _MONTH_YEAR.match(text)) and found[1].lower() in _MONTHS:
        return Date(int(found[2]), _MONTHS[found[1].lower()], 0)
    return None


def _date(year: int, month: int, day: int) -> Date | None:
    return Date(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def read_range(text: str) -> Range | None:
    """Two plain numbers as the ends of a range; the unit of the last holds for both.

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
    """``10 ± 2 cm``: both are plain numbers."""
    centre, sign, spread = text.partition("±")
    if not sign or not centre.strip():
        return None
    first, second = read_quantity(centre.strip(" (")), read_quantity(spread.strip(" )"))
    plain = re.fullmatch(r"\(?\s*[\d.,\s]+[^\d]*", centre) and re.match(r"\s*[\d.]", spread)
    if first is None or second is None or not plain or "sqrt" in text:
        return None
    units = first.units or second.units
    return Tolerance(
        Quantity(first.number, units=units), Quantity(second.number, units=second.units or units)
    )


def _bound(text: str) -> Fraction | float | None:
    text = text.strip()
    if re.fullmatch(r"[-+]?\s*(?:inf|infinity|∞)", text, re.IGNORECASE):
        return -inf if text.startswith("-") else inf
    return number_of(text)


def read_interval(text: str) -> Interval | None:
    """Intervals, unions of them, and inequalities with numbers: ``[0,5)``, ``0 <= x < 5``.

    ``(a,b)`` of two plain numbers is a pair, and not read here; ``bracketed`` reads it.

    Example:
        >>> read_interval("0<=x<5").pieces == read_interval("[0,5)").pieces
        True
    """
    if len(text) > MAX_INTERVAL:
        return None
    for sign in ("∪", r"\bU\b", r"\bor\b"):
        parts = re.split(rf"\s*{sign}\s*", text)
        if len(parts) > 1:
            pieces = [bracketed(part) or inequality(part) for part in parts[:10]]
            names = {piece.name for piece in pieces if piece}
            if None not in pieces and len(names) == 1:
                joined = sorted(p for piece in pieces if piece for p in piece.pieces)
                return Interval(tuple(joined), names.pop())
    found = bracketed(text)
    if found is not None:
        (low, low_in, high, high_in), bare = found.pieces[0], _OF.sub("", text)
        marks = bare[0] + bare[-1]
        listed = marks == "[]" and min(low, high) >= 1000  # [2007, 2008]: a list of years
        sure = bare != text or inf in (abs(low), abs(high)) or low_in != high_in
        return found if sure or (marks in ("[]", "][") and not listed) else None
    return inequality(text) or _worded(text)


MAX_INTERVAL = 200


def bracketed(text: str) -> Interval | None:
    """Two numbers in brackets as an interval, whatever else they may be."""
    text = _OF.sub("", text.strip())
    found = _BRACKETED.match(text)
    if not found:
        return None
    low, high = _bound(found[2]), _bound(found[3])
    if low is None or high is None or low > high:
        return None
    return Interval(((low, found[1] == "[", high, found[4] == "]"),))


def inequality(text: str) -> Interval | None:
    """``x < 5``, ``5 > x``, ``0 <= x < 5`` and ``< 5``, with numbers as bounds."""
    signs = _RELATION.findall(text)
    parts = [part.strip() for part in _RELATION.split(text)]
    if not 1 <= len(signs) <= 2 or "!=" in signs or "=" in "".join(parts):
        return None
    if len(signs) == 2:
        rising = all(sign[0] == "<" for sign in signs)
        if not rising and not all(sign[0] == ">" for sign in signs):
            return None
        if not rising:
            parts, signs = parts[::-1], [sign.replace(">", "<") for sign in signs[::-1]]
        low, high = _bound(parts[0]), _bound(parts[2])
        if low is None or high is None or not _VARIABLE.match(parts[1]) or low > high:
            return None
        return Interval(((low, "=" in signs[0], high, "=" in signs[1]),), parts[1])
    left, right, sign = *parts, signs[0]
    if _VARIABLE.match(right) and _bound(left) is not None:
        left, right = right, left
        sign = sign.translate(str.maketrans("<>", "><"))
    bound = _bound(right)
    if bound is None or (left and not _VARIABLE.match(left)) or "|" in left:
        return None
    piece = (
        (-inf, False, bound, "=" in sign) if sign[0] == "<" else (bound, "=" in sign, inf, False)
    )
    return Interval((piece,), left)


def _worded(text: str) -> Interval | None:
    for pattern, sign in _BOUNDS:
        found = pattern.match(text.strip())
        quantity = read_quantity(found[1]) if found else None
        if found and quantity:
            return inequality(f"{sign}{quantity.number}")
    return None
