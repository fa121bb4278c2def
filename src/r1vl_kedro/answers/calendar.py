"""Dates and times of day."""

import re
from dataclasses import replace
from fractions import Fraction

from r1vl_kedro.answers.model import Clock, Date
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.quantities import read_quantity

_HALF = r"(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?|in the (?:morning|afternoon|evening)|at night)"
_CLOCK = re.compile(
    rf"^(?P<hour>\d{{1,2}})\s?[:h](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
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
MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH_NUMBERS = {
    written: number for number, name in enumerate(MONTHS, start=1) for written in (name, name[:3])
} | {"sept": 9}
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$")
_CHINESE_DATE = re.compile(r"^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]$")
_MONTH_FIRST = re.compile(r"^([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?$")
_DAY_FIRST = re.compile(
    r"^(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([A-Za-z]+)\.?(?:,?\s+(\d{4}))?$"
)
_MONTH_YEAR = re.compile(r"^([A-Za-z]+)\.?,?\s+(\d{4})$")

_CHINESE_CLOCK = re.compile(
    r"^(?P<hour>\d{1,2})[点點时](?:(?P<minute>[0-5]?\d)分?|(?P<half>半)|整)?$"
)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(rf"^(?P<name>{'|'.join(_WEEKDAYS)}),?\s+(?=\w)", re.IGNORECASE)
_SPAN = re.compile(
    r"^(?:from\s+)?([A-Za-z]{3,9})\.?\s*(?:-|\bto\b|\bthrough\b|\buntil\b)\s*([A-Za-z]{3,9})\.?$"
)


def _hour(word: str) -> int | None:
    return int(word) if word.isdigit() else CARDINALS.get(word.lower())


def read_clock(text: str) -> Clock | None:
    """Read a time of day: ``3:00 PM``, ``15:00``, ``half past 3``, ``quarter to eight``, ``noon``.

    Example:
        >>> read_clock("quarter to eight").minutes
        Fraction(465, 1)
    """
    if len(text) > 40:
        return None
    lower = text.lower().strip(". ")
    lower = lower.removeprefix("at ").removeprefix("12 ")
    if lower in ("noon", "midday", "midnight"):
        return Clock(
            Fraction(0 if lower == "midnight" else 720), "am" if lower == "midnight" else "pm"
        )
    found = _CLOCK.match(text.strip())
    if found:
        second = Fraction(int(found["second"] or 0), 60)
        return _clock(int(found["hour"]), int(found["minute"]) + second, found["half"])
    if found := _CHINESE_CLOCK.match(text.strip()):
        return _clock(
            int(found["hour"]), Fraction(30 if found["half"] else found["minute"] or 0), ""
        )
    found = _HOUR.match(text.strip())
    if found:
        hour = _hour(found["hour"])
        return (
            None
            if hour is None
            else _clock(hour, Fraction(found["minute"] or 0), found["half"] or found["late"])
        )
    return _past_or_to(text.strip())


def _past_or_to(text: str) -> Clock | None:
    """Read minutes beside an hour: ``half past 3``, ``quarter to eight``; no range (``3 to 4``)."""
    found = _PAST.match(text)
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
        bare = "minute" not in found[0].lower()
        if bare and found["amount"].isdigit() and found["hour"].isdigit():
            return None
        hour, amount = (hour - 1 if hour > 1 else 12), 60 - amount
    elif found["amount"].isdigit() and found["way"].lower() == "after" and "minute" not in found[0]:
        return None
    return _clock(hour, Fraction(amount), found["half"])


def _clock(hour: int, minutes: Fraction, half: str | None) -> Clock | None:
    if hour > 24:
        return None
    half = half.lower().replace(".", "").replace(" ", "") if half else ""
    if half in ("inthemorning", "intheafternoon", "intheevening", "atnight"):
        late = half != "inthemorning" and not (half == "atnight" and hour in (12, 1, 2, 3, 4))
        half = ("pm" if late else "am") if hour <= 12 else ""
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
    """Read a day or month of the calendar: ``2020-01-02``, ``January 2, 2020``, ``2 Jan``.

    Example:
        >>> read_date("2 January 2020") == read_date("2020-01-02")
        True
    """
    text = re.sub(r"^(?:on|in)\s+", "", text.strip(), flags=re.IGNORECASE)
    if len(text) > 60:
        return None
    if weekday := _WEEKDAY.match(text):
        day = read_date(text[weekday.end() :])
        return replace(day, weekday=weekday["name"].lower()) if day else None
    if found := _ISO.match(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.match(text):  # a day above 12 tells the order of day and month
        month, day = sorted((int(found[1]), int(found[3])))
        return _date(int(found[4]), month, day) if day > 12 or day == month else None
    if found := _CHINESE_DATE.match(text):
        return _date(int(found[1] or 0), int(found[2]), int(found[3]))
    if (found := _MONTH_FIRST.match(text)) and found[1].lower() in _MONTH_NUMBERS:
        return _date(int(found[3] or 0), _MONTH_NUMBERS[found[1].lower()], int(found[2]))
    if (found := _DAY_FIRST.match(text)) and found[2].lower() in _MONTH_NUMBERS:
        return _date(int(found[3] or 0), _MONTH_NUMBERS[found[2].lower()], int(found[1]))
    if (found := _MONTH_YEAR.match(text)) and found[1].lower() in _MONTH_NUMBERS:
        return Date(int(found[2]), _MONTH_NUMBERS[found[1].lower()], 0)
    return None


def _date(year: int, month: int, day: int) -> Date | None:
    return Date(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def calendar_span(text: str) -> tuple[str, str] | None:
    """Return the ends of a span of months or weekdays, each by its full name, or None.

    Example:
        >>> calendar_span("Jan-Mar"), calendar_span("Monday to Friday")
        (('january', 'march'), ('monday', 'friday'))
    """
    found = _SPAN.match(text.strip())
    if not found:
        return None
    ends = [_full_name(word.lower()) for word in found.groups()]
    return (ends[0], ends[1]) if ends[0] and ends[1] else None


def same_name(first: str, second: str) -> bool:
    """Tell whether two words name one month or weekday, one of them short.

    Example:
        >>> same_name("Mon", "Monday"), same_name("Jan.", "June"), same_name("sun", "Sunday")
        (True, False, False)
    """
    names = [word.strip(" .").lower() for word in (first, second)]
    if "sun" in names or not all(name.isalpha() and len(name) > 2 for name in names):
        return False
    return _full_name(names[0]) == _full_name(names[1]) != ""


def _full_name(word: str) -> str:
    if word in _MONTH_NUMBERS:
        return MONTHS[_MONTH_NUMBERS[word] - 1]
    return next((day for day in _WEEKDAYS if day.startswith(word)), "")
