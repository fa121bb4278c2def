"""Remarks behind an answer: which may be left out, and which change it."""

import re
from fractions import Fraction
from math import prod

from r1vl_kedro.answers.behind import goes_on, is_description, is_tail, says_it_is_the_answer
from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.open_words import is_reason
from r1vl_kedro.answers.quantities import NUMBER, read_quantity
from r1vl_kedro.answers.splitting import JOINT, split
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.answers.vocabulary import COLOURS

_TAIL = re.compile(
    r"(?<![\s,;])(?:\.\s+I hope (?:it|this) (?:is correct|helps)[.!]?"
    r"|[\s,]+(?:in total|altogether|overall|in all|total|only|approximately|approx\.?|roughly|"
    r"respectively)"
    r"|(?<!only),?\s+(?:at|when|for)\s+(?P<point>[a-z])\s*=\s*-?[\d./]+"
    r"|,\s+(?:reached|attained|achieved|obtained|occurring)\s+"
    r"(?:(?:after|at)\s+[\d./]+(?:\s?[a-z]+)?|(?:at|when)\s+[a-z]\s*=\s*-?[\d./]+)"
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
    r"(?<![\s,;])[\s,;]*[\s,;(](?P<word>since|because|as)\s(?P<said>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_SET_ASIDE = re.compile(
    r"(?<![\s,;.])(?:,\s*(?:and\s+|but\s+)?|\.\s+(?:it|this|that)\s+(?:is|was)\s+)not\s+"
    r"(?P<said>[^,;:?!]{1,60})$",
    re.IGNORECASE,
)
_INCLUDING = re.compile(r",\s+including\s+(?P<parts>[\w ,]*[a-z])$", re.IGNORECASE)
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
_CARDINAL = rf"(?:{NUMBER}|(?:{'|'.join(CARDINALS)})\b)"
_NUMBERS = re.compile(_CARDINAL, re.IGNORECASE)
_SUBJECT = re.compile(
    r"\A(?:there|we|it|they|i|this|that) (?:is|are|was|were|have|has|see|count|counted) (?!not\b)",
    re.IGNORECASE,
)
_GEOMETRY = re.compile(
    r"(?:the |both |all )?(?:(?:base|vertical|alternate|corresponding|opposite|adjacent) )*"
    r"(?:angles|sides|lines|triangles|radii|chords|arcs|segments|diagonals)(?: of (?:an?|the) "
    r"(?:(?:isosceles|equilateral|regular|right) )?(?:triangle|square|rectangle|parallelogram|"
    r"rhombus|circle|polygon))? are (?:all )?(?:equal|congruent|parallel|similar)",
    re.IGNORECASE,
)
"""A reason for an angle or length."""
_NO_COUNT = re.compile(r"\b(?:degree|order|power|rank|dimension|genus) (?:is|=) ", re.IGNORECASE)
"""A number that counts nothing; what a reason counts is something else."""
_COUNT = re.compile(rf"(?P<number>{_CARDINAL})(?P<counted>(?: [a-z]+)*)", re.IGNORECASE)
_GROUPS = re.compile(rf"(?P<first>{_CARDINAL}) [a-z]+s of (?P<second>{_CARDINAL})", re.IGNORECASE)
_FIGURE = (
    r"(?:the |this |that )?(?:given |bar |pie |line )?(?:figure|fig\.?|image|picture|graph|chart|"
    r"diagram|table|map|plot|legend|key|text|data|problem|question|photo|drawing)"
    r"(?: (?:above|below|\d+))?"
)
_HARMLESS = re.compile(
    r"\W*(?:as |it |and |is |was )*(?:"
    r"(?:in )?(?:total|all|sum)|altogether|overall|final|checked|verified|confirmed|"
    r"correct|q\.?e\.?d|units?|exact(?:ly)?(?: value)?|approx|approximat\w+|"
    r"(?:rounded(?: up| down| off)?|correct)? ?(?:to )?(?:the nearest (?:whole )?"
    r"(?:number|integer|unit|one|ten|hundred|thousand|million|tenth|hundredth|thousandth|degree|"
    r"cent|dollar|percent|year|minute|second|hour|day|metre|meter|centimetre|centimeter|inch|gram)|"
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
    r"|(?:option |choice |(?<=is ))\(?(?-i:[A-J])\)?"
    r")\W*",
    re.IGNORECASE,
)
"""Remarks that leave an answer as it is: how exact it is, where it is seen, its letter."""
_PLURAL = re.compile(r".*(?:[a-z](?<![sui])s|people|children|men|women|feet|dice|mice|fish|sheep)")


