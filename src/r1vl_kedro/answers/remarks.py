"""Remarks behind an answer: which may be left out, and which change it."""

import re
from fractions import Fraction

from r1vl_kedro.answers.amounts import quantities_differ, unit_free
from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.prose import DENYING
from r1vl_kedro.answers.quantities import NUMBER, read_quantity
from r1vl_kedro.answers.splitting import JOINT, split
from r1vl_kedro.answers.units import read_units

_TAIL = re.compile(
    r"(?<![\s,;])(?:\.\s+I hope (?:it|this) (?:is correct|helps)[.!]?"
    r"|[\s,]+(?:in total|altogether|overall|in all|total|only|approximately|approx\.?|roughly|"
    r"respectively)"
    r"|,?\s+(?:at|when|for)\s+[a-z]\s*=\s*-?[\d./]+"
    r"|,\s+(?:reached|attained|achieved|obtained|occurring)\s+"
    r"(?:(?:after|at)\s+[\d./]+(?:\s?[a-z]+)?|(?:at|when)\s[^;?=]{1,20}=[^;?]{1,20})"
    r"|,\s+including\s+(?:the (?:[a-z]+ )?[a-z]+|\d+ (?:[a-z]+ )?[a-z]+s(?:(?:,| and|, and) \d+ "
    r"(?:[a-z]+ )?[a-z]+)*)"
    r"|(?<=times)\s+as\s+(?:many|much|large|big|long|tall|high|fast|heavy|likely)"
    r"(?:\s+as\s+[a-z ]{1,40})?"
    r"|\s+(?:from|with|based on|given) (?:only )?(?:the |this )?(?:given |provided |available )?"
    r"(?:information|data)(?: given| provided| available| alone)?"
    r"|(?<=\d)\s+or so"
    r"|(?:[,.;]?(?:\s+and)?\s+(?:that|this|it)(?: is|['’]s)|,?\s+is) (?:the|our|my) "
    r"(?:only |final |correct )?(?:solution|answer|result|value)"
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
_JUDGED = re.compile(
    r"(?:\w+ly|sure|certain|correct|right|valid|true|possible|probable|plausible|acceptable|good|ok|"
    r"okay|it|this|that|enough|close|quite|even|final|yes|yet|now|so|anymore|always|entire|much)",
    re.IGNORECASE,
)
"""A judgement, where another word would be set aside: "red, not really"."""
_UNSURE = re.compile(r"(?:certain|sure)\b[a-z ]*", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?<![\s,;])(?:[\s,;]+(?:as|where|given|which)\s(?!well\b|long\b|many\b|much\b)"
    r"|[\s,;]+(?=(?:rounded |correct )?to\s)"
    r"|\s+(?=in (?:simplest|lowest|reduced)|(?:according|based|per)\s)"
    r"|(?P<apart>,\s+)(?!option|choice|final|correct))(?P<said>[\w '.-]*)$",
    re.IGNORECASE,
)
_IN_UNIT = re.compile(r"(?<=\d),\s+in\s+(?P<unit>[A-Za-z][A-Za-z ./^\d]*)$")
_BRACKET = re.compile(r"\s*[(\[](?P<said>[^()\[\]]{1,80})[)\]]\s*$")
_CONCLUDES = re.compile(
    r"\b(?:answers?|so(?!\W*$|\s+(?:many|much|few|far|long|called|small|large|big|close)\b)|thus|"
    r"hence|therefore|actually|really|wait|sorry|forgot(?:ten)?|missed|doubt\w*|unless|otherwise|"
    r"instead|maybe|perhaps|possibly|might|should be|must be|would be)\b",
    re.IGNORECASE,
)
_CARDINAL = rf"(?:{NUMBER}|(?:{'|'.join(CARDINALS)})\b)"
_STATES = re.compile(
    r"\b(?:it|this|that|there|which|we|they|result|total|sum|figure|picture|graph|chart|image|"
    r"(?:true|real|actual|right|correct) [a-z]+)\s+"
    rf"(?:is|are|becomes?|gives?|makes?|get|have|leaves?|shows?|reads?)\s+(?P<number>{_CARDINAL})"
    rf"(?![.,]?\d|\s*[-+*/=]|(?:\s+[a-z]+){{0,3}}\s+and\s+{_CARDINAL})",
    re.IGNORECASE,
)
"""A number stated, and not one of several parts ("there are 3 red and 4 blue ones")."""
_RIVAL = re.compile(
    rf"(?P<said>[A-Z]\w+|{NUMBER}) (?:is|was) (?:right|correct)\W*"
    r"|(?:it|this|that) (?:is|was) (?P<name>[A-Z][a-z]+)\W*"
)
"""A reason for another answer: "because it is Rome", "because 8 is right"."""
_NUMBERS = re.compile(_CARDINAL, re.IGNORECASE)
_EQUATION = re.compile(rf"=\s*-?(?:{NUMBER})[^=]*$")
_FIGURE = (
    r"(?:the |this |that )?(?:given |bar |pie |line )?(?:figure|fig\.?|image|picture|graph|chart|"
    r"diagram|table|map|plot|legend|key|text|data|problem|question|photo|drawing)"
    r"(?: (?:above|below|\d+))?"
)
_HARMLESS = re.compile(
    r"\W*(?:as |it |and |is |was )*(?:"
    r"(?:in )?(?:total|all|sum)|altogether|overall|final|checked|verified|confirmed|"
    r"correct|q\.?e\.?d|units?|exact(?:ly)?(?: value)?|approx|approximat\w+|"
    r"(?:rounded(?: up| down| off)?|correct)? ?(?:to )?(?:the nearest (?:whole )?[a-z]+|"
    r"(?:\d|one|two|three|four) "
    r"(?:decimals?(?: places?)?|d\.?p|s\.?f|sig(?:nificant)?\.? (?:fig(?:ure)?s?|digits?)))"
    r"|rounded|(?:in )?(?:its )?(?:simplest|lowest|reduced) (?:form|terms)|simplified|reduced"
    r"|(?:shown|seen|given|stated|marked|labell?ed|indicated|illustrated|listed|read|counted|computed|"
    r"calculated|measured|required|asked|desired|requested|expected|needed|found|depicted|displayed)"
    rf"(?: for| above| below| here| off)?(?: (?:in|on|by|from|at) {_FIGURE})?"
    rf"|{_FIGURE} (?:shows?|says?|indicates?|tells)"
    r"|(?:as of|in|for) (?:the year )?\d{4}|see step \d+"
    rf"|(?:see|from|per|by|according to|based on|using|in|on) {_FIGURE}"
    r"|(?:the |our |my )?(?:correct |final )?(?:year|answer|result|value|solution|sum)"
    r"|the (?:total )?(?:number|amount|area|length|sum|value) of [a-z ]{1,40}"
    r"|(?:option |choice |(?<=is ))\(?(?-i:[A-J])\)?"
    r")\W*",
    re.IGNORECASE,
)
"""Remarks that leave an answer as it is: how exact it is, where it is seen, its letter."""
_DESCRIBES = re.compile(
    r"(?:the )?(?:\w{2,}est|most \w+)(?: [a-z]+){0,3}"
    r"|the [a-z]+ (?:of|in|on|at|with) (?:the )?\w+(?: \w+){0,3}"
)
"""What is said of a name: "Paris (the capital of France)", "United States (largest bar)"."""
_PLURAL = re.compile(r".*(?:[a-z](?<![sui])s|people|children|men|women|feet|dice|mice|fish|sheep)")
_OR = re.compile(
    r"(?P<first>(?<![^\s=(])[-\d.,/%]*[\d%])(?:,?\s+or\s+|\s*\(\s*or\s+)(?P<second>[-\d.,/%]+)\)?$"
)
_SIGNS = {"minus": "-", "less": "-", "plus": "+", "and": "+", "times": "*", "x": "*"}
_OPERATORS = re.compile(rf"\b({'|'.join(_SIGNS)})\b", re.IGNORECASE)
_LISTED = re.compile(r"^(?P<first>[^:]{1,40}):\s+(?P<list>[^:;]{1,200})$")
_WORKED = re.compile(
    r"^(?P<said>[^()\[\]]{1,80}?)(?:\s+[(\[]|,\s+(?:which|that) is\s+)"
    r"(?P<working>[^()]{3,60}?)[)\]]?$"
)
_ABOUT = re.compile(
    r"(?:i\.?e\.?,?|or|that is,?|=)?\s*"
    r"(?P<about>about|approximately|approx\.?|around|roughly|~=|~)?\s*",
    re.IGNORECASE,
)
_RESTATED = re.compile(
    r"^(?P<first>(?:[^()\[\]]|(?<=[a-z])\([^()]*\)){1,40}?)\s*"
    r"(?:\((?P<second>[^()]{1,40})\)|,\s+(?P<about>(?:about|approximately|roughly)\s.{1,40}))$",
    re.IGNORECASE,
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
        kept = text[: aside.start()]
        return kept if _another(aside["said"], kept) else text
    if (named := _IN_UNIT.search(text)) and read_units(named["unit"]):
        return f"{text[: named.start()]} {named['unit']}"
    if clause := _CLAUSE.search(text):
        kept, said = text[: clause.start()], clause["said"]
        apart = clause["apart"] and _describes(said, kept)
        return kept if harmless(said) or apart else text
    bracket = _BRACKET.search(text)
    if not bracket:
        return text
    kept, said = text[: bracket.start()], bracket["said"].strip()
    if said.lower().startswith("not "):
        return kept if _another(said[4:], kept) else text
    if re.search(r"\d\s*$", kept) and re.fullmatch(r"[A-Za-z][A-Za-z ./^\d]*", said):
        joined = f"{kept} {said}"
        counted = read_quantity(kept.rpartition("=")[2])
        named = read_quantity(joined.rpartition("=")[2])
        if (
            counted
            and named
            and counted.number == named.number
            and (named.units or (named.noun and _PLURAL.fullmatch(said)))
        ):
            return joined
    return kept if harmless(said) or _describes(said, kept) else text


def _another(said: str, kept: str) -> bool:
    """Tell whether what "not" denies leaves the answer before it: another value of its kind.

    So does "not certain", which denies nothing of the answer.
    """
    if _UNSURE.fullmatch(said):
        return True
    if re.search(r"\d", kept):
        given, refused = (read_quantity(one.rpartition("=")[2].strip()) for one in (kept, said))
        return refused is not None and refused != given
    words = re.sub(r"\A(?:an?|the)\s+", "", said).split()
    before = kept.split()[-1:] or [""]
    named = bool(words) and words[0][0].isupper() == before[0][:1].isupper()
    return named and len(words) <= 2 and not _JUDGED.fullmatch(words[0])


def _describes(said: str, kept: str) -> bool:
    """Tell whether words behind a name say what it is, or are its initials."""
    if re.search(r"\d", kept):
        return False
    described = _DESCRIBES.fullmatch(said) and not DENYING.search(said)
    return bool(described) or _abbreviates(said, kept)


def harmless(remark: str) -> bool:
    """Tell whether a remark is one of those that leave any answer as it is.

    Example:
        >>> harmless("as shown in the figure"), harmless("doubled"), harmless("the answer is six")
        (True, False, False)
    """
    return bool(_HARMLESS.fullmatch(remark))


def _gives_a_reason(kept: str, reason: str) -> bool:
    """Tell whether what follows "because" leaves an answer as it is.

    Numbers that it states are those of the answer, if any; so is one in an equation at its end.
    """
    if _CONCLUDES.search(reason) or not re.search(r"[\w)]\s+\S|=", reason.strip()):
        return False
    numbers = _numbers(kept)
    if (rival := _RIVAL.fullmatch(reason)) and (rival["name"] or rival["said"]) not in kept:
        return False
    if not numbers:
        return True
    stated = {number for found in _STATES.finditer(reason) for number in _numbers(found["number"])}
    return stated <= numbers and not (
        _EQUATION.search(reason) and numbers.isdisjoint(_numbers(reason))
    )


def _numbers(text: str) -> set[Fraction | float]:
    return {read.number for one in _NUMBERS.finditer(text) if (read := read_quantity(one[0]))}


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
    said = found["second"] or found["about"]
    prefix = _ABOUT.match(said)
    about, again = prefix and prefix["about"], said[prefix.end() if prefix else 0 :]
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
    working, *result = re.sub(r"[A-Za-z]+|\s", "", working).split("=")
    if len(numbers) != 1 or not re.fullmatch(r"[\d.]+(?:[-+*/][\d.]+)+", working):
        return False
    return {number_of(working), *map(number_of, result)} == numbers
