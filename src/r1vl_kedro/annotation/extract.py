"""Stage 1 by rules: what carries a reasoning step, as spans of its own text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from r1vl_kedro.mathtext import plain
from r1vl_kedro.records.prose import split_outside
from r1vl_kedro.responses import R1VL, parse_response

MAX_KEY = 60
_MATH = re.compile(r"\$\$.*?\$\$|\$(?:\\.|[^$\\])*\$|\\\[.*?\\\]|\\\(.*?\\\)", re.DOTALL)
_TABLE = re.compile(r"\\begin\{(tabular|array)\}.*?\\end\{\1\}", re.DOTALL)
_END = re.compile(r"(?<=[.!?;])(?<!\b[ei]\.[ge]\.)[)\]]?\s+|\n+")
_RELATION = re.compile(
    r"(<=|>=|!=|~=|(?<![<>!~])=(?!>)|<(?!=)|>(?!=)|\bcongruent\b|\bparallel\b|\bperpendicular\b|\bsim\b)"
)
_NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?"
_UNIT = (
    r"(?:degrees?|°|%|percent|cm|mm|km|m|kg|g|ml|l|inch(?:es)?|in|ft|feet|foot|yd|yards?|miles?|"
    r"met(?:er|re)s?|centimet(?:er|re)s?|(?:square |cubic )?units?|seconds?|minutes?|hours?|"
    r"days?|weeks?|months?|years?|dollars?|euros?|cents?|points?|people|objects?|sides?)"
)
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)|(?P<sign><=|>=|!=|~=|=>|[-+*/^=<>()%°])"
    rf"|(?P<word>[A-Za-z][\w'-]*)|(?P<other>[^\s\w])"
)
_AFTER_NUMBER = re.compile(rf"{_UNIT}", re.IGNORECASE)
_LISTING = re.compile(
    r"([A-Za-z][\w'-]*(?: [\w'-]+){0,4}): "
    r"((?:[\w'-]+(?: [\w'-]+)?)(?:, [\w'-]+(?: [\w'-]+)?){0,11})\.?$"
)
_ARTICLE = r"(?:the |a |an )?"
_COPULA = re.compile(
    rf"\b{_ARTICLE}([A-Za-z][\w'-]*) (is|are|has|equals|was) "
    rf"{_ARTICLE}({_NUMBER}|[A-Za-z][\w'-]*)\b(?!\s*[-+*/^=<>])",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    rf"(?<![\w.$])\$?({_NUMBER})\s?({_UNIT})(?:\s?\^\s?[23])?(?!\w)", re.IGNORECASE
)
_COUNTED = re.compile(rf"(?<![\w.])({_NUMBER}) ([a-z][a-z'-]{{2,}})\b")
_GEOMETRY = re.compile(
    r"\b((?:triangles?|angles?|lines?|segments?|rays?|circles?|squares?|rectangles?|arcs?|points?|"
    r"quadrilaterals?|trapezoids?|pentagons?|hexagons?|sides?|nets?|rows?|columns?|edges?|vertex|"
    r"vertices|faces?) (?:[A-Z]{2,5}\d?|[A-Z](?: [A-Z]){0,4}))\b"
)
_TERM = re.compile(
    r"\b(Pythagorean [Tt]heorem|[A-Z][a-z]+'s (?:[Tt]heorem|[Ff]ormula|[Rr]ule|[Ll]aw)|"
    r"[Tt]riangle [Ii]nequality|law of (?:sines|cosines)|equilateral triangles?|"
    r"isosceles triangles?|(?:right|acute|obtuse) (?:triangles?|angles?)|similar triangles?|"
    r"congruent triangles?|vertical angles|alternate angles|straight line|"
    r"(?:surface |total |shaded )?area|perimeter|circumference|diameter|radius|hypotenuse|"
    r"volume|diagonals?|midpoint|parallel|perpendicular|supplementary|complementary|"
    r"bisects?|tangent|cosine|sine)\b"
)
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b([A-Z][a-z]{2,}(?: [A-Z][a-z]+){0,2})\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]{3,}")
_EMPTY = frozenset(
    "that this then than they them there these those thus therefore hence since because which what "
    "when where while with from into have has been being were will would could should must also "
    "each both such some same more most only other another their its given shown figure image "
    "picture diagram question answer step first next finally note find finding using used "
    "let lets need needs make makes consider equal equals also given made not left are and was "
    "has had the for its his her our you all any but can may one two how now who out off per via "
    "was did does got get gives give called marked labelled shown known consider".split()
)


def sentences(body: str) -> list[str]:
    """Split a step body into sentences; formulas are never cut."""
    parts = split_outside(_MATH, _END, _TABLE.sub(" ", body))
    return [part.strip() for part in parts if part.strip(" .;,")]


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .,;:$")


def _spaced(expression: str) -> str:
    """Trim an expression's loose ends, with one space around each sign that joins two operands."""
    text = re.sub(r"\s*(<=|>=|!=|~=|[=<>*/+])\s*", r" \1 ", expression)
    text = re.sub(r"(?<=[\w)])\s*-\s*(?=[\w(])", " - ", text)
    text = re.sub(r"(?<=[(^])\s+|\s+(?=[)^])", "", text)
    return _tidy(text.strip(" =<>*/^+!~"))


