"""Choices by contrast and by a property: ``not A but C``, ``B has the deepest valley``."""

import re
from collections.abc import Sequence

from r1vl_kedro.answers.prose import DENIAL_OR_DOUBT, DENYING

_COPULA = re.compile(r"(?:\b(?:is|are|was|were|be|does|do|did)|['’]s)\s+\Z", re.IGNORECASE)
_IT_IS = re.compile(
    r"(?:^|[.,;:]\s*|\b(?:so|and|but|thus)\s+)"
    r"(?:it|this|that|the (?:correct |final )?(?:answer|option|choice))"
    r"(?:\s+(?:is|was|should be|must be)|['’]s)\s+\Z",
    re.IGNORECASE,
)
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
_WITHDRAWN = re.compile(
    r"\bor (?:maybe |perhaps )?not[.!]*\s*\Z|\W(?:wait|hmm+)\W*\Z"
    r"|(?:,\s*|\s-\s*|\w\s*[(\[])(?:no|not|nope|wrong|false|incorrect|rejected|untrue)[)\]]?[.!]*\s*\Z|\?\s*\Z",
    re.IGNORECASE,
)
_SPOILS = re.compile(
    rf"\b(?:{DENIAL_OR_DOUBT}|none|nothing|nobody|but|guess\w*|worst|worse|weak\w*|poor\w*|chance|"
    r"likel\w*|probab\w*|plausib\w*|credib\w*|problem\w*|flaw\w*|trouble|issue\w*|little|few|less|"
    r"least|been|too|than|however|although|though|would|other|another|removed|trick\w*|tempt\w*|"
    r"distract\w*|decoy|irrelevant|evidence|support|suspicious|confus\w*|mislead\w*|runner|almost|"
    r"nearly|former|typo\w*|merit\w*|apart|aside|incorrect\w*|answers?)\b|n't\b|\?",
    re.IGNORECASE,
)


def without_contrasts(text: str, names: Sequence[str]) -> str:
    """Return the text without what it sets aside.

    ``not A but``, ``rather than A``, ``instead of A or B``.

    Example:
        >>> without_contrasts("not A but C", "ABCD"), without_contrasts("It is C, not A", "ABCD")
        ('C', 'It is C')
    """
    if not re.search(r"\b(?:not|than|instead)\b", text, re.IGNORECASE):
        return text
    known = sorted((re.escape(name) for name in names if name.strip()), key=len, reverse=True)
    if not known or sum(map(len, known)) > 2000:
        return text
    name = "|".join(known)
    one = rf"\(?(?:{name})\)?(?:(?<=\))\s(?:{name}))?(?![\w'’(/+*^=-])"
    contrast = re.compile(
        rf"(?P<sign>,?\s*(?:\b(?:but|and)\s+)?\b(?i:not|rather than|instead of|as opposed to))\s+"
        rf"(?:(?:option|choice|the)\s+)?{one}(?:\s*(?:,|\bor\b|\band\b|\bnor\b)\s*{one})*"
        r"(?P<but>\s*,?\s*but\b)?"
    )

    def removed(found: re.Match[str]) -> str:
        before = text[: found.start()]
        if _COPULA.search(f"{before} ") and not _IT_IS.search(f"{before} "):
            return found[0]  # "B is not A"
        return " "

    return re.sub(r"\s+", " ", contrast.sub(removed, text)).strip(" ,;")


def withdrawn(text: str) -> bool:
    """Tell whether a text ends on a denial of all before it: ``B, not``, ``B [rejected]``, ``B?``.

    A label with its own text is none: ``(B) no``.
    """
    return bool(_WITHDRAWN.search(text))


def spoils(text: str) -> bool:
    """Tell whether a text holds a word that denies, doubts, compares or belittles what it
    states.
    """
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
