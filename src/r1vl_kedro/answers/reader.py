"""One reader: from an answer as written to the value that it states."""

import re
from functools import lru_cache, partial

from r1vl_kedro.answers.assertion import statement_end
from r1vl_kedro.answers.calendar import calendar_span, read_clock, read_date
from r1vl_kedro.answers.forms import read_interval, read_range, read_tolerance
from r1vl_kedro.answers.formulas import read_expression, read_relation
from r1vl_kedro.answers.model import Items, Matrix, Named, Quantity, Ratio, Text, Value
from r1vl_kedro.answers.names import inner, read_named
from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.quantities import read_quantity
from r1vl_kedro.answers.splitting import (
    CLOSE,
    JOINT,
    JOINT_INSIDE,
    OPEN,
    encloses,
    joined,
    split,
)
from r1vl_kedro.answers.statements import cores
from r1vl_kedro.answers.words import fold

ANY = "any"
"""How the values of one name or of ± are joined: "and" or "or" are the same there."""
MAX_ITEMS = 50
MAX_NESTING = 4

_NESTED = re.compile(r"\[\s*\[[^\[\]]{1,200}\](?:\s*,\s*\[[^\[\]]{1,200}\]){1,9}\s*\]")
_MATRIX = re.compile(
    r"\\begin\s*\{(?P<kind>[bpvBV]?(?:small)?matrix|array)\}(?:\{[lcr|]*\})?(?P<body>.*?)"
    r"\\end\s*\{(?P=kind)\}",
    re.DOTALL,
)
_MATRIX_NAME = re.compile(r"([A-Za-z](?:_\w)?'?)\s*=")
_DECIMAL_COMMA = re.compile(r"^[-+]?\d+,\d+$")
_PAIR = re.compile(r"[(\[{][^()\[\]{}]*,[^()\[\]{}]*[)\]}]")
_BASED = re.compile(r"^\(?(\d+)\)?(?:_\(?(\d+)\)?| (?:\((?:in )?base (\d+)\)|(?:in )?base (\d+)))$")
_SPACED = re.compile(r"\d{1,9}(?: \d{1,9}){2,}")
_THOUSANDS = re.compile(r"(?<![\d,.])[1-9]\d{0,2}(?:,\d{3})+(?![\d,]*,?\d)")
_LITERAL = re.compile(r"^0(?:x[\da-f]+|b[01]+|o[0-7]+)$", re.IGNORECASE)
"""A number of a program in base 16, 2 or 8, such as ``0x1F``."""
_EXCEPT = re.compile(
    r"^(?:all\s+)?real numbers?\s*(?:\\setminus|except(?:\s+for)?)\s*(?:x\s*=\s*)?"
    r"\{?\s*(-?\d[\d./]*)\s*\}?$",
    re.IGNORECASE,
)
_REMAINDER = re.compile(
    r"^(\d+)(?:\s*,)?\s*(?:R|r|rem\.?|(?:with\s+(?:a\s+)?)?remainder(?:\s+of)?)\s*(\d+)$"
)
_OUT_OF = re.compile(r"^(\d+|[a-z]+)\s+out\s+of\s+(?:every\s+)?(\d+|[a-z]+)$", re.IGNORECASE)
_BY = re.compile(r"^(\d[^*×]{0,30}?)\s*(?:\bby\b|\bx\b|\*)\s*(\d[^*×]{0,30})$")
_POINT = re.compile(r"^(?:point\s+)?([A-Z]'?)\s*(\([^()]*,[^()]*\))$")
_ANGLED = re.compile(r"^<\s*([^<>=]+,[^<>=]+)>$")
_CLOCKS = re.compile(
    r"^(?:from\s+|between\s+)?(\d[\d:.]{0,7}(?:\s*[ap]\.?m\.?)?)\s*(?:-|\bto\b|\buntil\b|\band\b)\s*"
    r"(\d{1,2}(?::\d\d|\s*[ap]\.?m\.?).*)$",
    re.IGNORECASE,
)
_TURNED = re.compile(r"^(?P<value>-?\d[\d./]*)\s*=\s*(?P<name>[a-z](?:_\w+)?)$")
_SET = re.compile(r"\{[^{}]+\}")
_DASH = re.compile(r"^([^-]*[^-\s(])-(\s*[\d.]+)")
_NO_SET = frozenset({"{}", "{ }", "empty set"})