def chain(expression: str) -> list[str]:
    """Return a chain of relations as key steps: whole where it is short, else link by link.

    Example:
        >>> chain("a = b = 2")
        ['a = b = 2']
    """
    expression = _spaced(expression)
    if not _RELATION.search(expression):
        return []
    if len(expression) <= MAX_KEY // 2:
        return [expression]
    parts = _RELATION.split(expression)
    links = [
        _tidy("".join(parts[i - 1 : i + 2]))
        for i in range(1, len(parts), 2)
        if parts[i + 1].strip()
    ]
    short = [link for link in links if len(link) <= MAX_KEY]
    if not short:
        return [expression] if len(expression) <= 2 * MAX_KEY else []
    return short


def _is_math(kind: str, text: str, before: str) -> bool:
    """Tell whether a token may be in an equation: numbers, signs, labels, units after numbers."""
    if kind == "word":
        label = len(text) == 1 or text in ("sqrt", "pi") or (text.isupper() and len(text) <= 4)
        unit = before == "number" and bool(_AFTER_NUMBER.fullmatch(text))
        return unit or (label and text not in ("I",))
    return kind == "number" or (kind == "sign" and text != "=>")


def equations(text: str) -> list[str]:
    """Find maximal runs of mathematics with a relation; a name before the first ``=`` stays.

    Linear in the text: tokens are looked at once.
    """
    found: list[str] = []
    tokens = [(m.lastgroup or "", m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]
    start = 0
    while start < len(tokens):
        end, before = start, ""
        while end < len(tokens) and _is_math(tokens[end][0], tokens[end][1], before):
            before = tokens[end][0]
            end += 1
        if end > start:
            found += _run(text, tokens, start, end)
        start = max(end, start + 1)
    return found


def _run(text: str, tokens: list[tuple[str, str, int, int]], start: int, end: int) -> list[str]:
    signs = ("=", "<", ">", "<=", ">=", "!=", "~=")
    relations = [i for i in range(start, end) if tokens[i][1] in signs]
    if not relations:
        return []
    while start < end and tokens[start][1] in ("^", "*", "/", "+", ")", "%"):
        start += 1
    while start < end and tokens[end - 1][1] in (*signs, *"+-*/^("):
        end -= 1
    while start < end and tokens[start][0] == "word" and tokens[start][1] in ("a", "A", "s"):
        start += 1
    if tokens[start][1] in signs:
        first = start
        while first > 0 and start - first < 3 and tokens[first - 1][0] == "word":
            first -= 1
        start = first if first < start else start + 1
    if start >= end or not any(tokens[i][1] in signs for i in range(start, end)):
        return []
    piece = text[tokens[start][2] : tokens[end - 1][3]]
    return chain(_balanced(piece))


def _balanced(piece: str) -> str:
    """Return the piece without brackets that open or close outside it."""
    while piece.count("(") > piece.count(")") and piece.startswith("("):
        piece = piece[1:]
    while piece.count(")") > piece.count("(") and piece.endswith(")"):
        piece = piece[:-1]
    return piece


def _formulas(sentence: str) -> Iterator[str]:
    for found in _MATH.finditer(sentence):
        text = plain(found[0].strip("$")).strip()
        for piece in re.split(r"=>|\\\\|;", text):
            if _RELATION.search(piece):
                yield from chain(piece)
            elif re.match(r"\s*-?\d", piece) and len(_tidy(piece)) <= 25:
                yield _tidy(piece)


def _says(subject: str, complement: str) -> bool:
    """Tell whether "subject is complement" is more than grammar."""
    words = (subject.lower(), complement.lower())
    return not any(word in _EMPTY or word in ("it", "we", "he", "she") for word in words) and not (
        complement[0].isalpha() and complement.endswith(("ed", "ing"))
    )


def extract_step(body: str, counts: bool = False) -> list[str]:
    """Extract key steps of a step's body: expressions, listings, quantities, entities, relations.

    Every key step is a span of the body in plain spelling, in order of what it says: expressions
    first. A step of mere prose gives its longest words.

    Args:
        counts: give counts without a subject ("That is 2") as well.
    """
    found: list[str] = []
    for sentence in sentences(body):
        found += _formulas(sentence)
        text = re.sub(r"\s+", " ", plain(_MATH.sub(lambda m: f" {m[0]} ", sentence))).strip()
        found += equations(text)
        listing = _LISTING.fullmatch(text.rstrip("."))
        if listing:
            found.append(_tidy(listing[0]))
        found += [_tidy(m[0]) for m in _QUANTITY.finditer(text)]
        found += [_tidy(m[0]) for m in _COUNTED.finditer(text) if m[2] not in _EMPTY]
        found += [_tidy(m[1]) for m in _GEOMETRY.finditer(text)]
        found += [f"{m[1]} {m[2]} {m[3]}" for m in _COPULA.finditer(text) if _says(m[1], m[3])]
        found += [_tidy(m[1]) for m in _TERM.finditer(text)]
        found += [m[1] for m in _NAME.finditer(text) if m[1].lower() not in _EMPTY]
    if counts or not found:
        text = re.sub(r"\s+", " ", plain(body))
        numbers = [m for m in _COPULA.finditer(text) if m[3][-1].isdigit()]
        found += [f"{m[1]} {m[2]} {m[3]}" for m in numbers]
    found = found or fallback(body)
    return list(dict.fromkeys(key for key in found if len(key) > 1 or key.isdigit()))


def fallback(body: str) -> list[str]:
    """Return runs of up to three neighbouring content words; where there are none, numbers."""
    text = plain(body)
    runs = [run.split() for run in re.split(r"[^A-Za-z' -]+", text)]
    spans = []
    for run in runs:
        for i, word in enumerate(run):
            if not _WORD.fullmatch(word) or word.lower() in _EMPTY:
                continue
            after = run[i + 1] if i + 1 < len(run) else ""
            both = _WORD.fullmatch(after) and after.lower() not in _EMPTY
            spans.append(f"{word} {after}" if both else word)
    said = re.search(rf"(?<![\w.])({_NUMBER}) (is|are) {_ARTICLE}([A-Za-z][\w'-]*)", text)
    if said:
        return [f"{said[1]} {said[2]} {said[3]}"]
    spans.sort(key=lambda span: (-len(span.split()), -len(span)))
    return spans[:4] or re.findall(_NUMBER, text)[:2]


def extract(solution: str, grammar: str = R1VL.name, counts: bool = False) -> list[list[str]]:
    """Extract key steps of each reasoning step of a path, in order; see `extract_step`."""
    return [extract_step(step.body, counts) for step in parse_response(solution, grammar).steps]
