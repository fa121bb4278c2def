"""Numbers in words and in other scripts: the one list of number words of the project."""

import re
import unicodedata
from fractions import Fraction

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = ("twenty thirty forty fifty sixty seventy eighty ninety").split()
CARDINALS: dict[str, int] = {
    **{word: number for number, word in enumerate(_UNITS)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
}
"""Zero to nineteen, and the tens to ninety."""
SCALES: dict[str, int] = {
    "dozen": 12, "dozens": 12, "hundred": 100, "thousand": 10**3, "million": 10**6,
    "millions": 10**6, "billion": 10**9, "billions": 10**9, "trillion": 10**12, "mn": 10**6,
    "bn": 10**9,
}  # fmt: skip
ORDINALS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
            "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
            "twentieth"
        ).split(),
        start=1,
    )
}
PARTS: dict[str, int] = {
    "half": 2, "halves": 2, "quarter": 4, "quarters": 4,
    **{word: number for word, number in ORDINALS.items() if number > 2},
    **{f"{word}s": number for word, number in ORDINALS.items() if number > 2},
}  # fmt: skip
"""Names of fractions, with their denominators."""
PART_OF = re.compile(
    rf"^((?:an?|one|two|three|four|five)[- ](?:{'|'.join(PARTS)})|\d+/\d+|half)\s+of\s+"
    r"(?:the\s+|an?\s+|all\s+)"
    r"[a-z]{3,}(?: [a-z]+){0,2}$",
    re.I,
)
"""A part of a thing, which is the number: "one-fifth of the pie"."""
NUMBER_NAMES = (
    frozenset(CARDINALS)
    | frozenset(["hundred", "thousand", "million", "billion", "dozen"])
    | frozenset(list(ORDINALS)[:10])
    | {"half", "quarter", "double", "triple"}
)
"""Words where another spelling is another number."""

_CHINESE_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_HAN = rf"([{''.join(_CHINESE_DIGITS)}{''.join(_CHINESE_SCALES)}]{{1,9}}|\d{{1,9}}(?:\.\d{{1,9}})?)"
_PERCENT = re.compile(f"百分之{_HAN}")
_FRACTION = re.compile(f"{_HAN}分之{_HAN}")
_POINT = re.compile(
    rf"([{''.join(_CHINESE_DIGITS)}十]{{1,9}})点([{''.join(_CHINESE_DIGITS)}]{{1,9}})(?![十百分半刻])"
)
_NEGATIVE = re.compile(f"负{_HAN}")
_AND_A_PART = re.compile(r"\s+and\s+(?:(an?|one|two|three)\s+)?([a-z]+)", re.IGNORECASE)
_ARTICLE = re.compile(
    r"\s*an?\s+(?=(?:dozen|half|third|quarter|hundred|thousand|million|billion)\b)", re.IGNORECASE
)
_WORD = re.compile(r"\s*(?:and\s+|-)?([A-Za-z]+)")


def ascii_digits(text: str) -> str:
    """Write decimal digits of every script as 0 to 9 (full-width, Arabic, Devanagari, ...).

    Example:
        >>> ascii_digits("３०٥")
        '305'
    """
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(char)) if not char.isascii() and char.isdecimal() else char
        for char in text
    )


