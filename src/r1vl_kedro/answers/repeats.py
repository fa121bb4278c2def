"""An answer given twice, in another writing or with the working or change that comes to it."""

import re

from r1vl_kedro.answers.amounts import quantities_differ, unit_free
from r1vl_kedro.answers.behind import goes_on
from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.nouns import plural
from r1vl_kedro.answers.prose import DENIAL_OR_DOUBT, PROVISIONAL
from r1vl_kedro.answers.quantities import NUMBER, read_quantity
from r1vl_kedro.answers.remarks import numbers_in
from r1vl_kedro.answers.splitting import JOINT, split
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.answers.vocabulary import COLOURS

_OR = re.compile(
    r"(?:\A|(?<=[=(])\s*|(?<=\bis )|(?<=\bwas ))(?P<first>[-\d.,/%]*[\d%])"
    r"(?:,?\s+or\s+|\s*\(\s*or\s+)(?P<second>[-\d.,/%]+)\)?$"
)
_SIGNS = {"minus": "-", "less": "-", "plus": "+", "and": "+", "times": "*", "x": "*"}
_OPERATORS = re.compile(rf"\b({'|'.join(_SIGNS)})\b", re.IGNORECASE)
_LISTED = re.compile(r"^(?P<first>[^:]{1,40}):\s+(?P<list>[^:;]{1,200})$")
_WORKED = re.compile(
    r"^(?P<said>[^()\[\]]{1,80}?)(?:\s+[(\[]|,\s+(?:which|that) is\s+)"
    r"(?P<working>[^()]{3,60}?)[)\]]?$"
)
_SAID_AGAIN = re.compile(r"(?:that is|i\.e\.|namely),?\s", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:i\.?e\.?,?|or|that is,?|=|(?:so )?(?:the )?(?:final )?(?:answer|result) is)?\s*"
    r"(?P<about>about|approximately|approx\.?|around|roughly|~=|~)?\s*",
    re.IGNORECASE,
)
_RESTATED = re.compile(
    r"^(?P<first>(?:[^()\[\]]|(?<=[a-z])\([^()]*\)){1,40}?)\s*"
    r"(?:\((?P<second>[^()]{1,40})\)|,\s+(?P<about>(?:about|approximately|roughly)\s.{1,40}))$",
    re.IGNORECASE,
)

_AFTERWARDS = re.compile(
    r",?\s+after\s+(?:(?:removing|taking|subtracting|giving|selling|eating|losing|spending|using|"
    r"(?P<added>adding|buying|getting|receiving|finding))\s+(?:the )?"
    rf"(?P<change>{NUMBER})(?P<counted>(?: (?!from|to)[a-z]+)*)"
    rf"(?: (?:from|to) (?:(?P<first>{NUMBER})(?: [a-z]+s)?|(?-i:[A-Z])[a-z]+))?"
    r"|(?:the|this|that|these|all)\s+(?:subtraction|removal|addition|change|operation)s?)\W*$",
    re.IGNORECASE,
)
"""What was done before: "after removing 3 from 10", "after the removal"."""


def without_change(text: str) -> str:
    """Return a sentence without the change at its end that leads to its number, if any.

    Example:
        >>> without_change("7 are left after removing 3 from 10")
        '7 are left'
        >>> without_change("7 after adding 1 to 5")
        '7 after adding 1 to 5'
    """
    done = _AFTERWARDS.search(text)
    if not done:
        return text
    kept = text[: done.start()]
    if not done["change"]:
        return kept
    if not goes_on(done["counted"].removesuffix(" away"), one=done["change"] == "1"):
        return text
    change, first = (read_quantity(done[name] or "0") for name in ("change", "first"))
    if not done["first"] or not change or not first:
        return kept
    left = first.number + change.number * (1 if done["added"] else -1)
    return kept if left in numbers_in(kept) else text


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
    said = found["second"] or found["about"]
    prefix = _ABOUT.match(said)
    about, again = prefix and prefix["about"], said[prefix.end() if prefix else 0 :]
    first, second = read_quantity(found["first"]), read_quantity(again)
    if first is None or second is None:
        return text
    if about:
        if first.units and second.units and first.units != second.units:
            return text
        gap = abs(float(first.number) - float(second.number))
        return found["first"] if gap <= 0.005 * abs(float(first.number)) else text
    if quantities_differ(first, second):
        return text
    return found["first"] if first.units or first.noun or not second.units else found["second"]


def _counts_them(count: str, things: str) -> bool:
    """Tell whether as many things are listed as a count gives: "Two countries: Peru and Chile"."""
    quantity = read_quantity(count)
    return bool(quantity and quantity.noun) and quantity.number == len(split(things, JOINT)) > 1


_RESULT = re.compile(
    r"(?P<working>.*=\s*(?P<number>-?\d[\d.,]*?)(?: ?[^\W\d_]+)?)\.\s+"
    r"(?P<said>(?:Therefore|Thus|Hence|So),? [^\n.!?;:]{3,200}\.?)\s*\Z",
    re.DOTALL,
)
_HAN_RESULT = re.compile(
    r"[^答不没非否错或?？]*。\s*(?:最终)?答案(?:是|为)?[:：]?\s*(?P<said>-?\d[\d.]*[^\d\W]{0,4})\s*。?\Z"
)


def result_alone(text: str) -> str:
    """Return the last sentence of a working that says what the step before it comes to.

    Else the text as it is.

    Example:
        >>> result_alone("We divide: 36 / 2 = 18. Therefore, the area is 18.")
        'Therefore, the area is 18.'
    """
    if found := _HAN_RESULT.match(text):
        return found["said"]
    found = _RESULT.match(text)
    if not found or _UNDONE.search(found["working"]):
        return text
    return found["said"] if numbers_in(found["said"]) == numbers_in(found["number"]) else text


_UNDONE = re.compile(rf"\b(?:{DENIAL_OR_DOUBT}|{PROVISIONAL})\b|\?|n['’]t\b", re.IGNORECASE)


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
    numbers = numbers_in(said)
    working = _SAID_AGAIN.sub("", working)
    working = _OPERATORS.sub(lambda found: _SIGNS[found[1].lower()], working)
    words = re.findall(r"[A-Za-z]+", working)
    if not all(plural(word) or word in COLOURS or read_units(word) for word in words):
        return False
    working, *result = re.sub(r"[A-Za-z]+|\s", "", working).split("=")
    if len(numbers) != 1 or not re.fullmatch(r"[\d.]+(?:[-+*/][\d.]+)+", working):
        return False
    return {number_of(working), *map(number_of, result)} == numbers
