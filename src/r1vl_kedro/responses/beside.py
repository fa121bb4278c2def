"""A unit, currency, percent sign or half of the day beside a mark: it belongs to the answer."""

import re

from r1vl_kedro.answers import equivalent, read_answer
from r1vl_kedro.answers.model import Quantity
from r1vl_kedro.answers.units import read_units

_SPACE = r"(?:[ \t]|~|\\[,;:! ]|\\quad\b|\{\})*"
_START = re.compile(rf"{_SPACE}(?:\*\*|\$|\\\)|\\\])?{_SPACE}")
_TEXT = r"\\(?:text\w{0,2}|math\w{2}|mbox|operatorname|rm)\s*\{(?P<words>[^{}]{1,30})\}"
_GROUP = re.sub(r"\?P<words>", "", _TEXT)
_POWER = r"\s*\$?\s*\^\s*(?:\{\s*[-−]?\d\s*\}|[-−]?\d)\$?"
_PART = rf"(?:{_GROUP}|[A-Za-z]{{1,3}})(?:{_POWER})?"
_FRACTION = rf"\\[dt]?frac\s*\{{\s*{_PART}\s*\}}\s*\{{\s*{_PART}\s*\}}"
_FORMULA = re.compile(
    rf"(?:{_FRACTION}|{_GROUP}(?:{_POWER})?"
    rf"(?:\s*(?:\\cdot\b|\\[,;]|/|·)\s*{_PART})*)"
)
_SIGN_BEHIND = re.compile(
    r"\\?%|(?:\^\s*\{?\s*(?:\\circ|°|∘)\s*\}?|\\degree\b|[°º])"
    r"(?:\s*(?:\\(?:text|mathrm)\s*\{\s*[CFK]\s*\}|[CFK]\b)|(?!\s*\\(?:text|mathrm)\b))|[℃℉€£¥₹]|\\\$"
)
_HAN = re.compile(r"[\u4e00-\u9fff]{1,3}")
_WORDS = re.compile(r"[A-Za-z][\w/^·.-]*(?:\$?\^\{?-?\d\}?\$?)?(?: \(?[A-Za-z][\w/^·.-]*\)?){0,4}")
_BRACKET = re.compile(r"[(\[](?:in )?([A-Za-z][\w/^ ]{0,30})[)\]]")
_ENDS = re.compile(r"[\s$*}]*(?:[.,;:!?)\n<&]|\Z|\\[\])])")
_ALSO_WORDS = frozenset({"in", "us", "ha", "am", "as", "mad", "at", "second", "bar", "mole", "cal"})
"""Units that are words as well, or the beginning of one's: they count where the sentence ends."""
_HALF = re.compile(r"[ap]\.?m\.?", re.IGNORECASE)
_THING_ENDS = re.compile(
    r"[\s$}]*(?:[.,;:!?)\n<&]|\Z|\\[\])]|"
    r"(?:in|on|are|is|left|remain|which|that|because|since|so)\b)"
)
_NO_THING = frozenset("in is as a of on or so and by to at".split())
_OPENS = rf"{_SPACE}\}}?{_SPACE}(?:\$|\\\(|\*\*)?[ \t]*\Z"
_MONEY = re.compile(
    r"(?:\\(?:text|mathrm)\s*\{\s*)?"
    r"(?P<money>[€£¥₹]|(?:\b(?:US|AU|CA|HK|NZ|A|C|S))?(?:\\\$)|\bUS\$"
    r"|\b(?:USD|EUR|GBP|JPY|CNY|RMB|INR|CHF)\b)" + _OPENS
)
_OPEN_DOLLAR = re.compile(r"(?<![\\$])\$[ \t]*\Z")