def chinese_number(text: str) -> int | None:
    """Return the value of a whole Chinese numeral up to 99,999, or None.

    Example:
        >>> chinese_number("三百五十"), chinese_number("一百五"), chinese_number("六边形")
        (350, 150, None)
    """
    total = part = 0
    scale = 1  # what a digit right behind a scale counts in tenths of: 一百五 is 150
    if not text or len(text) > 12:
        return None
    for char in text:
        if char in _CHINESE_DIGITS:
            part = part * 10 + _CHINESE_DIGITS[char] if part else _CHINESE_DIGITS[char]
            scale = 1 if char == "零" or part > 9 else scale
        elif char == "万":
            total, part, scale = (total + part) * 10_000, 0, 10_000
        elif char in _CHINESE_SCALES:
            scale = _CHINESE_SCALES[char]
            total, part = total + (part or 1) * scale, 0
        else:
            return None
    return total + part * max(scale // 10, 1)


def han_parts(text: str) -> str:
    """Write Chinese fractions, percentages and negative numbers with digits and signs.

    Example:
        >>> han_parts("五分之二"), han_parts("百分之三十"), han_parts("负五")
        ('2/5', '30%', '-5')
    """
    if "分之" in text:
        text = _PERCENT.sub(lambda found: f"{_han_digits(found[1])}%", text)
        text = _FRACTION.sub(lambda m: f"{_han_digits(m[2])}/{_han_digits(m[1])}", text)
    if "点" in text:
        text = _POINT.sub(lambda m: f"{_han_digits(m[1])}.{_spoken_digits(m[2])}", text)
    return _NEGATIVE.sub(lambda found: f"-{_han_digits(found[1])}", text) if "负" in text else text


def _spoken_digits(text: str) -> str:
    return "".join(str(_CHINESE_DIGITS[char]) for char in text)


def _han_digits(text: str) -> str:
    return text if text.isascii() else str(chinese_number(text))


def leading_number(text: str) -> tuple[Fraction, str] | None:
    """Return the number in words that a text begins with, and the rest.

    None where it begins with none.

    Cardinals, scales, fractions and "and a half": ``twenty-one``, ``two hundred and five``,
    ``three quarters``, ``one and a half``, ``a dozen``.

    Example:
        >>> leading_number("two and a half hours"), leading_number("one hundred and five")
        ((Fraction(5, 2), ' hours'), (Fraction(105, 1), ''))
    """
    total, group, at, seen = Fraction(0), None, 0, False
    article = _ARTICLE.match(text)
    if article:
        at, group = article.end(), Fraction(1)
    while found := _WORD.match(text, at):
        word = found[1].lower()
        if word in CARDINALS and not (article and not seen):
            value = CARDINALS[word]
            if group is None:
                group = Fraction(value)
            elif (group % 100 == 0 and group) or (
                group % 10 == 0 and group % 100 >= 20 and 0 < value < 10
            ):
                group += value
            else:
                break
        elif word in SCALES:
            if group is None:
                break
            if SCALES[word] <= 100:
                group *= SCALES[word]
            else:
                total, group = total + group * SCALES[word], None
        elif word in PARTS and (group is not None or word in ("half", "quarter")):
            count = group if group is not None else Fraction(1)
            if word in ORDINALS and count >= 20 and count % 10 == 0:
                break  # twenty-third
            if word not in ("half", "quarter") and count == 1 and not article and word[-1] == "s":
                break
            return _part_of(total + count / PARTS[word], text[found.end() :])
        elif group is not None and (mixed := and_a_part(text, at)):
            return total + group + mixed[0], text[mixed[1] :]
        else:
            break
        seen, at = True, found.end()
    if not seen:
        return None
    mixed = and_a_part(text, at)
    whole = total + (group or 0)
    return (whole + mixed[0], text[mixed[1] :]) if mixed else (whole, text[at:])


def _part_of(part: Fraction, rest: str) -> tuple[Fraction, str]:
    """Read on after a part: ``half a dozen`` is 6, and ``half a metre`` half of one metre."""
    article = re.match(r"\s+an?\s+(?=([a-z]+))", rest)
    if not article:
        return part, rest
    scale = SCALES.get(article[1])
    if scale:
        return part * scale, rest[article.end() + len(article[1]) :]
    return part, f" {rest[article.end() :]}"


def and_a_part(text: str, at: int) -> tuple[Fraction, int] | None:
    """Read "and a half" after a whole number: the part, and where it ends."""
    found = _AND_A_PART.match(text, at)
    if not found or found[2].lower() not in PARTS or not found[1]:
        return None
    count = CARDINALS.get(found[1].lower(), 1)
    return Fraction(count, PARTS[found[2].lower()]), found.end()
