"""Counted things: the nouns behind a number."""

import re
from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.countables import COUNTABLES
from r1vl_kedro.answers.numerals import CARDINALS, PARTS
from r1vl_kedro.answers.tokens import FUNCTIONS
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.answers.vocabulary import COLOURS
from r1vl_kedro.mathtext import GREEK_LETTERS

_NOUN = re.compile(r"^\s*((?:[A-Za-zäöüß][A-Za-zäöüß'-]+\s*){1,6})$")
MEASURED = re.compile(
    r"\s+(?:old|long|wide|high|tall|deep|thick|away|apart|each|(?<=[a-z] )(?:remains?|"
    r"(?:(?:are|is|were|was) )?(?:left|remaining|visible|shown))|altogether|in total|total|overall|"
    r"in all|of them|of age|in length|in area|in height)$"
)
PREPOSITION = re.compile(
    r"\s(?:of|(?:in|on|at|for|with|from)(?=\s(?:the|this|these|each|every|all|both|total|top)\b))\s.*$"
)
NO_NOUN = (
    FUNCTIONS
    | frozenset(GREEK_LETTERS.values())
    | frozenset(PARTS)
    | frozenset(
        (
            "or and to non plus minus times more less fewer than over under above below "
            "not no nor but if then until through between "
            "tens hundreds thousands millones lakhs crores millionths tenths hundredths "
            "thousandths was has does his hers always perhaps sometimes oops tops would "
            "about across against along amid among around as at before behind beneath beside "
            "besides beyond by despite down during for from in inside into like near of off on "
            "onto out outside past per since through throughout toward towards under unlike until "
            "up upon versus via with within never ever often seldom just still already yet "
            "lakh crore quadrillion quintillion gross score dozen dozens too ish tenth hundredth "
            "thousandth millionth billionth twentieth thirtieth fortieth fiftieth sixtieth"
        ).split()
    )
)
"""Words that stand in no noun phrase behind a number, or make it another number."""
_PLURALS = frozenset(
    "oxen sheep deer moose cattle series species offspring criteria phenomena bacteria radii foci "
    "loci nuclei cacti formulae vertices matrices axes pcs würfel stück personen kinder".split()
)
_PLURAL_ENDS = tuple("people men children feet teeth mice geese dice fish craft".split())
_REGULAR = re.compile(r"[\wäöüß'-]*[aeiouyäöü][\wäöüß'-]*s|p[ct]s|[a-z]{1,2}ps")
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
_ADJECTIVE_ONLY = frozenset(
    "exactly approximately about only around roughly approx visible shown".split()
)


_VERB = re.compile(
    r"(?!sports|sales|physics|maths|mathematics).*(?<![s'’])s|(?!equally|evenly).*ly"
)
"""What stands before no noun: a verb as in "7 violates rules", an adverb."""
_NTH = re.compile(rf"(?:{'|'.join(CARDINALS)})-\w*(?:th|rd|nd|st)s?")
"""A part such as "twenty-fifths", which makes another number."""
_MORE = re.compile(r"^(?:more|additional|extra|further|other)\s+(?=[A-Za-z]{3})", re.IGNORECASE)
_NOTHING_COUNTED = re.compile(
    r"^(?:of (?:them|these|those|it)|in (?:total|all|the)\b.*|on (?:the\b.*|top)|altogether|"
    r"overall|total|each|visible|shown|remaining|exactly|approximately|about|only|around|"
    r"roughly|approx|old|long|wide|high|tall|deep)$",
    re.IGNORECASE,
)


def noun_of(text: str, *, one: bool = False) -> str | None:
    """Return the counted thing after a number, in the singular.

    None where the words are no such thing: a noun in the plural (or, behind ``one``, in the
    singular) with adjectives before it, or a colour.

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
    if not all(map(_of_noun, words)) or len(words) > 4:
        return None
    if any(_VERB.fullmatch(word) for word in words[:-1] if word != words[-1]):
        return None
    if words and not (_is_noun(words[-1], one=one) or (words[0] in COLOURS and not words[1:])):
        return None
    if not words:  # "5 of them", and not "5 at best"
        return "" if _NOTHING_COUNTED.match(found[1].strip()) else None
    return " ".join([*words[:-1], singular(words[-1])])


def _of_noun(word: str) -> bool:
    return not (
        len(word) < 3
        or word.partition("-")[0] in NO_NOUN
        or word in CARDINALS
        or _NTH.fullmatch(word)
        or (word.removesuffix("s") in CARDINALS and word != "ones")  # 2 twos
        or word in _DETERMINERS
    )


def _is_noun(word: str, *, one: bool) -> bool:
    return not COUNTABLES.isdisjoint({word, singular(word)}) if one else plural(word)


def plural(word: str) -> bool:
    """Tell whether a word is a noun in the plural, by its end or its place in the list.

    Example:
        >>> plural("cubes"), plural("women"), plural("struck"), plural("previous")
        (True, True, False, False)
    """
    regular = _REGULAR.fullmatch(word) and not word.endswith(("ss", "us", "is", "wards"))
    return bool(regular) or word in _PLURALS or word.endswith(_PLURAL_ENDS)


def counted(words: Sequence[str], *, one: bool = False) -> int:
    """Return how many of the words behind a number are of the counted thing; 0 where none is.

    Example:
        >>> counted(["red", "cubes", "are", "left"]), counted(["upside", "down"])
        (2, 0)
    """
    phrase = [word.lower() for word in words[:5]]
    for place, (before, word) in enumerate(pairwise(["", *phrase]), start=1):
        if not (_of_noun(word) or (word == "and" and before in COLOURS)):  # black and white cats
            return 0
        if _is_noun(word, one=one):
            return place
    return 0


_MAY_BE_A_VERB = re.compile(
    r"(?:\A|[=:,]\s*|\b(?:so|thus|hence|then|therefore|answer|value|result)\s+)"
    r"[^\w\s]*(?<![\d.,/])\d[\d.,/]*%?(?: [A-Za-z°]{1,2}(?:\^\d)?)?\s+(?P<word>[a-z]+s)\W*\Z",
    re.IGNORECASE,
)


def ends_on_a_verb(text: str) -> bool:
    """Tell whether a number is followed by one word that is not known as a counted thing.

    Behind other words ("There are") it can be no verb.

    Example:
        >>> ends_on_a_verb("x = 5 fails"), ends_on_a_verb("7 cubes"), ends_on_a_verb("has 7 yaks")
        (True, False, False)
    """
    found = _MAY_BE_A_VERB.search(text)
    word = found["word"].lower() if found else ""
    listed = singular(word) in COUNTABLES or word in _PLURALS or word.endswith(_PLURAL_ENDS)
    return bool(found) and not (listed or word in PARTS or read_units(word))


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