@lru_cache(maxsize=8192)
def read(text: str) -> Value:
    r"""Return the value that an answer states, with letter case, order and names as written.

    Tried in this order: matrix, time, date, quantity, range, tolerance, interval, names with
    values, ratio, several values, formula; first of the text without what is only said
    around an answer (``Thus, x is``, ``in total``); then words.

    Example:
        >>> read("5 cm").number, type(read("35-44")).__name__, read("R/r").written
        (Fraction(5, 1), 'Range', 'R/r')
    """
    matrix = _matrix(text)
    if matrix is not None:
        return matrix
    plain = _TURNED.sub(r"\g<name> = \g<value>", spelled(text))
    for core in reversed(cores(plain)):
        found = form(core) or (form(core[4:]) if core[:4].lower() == "the " else None)
        if found is not None:
            return found
    span = calendar_span(plain)
    return Text((span[0], "to", span[1]), plain) if span else Text(fold(plain), plain)


def form(text: str, *, nesting: int = 0) -> Value | None:
    """Return the value of a text that is nothing but a value; None where it is words."""
    text = _ANGLED.sub(r"(\1)", text.strip())
    if not text or nesting > MAX_NESTING:
        return None
    if based := _BASED.match(text):
        return Text(("_".join(filter(None, based.groups())),), text)
    if _LITERAL.match(text):
        return Text((text.lower(),), text)
    special = _special(text, nesting)
    if special is not None:
        return special
    for reader in (read_clock, read_date):
        found = reader(text)
        if found is not None:
            return found
    if not _pair(text):
        quantity = read_quantity(text)
        if quantity is not None and _DECIMAL_COMMA.match(text) and quantity.decimals:
            values = tuple(q for part in text.split(",") if (q := read_quantity(part)))
            return Items("", values, decimal=quantity)
        if quantity is not None:
            return quantity
    return (
        read_range(text)
        or read_tolerance(text)
        or read_interval(text)
        or read_named(text, partial(form, nesting=nesting + 1))
        or read_relation(text)
        or _ratio(text)
        or _items(text, nesting)
        or _plus_minus(text, nesting)
        or read_expression(text)
    )


def _special(text: str, nesting: int) -> Value | None:
    """Read forms of few words: ``7 R 2``, ``3 out of 4``, ``8 cm by 3 cm``, ``A(1, 2)``.

    And no set, a union of listed sets, and all numbers but one.
    """
    if text in _NO_SET:
        return Text(("no", "solution"), text)
    if "∪" in text and len(sets := [part.strip() for part in text.split("∪")]) <= MAX_ITEMS:
        listed = [form(part, nesting=nesting + 1) for part in sets if _SET.fullmatch(part)]
        if len(listed) == len(sets) and all(isinstance(one, Items) for one in listed):
            members = [value for one in listed if isinstance(one, Items) for value in one.values]
            return Items("{}", tuple(dict.fromkeys(members)))
    if excluded := _EXCEPT.match(text):
        return read_relation(f"x != {excluded[1]}")
    if remainder := _REMAINDER.match(text):
        return Text((remainder[1], "R", remainder[2]), text)
    if share := _OUT_OF.match(text):
        part, whole = read_quantity(share[1]), read_quantity(share[2])
        known = part and whole and part.number <= whole.number
        return read_quantity(f"{part.number}/{whole.number}") if known else None
    if point := _POINT.match(text):
        inside = form(point[2], nesting=nesting + 1)
        return Named(((point[1], inside),)) if isinstance(inside, Items) else None
    if clocks := _clock_range(text):
        return clocks
    if sides := _BY.match(text):
        first, second = read_quantity(sides[1].strip()), read_quantity(sides[2].strip())
        if first and second and second.units and (first.units or " by " in text):
            return Items("", _shared_unit((first, second)), "and")
    return None


def _clock_range(text: str) -> Items | None:
    """Read a span from one time of day to another: ``9am-5pm``, ``10:00 to 11:30``."""
    found = _CLOCKS.match(text)
    if not found:
        return None
    low, high = read_clock(found[1].strip()), read_clock(found[2].strip())
    return Items("to", (low, high)) if low and high else None


def _pair(text: str) -> bool:
    """Tell whether brackets hold digits around one comma: ``(3,500)`` is a pair and no number."""
    return bool(_PAIR.fullmatch(text))


def _matrix(text: str) -> Matrix | Named | None:
    if _NESTED.fullmatch(text):
        listed = [row.split(",") for row in re.findall(r"\[([^\[\]]+)\]", text)]
        return Matrix(tuple(tuple(_entry(cell) for cell in row) for row in listed))
    found = _MATRIX.search(text) if "\\begin" in text else None
    if not found:
        return None
    around = (text[: found.start()] + text[found.end() :]).replace("\\left", "")
    around = around.replace("\\right", "").replace("\\(", "").replace("\\)", "").strip(" $()[].\n")
    name = _MATRIX_NAME.fullmatch(around)
    if around and not name and not _introduces(text[: found.start()], text[found.end() :]):
        return None
    rows = []
    for line in re.split(r"\\\\|\\cr\b", found["body"]):
        if line.strip():
            rows.append(tuple(_entry(cell) for cell in line.split("&")))
    bars = found["kind"][0] in "vV"
    if not rows or sum(map(len, rows)) > 100:
        return None
    matrix = Matrix(tuple(rows), bars)
    return Named(((name[1], matrix),)) if name else matrix


