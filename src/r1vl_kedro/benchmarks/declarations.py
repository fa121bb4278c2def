"""Marks of an answer ("the answer is"), which count where nothing but known words lead to them.

"So the" and "Since x is 3, the" lead to an answer; "Half the", "I doubt the" and whatever else is
not known leave the sentence to be read as a whole, or unread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from r1vl_kedro.answers.leads import tells
from r1vl_kedro.answers.prose import SENTENCE_END, WORD

MAX_TAIL = 400
"""Characters before a mark, or at the end of a long text, that are read."""

FINAL = re.compile(
    r"final\s+answer(?:\s+is)?\s*(?:\*\*\s*)?[:：]|final\s+answer\s+is\b",
    re.IGNORECASE,
)
"""A final answer's mark."""
DECLARED = re.compile(
    r"\b(?:correct\s+|right\s+)?(?:(?:answer|option|choice)\s*(?:is\b(?! not\b)|:|=)\s*:?\s*"
    r"|(?:option|choice)\s+)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?\w+>|[#*_>`]+")
_PART = re.compile(r"[,;:]\s+")
_LEADS = frozenset(
    "so thus hence therefore and then finally but now well ok okay overall consequently clearly i "
    "i'm am we us can think believe conclude say see find know get obtain have determine deduce "
    "infer would that which this it means follows leads to gives given shows tells the my our "
    "your a an final correct right best exact actual required desired short most likely clear "
    "confident sure certain is option choice answer in conclusion step on reflection".split()
)
"""Words between a sentence's last comma and "answer is" that only lead there."""
_LINKS = frozenset("so thus hence therefore but and".split())
_REASON = re.compile(r"\W*(?:since|because)\b", re.IGNORECASE)
"""How a sentence begins whose last part declares an answer: "Since x is 3, the answer is"."""
_AN_ANSWER = re.compile(r"\banswer\b|\b(?:option|choice)\s*(?:is\b|[:=])", re.IGNORECASE)
_NOT_BUT = re.compile(
    r"\W*(?:(?:so |it is |(?:the )?(?:final |correct )?answer(?: is|:) ))*"
    r"not [^\s,]+,? but (?P<said>[^\s,]+)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\W*(?:(?:source|confidence)\b.*|in (?:19|20)\d\d,? (?:it|this|that) was \d[\d.,]*"
    r"|the rest (?:is|are|was|were) \d[\d.,]*|the \w+ also (?:lists|shows|has|gives) \d[\d.,]*"
    r"|note that (?:his|her|their|its) \w+ (?:is|was|has) \d[\d.,]*|note: \d[\d.,]* is an estimate"
    r"|the answer to the (?:other|next|previous|last) (?:question|problem|part) (?:is|was) .*"
    r"|the (?!answer|result|value|solution|option)[a-z]+s are \d[\d.,]* and \d[\d.,]*"
    r"|(?-i:[A-J]): the [a-z ]+)\W*",
    re.IGNORECASE,
)
"""A sentence behind an answer that tells of something else: its source, another year."""
_ASIDE_OF_NAMES = re.compile(rf"{_ASIDE.pattern}|it has \d[\d.,]* [a-z]+\W*", re.IGNORECASE)


def declared(mark: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Find marks of an answer to which nothing but known words lead in their sentences."""
    return [one for one in mark.finditer(text) if _leads(text[: one.start()])]


def _leads(before: str, *, opened: bool = False) -> bool:
    """Tell whether the words of a sentence before "answer is" only lead there.

    "So the", "3 + 4 is 7, so my" and "Since x is 3, the" do, "Half the", "I doubt the" and "If x is
    3, the" do not; with ``opened`` only what follows the last comma is read.
    """
    line = _MARKUP.sub(" ", before[-MAX_TAIL:].rpartition("\n")[2])
    *earlier, last = _PART.split(SENTENCE_END.split(line)[-1])
    words = WORD.findall(last.casefold())
    opening = ", ".join(earlier)
    links = opened or _LINKS.intersection(words[:1])
    known = links or tells(opening) or _REASON.match(opening)
    return bool(known) and _LEADS.issuperset(words)


def readings_of_one(text: str) -> list[str]:
    """List the readings of one sentence: whole, and what it declares as the answer.

    Empty where something else leads to "answer is" than is known.
    """
    if found := _NOT_BUT.fullmatch(text):
        return [found["said"]]
    marks = list(DECLARED.finditer(text))
    for mark in marks:
        if _AN_ANSWER.match(mark[0]) and not _leads(text[: mark.start()], opened=True):
            return []
    cut = len(marks) == 1 and _leads(text[: marks[0].start()])
    tail = text[marks[0].end() :].strip() if cut else text
    return [part for part in dict.fromkeys((text, tail)) if part]


def without_asides(sentences: Sequence[str], answer: str) -> list[str]:
    """Leave out sentences behind an answer that tell of something else: "In 2010, it was 12"."""
    aside = _ASIDE if re.search(r"\d", answer) else _ASIDE_OF_NAMES
    return [part for part in sentences if not aside.fullmatch(part)]
