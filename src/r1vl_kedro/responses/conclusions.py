"""Sentences behind an answer that come to it once more: "So the area is 4 · 6 = 24."

The value has to end the sentence, and what leads to it may be written in words of a working only
(`WORKING`), which have no denial, supposition or comparison among them.
"""

import re
from collections.abc import Collection, Sequence

from r1vl_kedro.answers import equivalent
from r1vl_kedro.answers.nouns import COLOURS
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.responses.clauses import plain

MEASURES = frozenset(
    "number sum product difference quotient ratio total value amount count area perimeter "
    "volume length width height depth distance radius diameter circumference measure size angle "
    "slope average mean median maximum minimum probability percentage fraction cost price".split()
)
"""What a value may be of a thing."""
THINGS = frozenset(
    "side edge face vertex vertices corner point midpoint line segment arc diagonal base "
    "hypotenuse leg triangle square rectangle trapezoid trapezium parallelogram rhombus kite "
    "quadrilateral pentagon hexagon octagon polygon circle semicircle sector ring cube cuboid "
    "cylinder cone sphere pyramid prism frustum solid surface region section shape figure "
    "pattern block net letter digit integer term variable prime factor multiple row column cell "
    "tile box piece layer object thing item ball coin card die dice stick match matches "
    "matchstick city country map bar way route path unit turn score team round reflection".split()
)
"""What a figure consists of, in the singular."""
_SOURCES = frozenset(
    "diagram picture image chart graph table grid equation formula theorem identity condition "
    "expression function root solution coordinate calculation series sequence progression "
    "notation scale mass answer result option choice question problem".split()
)
_WHICH = frozenset(
    "possible shaded unshaded largest smallest greatest longest shortest lowest highest nearest "
    "equal similar congruent isosceles equilateral regular angled right acute obtuse parallel "
    "perpendicular interior exterior inner outer left top bottom middle small large big whole "
    "larger smaller longer shorter upper lower adjacent minimal maximal horizontal vertical "
    "entire different distinct positive negative real corresponding required desired given "
    "expected final correct pythagorean pythagoras geometric arithmetic integral common first "
    "second third such same straight respective sided feasible".split()
)
_VERBS = frozenset(
    "is are be equals equal has have can must will need needs gives give get gets obtain find "
    "see conclude write make makes leaves leave leaving giving mean means implies imply becomes "
    "become follows measures costs covers contains consists rounds simplifies satisfy satisfies "
    "use apply let's let check verification count add step verify solve solving using taking "
    "substituting adding subtracting multiplying dividing halving rearranging simplifying "
    "counting combining converting working considering corresponding requires minus plus times "
    "added altogether marked made used formed seen drawn listed connected created divided "
    "multiplied matches view center centre".split()
)
_SMALL = frozenset(
    "the a an of in on at to from for by with and or we he she they you that this which where "
    "there here it its their our these all each every both so as thus hence therefore then "
    "since because when also again only finally exactly into per degree inch inches feet foot "
    "cm mm km m metre meter centimeter centimetre mile hour minute day year dollar cent kg g "
    "unit sq tenth hundredth us hundred thousand front behind it's that's there's morning "
    "afternoon evening".split()
)
WORKING = MEASURES | THINGS | _SOURCES | _WHICH | _VERBS | _SMALL | COLOURS | frozenset(CARDINALS)
"""Words in which a working may come to its value; nouns also in the plural."""