def _introduces(before: str, after: str) -> bool:
    """Tell whether words say no more than that a matrix follows: "The sum is"."""
    said = f"{spelled(before.replace('$', ' '))} 7"
    closed = not after.strip(" $()[].\\\n")
    return closed and "7" in (cores(said)[-1], statement_end(said))


def _entry(text: str) -> Value:
    plain = spelled(text)
    return form(plain, nesting=1) or Text(fold(plain), plain)


def _ratio(text: str) -> Ratio | None:
    parts = [part.strip() for part in text.split(":")]
    if not 2 <= len(parts) <= 6 or not all(parts):
        return None
    values = [read_quantity(part) or read_expression(part) for part in parts]
    if any(value is None for value in values):
        return None
    if any(isinstance(value, Quantity) and value.noun for value in values):
        return None
    return Ratio(tuple(value for value in values if value is not None))


def _items(text: str, nesting: int) -> Items | Quantity | None:
    marks = ""
    inside = text
    if len(text) > 1 and text[0] in OPEN and text[-1] in CLOSE and encloses(text):
        marks, inside = text[0] + text[-1], text[1:-1].strip()
    if marks and ", " in inside and "," not in _THOUSANDS.sub("", inside).replace(", ", ""):
        inside = _THOUSANDS.sub(lambda m: m[0].replace(",", ""), inside)  # (1,000, 2,000)
    if not marks and _SPACED.fullmatch(inside):
        inside = inside.replace(" ", ", ")
    parts = split(inside, JOINT_INSIDE if marks else JOINT)
    if not all(parts) or len(parts) > MAX_ITEMS or (len(parts) < 2 and marks not in ("{}", "[]")):
        return None
    if not marks and any(len(part.split()) > 6 for part in parts):
        return None
    if marks and marks not in ("()", "[]", "{}", "⟨⟩"):
        return None
    marks = "()" if marks == "⟨⟩" else marks
    if len(parts) == 1 and marks == "[]":
        return read_quantity(parts[0])
    values = tuple(inner(part, partial(form, nesting=nesting + 1)) for part in parts)
    if any("±" in part for part in parts):
        return Items(marks if marks == "{}" else "{}", _flat(values), ANY)
    if not marks and all(map(_POINT.match, parts)):
        pairs = (pair for value in values if isinstance(value, Named) for pair in value.values)
        return Named(tuple(pairs), joined(inside))
    prose = any(isinstance(value, Text) for value in values)
    counted = any(re.match(r"\d[\d.,]* [a-z]", part) for part in parts)
    if not marks and prose and (counted or not all(isinstance(value, Text) for value in values)):
        return None  # "72, in total, so the farmer earns that much", "In March, 24 were sold"
    return Items(marks, _shared_unit(values), joined(inside))


def _flat(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the values of a list with those of ± in it: ``0, ±1`` has three."""
    return tuple(
        one
        for value in values
        for one in (value.values if isinstance(value, Items) and value.joined == ANY else (value,))
    )


def _shared_unit(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Give a unit that stands behind the last number to the numbers before it: ``2, 3 cm``."""
    last = values[-1]
    if not isinstance(last, Quantity) or not (last.units or last.percent or last.noun):
        return values
    if any(not isinstance(v, Quantity) or v.units or v.percent or v.noun for v in values[:-1]):
        return values
    return tuple(
        Quantity(v.number, v.decimals, last.percent, last.units, last.noun)
        for v in values
        if isinstance(v, Quantity)
    )


def _plus_minus(text: str, nesting: int) -> Value | None:
    """Read a formula with ± as the set of its two values."""
    if text.count("±") + text.count("∓") != 1:
        return None
    upper = form(text.replace("±", "+").replace("∓", "-").strip(), nesting=nesting + 1)
    lower = form(_with_minus(text), nesting=nesting + 1)
    if upper is None or lower is None:
        return None
    return Items("{}", (upper, lower), ANY)


def _with_minus(text: str) -> str:
    """Write ± as a minus, with brackets that keep two numbers beside it from being a range."""
    text = text.replace("±", "-").replace("∓", "+").strip()
    return _DASH.sub(r"(\1)-(\2)", text)
