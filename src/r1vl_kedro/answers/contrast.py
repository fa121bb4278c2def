"""Contrasts and properties: ``not A but C``, ``B has the deepest valley``."""

import re

from r1vl_kedro.answers.clauses import LIST
from r1vl_kedro.answers.prose import DENIAL_OR_DOUBT, DENYING

_THING = r"(?:(?:the|an?|options?|choices?|answers?|letters?|it|is|be|by)\s+)*+"
_CONTRAST = re.compile(
    rf"(?:,?\s*\b(?:(?:but|and)\s+)?"
    rf"(?:not|rather than|instead of|as opposed to|unlike)"
    rf"|(?:\A|(?<=[.;,:]))\s*(?:neither|nor))\s+{_THING}(?P<list>{LIST})"
    r"(?!\s*(?!but\b)\w)(?P<but>\s*,?\s*but\b)?",
    re.IGNORECASE,
)
_PREDICATED = re.compile(r"(?:\b(?:is|are|was|were|be|does|do|did)|['’]s)\s*\Z", re.IGNORECASE)
_SUPPOSED = re.compile(r"\b(?:if|unless)\b", re.IGNORECASE)
_IT_IS = re.compile(
    r"(?:\A|[.,;:]\s*|\b(?:so|and|but|thus)\s+)(?:it|this|that|the (?:correct |final )?(?:answer|"
    r"option|choice))(?:\s+(?:is|was|should be|must be)|['’]s)\s*\Z",
    re.IGNORECASE,
)
NOT = re.compile(r"\b(?:(?:do|does|did|is|are|will|would)\s+)?not\s+", re.IGNORECASE)
_HEAD = re.compile(
    r"^(?:(?:so|thus|hence|therefore|and|clearly|here),?\s+)?(?:the\s+)?"
    r"(?:(?:option|choice|answer|figure|picture|image|graph|chart|diagram|curve|line|bar|point|"
    r"region|area|box|team|group|class|row|column|circle|candidate|person|player|container|beaker|"
    r"tube|lane|route|path|city|country|student|car|house|object|shape|cell|organ|structure|layer|"
    r"company|plant|animal|sample|model|plan|arrow|segment|slice|set|table|part|label|letter)\s+)?"
    r"(?:(?:labell?ed|marked)\s+)?\(?\Z",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\)?\s+(?:(?:has|have|had|shows?|contains?|represents?|depicts?|holds?|illustrates?|displays?)\s+"
    r"(?:the|a|an|its|more|most|all|both|two|three|four|five|\d+|exactly|only)\b"
    r"|(?:is|was|are)\s+(?:clearly\s+|by far\s+)?the\s+(?:one\b|only\b|same\b|most\b|fewest\b|"
    r"(?:larg|small|high|low|long|short|great|bigg|tall|steep|deep|shallow|wid|narrow|thick|thinn|"
    r"heavi|light|fast|slow|hott|cold|warm|cool|clos|near|old|young|bright|dark|dens|earli|lat|"
    r"rich|cheap)est\b|farthest\b|furthest\b|maximum\b|minimum\b|"
    r"\w+ (?:that|which|of|with)\b)"
    r"|(?:won|wins)\b(?=\W*\Z|\s+(?:the|by)\b)"
    r"|(?:points at|points to)\b|(?:increases|decreases|rises|falls|grows)\b"
    r"(?=\W*\Z|\s+(?:the|most|fastest|faster|steadily|first)\b))"
    r"(?P<rest>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_SPOILS = re.compile(
    rf"\b(?:{DENIAL_OR_DOUBT}|none|nothing|nobody|but|guess\w*|worst|worse|weak\w*|poor\w*|chance|"
    r"likel\w*|probab\w*|plausib\w*|credib\w*|problem\w*|flaw\w*|trouble|issue\w*|little|few|less|"
    r"least|been|too|than|however|although|though|would|other|another|removed|trick\w*|tempt\w*|"
    r"distract\w*|decoy|irrelevant|evidence|support|suspicious|confus\w*|mislead\w*|runner|almost|"
    r"nearly|former|typo\w*|merit\w*|apart|aside|incorrect\w*|answers?)\b|n't\b|\?",
    re.IGNORECASE,
)


def without_contrasts(text: str) -> tuple[str, str]:
    """Return a text without ``not A but``, ``rather than A``, and the mentions set aside.

    Args:
        text: as `clauses.marked` returns it.
    """
    aside = ""

    def removed(contrast: re.Match[str]) -> str:
        nonlocal aside
        before = text[: contrast.start()]
        sentence = before[max(map(before.rfind, ".;")) + 1 :]
        if _SUPPOSED.search(sentence) or (_PREDICATED.search(before) and not _IT_IS.search(before)):
            return contrast[0]  # "B is not A"
        aside += contrast["list"]
        return " "

    return _CONTRAST.sub(removed, text).strip(" ,;"), aside


def spoils(text: str) -> bool:
    """Tell whether a word of a text denies, doubts, compares or belittles what it states."""
    return bool(_SPOILS.search(text) or DENYING.search(text))


def said_of(text: str, start: int, end: int) -> bool:
    """Tell whether a text begins with the choice at a place and states a property that picks it.

    Example:
        >>> said_of("B has the deepest valley", 0, 1), said_of("B has the wrong sign", 0, 1)
        (True, False)
    """
    if not _HEAD.match(text[:start]):
        return False
    found = _SAID.match(text[end:])
    if not found or re.search(r"(?<![\w'])[A-J](?![\w'])", found["rest"]):
        return False
    return not spoils(text[end:])
