"""Values that an answer names: ``x = 3, y = 5``, ``Area = 25 cm^2``, ``20 - 6 = 14``."""

import re
from collections.abc import Callable

from r1vl_kedro.answers.evaluation import number_of
from r1vl_kedro.answers.expression import parse
from r1vl_kedro.answers.formulas import EQUALS, KNOWN
from r1vl_kedro.answers.leads import asked_for
from r1vl_kedro.answers.model import Expression, Interval, Named, Quantity, Relation, Text, Value
from r1vl_kedro.answers.prose import DENIAL_OR_DOUBT, OF_ANOTHER, WRONG
from r1vl_kedro.answers.quantities import read_quantity
from r1vl_kedro.answers.splitting import JOINT, JOINT_INSIDE, joined, split
from r1vl_kedro.answers.tokens import DECORATIONS, Unreadable
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.answers.words import fold

MAX_NAMES = 50
_VALUE_OF = re.compile(r"^\s*(?:the\s+)?(?:value|measure|length|size)\s+of\s+(?=\S)", re.IGNORECASE)
_LISTED = re.compile(
    r"^\s*(?:the\s+)?(?P<name>[A-Za-z][\w' ]{0,30}?)\s*(?:=|:(?=\s)|\bis\b|\bare\b|\bequals\b)\s*"
    r"(?P<value>\S.*)$",
    re.DOTALL,
)

Reader = Callable[[str], Value | None]
"""Reads a text that is nothing but a value."""

