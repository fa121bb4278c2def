"""Remarks behind an answer: which may be left out, and which change it."""

import re
from fractions import Fraction

from r1vl_kedro.answers.amounts import quantities_differ, unit_free
from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.numerals import CARDINALS, ORDINALS, PARTS, SCALES
from r1vl_kedro.answers.prose import DENYING, neutral
from r1vl_kedro.answers.quantities import NUMBER, read_quantity
from r1vl_kedro.answers.splitting import JOINT, split
from r1vl_kedro.answers.units import read_units

_TAIL = re.compile(
    r"(?<![\s,;])(?:\.\s+I hope (?:it|this) is correct\.?"
    r"|[\s,]+(?:in total|altogether|overall|in all|total|only|approximately|approx\.?|roughly|"
    r"respectively)"
    r"|,?\s+(?:at|when|for)\s+[a-z]\s*=\s*-?[\d./]+"
    r"|,\s+(?:reached|attained|achieved|obtained|occurring)\s+(?:after|at|when)\s[^.;?]{1,40}"
    r"|[\s,(]+(?:(?:rounded|correct)\s+)?(?:to\s+)?(?:\d|one|two|three|four)\s+"
    r"(?:sig(?:nificant)?\.?\s?(?:fig(?:ure)?s?|digits?)|s\.?f\.?|d\.?p\.?|decimal places?)\)?"
    r"|,\s+including\s+[^,;.=]{1,60}"
    r"|(?<=times)\s+as\s+(?:many|much|large|big|long|tall|high|fast|heavy|likely)"
    r"(?:\s+as\s+[a-z ]{1,40})?"
    r"|\s+(?:from|with|based on|given) (?:only )?(?:the |this )?(?:given |provided |available )?"
    r"(?:information|data)(?: given| provided| available| alone)?"
    r"|\s+or so|,?(?:\s+and (?:that|this))?\s+is (?:the|our|my) (?:only |final |correct )?"
    r"(?:solution|answer|result|value)"
    r")\s*$",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"(?<![\s,;])(?:[\s,;]+(?:since|because)\s|[\s,;]+as\s(?=[^,;=]*=[^,;=]*$)"
    r"|\s*,\s+as\s(?=(?:the|all|both|they|opposite|vertical|alternate|corresponding)\s[^\d,;]*"
    r"\b(?:is|are|was|were|has|have|bisects?|add)\b[^\d,;]*$)"
    r"|\s*\((?:since|because|as)\s(?=[^()]*\)\s*$)|[\s,;]+due to\s(?=[a-z '-]*$))"
    r"(?P<said>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_SET_ASIDE = re.compile(
    r"(?<![\s,;.])(?:,\s*(?:and\s+|but\s+)?|\.\s+(?:it|this|that)\s+(?:is|was)\s+)not\s+"
    r"(?P<said>[^,;:?!]{1,60})$",
    re.IGNORECASE,
)
_JUDGES = re.compile(
    r"(?:\w+ly )?(?:correct|right|valid|likely|possible|probable|plausible|acceptable|good|ok|okay"
    r"|it|this|that|enough|close|even|final|yes)\b",
    re.IGNORECASE,
)
"""A judgement, where another value would be set aside: "7, not correct"."""
_LEFT = re.compile(r"\bleft\W*\Z", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?<![\s,;])[\s,;]+(?:as|where|given|which)\s(?!well\b|long\b|many\b|much\b)"
    r"(?P<said>[a-z '-]*)$",
    re.IGNORECASE,
)
_IN_UNIT = re.compile(r"(?<=\d),\s+in\s+(?P<unit>[A-Za-z][A-Za-z ./^\d]*)$")
_BRACKET = re.compile(r"\s*[(\[](?P<said>[^()\[\]]{1,80})[)\]]\s*$")
_NUMBER_WORDS = re.compile(
    rf"\b(?:{'|'.join([*CARDINALS, *SCALES, *ORDINALS, *PARTS])}|hundreds|thousands|trillions|"
    r"twice|thrice|once)\b",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"\b(?:answers?|so|thus|hence|therefore|but|actually|really|wait|sorry|forgot(?:ten)?|missed|"
    r"doubt\w*|if|unless|otherwise|except|instead|rather|maybe|perhaps|possibly|probably|"
    r"should|would|could|might|must|now|anymore|certain(?:ly)?|sure|quite|exactly|necessarily|"
    r"always|yet|entirely|completely|fully|definitely|true|too|least|most|at all|not|no)\b|n't\b",
    re.IGNORECASE,
)
"""Words with which a remark concludes, doubts, corrects or restricts."""
_CONCLUDES = re.compile(
    r"\b(?:answers?|so(?!\W*$|\s+(?:many|much|few|far|long|called|small|large|big|close)\b)|thus|"
    r"hence|therefore|actually|really|wait|sorry|forgot(?:ten)?|missed|doubt\w*|unless|otherwise|"
    r"instead|maybe|perhaps|possibly|might|should be|must be|would be)\b",
    re.IGNORECASE,
)
_CARDINAL = rf"(?:{NUMBER}|(?:{'|'.join(CARDINALS)})\b)"
_STATES = re.compile(
    r"\b(?:it|this|that|there|which|we|they|result|total|sum)\s+"
    rf"(?:is|are|becomes?|gives?|makes?|get|have|leaves?)\s+(?P<number>{_CARDINAL})"
    rf"(?![.,]?\d|\s*[-+*/=]|(?:\s+[a-z]+){{0,3}}\s+and\s+{_CARDINAL})",
    re.IGNORECASE,
)
"""A number stated, and not one of several parts ("there are 3 red and 4 blue ones")."""
_NUMBERS = re.compile(_CARDINAL, re.IGNORECASE)
_UNSURE = re.compile(r"(?:certain|sure)\b[a-z ]*", re.IGNORECASE)
_EQUATION = re.compile(rf"=\s*-?(?:{NUMBER})[^=]*$")
_PLAIN = frozenset(
    "units unit legend shows showed shown stated asked required expected text".split()
)
"""Words of a remark, beside the neutral ones, that leave an answer as it is."""
_OR = re.compile(
    r"(?P<first>(?<![^\s=(])[-\d.,/%]+)(?:,?\s+or\s+|\s*\(\s*or\s+)(?P<second>[-\d.,/%]+)\)?$"
)
_SIGNS = {"minus": "-", "less": "-", "plus": "+", "and": "+", "times": "*", "x": "*"}
_OPERATORS = re.compile(rf"\b({'|'.join(_SIGNS)})\b", re.IGNORECASE)
_LISTED = re.compile(r"^(?P<first>[^:]{1,40}):\s+(?P<list>[^:;]{1,200})$")
_WORKED = re.compile(
    r"^(?P<said>[^()\[\]]{1,80}?)(?:\s+[(\[]|,\s+(?:which|that) is\s+)"
    r"(?P<working>[^()]{3,60}?)[)\]]?$"
)
_ABOUT = re.compile(r"(?:about|approximately|approx\.?|around|roughly|~=|~)\s*", re.IGNORECASE)
_RESTATED = re.compile(
    r"^(?P<first>(?:[^()\[\]]|(?<=[a-z])\([^()]*\)){1,40}?)\s*\((?P<second>[^()]{1,40})\)$"
)


