"""Counted things: the nouns behind a number."""

import re

from r1vl_kedro.answers.numerals import CARDINALS, PARTS
from r1vl_kedro.answers.tokens import FUNCTIONS
from r1vl_kedro.mathtext import GREEK_LETTERS

_NOUN = re.compile(r"^\s*((?:[A-Za-z][A-Za-z'-]+\s*){1,6})$")
MEASURED = re.compile(
    r"\s+(?:old|long|wide|high|tall|deep|away|apart|each|(?<=[a-z] )left|altogether|in total|total|"
    r"overall|more|in all|of them|of age|in length|in area|in height)$"
)
PREPOSITION = re.compile(r"\s(?:in|of|on|at|for|with|from|that|which)\s.*$")
NO_NOUN = (
    FUNCTIONS
    | frozenset(GREEK_LETTERS.values())
    | frozenset(PARTS)
    | frozenset(
        (
            "or and to plus minus times squared cubed factorial more less fewer than over under "
            "above below hundred thousand million billion trillion dozen half quarter third point "
            "power root not no nor but if then mod modulo remainder through until between above "
            "choose score divided multiplied degrees hundredths tenths thousandths thirds fifths "
            "halves sixths ninths eighths short excluded removed missing subtracted added wrong "
            "incorrect false higher lower larger smaller greater bigger later earlier longer "
            "shorter bc bce tens lakh lakhs crore crores many few ago too "
            "quarters gross grand mil off negative positive significant figs sig "
            "hundreds thousands millionen milliarden tausend hundert millones millón mln mrd mio "
            "twelfths twentieths doubled tripled halved thrice once "
            "taller wider behind ahead shy rejected absurd extraneous impossible invalid "
            "given needed required oops wait hmm nope strike scratch sorry ignore mistaken "
            "out actually maybe perhaps possibly guess guessing unsure error cancelled deleted "
            "quadrillion quintillion sextillion zillion gazillion tops max maximum something "
            "originally initially formerly previously before percent percentage "
            "been would could should might"
        ).split()
    )
)
_SAME_NOUN = {"people": "person", "persons": "person", "men": "man", "women": "woman",
              "children": "child", "dice": "die", "mice": "mouse", "feet": "foot"}  # fmt: skip
_CAMEL = re.compile(r".*[a-z][A-Z]|[A-Z]{2,}[a-z]")
"""Letter case inside a word tells symbols apart: ``Mbps`` and ``MBps``."""
_WHOLE = frozenset("total whole sum cases time times people them all".split())
"""Words behind "of" that name no thing: "half of the total"."""
_THING = re.compile(
    r"\sof\s+(?:the\s+|all\s+|these\s+)*"
    r"(?!(?:them|these|those|it|this|that|an?|each|every|age|area|length|height|width)\b)"
    r"(?P<thing>[A-Za-z][A-Za-z\d]*(?:\s[a-z]+)*?)"
    r"(?=\s(?:in|on|at|for|with|from|that|which|per)\b|\W*\Z)"
)
ELSEWHERE = re.compile(r"\b(?:previous|earlier|other|former|preceding|another)\b", re.IGNORECASE)
"""Of another problem or thing: "17 in the previous problem"."""
_DETERMINERS = frozenset("the this that its".split())
"""Behind a first word they begin the object of a verb: "fails the test"."""
_ADJECTIVE_ONLY = frozenset("exactly approximately about only around roughly approx".split())


_MORE = re.compile(r"^(?:more|additional|extra|further|other)\s+(?=[A-Za-z]{3})", re.IGNORECASE)
_NOTHING_COUNTED = re.compile(
    r"^(?:of (?:them|these|those|it)|in (?:total|all|the)\b.*|on the\b.*|altogether|overall|total|"
    r"each|more|exactly|approximately|about|only|around|roughly|approx|old|long|wide|high|tall|deep)$",
    re.IGNORECASE,
)


def noun_of(text: str) -> str | None:
    """Return the counted thing after a number, in the singular.

    None where the words are no such thing.

    Example:
        >>> noun_of("red cubes"), noun_of("people in the room"), noun_of("or more")
        ('red cube', 'person', None)
    """
    if text.strip().lower() == "more":
        return ""
    found = _NOUN.match(_MORE.sub("", text.strip()))
    if not found:
        return None
    words = PREPOSITION.sub("", MEASURED.sub("", f" {found[1].strip()}") + " ").split()
    words = [word if _CAMEL.match(word) else word.lower() for word in words]
    words = [word for word in words if word not in _ADJECTIVE_ONLY]
    if any(word in NO_NOUN or len(word) < 3 for word in words) or len(words) > 4:
        return None
    if any(word in CARDINALS for word in words) or _DETERMINERS & {*words[1:]}:
        return None
    if not words:  # "5 of them", and not "5 at best"
        return "" if _NOTHING_COUNTED.match(found[1].strip()) else None
    return " ".join([*words[:-1], singular(words[-1])])


def thing_of(text: str) -> str:
    """Return what an amount is of, in the singular; empty where that is not told.

    Example:
        >>> thing_of(" cups of flour"), thing_of(" of them")
        ('flour', '')
    """
    found = _THING.search(text)
    word = found["thing"].split()[-1] if found else ""
    if word.lower() in _WHOLE:
        return ""
    return singular(word.lower()) if word.isalpha() and len(word) > 2 else word


def singular(word: str) -> str:
    """Return a noun in the singular, by rule."""
    if word in _SAME_NOUN:
        return _SAME_NOUN[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(?:s|x|z|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
