"""math-verify behind limits: what reaches SymPy is short, shallow and has no towers of powers.

What remains runs on a budget of function calls and not of seconds: it holds in every thread, and
the verdict does not depend on how fast the machine is. (What SymPy has cached from earlier
comparisons costs no calls: a formula at the very limit may pass the second time.)
"""

import logging
import re
import sys
from functools import lru_cache
from inspect import CO_GENERATOR
from itertools import groupby
from math import prod
from types import FrameType
from typing import Any

from r1vl_kedro.answers.values import evaluate

MAX_EXPRESSION = 200
MAX_TEXT = 8000
_MAX_DEPTH = 8
_MAX_POWERS = 6
_MAX_EXPONENT_TOTAL = 16
# Calls and returns, of C functions too: about half a second. Equations of conics take 1.3 million.
_MAX_EVENTS = 2_000_000

_EXPONENT = re.compile(
    r"(?:\^|\*\*)\s*[{(]?\s*-?\s*(?P<value>\d+(?:\.\d+)?(?:\s*/\s*\d+)?|[A-Za-z]|\\[a-z]+)?"
)
_COSTLY = re.compile(
    r"!|\\(?:int|iint|oint|sum|prod|lim|binom|tbinom|dbinom|choose|begin|partial|nabla|Gamma|mod|"
    r"bmod|pmod|gcd|lcm|operatorname)|\d{40}|\d[eE][+-]?\d{3}"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"(?<!\\)\b[A-Za-z]{2,}")
_PRODUCT = re.compile(
    r"[/^*+={]\s*[A-Za-z]{2,3}(?![A-Za-z])"
    r"|(?<![\\A-Za-z])[A-Za-z]{2,3}(?=\s*[/^*+=}])"
)
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan log ln exp sqrt pi frac cdot times div pm inf "
    "infty alpha beta gamma delta theta phi".split()
)


def bounded(latex: str) -> bool:
    r"""Whether an expression is small enough for SymPy, whose running time has no other limit.

    Example:
        >>> bounded(r"\frac{x^2+1}{2}"), bounded("9^{9^9}")
        (True, False)
    """
    if len(latex) > MAX_EXPRESSION or _COSTLY.search(latex):
        return False
    depth = deepest = 0
    for char in latex:
        depth += (char in "([{") - (char in ")]}")
        deepest = max(deepest, depth)
        if depth < 0:
            return False
    if depth or deepest > _MAX_DEPTH:
        return False
    total = 0.0
    exponents = list(_EXPONENT.finditer(latex))
    if len(exponents) > _MAX_POWERS:
        return False
    for found in exponents:
        value = found["value"]
        if value is None or latex[found.end() :].lstrip(" )}").startswith(("^", "**")):
            return False
        inside = _NUMBER.findall(_bracket(latex[found.start() :].lstrip("^* ")))
        if prod(max(float(number), 1) for number in inside) > _MAX_EXPONENT_TOTAL**2:
            return False
        total += float(value.split("/")[0]) if value[0].isdigit() else 1
    return total <= _MAX_EXPONENT_TOTAL