def beside(before: str, answer: str, after: str) -> tuple[str, str, str]:
    r"""Return the text before, the answer with a unit right beside its mark, and the text behind.

    Nothing changes where nothing is a unit, or where the answer would be another number with it.

    Example:
        >>> beside("It is ", "7", r"\text{ cm}^2."), beside("It costs €", "7", " in all.")
        (('It is ', '7 cm^2', '.'), ('It costs ', '€7', ' in all.'))
    """
    before, money = _money(before, after)
    if money and equivalent(f"{money}{answer}", answer):
        return before, f"{money}{answer}", after
    start = _START.match(after)
    at = start.end() if start else 0
    for unit, end in _units(after, at):
        joined = f"{answer}{'' if unit[0] in '^%' else ' '}{unit}"
        if equivalent(joined, answer):
            return before, joined, after[end:]
    return before, answer, after


def counted(answer: str, after: str) -> str | None:
    r"""Return a number with the thing right behind its mark, or None: ``\boxed{7} red cubes``."""
    at = _START.match(after).end()  # type: ignore[union-attr]
    words = _WORDS.match(after, at)
    if not words:
        return None
    several = words[0].split()[:3]
    for count in range(len(several), 0, -1):
        thing = " ".join(several[:count])
        if several[0] in _NO_THING or not _THING_ENDS.match(after, at + len(thing)):
            continue
        value = read_answer(f"{answer} {thing}".rstrip("."))
        if isinstance(value, Quantity) and value.noun and equivalent(f"{answer} {thing}", answer):
            return f"{answer} {thing}".rstrip(".")
    return None


def _money(before: str, after: str) -> tuple[str, str]:
    """Cut a currency off the end of a text; a dollar that no other one closes is one."""
    found = _MONEY.search(before)
    if found:
        return before[: found.start()], found["money"] + " " * found["money"].isalpha()
    line = before.rpartition("\n")[2]
    if _OPEN_DOLLAR.search(line) and line.count("$") % 2 and "$" not in after:
        return before[: before.rindex("$")], "\\$"
    return before, ""


def _units(after: str, at: int) -> list[tuple[str, int]]:
    """List what may be a unit at a place, the longest first, each with its end."""
    sign = _SIGN_BEHIND.match(after, at)
    if sign:
        return [(sign[0], sign.end())]
    formula, han, bracket = (p.match(after, at) for p in (_FORMULA, _HAN, _BRACKET))
    if formula:
        found = [(_plain(formula[0]), formula.end())]
        words = re.match(_TEXT, formula[0])
        if words and words.end() == len(formula[0]):
            parts = words["words"].split()
            found += [(" ".join(parts[:n]), formula.end()) for n in range(len(parts) - 1, 0, -1)]
        return [(unit, end) for unit, end in found if _is_unit(unit)]
    if han:
        starts = [(han[0][:n], at + n) for n in range(len(han[0]), 0, -1)]
        return [(unit, end) for unit, end in starts if _is_unit(unit)]
    if bracket:
        return [(bracket[1], bracket.end())] if _is_unit(bracket[1]) else []
    return _word_units(after, at)


def _word_units(after: str, at: int) -> list[tuple[str, int]]:
    words = _WORDS.match(after, at)
    if not words:
        return []
    ends = [found.start() for found in re.finditer(r" |\Z", words[0])]
    found = []
    for end in reversed(ends):
        unit = words[0][:end].replace("$", "")
        bare = unit.rstrip(".-")
        ambiguous = bare in _ALSO_WORDS or re.fullmatch(r"[A-Z]", bare)
        if _is_unit(bare) and (not ambiguous or _ENDS.match(after, at + end)):
            found.append((unit if _HALF.fullmatch(unit) else bare, at + end))
    return found


def _is_unit(text: str) -> bool:
    return bool(read_units(text) or _HALF.fullmatch(text) or text in ("percent", "per cent"))


def _plain(latex: str) -> str:
    """Return a unit in LaTeX as it is written in plain text: ``\\frac{m}{s}`` is ``m/s``."""
    text = re.sub(_TEXT, lambda found: f" {found['words'].strip()} ", latex)
    text = re.sub(r"\\[dt]?frac\s*\{(.*)\}\s*\{(.*)\}", r"\1/\2", text)
    text = re.sub(r"\\cdot\b|\\[,;]|·", " ", text).replace("−", "-")
    return re.sub(r"\s*([/^])\s*", r"\1", " ".join(re.sub(r"[${}]", "", text).split()))