def without_remark(text: str) -> str:
    """Return the text without a remark at its end, unless that concludes, doubts or corrects.

    A unit or a counted thing in brackets behind a number loses the brackets.

    Example:
        >>> without_remark("7, not 8"), without_remark("7, not really"), without_remark("7 (cm)")
        ('7', '7, not really', '7 cm')
    """
    if tail := _TAIL.search(text):
        return text[: tail.start()]
    if reason := _REASON.search(text):
        kept = text[: reason.start()]
        return kept if _gives_a_reason(kept, reason["said"]) else text
    if aside := _SET_ASIDE.search(text):
        said = aside["said"]
        doubted = _UNSURE.fullmatch(said) and not DENYING.search(said)
        turns = not doubted and (_TURNS.search(said) or re.search(r"\.\s", said))
        turns = turns or (_JUDGES.match(said) and not _LEFT.search(text[: aside.start()]))
        return text if turns else text[: aside.start()]
    if (named := _IN_UNIT.search(text)) and read_units(named["unit"]):
        return f"{text[: named.start()]} {named['unit']}"
    if clause := _CLAUSE.search(text):
        return text[: clause.start()] if harmless(clause["said"]) else text
    bracket = _BRACKET.search(text)
    if not bracket:
        return text
    kept, said = text[: bracket.start()], bracket["said"].strip()
    if re.search(r"\d\s*$", kept) and re.fullmatch(r"[A-Za-z][A-Za-z ./^\d]*", said):
        joined = f"{kept} {said}"
        counted = read_quantity(kept.rpartition("=")[2])
        named = read_quantity(joined.rpartition("=")[2])
        if counted and named and counted.number == named.number and (named.units or named.noun):
            return joined if not _spoken_for(said) else text
    return kept if harmless(said) or _abbreviates(said, kept) else text


