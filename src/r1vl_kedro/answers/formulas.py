"""Texts that are formulas, equations or inequalities, told from prose."""

import re

from r1vl_kedro.answers.expression import parse
from r1vl_kedro.answers.model import Expression, Relation
from r1vl_kedro.answers.quantities import DATE, read_quantity
from r1vl_kedro.answers.tokens import DECORATIONS, FUNCTIONS, Unreadable
from r1vl_kedro.mathtext import GREEK_LETTERS

EQUALS = re.compile(r"~=|(?<![<>!~=:])=(?![=>])")
INEQUALITY = re.compile(r"<=|>=|!=|<|>")
KNOWN = FUNCTIONS | DECORATIONS | frozenset(GREEK_LETTERS.values()) | {"pi", "inf", "degrees"}
_RUN = re.compile(r"[A-Za-z]{2,}")
_SIGNS = re.compile(
    r"[-+*/^!|(⌊⌈]|^[\d.]+\s?[A-Za-z]|(?<![A-Za-z])(?:pi|(?:arc)?(?:sin|cos|tan)h?|log|ln|lg|cot|sec|csc)"
    r"(?![A-Za-z])"
)
_DERIVATIVE = re.compile(r"\bd\^?\(?\d?\)?\s?[A-Za-z]?\)*\s*/\s*\(*d\s?[A-Za-z]\b")
_PATH = re.compile(r"^[A-Z](?:\s?-\s?[A-Z]){2,}$")  # A-B-C is a way and no difference
_LITERAL = re.compile(r"(?<![\w.])0[xXbBoO]\d")
_DASHED = re.compile(r"^\d[\d\s.,]*-[\d\s.,()-]*$")  # 2-1-1 is a score and no difference
_COMPLEX = re.compile(r"^(?=.*[ij])[-+\d\s.()/*ij]*$")
_IMAGINARY_FIRST = re.compile(r"i\s?\*?\s?(\d+(?:\.\d+)?)")
_COEFFICIENT = re.compile(r"^\(\d+/\d+\)$")
_GREEK_BEFORE = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(GREEK_LETTERS.values())})$")
_FUNCTION_BEHIND = re.compile(r"\(|(?:sin|cos|tan|sqrt|log|ln)(?![a-z])")
_CONSONANTS = re.compile(r"[b-df-hj-np-tv-z]{2,3}", re.IGNORECASE)
"""A product of symbols and no word, beside another symbol or a function: ``2 pi rh``."""
_INVERSE = re.compile(r"[A-Z]\s?\^(?:-1|\(-1\))\s?[A-Z]|[A-Z]\s?[A-Z]\s?\^(?:-1|\(-1\))")
"""A product with the inverse of a matrix, whose factors keep their order."""
_SINGLE = re.compile(r"^[A-Za-z](?:_\w+)?'*$|^[a-z]{2,}$")


def read_relation(text: str) -> Relation | None:
    """Read an equation or inequality of two formulas."""
    signs = INEQUALITY.findall(text)
    equals = EQUALS.findall(text)
    if len(signs) + len(equals) != 1 or (equals and equals[0] == "~="):
        return None
    left, right = (EQUALS if equals else INEQUALITY).split(text)
    sign = signs[0] if signs else "="
    if sign[0] == ">":
        left, right, sign = right, left, sign.replace(">", "<")
    if not all(is_formula(side) or read_quantity(side) for side in (left, right)):
        return None
    try:
        first, second = parse(left), parse(right)
    except Unreadable:
        return None
    difference = first.minus(second)
    return Relation(sign, difference) if difference.symbols else None


def read_expression(text: str) -> Expression | None:
    """Read a formula with symbols, or None; ``2+i3`` and ``2+3j`` are complex numbers."""
    if _COMPLEX.match(text) and not {"i", "j"} <= set(text):  # 2i + 3j is a vector
        text = _IMAGINARY_FIRST.sub(r"\1*i", text.replace("j", "i"))
    if not is_formula(text) or _INVERSE.search(text):
        return None
    try:
        return Expression(parse(text), text)
    except Unreadable:
        return None


def is_formula(text: str) -> bool:
    r"""Tell whether a text is a formula and no prose.

    A run of letters must be a function's name, or a product of two or three symbols beside a sign
    or digit; letters alone, in a row or with digits inside (``H2O``, ``A B``), are no formula.

    Example:
        >>> is_formula("mg/k"), is_formula("so 5"), is_formula("x"), is_formula("A B")
        (True, False, True, False)
    """
    text = text.strip()
    if _DERIVATIVE.search(text) or DATE.match(text) or _DASHED.match(text):
        return False
    if _PATH.match(text) or _LITERAL.search(text):
        return False
    if _SINGLE.match(text):
        return len(text) == 1 or "_" in text or "'" in text or text in KNOWN
    for found in _RUN.finditer(text):
        word = found[0]
        if word in KNOWN:
            continue
        before, after = text[: found.start()].rstrip(" "), text[found.end() :].lstrip(" ")
        touches = before[-1:] in tuple("+-*/^(=|") or after[:1] in tuple("+-*/^)=|'_")
        touches = touches or text[found.start() - 1 : found.start()].isdigit()
        beside = _GREEK_BEFORE.search(before) or _FUNCTION_BEHIND.match(after)
        touches = touches or bool(beside and _CONSONANTS.fullmatch(word))
        touches = touches or bool(_COEFFICIENT.search(before) and text[found.start() - 1] == ")")
        if len(word) > 3 and not any(
            word.startswith(n) or word.endswith(n)
            for n in ("sin", "cos", "tan", "log", "pi", "sqrt")
        ):
            return False
        if not touches or (found.start() == 0 and found.end() == len(text)):
            return False
    return bool(_SIGNS.search(text))