def _bracket(text: str) -> str:
    """What the bracket that a text begins with holds; empty where it begins with none."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return text[:place]
    return text


def is_expression(text: str) -> bool:
    r"""Whether a text is a formula and no prose.

    The only words of two letters and more are names of functions, and products of two or three
    letters beside a sign of reckoning.

    Example:
        >>> is_expression("y=mx+b"), is_expression(r"\frac{mg}{k}"), is_expression("so so")
        (True, True, False)
    """
    words = _WORD.findall(_PRODUCT.sub(" ", text))
    return all(word.lower() in _FUNCTIONS for word in words)


@lru_cache(maxsize=1)
def _math_verify() -> tuple[Any, Any]:
    from math_verify import grader, parser

    # Both timeouts are off on purpose; the library says so once per process at warning level.
    parser.TIMEOUT_WARNING_SHOWN = grader.TIMEOUT_WARNING_SHOWN = True
    for name in ("math_verify", "latex2sympy2_extended"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # What SymPy imports and tabulates on first use is not charged to an answer.
    sides = [
        _read(parser, text) for text in (r"\sin(x)+\frac{1}{x^2}", r"\frac{x^2\sin(x)+1}{x^2}")
    ]
    grader.verify(*sides, timeout_seconds=None)
    return parser, grader


def _read(parser: Any, latex: str) -> list[Any]:
    """The expression and its text, as math-verify reads LaTeX; empty where it cannot."""
    return parser.parse(f"${latex}$", [parser.LatexExtractionConfig()], parsing_timeout=None)


@lru_cache(maxsize=4096)
def expressions_equal(given: str, gold: str) -> bool:
    r"""Whether two short LaTeX expressions are equal to math-verify; False beyond the limits.

    Only its LaTeX reader is used: the other one hands whole expressions to Python's ``eval``.

    Example:
        >>> expressions_equal("1+x^2", "x^2+1"), expressions_equal("9**9**9", "1")
        (True, False)
    """
    for text in (given, gold):
        if not text.strip() or not bounded(text) or not is_expression(text):
            return False
    parser, _ = _math_verify()
    sides = [_read(parser, text.replace("**", "^").replace("$", "")) for text in (gold, given)]
    if not all(sides) or any(isinstance(side[0], str) for side in sides):
        return False
    return _verified(*sides)


def texts_equal(text: str, reference: str) -> bool:
    """Whether math-verify finds the same result in two whole texts (the published accuracy check).

    Its own patterns and priorities choose the expression, the last one first; False for a text
    beyond ``MAX_TEXT`` characters, or an expression beyond the limits.
    """
    if max(len(text), len(reference)) > MAX_TEXT:
        return False
    found, gold = _extract(text), _extract(reference)
    return bool(found and gold) and _verified(found, gold)


class _BudgetSpent(BaseException):
    """No ``Exception``: SymPy and math-verify catch those and go on with another method."""


def _verified(first: list[Any], second: list[Any]) -> bool:
    """What the grader says of two extractions; False when it makes more than ``_MAX_EVENTS`` calls.

    A single operation in C is not interrupted; ``bounded`` keeps numbers and powers small.
    """
    _, grader = _math_verify()
    left = _MAX_EVENTS

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal left
        left -= 1
        # Not in a generator: it may be closing, where an exception is lost, and the count with it.
        if left < 0 and event == "call" and not frame.f_code.co_flags & CO_GENERATOR:
            raise _BudgetSpent

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return bool(grader.verify(first, second, timeout_seconds=None))
    except _BudgetSpent:
        return False
    finally:
        sys.setprofile(before)


def _extract(text: str) -> list[Any]:
    parser, _ = _math_verify()
    targets = parser.get_extraction_regexes(
        [parser.LatexExtractionConfig(), parser.ExprExtractionConfig()]
    )
    patterns = sorted(
        ((pattern, target, rank) for some, target in targets for pattern, rank in some),
        key=lambda entry: entry[2],
    )
    extracted: list[Any] = []
    fallback: list[str] = []
    for _, same_rank in groupby(patterns, key=lambda entry: entry[2]):
        matches = [
            (match, target) for pattern, target, _ in same_rank for match in pattern.finditer(text)
        ]
        matches.sort(key=lambda entry: (entry[0].end(), -entry[0].start()), reverse=True)
        for match, target in matches:
            if isinstance(target, parser.LatexExtractionConfig):
                if not bounded(match.group().replace("$", "")):
                    continue
                value, written = parser.extract_latex(match, target)
            else:
                value, written = _plain_number(match)
            if written:
                fallback.append(written)
            if value is not None:
                extracted.append(value)
                break
        if extracted:
            break
    return extracted + fallback[:1]


def _plain_number(match: re.Match[str]) -> tuple[Any, str]:
    from sympy import Float, Rational

    groups = match.groupdict()
    whole = next((v for k, v in groups.items() if k.startswith("integer") and v), "")
    fraction = next((v for k, v in groups.items() if k.startswith("decimal") and v), "")
    written = whole.replace(",", "").replace(" ", "") + fraction.replace(",", ".")
    written = written or groups.get("expr") or ""
    number = evaluate(written.replace("\n", " "))
    if number is None:
        return None, written
    exact = not isinstance(number, float) and "." not in written
    value = Rational(number.numerator, number.denominator) if exact else Float(float(number))
    return (value / 100 if groups.get("percent") else value), written
