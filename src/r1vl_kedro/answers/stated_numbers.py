"""Numbers in prose: whether a sentence states the one at a place."""

import re

from r1vl_kedro.answers.behind import goes_on, is_tail
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.prose import DENYING, clause_around
from r1vl_kedro.answers.quantities import NUMBER
from r1vl_kedro.answers.remarks import harmless

_DIGITS = re.compile(r"\s*(?:digits?|decimals?|point)\b", re.IGNORECASE)
AMOUNTS_TO = (
    "equal equals comes amounts up out evaluates simplifies reduces sum sums corresponds".split()
)
"""Words with which "to" leads to the value of something: "equal to", "comes to"."""
_SINGULAR = re.compile(r"1|one|\d+[^\d.,]+\d.*", re.I)
"""One, a part, a range or a score, behind which a noun may be in the singular: "4-2 win"."""
_ARTICLE = re.compile(r"\b(?:an?|the)\s+\Z", re.I)
_COUNTED = re.compile(r"\s?(?:[a-z]{2,}|%|°|-)", re.I)
"""Of a number behind an article: "the 7 cubes" is a count, "the 7" and "a 7" are figures."""


def value_stated(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence leaves the number at a place: no word denies or changes it.

    Example:
        >>> value_stated("He needs 5 boxes", 9, 10), value_stated("He is 5 boxes short", 6, 7)
        (True, False)
    """
    before, after = clause_around(text, start, end)
    if DENYING.search(f"{before} {after}") or _DIGITS.match(after):
        return False
    return bool(_COUNTED.match(after)) or not _ARTICLE.search(before)


_COMPARING = re.compile(
    rf"\b((?:is|was|are|were) {NUMBER} (?:years?|months?|days?|hours?|minutes?|cm|mm|m|km|kg|g|lbs?"
    r"|pounds|inch(?:es)?|feet|met(?:er|re)s|centimet(?:er|re)s))"
    r" (?:older|younger|taller|shorter|longer|heavier|lighter|wider|higher|lower|deeper)"
    r" than (him|her|them|(?:his|her|the|their) [a-z]+|(?-i:[A-Z][a-z]+))(?=\W*\Z)",
    re.IGNORECASE,
)
"""A difference: "5 years older than his sister"."""


def difference_alone(text: str) -> str:
    """Return a sentence without what its difference is to: "He is 5 years older than Tom."

    Example:
        >>> difference_alone("He is 5 years older than Tom."), difference_alone("5 more than Tom")
        ('He is 5 years.', '5 more than Tom')
    """
    found = _COMPARING.search(text)
    thing = found[2].rpartition(" ")[2] if found else ""
    known = thing in ("him", "her", "them") or is_open(thing)
    return text[: found.end(1)] + text[found.end() :] if found and known else text


_REMARK = re.compile(r"\s*(?:[,;:]|(?<!\^)[(\[](?!/)|(?<=\s)[-–—](?=\s))\s*(?P<said>[^\n]*)")
_CLOSING = re.compile(
    r"\W*(?:|done|verified|checked|q\.?e\.?d|thank you|thanks|great question|"
    r"(?:i )?hope (?:this|that|it) helps|"
    r"(?:that|this|it)(?: is|['’]s) (?:the|my|our) (?:final |correct )?answer|"
    r"i am (?:very |quite )?(?:confident|sure)(?: (?:in|of|about) (?:this|the|my) answer)?)\W*",
    re.IGNORECASE,
)
"""Sentences that close a text behind its value."""
_FOLLOWS = re.compile(
    r"\s*(?:this|that|it) (?:follows|is clear|(?:is|can be) (?:seen|read|shown))(?= )",
    re.IGNORECASE,
)
_SO_MUCH = re.compile(
    r"so (?:the [a-z]+|he|she|it|they|we) (?:needs?|has|have|gets?|earns?|pays?|saves?|costs?)"
    r" that (?:much|many)\W*\Z",
    re.IGNORECASE,
)
_SCRAPS = re.compile(
    r"(?:[\W\d]*\b(?:answer|by|chart|final|image|is|inst|of|scene|small|step|things|think)\b)*[\W\d]*",
    re.IGNORECASE,
)
"""Words of a prompt that are repeated behind a value."""


def left_whole(number: str, rest: str, *, alone: bool) -> bool:
    """Tell whether what follows a number in its sentence leaves it as it is: "cubes in the box".

    ``alone``: nothing stands before the number.

    Example:
        >>> left_whole("7", " cubes in the box. Done.", alone=True)
        True
        >>> left_whole("7", ", nope", alone=True), left_whole("7", " in theory", alone=True)
        (False, False)
    """
    sentence, *further = re.split(r"(?:(?<=[\w)])|\A)[.!](?:\s+|\Z)|\s\.\s|\n", rest)
    for one in further:
        seen = _FOLLOWS.match(one)
        if not (_CLOSING.fullmatch(one) or (seen and is_tail(one[seen.end() :]))):
            return False
    remark = _REMARK.search(sentence)
    for said in re.split(r",\s+", remark["said"].rstrip(")] ")) if remark else ():
        if re.search(r"\w", said) and not (harmless(said) or is_tail(said) or _SO_MUCH.match(said)):
            return False
    if alone and _SCRAPS.fullmatch(rest):
        return True
    kept = sentence[: remark.start()] if remark else sentence
    return goes_on(kept, one=bool(_SINGULAR.fullmatch(number)))
