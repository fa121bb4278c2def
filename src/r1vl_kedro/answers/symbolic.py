"""math-verify behind limits: what reaches it is short, shallow and has no towers of powers.

What remains, parsing included, may make so many function calls: no seconds, so that the limit holds
in every thread and on every machine. (What SymPy has cached from earlier comparisons costs no
calls: a formula at the very limit may pass the second time.)
"""

import logging
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from inspect import CO_GENERATOR
from itertools import groupby
from math import prod
from types import FrameType
from typing import Any

from r1vl_kedro.answers.evaluation import number_of

MAX_EXPRESSION = 200
MAX_TEXT = 8000
_MAX_DEPTH = 8
_MAX_POWERS = 6
_MAX_EXPONENT_TOTAL = 16
MAX_CALLS = 2_000_000
"""Calls and returns, of C functions too: about a second of CPU with the counting."""

_EXPONENT = re.compile(
    r"(?:\^|\*\*)\s*[{(]?\s*-?\s*(?P<value>\d+(?:\.\d+)?(?:\s*/\s*\d+)?|[A-Za-z]|\\[a-z]+)?"
)
_COSTLY = re.compile(
    r"!|\\(?:int|iint|oint|sum|prod|lim|binom|tbinom|dbinom|choose|begin|partial|nabla|Gamma|mod|"
    r"bmod|pmod|gcd|lcm|operatorname)|\d{40}|\d[eE][+-]?\d{3}"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def small_enough(latex: str) -> bool:
    r"""Tell whether an expression is small enough for SymPy, whose running time has no other limit.

    Example:
        >>> small_enough(r"\frac{x^2+1}{2}"), small_enough("9^{9^9}")
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
    """Return what the bracket that a text begins with holds; empty where it begins with none."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return text[:place]
    return text


@cache
def math_verify() -> tuple[Any, Any]:
    """Return math-verify's parser and grader, warmed up."""
    from math_verify import grader, parser

    # Both timeouts are off on purpose; the library says so once per process at warning level.
    parser.TIMEOUT_WARNING_SHOWN = grader.TIMEOUT_WARNING_SHOWN = True
    for name in ("math_verify", "latex2sympy2_extended"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # What SymPy imports and tabulates on first use is not charged to an answer.
    sides = [
        parser.parse(text, [parser.LatexExtractionConfig()], parsing_timeout=None)
        for text in (r"$\sin(x)+\frac{1}{x^2}$", r"$\frac{x^2\sin(x)+1}{x^2}$")
    ]
    grader.verify(*sides, timeout_seconds=None)
    return parser, grader


def symbolically_equal(text: str, reference: str) -> bool:
    """Tell whether math-verify finds the same result in two whole texts (the published accuracy
    check).

    Its own patterns and priorities choose the expression, the last one first; False for a text
    beyond ``MAX_TEXT`` characters, or an expression beyond the limits.
    """
    if max(len(text), len(reference)) > MAX_TEXT:
        return False
    return bool(within_limit(partial(_compared, text, reference)))


def _compared(text: str, reference: str) -> bool:
    _, grader = math_verify()
    found, gold = extract(text), extract(reference)
    return bool(found and gold) and bool(grader.verify(found, gold, timeout_seconds=None))


class _LimitReached(BaseException):
    """No ``Exception``: SymPy and math-verify catch those and go on with another method."""


def within_limit(work: Callable[[], Any]) -> Any:
    """Return what a piece of work returns; None where it makes more than ``MAX_CALLS``.

    A single operation in C is not interrupted; ``small_enough`` keeps numbers and powers small.
    """
    math_verify()
    left = MAX_CALLS

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal left
        left -= 1
        # Not in a generator: it may be closing, where an exception is lost, and the count with it.
        if left < 0 and event == "call" and not frame.f_code.co_flags & CO_GENERATOR:
            raise _LimitReached

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return work()
    except _LimitReached:
        return None
    finally:
        sys.setprofile(before)


def extract(text: str, configs: Sequence[Any] = ()) -> list[Any]:
    """Return what math-verify reads in a text first: expressions, and the first as written."""
    parser, _ = math_verify()
    targets = parser.get_extraction_regexes(
        configs or [parser.LatexExtractionConfig(), parser.ExprExtractionConfig()]
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
                if not small_enough(match.group().replace("$", "")):
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
    number = None if re.search(r"\d\s+\d", written) else number_of(written.replace("\n", " "))
    if number is None:
        return None, written
    exact = not isinstance(number, float) and "." not in written
    value = Rational(number.numerator, number.denominator) if exact else Float(float(number))
    return (value / 100 if groups.get("percent") else value), written