_BEGINS = re.compile(
    r"\b(?=(?:so|thus|hence|therefore|then|which|giving|leaving|that is|sum)\b)"
    r"|\b(?:is|are|be|has|have|needs?|gives?|makes?|leaves?|means?|equals|matches|obtain|get|find|length"
    r"|(?:equal|rounds|closest) to)\b"
    r"(?: only| exactly)?(?=\W*\S)|(?<==)"
    r"|\A\W*(?:the )?(?:final |right |correct )?answer:"
    r"|\\(?:\[|(?:[Ll]ong)?[Rr]ightarrow\b|implies\b)|&=?",
    re.IGNORECASE,
)
"""Where the value that a sentence comes to may begin."""
_PLACES = 8
"""Ends of a sentence that are compared with the answer, from the last."""
_IN_UNIT = re.compile(r"(?i)\bin ([a-z]{1,12})\b")
_TERM = re.compile(r"[\d.,]+(?: ?[-+*/×·] ?[\d.,]+)+")
_PART = re.compile(r"\b(?:half|twice) (?:of )?(?=\d)", re.IGNORECASE)
_CONCLUDES = re.compile(
    r".*(?:\A|[,;:.)}]|\band|\bor)\W*\b(?:so|thus|hence|therefore)\b", re.IGNORECASE | re.DOTALL
)
"""What stands before a conclusion: in a long working it may be in any words."""
_CALLED = re.compile(
    r"\s+is (?:the )?(?:final |correct |right )?(?:answer|correct|right|result)\W*\Z", re.IGNORECASE
)
_ENDS = re.compile(r"(?:[\s.,;$\]✓✔]|\\[\])])+\Z")
WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}(?:['’][A-Za-z]+)*|\bI\b")
_SYMBOL = re.compile(r"(?!NOT|NO|IF|OR)[A-Z]{2,5}|sin|cos|tan|cot|log|ln")
"""Names of what is drawn between points, and functions."""
_SUBJECT = re.compile(
    r"(?:\A|[,;:.]|\b(?:so|thus|hence|therefore|and|that|then))\W*(?:the |our |my )?(?:final "
    r"|correct |right |required |desired )?(?:answer|result)(?: to (?:the|this) \w+)?"
    r"(?: is\b|:)?\W*(?:(?:\b[A-Za-z]\b|[^A-Za-z,:])*[=≈]\W*)?\Z",
    re.IGNORECASE,
)
_ITS_OWN = re.compile(
    r"\b(?:answer|option|choice|result|right|correct)s?\b"
    r"(?! (?:angle|triangle|circular|prism|cone))"
    r"|\b(?:of|and|to) (?:this|it|that)(?! (?!is\b)\w)",
    re.IGNORECASE,
)
"""The answer as something else than the subject: "the sum of the answer and 3"."""
_SIDE = re.compile(r"[,;:]|\b(?:so|thus|hence|therefore|then|that|and|or|have|get|obtain|gives)\b")
_MULTIPLE = re.compile(r"\d\s*[a-z]|[a-z]\s*(?:\^|[-+*/]|\d)|\\?(?:sqrt|log|ln|frac)\W*[a-z]|\|")
"""A side of an equation that is reckoned from one symbol: "2x = 14" is not x."""


def comes_to(
    sentence: str, answer: str, options: Sequence[str] | None = None, *, long: bool = False
) -> bool:
    """Tell whether a sentence ends on an answer, to which nothing but a working leads.

    Args:
        options: of a multiple-choice question; the sentence may end on the option's value.
        long: whether it ends a long working: what stands before its "so" is not read then.

    Example:
        >>> comes_to("So the area is 4 * 6 = 24.", "24"), comes_to("A pupil gets 24.", "24")
        (True, False)
    """
    if sentence.endswith(":"):
        return False
    sentence = _CALLED.sub("", sentence)
    begins = [found.end() for found in _BEGINS.finditer(sentence)][-_PLACES:]
    own = frozenset(WORD.findall(f"{answer} {_option(answer, options)}".casefold()))
    own |= {"true", "false", "statement", "claim"} if own & {"yes", "no"} else own
    solved = reckoned(sentence[: sentence.rfind("=") + 1])
    for place in [*reversed(begins), 0]:
        lead, value = sentence[:place], _bare(sentence[place:])
        if long and (found := _CONCLUDES.match(lead)):
            lead = lead[found.end() :] or "so"
        sides = not place and "=" in value and not re.search(r"[A-Za-z]", value)
        if not value or sides or solved or not works(lead or sentence, own):
            continue
        term = _TERM.fullmatch(value) and re.search(r"\d", answer)
        if term and equivalent(f"{answer} ({value})", answer):
            return True
        unit = next(
            (one for one in _IN_UNIT.findall(plain(lead or sentence)) if read_units(one)), ""
        )
        if equivalent(f"{value} {unit}" if unit and place else value, answer, options=options):
            return bool(place) or not unit
    return False


def _option(answer: str, options: Sequence[str] | None) -> str:
    """Return the text of the option that a letter stands for; empty where it stands for none."""
    found = re.match(r"\W*([A-J])\b", answer)
    place = "ABCDEFGHIJ".index(found[1]) if found else 0
    return options[place] if found and options and place < len(options) else ""


def works(lead: str, own: Collection[str] = ()) -> bool:
    """Tell whether nothing but words of a working (or of the answer) leads to a value."""
    said = _SUBJECT.sub("", _PART.sub("", plain(lead)))
    return not _ITS_OWN.search(said) and all(
        known(word) or word.casefold() in own for word in WORD.findall(said)
    )


def reckoned(lead: str) -> bool:
    """Tell whether what equals the value is reckoned from one symbol, or was something else.

    "So 2x = 14", and "x = 8 or x = 7".
    """
    side = _SIDE.split(plain(lead))[-1].partition("=")[0]
    name = side.strip()
    given = (
        rf"(?:\A|[,;:.]|\b[a-z]{{2,}})\s*{re.escape(name)} *= *-?\d[\d.]* *(?:[,;]|\b(?:or|and)\b)"
    )
    if name and re.search(given, plain(lead), re.I):
        return True
    symbols = set(re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", side))
    named = re.search(r"\b(?:is|are|be)\b", side)
    return len(symbols) == 1 and not named and bool(_MULTIPLE.search(side))


def known(word: str) -> bool:
    """Tell whether a word is one of a working, or a symbol."""
    if _SYMBOL.fullmatch(word):
        return True
    word = word.casefold().replace("’", "'")
    return bool(WORKING & {word, word.removesuffix("s"), word.removesuffix("es")})


def _bare(text: str) -> str:
    """Return the end of a sentence without what stands around its formula."""
    text = _ENDS.sub("", text).lstrip(" $(")
    text = re.sub(r"\A\\[(\[]\s*", "", text)
    return text.rstrip(")") if text.count(")") > text.count("(") else text
