"""Numbers, symbols and signs of a formula in plain notation."""

import cmath
import re
from fractions import Fraction

from r1vl_kedro.mathtext import GREEK_LETTERS

MAX_TOKENS = 300
MAX_BITS = 900

Number = Fraction | float | complex
"""Exact, or of `evaluation.mp`: its numbers behave as float and complex do."""

_GREEK = frozenset(GREEK_LETTERS.values()) | {
    name.capitalize() for name in GREEK_LETTERS.values()
}  # fmt: skip
FUNCTIONS = frozenset(
    (
        "sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan asin acos atan exp ln lg "
        "log sqrt root abs binom"
    ).split()
)
DECORATIONS = frozenset(
    (
        "overline bar vec hat tilde dot ddot widehat widetilde overrightarrow overleftarrow "
        "underline overbrace"
    ).split()
)
_NAMES = sorted(FUNCTIONS | _GREEK | DECORATIONS | {"inf", "degrees"}, key=len, reverse=True)
_NUMBER = r"\d+\.\d*\(\d+\)|\.\d+\(\d+\)|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+"
_SCIENTIFIC = r"[eE][-+]?\d{1,4}(?![\w.])"
_TOKEN = re.compile(
    rf"\s*(?:(?P<mixed>\d+\s+\d+/\d+)(?![\d.])|(?P<number>(?:{_NUMBER})(?:{_SCIENTIFIC})?)"
    r"|(?P<word>[A-Za-z]+)|(?P<index>_(?:\d+|[A-Za-z]\w*|\([^()]*\)))|(?P<prime>'+)|(?P<op>\*\*|[-+*/^()!|;⌊⌋⌈⌉]))"
)
_WHOLE = re.compile(r"\s*(\d+)")
_DIGITS = re.compile(r"\d+")


class Unreadable(ValueError):
    """A text that is no formula of the kinds read here, or too large a one."""


def tokens_of(text: str) -> list[tuple[str, str]]:
    """Return kind and text of each token: number, mixed (``2 1/2``), word, index, prime or op.

    A run of letters is a function, or symbols of one letter; digits right behind one are its index.

    Raises:
        Unreadable: something else, or more than ``MAX_TOKENS``.

    Example:
        >>> tokens_of("2x1")
        [('number', '2'), ('word', 'x'), ('index', '_1')]
    """
    tokens: list[tuple[str, str]] = []
    at, text = 0, text.strip()
    previous = ""
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or len(tokens) > MAX_TOKENS:
            raise Unreadable(f"not a formula from {text[at : at + 20]!r} on")
        kind = found.lastgroup or ""
        if kind == "mixed" and previous in ("^", "_", "/", "**"):
            whole = _WHOLE.match(text, at)
            if whole is None:
                raise Unreadable("a number is missing")
            kind, token, at = "number", whole[1], whole.end()
        else:
            token, at = found[kind], found.end()
        if kind == "word":
            tokens += _names(token)
            digits = _DIGITS.match(text, at)
            if digits and tokens[-1][1] not in FUNCTIONS | _GREEK:  # H2O, x1
                tokens.append(("index", f"_{digits[0]}"))
                at = digits.end()
        else:
            tokens.append((kind, token))
        previous = token
    return tokens


def _names(word: str) -> list[tuple[str, str]]:
    """Return the symbols and functions that a run of letters is made of."""
    if word in _NAMES or len(word) == 1:
        return [("word", word)]
    for name in ("sqrt", "sin", "cos", "tan", "log", "ln", "pi"):
        if word.startswith(name) and len(word) <= len(name) + 2:
            return [("word", name), *_names(word[len(name) :])]
        if word.endswith(name) and len(word) <= len(name) + 2 and name != "ln":
            return [*_names(word[: -len(name)]), ("word", name)]
    if len(word) > 3:
        raise Unreadable(f"{word[:40]!r} is a word")
    return [("word", letter) for letter in word]


def literal(token: str) -> Fraction:
    """Return the exact value of a number as written: separators, exponent, repeating decimals.

    Example:
        >>> literal("1,250.5"), literal("0.1(6)")
        (Fraction(2501, 2), Fraction(1, 6))

    Raises:
        Unreadable: it is too long.
    """
    repeating = re.fullmatch(r"(\d*)\.?(\d*)\((\d+)\)(?:[eE]([-+]?\d+))?", token)
    if len(token) > 300:
        raise Unreadable("the number is too long")
    if repeating:
        whole, shown, cycle, exponent = repeating.groups()
        scale = 10 ** len(shown)
        start = Fraction(int(whole or 0) * scale + int(shown or 0), scale)
        exact = start + Fraction(int(cycle), (10 ** len(cycle) - 1) * scale)
        return bounded(exact * Fraction(10) ** int(exponent or 0))
    return bounded(Fraction(token.replace(",", "")))


def bounded(number: Number) -> Number:
    """Return a number that is finite and short enough to go on with.

    Raises:
        Unreadable: it is not.
    """
    if isinstance(number, Fraction):
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAX_BITS:
            raise Unreadable("the number is too long")
    elif not cmath.isfinite(number):
        raise Unreadable("the number is not finite")
    return number