_NAME = (
    r"(?:(?:m )?angle \d|\|[A-Z]{2}\||[|‖]\s?(?:overrightarrow\([A-Za-z]{1,2}\)|[uvwzabF])\s?[|‖]|"
    r"(?:angle|triangle|arc|segment|line|side|"
    r"m angle)?\s*[A-Za-z](?:\w{0,3})?'*(?:_(?:\w+|\([^()]*\))'*)?"
    r"(?:\([\w, ]{1,12}\))?)"
)
_ASSIGNED = re.compile(
    rf"^\s*(?P<name>{_NAME}|(?:overrightarrow|vec|overline|hat)\([A-Za-z]{{1,3}}\))\s*(?:=|:=|~=|\bequals\b|\bis\b)\s*(?P<value>\S.*)$",
    re.DOTALL,
)
_WORDED = re.compile(
    r"^\s*(?P<name>(?:[A-Za-z][\w']*\.?\s+){0,7}?[A-Za-z][\w']*)\s*(?:=|~=|(?<=[a-z]{2}):(?=\s)|\bequals\b|"
    r"\bis equal to\b|\bis\b|\bare\b|\bwas\b|\bwere\b|\bbe\b)\s*(?P<value>\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
_SIDE_NAME = re.compile(rf"(?:[A-Za-z]+ ){{0,4}}{_NAME}|")
_LENGTH = re.compile(r"\|([A-Z]{2})\||overline\(([A-Z]{2})\)")
_NAME_ONLY = re.compile(r"[A-Za-z]\w{0,2}(?:_\w+)?'*")
_DIRECTED = frozenset("ray vector overrightarrow overleftarrow vec".split())
_MULTIPLE = re.compile(r"^\d+\s*\*?\s*(?=[a-zA-Z])")
_FRACTION_NAME = re.compile(
    r"^\s*(?P<name>\(?\(?[A-Z]{2}\)?\s*[/:]\s*\(?[A-Z]{2}\)?\)?)\s*=\s*(?P<value>\S.*)$"
)
# Atomic: a name can be cut in several ways, and the ways of many names multiply.
_RATIO_NAME = re.compile(rf"^\s*(?P<name>{_NAME}(?>\s*:\s*+{_NAME}){{1,5}})\s*=\s*(?P<value>\S.*)$")
_PARALLEL = re.compile(r"^\(([^()=]+)\)\s*=\s*\((.+)\)$")
_NO_NAME = re.compile(
    rf"\b(?:{DENIAL_OR_DOUBT}|{OF_ANOTHER}|except|and|than|whether|when)\b|n't\b|[不没非]",
    re.IGNORECASE,
)
_OF_A_SYMBOL = re.compile(
    r"\b(?:log|ln|lg|exp|sqrt|half|twice|double|triple|thrice|(?:square|cube|root) of)(?![a-z])"
    r"[\s(_\d]*[a-z]\)?\s*\Z|(?:\A|\s)\w (?:squared|cubed)\s*\Z",
    re.IGNORECASE,
)
"""What is worked out of a symbol, whose value it does not give: ``log x``, "twice x"."""
_MAY_BE = re.compile(r"\b(?:may|can)\s+be\s*\Z", re.IGNORECASE)
_OPERATED = re.compile(
    r"^(?P<name>(?:lim|\\int|\\iint|\\oint|\\sum|\\prod)(?![a-z]).*\S|P\([^()=]*\)|\[[A-Z]{3,5}\]"
    r"|\[[A-Z][A-Za-z\d]{0,6}(?:\^?\(?\d?[+-]\)?)?\]"
    r"|[fgh]\^\(?-1\)?\s?\([a-z\d]+\)|d\s?[a-z]?\s?/\s?d\s?[a-z](?:\s[^=]+)?)\s*=\s*(?P<value>[^=]+)$"
)
"""A limit, integral, sum, probability, area, inverse or derivative, which names its value."""
_MEMBER = re.compile(r"^(?P<name>[A-Za-z])\s*∈\s*(?P<set>\{.*\})$")
_TIMES = re.compile(r"(?<=\d)\s*x\s*(?=\d)")


def read_named(text: str, form: Reader) -> Value | None:
    """Read ``x = 3``, ``x = 3, y = 5``, ``(p,q) = (3,2)``, ``20 - 6 = 14``; None without names."""
    member = _MEMBER.match(text)
    if member and (inside := form(member["set"])) is not None:
        return Named(((_name(member["name"]), inside),))
    if text.endswith(" more") or not (
        EQUALS.search(text) or re.search(r"\b(?:is|are|equals|was|were|be)\b|:\s", text)
    ):
        return None
    operated = _OPERATED.match(text)
    if operated and (value := form(operated["value"].strip())) is not None:
        return Named(((re.sub(r"\s", "", operated["name"]), value),))
    parallel = _PARALLEL.match(text)
    if parallel:
        names, values = parallel[1].split(","), split(parallel[2], JOINT_INSIDE)
        if len(names) == len(values):
            pairs = zip(names, values, strict=True)
            return Named(tuple((_name(n), inner(v, form)) for n, v in pairs))
    parts = split(text, JOINT)
    if len(parts) > 1 and len(parts) <= MAX_NAMES and _ASSIGNED.match(parts[0]) and "=" in parts[0]:
        joint = joined(text)
        pairs_found: list[tuple[str, Value]] = []
        for part in parts:
            found = _ASSIGNED.match(part)
            if found and "=" in found["value"]:
                *names, value = (side.strip() for side in EQUALS.split(part))
                if not all(map(_NAME_ONLY.fullmatch, names)):
                    return None
                pairs_found += [(_name(name), inner(value, form)) for name in names]
            elif found and not _denies(found["name"]):
                pairs_found.append((_name(found["name"]), inner(found["value"], form)))
            elif pairs_found and "=" not in part:  # x = 2, 3
                pairs_found.append((pairs_found[-1][0], inner(part, form)))
            else:
                break
        else:
            return Named(tuple(pairs_found), joint)
    return _listed(parts, text, form) or _assigned(text, form)


def _listed(parts: list[str], text: str, form: Reader) -> Named | None:
    """Read values by names of words: ``length = 8, width = 5``, ``Tom: 3, Ann: 5``.

    None for prose.
    """
    if not 2 <= len(parts) <= MAX_NAMES:
        return None
    pairs, asked = [], True
    for part in parts:
        found = _LISTED.match(part)
        if not found or _denies(found["name"]) or EQUALS.search(found["value"]):
            return None
        value = form(found["value"])
        if value is None or isinstance(value, Relation | Interval):
            return None
        pairs.append((_name(found["name"]), value))
        asked = asked and asked_for(found["name"])
    return Named(tuple(pairs), joined(text), asked)


def _assigned(text: str, form: Reader) -> Value | None:
    equation = False
    for pattern in (_RATIO_NAME, _FRACTION_NAME, _ASSIGNED):
        found = pattern.match(text)
        if found and found["name"].strip().partition("(")[0].strip() in KNOWN - DECORATIONS - {
            "pi"
        }:
            continue
        if (
            found
            and not (pattern is _ASSIGNED and (_is_prose(found) or _denies(found["name"])))
            and not EQUALS.search(found["value"])
        ):
            value = form(found["value"])
            if value is None and "=" in text:
                value = inner(found["value"], form)
            equation = isinstance(value, Expression) and found["name"] in value.formula.symbols
            if value is not None and not (equation or isinstance(value, Interval | Relation)):
                return _of_one(found["name"], value)
    chain = _chain(text)
    if chain is not None:
        return chain
    found = None if "=" in text and equation else _WORDED.match(text)
    supposed = found and _MAY_BE.search(text[: found.start("value")])
    if found and not supposed and not _denies(found["name"]) and len(found["name"]) <= 60:
        value = form(found["value"].strip())
        if isinstance(value, Relation | Named | Interval):
            return value if asked_for(found["name"]) else None
        if value is not None:
            return _of_one(found["name"], value)
    return None


def _of_one(name: str, value: Value) -> Named:
    return Named(((_name(name), value),), asked=asked_for(name))


def _denies(name: str) -> bool:
    return bool(_NO_NAME.search(name) or WRONG.search(name) or _OF_A_SYMBOL.search(name))


def _is_prose(found: re.Match[str]) -> bool:
    return bool(re.search(r"\b(?:is|equals)\b", found[0])) and found["name"].strip().lower() in (
        "it", "this", "that", "he", "she", "a", "i", "s", "so", "the", "ans", "area", "sum",
    )  # fmt: skip


def _chain(text: str) -> Value | None:
    """Return sides of an equation that are numbers of one value, names left out.

    ``2 * 7 = 14 cm``.
    """
    sides = [side.strip() for side in EQUALS.split(text)]
    if len(sides) < 2 or len(sides) > 8:
        return None
    names = [
        side
        for place, side in enumerate(sides[:-1])
        if _SIDE_NAME.fullmatch(_MULTIPLE.sub("", side) if place else side)
    ]
    numbers = [_side(side) for side in sides if side not in names or side == sides[-1]]
    if any(number is None for number in numbers) or any(_denies(name) for name in names):
        return None
    last = numbers[-1]
    first = numbers[0]
    loose = "~=" in text
    for number in numbers[:-1]:
        assert number is not None and last is not None
        gap = abs(float(number.number) - float(last.number))
        size = max(abs(float(last.number)), 1e-12)
        if gap > (0.01 if loose else 1e-9) * size or (
            number.units and last.units and number.units != last.units
        ):
            return None
    if names and names[0]:
        return _of_one(names[0], last) if last else None
    return last if last and (last.units or not (first and first.units)) else first


def _side(text: str) -> Quantity | None:
    """Return one side of an equation, where a minus between numbers is a difference."""
    text = _TIMES.sub("*", text)
    if text.count("USD") > 1:
        text = text.replace("USD", "")
    quantity = read_quantity(text)
    if quantity is not None:
        return quantity
    try:
        formula = parse(text)
    except Unreadable:
        return None
    if formula.symbols == {"degrees"}:
        found = _side(text.replace("degrees", ""))
        return found and Quantity(found.number, units=read_units("degrees"))
    if formula.symbols:
        return None
    number = number_of(text)
    return None if number is None else Quantity(number)


def inner(text: str, form: Reader) -> Value:
    """Return a value, or words where a text is none."""
    return form(text) or Text(fold(text), text)


def _name(text: str) -> str:
    """Return one spelling of a name: words folded, symbols with their case."""
    text = re.sub(r"[()\s]*([A-Za-z]+)[()\s]*/[()\s]*([A-Za-z]+)[()\s]*", r"\1/\2", text)
    text = _LENGTH.sub(lambda found: found[1] or found[2], text)
    words = fold(_VALUE_OF.sub("", re.sub(r"\s*:\s*", ":", text)), symbols=True)
    if words and not _DIRECTED & {*words}:
        ends = 3 if "angle" in words else 2
        if re.fullmatch(f"[A-Z]{{{ends}}}", words[-1]):  # BA is AB, and angle CBA is angle ABC
            words = (*words[:-1], min(words[-1], words[-1][::-1]))
    return " ".join(words)
