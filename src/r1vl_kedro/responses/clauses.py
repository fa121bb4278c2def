"""Sentences beside a marked answer in plain text, and the values of its kind in them."""

import re
from collections.abc import Iterator
from functools import cached_property

from r1vl_kedro.answers import equivalent
from r1vl_kedro.answers.numerals import CARDINALS

_MARKUP = re.compile(
    r"(?i)</?(?:b|i|u|em|strong|p|br|center)\b[^<>]{0,20}>|[*_`$]+|\\(?:[()\[\]]|boxed\b)"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}")
_BOXED = re.compile(r"\\boxed\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_NEAR = 40
"""Characters before a value in which it may be denied or counted."""
_PLACE = re.compile(
    r"(?i)(?<=\b(?:on|to|at) the )right\b|\bright(?=[ -](?:angle|triangle|side|hand|prism|cone))"
)
_SENTENCE = re.compile(
    r"(?<=[.!?;])(?!(?<= [A-J]\.)\s+[a-z])(?!(?<=\d!)\s+[a-z])(?:\s+|\Z)|\n+|</?[a-z]+>"
)
_CLAUSE = re.compile(
    r"(?:,(?!\d)|[:()\[\]—–]|(?<!\d)\s-\s)\s*"
    r"|\b(?=(?:so|thus|hence|therefore|but|yet|because|since|as|which|while|"
    r"whereas|although|though|if|unless|when|before|giving|leaving|making|"
    r"(?:and|or) (?:it|we|so|i|there|then))\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*(?:['’][^\W\d_]+)?|[=+?]")
_NUMBER = (
    r"(?<![A-Za-z^_{\\\d.,])(?:(?<![\w)\]}])(?<![\d)\]}] )[-−])?\d+(?:[.,/]\d+)*"
    r"(?!\s?(?:[\^_}\\(]|(?:st|nd|rd|th)\b)|\s?[a-z](?![a-z])|\d)"
    rf"|\b(?:{'|'.join(word for word in CARDINALS if word != 'one')}|(?<=\ba )dozen)\b(?!-)"
)
_LETTER = r"(?<![\w'’])(?<!\b[A-Z] )[A-J](?![\w'’]|\(| [A-Z]\b)"
_WORDS_OF_A_KIND = (
    "left right", "up down upward downward upwards downwards", "north south east west",
    "increase increases increased increasing decrease decreases decreased decreasing rise rises "
    "rising fall falls falling constant", "larger smaller bigger equal", "longer shorter",
    "higher lower", "above below", "before after", "inside outside", "positive negative zero",
    "even odd", "acute obtuse", "convex concave", "parallel perpendicular", "rational irrational",
    "clockwise counterclockwise anticlockwise", "true false", "more fewer less",
    "red green blue yellow black white purple orange brown gray grey pink cyan",
)  # fmt: skip
"""Words of which one is the answer and another would be a different one."""
_KINDS = [
    (frozenset(words.split()), re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.IGNORECASE))
    for words in _WORDS_OF_A_KIND
]
_NAME = r"(?<![A-Za-z])[A-Z][a-z]{2,}\b"
_NO_NAME = re.compile(
    r"(?:\b(?:the|of|in|on|(?-i:[A-Z][a-z]+))|['’]s)\s\Z"
    r"|\A(?:its?|th\w+|no|not|yes|both|only|all|each|here|note|since|because|if|when|so|hence|we"
    r"|you|my|our|and|but|for|from|with|at|by|as|on|in|an)\Z",
    re.IGNORECASE,
)
"""What stands before a word in capitals that is no other answer; or the first word itself."""


def plain(text: str) -> str:
    """Return a text without markup, simple fractions written with a slash."""
    text = _BOXED.sub(r" \1 ", _FRACTION.sub(r"\1/\2", text))
    text = _MARKUP.sub("", text).replace("’", "'")
    return _PLACE.sub("", _COMMAND.sub(" ", re.sub(r"\\neq?\b|≠|[✗✘❌❎🚫👎]", " not ", text)))


def sentences(text: str) -> list[str]:
    """Split a plain text into sentences."""
    return _SENTENCE.split(text)


class Answer:
    """An answer, and the values of its kind in other texts: numbers, letters, yes and no."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded = text.casefold()
        words = frozenset(_WORD.findall(folded))
        self.pattern: re.Pattern[str] | None = None
        self.worded = False
        self.letter = bool(re.match(rf"\W*{_LETTER}(?:\W+[^=]*)?\Z", text))
        self.number = bool(re.fullmatch(r"\W{0,2}[-−]?\d[\d.,]*\W{0,2}", text))
        if self.letter:
            self.pattern = re.compile(_LETTER)
        elif re.search(_NUMBER, folded):
            self.pattern = re.compile(_NUMBER, re.IGNORECASE)
        elif re.match(r"\W*(?:yes|no)\b", folded):
            self.pattern = re.compile(r"\b(?:yes|no(?! [a-z]))\b", re.IGNORECASE)
        elif kind := next((found for kind, found in _KINDS if len(words & kind) == 1), None):
            self.pattern = kind
        elif re.fullmatch(r"\W*[A-Z][a-z]{2,}\W*", text):
            self.pattern, self.worded = re.compile(_NAME), True
        else:
            self.worded = True

    @cached_property
    def values(self) -> frozenset[str]:
        """Return what the answer consists of: its values, or all its words."""
        found = {value_of(one) for one in self.found(self.text)}
        return frozenset(found or _WORD.findall(self.text.casefold()))

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Find the values of the answer's kind in a text."""
        found = self.pattern.finditer(text) if self.pattern else iter(())
        if not self.worded:
            return found
        return (one for one in found if not _names_no_answer(text, one))

    def same(self, value: str) -> bool:
        """Tell whether a value is the answer."""
        return value in self.values or (
            bool(re.search(r"[.,/]", value + self.text)) and equivalent(value, self.text)
        )


def _names_no_answer(text: str, found: re.Match[str]) -> bool:
    before = text[max(found.start() - _NEAR, 0) : found.start()]
    return bool(_NO_NAME.search(before if before.strip() else found[0]))


def value_of(found: re.Match[str]) -> str:
    """Return a value that was found as it is written, number words in digits."""
    word = found[0].casefold()
    return str(CARDINALS.get(word, word.replace("−", "-") if len(word) > 1 else found[0]))


def number_of(value: str) -> float | None:
    """Return the number that a value found by `Answer` is, or None: "1/2", "1,000", "3"."""
    above, _, below = value.replace(",", "").partition("/")
    try:
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return None


def cut(sentence: str) -> list[str]:
    """Cut a sentence where a clause ends."""
    return _CLAUSE.split(sentence)