def harmless(remark: str) -> bool:
    """Tell whether a remark has neutral words only, without a number, a doubt or a conclusion.

    Example:
        >>> harmless("as shown in the figure"), harmless("doubled"), harmless("the answer is six")
        (True, False, False)
    """
    worded = not remark.strip() or re.search(r"[A-Za-z]{2}", remark)  # the (x) of f(x) is none
    return bool(worded and re.fullmatch(r"[A-Za-z' .-]*", remark)) and (
        neutral(remark, _PLAIN) and not _spoken_for(remark)
    )


def _spoken_for(remark: str) -> bool:
    return bool(_TURNS.search(remark) or _NUMBER_WORDS.search(remark) or DENYING.search(remark))


def _gives_a_reason(kept: str, reason: str) -> bool:
    """Tell whether what follows "because" leaves an answer as it is.

    A number that it states is one of the answer's, where that has numbers, and so is one of those
    in an equation at its end.
    """
    if _CONCLUDES.search(reason):
        return False
    numbers = _numbers(kept)
    if not numbers:
        return True
    stated = {number for found in _STATES.finditer(reason) for number in _numbers(found["number"])}
    return stated <= numbers and not (
        _EQUATION.search(reason) and numbers.isdisjoint(_numbers(reason))
    )


def _numbers(text: str) -> set[Fraction | float]:
    read = (read_quantity(found[0]) for found in _NUMBERS.finditer(text))
    return {quantity.number for quantity in read if quantity}


def _abbreviates(short: str, long: str) -> bool:
    """Tell whether a bracket holds the initials of what is before it."""
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", long) if len(word) > 2)
    return len(short) > 1 and short.replace(".", "").casefold() == initials.casefold()


def restated(text: str) -> str:
    """Read ``five (5)`` and ``1/2 or 0.5``: one writing where both have one value.

    Else the text as it is.

    Example:
        >>> restated("five (5)"), restated("1/2 or 50%"), restated("1/2 or 0.6")
        ('five', '1/2', '1/2 or 0.6')
    """
    found = _OR.search(text)
    if found:
        first, second = read_quantity(found["first"]), read_quantity(found["second"])
        same = first and second and unit_free(first) == unit_free(second)
        return text[: found.end("first")] if same else text
    if (listed := _LISTED.match(text)) and _counts_them(listed["first"], listed["list"]):
        return listed["first"]
    found = _RESTATED.match(text)
    if not found:
        return text
    about = _ABOUT.match(found["second"])
    again = found["second"][about.end() :] if about else found["second"]
    first, second = read_quantity(found["first"]), read_quantity(again)
    if first is None or second is None:
        return text
    if about:
        gap = abs(float(first.number) - float(second.number))
        return found["first"] if gap <= 0.005 * abs(float(first.number)) else text
    if quantities_differ(first, second):
        return text
    return found["first"] if first.units or first.noun or not second.units else found["second"]


def _counts_them(count: str, things: str) -> bool:
    """Tell whether as many things are listed as a count gives: "Two countries: Peru and Chile"."""
    quantity = read_quantity(count)
    return bool(quantity and quantity.noun) and quantity.number == len(split(things, JOINT)) > 1


def without_working(text: str) -> str:
    """Return the text without a working in brackets that comes to its one number.

    Example:
        >>> without_working("7 (10 - 3)"), without_working("7 (10 - 4)")
        ('7', '7 (10 - 4)')
    """
    found = _WORKED.match(text)
    return found["said"] if found and _works_out(found["said"], found["working"]) else text


def _works_out(said: str, working: str) -> bool:
    """Tell whether a working in brackets comes to the one number said: "7 left (10 minus 3)"."""
    numbers = _numbers(said)
    working = _OPERATORS.sub(lambda found: _SIGNS[found[1].lower()], working)
    working = re.sub(r"[A-Za-z]+|\s", "", working)
    if len(numbers) != 1 or not re.fullmatch(r"[\d.]+(?:[-+*/][\d.]+)+", working):
        return False
    return number_of(working) in numbers
