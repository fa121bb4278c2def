"""Sentences behind an answer that describe what is seen: "Its bar is the longest in the chart"."""

import re
from math import isclose, prod

from r1vl_kedro.answers.open_words import is_reason
from r1vl_kedro.responses.clauses import Answer, number_of, value_of

_SUBJECT = re.compile(r"(?:The|Its?|They|Their|This|These|All|Both|Each|One|Two|Three|Four|Five)\b")
_COUNTS = re.compile(
    r"\b(?:one|ones|more|less|fewer|higher|lower|larger|smaller|bigger|greater|longer|shorter|left"
    r"|remain\w*|hid\w*|count\w*|numbers?|value|values|total|sum|amount|includ\w*|there|extra|last"
    r"|first|second|third|fourth|fifth|next|behind|below|under|above|early|late|upside|opposite|squares?|cubed?"
    r"|roots?|most|least|quantity|empty|blank|units?|lengths|measures?|metres|meters|cm|mm|km)\b",
    re.IGNORECASE,
)
"""Words of another count, behind a number."""
_KIND = re.compile(r"\b(?:is|are|was|were|shows?|depicts?)\s+(?:an?\s+)?(?P<said>[a-z]+)", re.I)
_SEEN = re.compile(
    r"(?:the|in|on|at|of|by|very|much|made|seen|used|known|shown|located|found|visible|characteristic"
    r"|larger|smaller|higher|lower|longer|shorter|taller|closer|closest|[a-z]+est|[a-z]+ed|[a-z]+ing)"
)
_NAME = re.compile(r"\b[A-Z]\w+(?: [A-Z]\w+)*")
_ANGLE = re.compile(r"\b(complement|supplement) of (?=\d)")
_FULL = {"complement": 90, "supplement": 180}
_ASKED = re.compile(r"\b(?:asked|wanted|second|third|next|last|fourth|enemy)\b", re.IGNORECASE)


def describes(sentence: str, answer: Answer) -> bool:
    """Tell whether a sentence describes the world and has no other answer of the same kind.

    Behind a number it has no words of a count, and its numbers come to the answer by one operation;
    behind words it calls nothing by another name.

    Example:
        >>> describes("Its bar is the longest.", Answer("Peru"))
        True
        >>> describes("The map shows Chile.", Answer("Peru"))
        False
        >>> describes("Two of the eight balls were removed.", Answer("6"))
        True
    """
    if answer.letter or re.match(r"\W*(?:yes|no)\b", answer.text, re.IGNORECASE):
        return False
    sentence = _ANGLE.sub(lambda one: f"side of {_FULL[one[1]]} and ", sentence.strip())
    if not _SUBJECT.match(sentence) or not is_reason(
        sentence[0].lower() + sentence[1:], clause=True
    ):
        return False
    if re.search(r"\d", answer.text):
        return not _COUNTS.search(sentence) and _comes_to(sentence, answer)
    words = answer.text.casefold()
    if any(value_of(one) not in answer.values for one in answer.found(sentence)):
        return False
    names = (one for one in _NAME.finditer(sentence) if one[0].casefold() not in words)
    if any(one.start() for one in names) or _ASKED.search(sentence):
        return False
    said = (one["said"].casefold() for one in _KIND.finditer(sentence))
    named = answer.text.strip()[:1].isupper() and " " not in answer.text.strip()
    return named or all(one in words or _SEEN.fullmatch(one) for one in said)


def _comes_to(sentence: str, answer: Answer) -> bool:
    numbers = [number_of(value_of(one)) for one in answer.found(sentence)]
    wanted = number_of(next(iter(answer.values), ""))
    if not numbers:
        return True
    if None in numbers or wanted is None or len(numbers) != 2:
        return False
    results = (sum(numbers), prod(numbers), abs(numbers[0] - numbers[1]))
    return any(isclose(one, wanted) for one in results)
