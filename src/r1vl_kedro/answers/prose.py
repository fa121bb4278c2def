"""Statements in prose: the words around a value or letter that leave it stated."""

import re

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BREAK = re.compile(
    r"[.;!?\n](?=\s|\Z)|[,:—–]|\s-\s|[()\[\]]|\b(?:because|since|as|so|hence|thus|"
    r"therefore|where|given)\b",
    re.IGNORECASE,
)
_WINDOW = 300
"""How far a clause is read on either side of a place, in characters."""
_WRONG = (
    r"wrong(?:ly)?|incorrect(?:ly)?|false(?:ly)?|untrue|invalid|impossible|absurd|nonsense|traps?|"
    r"unlikely|least likely|hardly|barely|scarcely|refut\w+|reject\w*|refus\w+|eliminat\w+|"
    r"discard\w*|misleading|jok(?:e|ing)|kidding|nonsensical|"
    r"exclud\w+|ruled? out|rules out|ruling out|cross(?:ed)? out|ignor\w+|avoid\w*|"
    r"fail(?:s|ed)?|fake|dismiss\w*|"
    r"extraneous|unfounded|untenable|baseless|mistak\w+|errors?|erroneous\w*|disprov\w+|contradict\w*|liar|lies?"
)
WRONG = re.compile(rf"\b(?:{_WRONG})\b", re.IGNORECASE)
"""Words that deny a statement."""
DENYING = re.compile(
    rf"\b(?:{_WRONG}|opposite|contrary|reverse|inverse|reciprocal|negat(?:ive|ion)|cosine|sine|tangent|"
    r"differs?|different|"
    r"missing(?! (?:word|number|letter|side|length|angle|value|term|digit|shape|figure)s?\b)|"
    r"lacks?|lacking|debt|owes?|loss|shy|short|never|no longer|instead|"
    r"quadruple|triple|double|second[- ]best|next best|runner[- ]up)\b",
    re.IGNORECASE,
)
"""Words that deny a statement or turn its value into another."""
DENIAL_OR_DOUBT = (
    r"not|no|nor|neither|never|cannot|without|or|if|unless|maybe|perhaps|might|could|doubt\w*"
)
"""Words of denial, doubt and choice that leave nothing stated; rules add their own to them."""
PROVISIONAL = (
    r"naive(?:ly)?|hasty|tempt\w+|distractor|decoy|red herring|typo|intermediate|preliminary"
    r"|partial|placeholder|misread\w*|scratch|draft|(?:lower|upper) bound|dummy|pretend|imagine"
    r"|(?:my|first|upper|lower) (?:\w+ )?(?:attempt|guess|impression|estimate)"
)
"""What a writer calls a value that is not yet, or only seems, the answer."""


_HEDGE = re.compile(
    r"\W*(?:(?:i|we) (?:cannot|can['’]t|could ?n[o'’]t|am not|do not|don['’]t) [^.!?\n]{0,30}"
    r"|(?:(?:it|this|the \w+) )?(?:cannot|can not|could not) be (?:determined|told|known|read|seen)"
    r"[^.!?\n]{0,30}"
    r"|(?:it|that|this) (?:is|was) (?:unclear|unknown|uncertain|hard to say)[^.!?\n]{0,30}"
    r"|(?:it (?:is|could be) |either |maybe |perhaps )?\(?[\w.,%$-]+\)?,? or (?:maybe |perhaps )?"
    r"\(?[\w.,%$-]+\)?"
    r"|(?:neither|not) [\w.,%$-]+ (?:nor|but) [\w.,%$-]+)[.!?]?\Z",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def hedges(text: str) -> bool:
    """Tell whether a text begins with a sentence that answers with a choice, or refuses to.

    Example:
        >>> hedges("7 or 8. There are 7 in front"), hedges("It has red or blue cubes. So 7.")
        (True, False)
    """
    return bool(_HEDGE.match(SENTENCE_END.split(text.strip(), maxsplit=1)[0]))


OF_ANOTHER = (
    r"(?:previous|earlier|other|former|last|preceding) "
    r"(?:problem|question|exercise|task|example|attempt|answer)|"
    r"originally|initially|formerly|previously|used to|else|others|(?<!at )rest|half of|parts? of|"
    r"its (?:half|double|square|third|complement|supplement|opposite|reciprocal|inverse)|"
    r"(?:complement|supplement|double|square|reciprocal|inverse) of (?:the answer|it|that|this)"
)
"""Subjects and times other than those asked for: what is said of them is no answer."""


def clause_around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a place in its clause."""
    before = _BREAK.split(text[max(start - _WINDOW, 0) : start])
    after = _BREAK.split(text[end : end + _WINDOW])
    return before[-1], after[0]


COPULA = r"(?:is|are|was|were|be|becomes|equals|will)"