def without_remark(text: str) -> str:
    """Return the text without a remark at its end, unless that concludes, doubts or corrects.

    A unit or a counted thing in brackets behind a number loses the brackets.

    Example:
        >>> without_remark("7, not 8"), without_remark("7, not really"), without_remark("7 (cm)")
        ('7', '7, not really', '7 cm')
    """
    if tail := _TAIL.search(text):
        kept = text[: tail.start()]
        return text if tail["point"] and _holds(kept, tail["point"]) else kept
    if reason := _REASON.search(text):
        kept = text[: reason.start()]
        if _gives_a_reason(kept, reason["said"], clause=reason["word"].lower() == "as"):
            return kept
        if reason["word"].lower() != "as":
            return text
    if part := _INCLUDING.search(text):
        named = part["parts"]
        return text[: part.start()] if is_tail(f"of {named}") or _counts(named) else text
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
        return refused is not None and (not given or refused.number != given.number)
    words = re.sub(r"\A(?:an?|the)\s+", "", said).split()
    before = kept.split()[-1:] or [""]
    if not words or len(words) > 2 or words[0][0].isupper() != before[0][:1].isupper():
        return False
    alike = words[-1].lower()[-3:] == before[0].lower()[-3:] or {words[-1], before[0]} <= COLOURS
    return words[0][0].isupper() or alike


def _holds(formula: str, symbol: str) -> bool:
    """Tell whether a formula holds a symbol, so that it is another one where that has a value."""
    return bool(re.search(rf"(?<![A-Za-z]){symbol}(?![A-Za-z])", formula.rpartition("=")[2]))


def _describes(said: str, kept: str) -> bool:
    """Tell whether words behind a name say what it is, or are its initials."""
    if re.search(r"\d", kept):
        return False
    return is_description(said) or _abbreviates(said, kept)


def harmless(remark: str) -> bool:
    """Tell whether a remark is one of those that leave any answer as it is.

    Example:
        >>> harmless("as shown in the figure"), harmless("doubled"), harmless("the answer is six")
        (True, False, False)
    """
    return bool(_HARMLESS.fullmatch(remark)) or says_it_is_the_answer(remark)


def _gives_a_reason(kept: str, reason: str, *, clause: bool) -> bool:
    """Tell whether what follows "because" comes to an answer, or says what a name is."""
    reason = _SUBJECT.sub("", reason.strip(" .)"))
    numbers = numbers_in(kept)
    if _GEOMETRY.fullmatch(reason):
        return True
    if not numbers or _NO_COUNT.search(kept):
        return is_description(reason) or is_reason(reason, clause=clause)
    if "=" in reason:
        *sides, end = reason.split("=")
        last = _COUNT.fullmatch(end.strip())
        worked = {number_of(side) for side in (*sides, last["number"] if last else end)}
        counted = not last or goes_on(last["counted"], one=False)
        return worked == numbers and counted and bool(re.search(r"\d.*[-+*/^]", reason))
    if groups := _GROUPS.fullmatch(reason):
        first, second = (numbers_in(groups[name]).pop() for name in ("first", "second"))
        return {first * second} == numbers
    values = _counts(reason)
    if values is not None:
        return {sum(values)} == numbers
    if re.search(r"\b(?:more|less|fewer|most|least)\b", reason):
        return False
    return is_reason(reason, clause=clause) and _comes_to(numbers_in(reason), numbers)


def _comes_to(parts: set[Fraction | float], whole: set[Fraction | float]) -> bool:
    """Tell whether the numbers of a reason are none, or come to its answer by one operation."""
    if not parts or parts == whole:
        return True
    large, small = max(parts), min(parts)
    two = {large - small} | ({large / small} if small else set()) if len(parts) == 2 else set()
    return bool(whole & (two | {sum(parts), prod(parts)}))


def _counts(text: str) -> list[Fraction | float] | None:
    """Return the numbers of counted things: "3 red and 4 blue cubes"; None of any other text."""
    values = []
    for part in split(text, JOINT):
        one = _COUNT.fullmatch(part)
        if not one or not goes_on(one["counted"], one=one["number"] in ("1", "one")):
            return None
        values += numbers_in(one["number"])
    return values


def numbers_in(text: str) -> set[Fraction | float]:
    """Return the values of the numbers in a text, in digits or words."""
    return {read.number for one in _NUMBERS.finditer(text) if (read := read_quantity(one[0]))}


def _abbreviates(short: str, long: str) -> bool:
    """Tell whether a bracket holds the initials of what is before it."""
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", long) if len(word) > 2)
    return len(short) > 1 and short.replace(".", "").casefold() == initials.casefold()
