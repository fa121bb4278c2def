"""What formulas are worth: exact numbers (``Fraction``) while they can be, else 100 digits, so that
a constant as small as ``10^{-40}`` is seen.
"""

import math
import zlib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from r1vl_kedro.answers.budget import spend
from r1vl_kedro.answers.expression import Tree, parse
from r1vl_kedro.answers.tokens import MAX_BITS, Number, Unreadable, bounded

if TYPE_CHECKING:
    from mpmath.ctx_mp import MPContext

MAX_EXPONENT = 512
MAX_FACTORIAL = 170
SMALL = 1e-50
"""How far two values may lie apart, each taken for one."""
_GREATEST_GAMMA = 1000

_COSTS = {"+": 6, "-": 6, "*": 6, "/": 6, "neg": 6, "abs": 6, "!": 90, "binom": 300}
"""What an operation takes from the budget, others 35."""
_OTHER_NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "lg": "log10", "log": "log10"}
"""Functions that mpmath calls otherwise."""


@cache
def mp() -> "MPContext":
    """Return mpmath with 100 digits, imported when the first number is not exact."""
    from mpmath.ctx_mp import MPContext

    context = MPContext()
    context.dps = 100
    return context


@cache
def _constants() -> dict[str, Any]:
    return {"pi": +mp().pi, "e": +mp().e, "i": mp().mpc(0, 1)}


class Precise(float):
    """An irrational number: a float that keeps its 100 digits as ``digits``."""

    def __new__(cls, digits: Any) -> "Precise":
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    digits: Any


def value(tree: Tree, at: Mapping[str, Number], *, real: bool = False) -> Number:
    """Return the value of a tree where symbols have these values.

    Raises:
        Unreadable: a step has no finite value, or one too long, or a symbol has none; with
            ``real``, a step leaves the real numbers.
        Spent: symbols have values, and the budget of the comparison does not suffice.
    """
    try:
        return bounded(_value(tree, at, real))
    except (ArithmeticError, LookupError, ValueError, RecursionError) as error:
        raise Unreadable(str(error)[:80]) from None


def _value(tree: Tree, at: Mapping[str, Number], real: bool) -> Number:
    name = tree[0]
    if name == "number":
        return getattr(tree[1], "digits", tree[1])
    if name == "symbol":
        return at[tree[1]]
    if name == "constant":
        return _constants()[tree[1]]
    if name == "call":
        if not at:
            raise Unreadable("a function of which nothing is told has no value")
        argument = _value(tree[2], at, real)
        seed = 1 + zlib.crc32(tree[1].encode()) / 2**32
        return mp().sin(seed * argument) + mp().cos(argument) + seed * argument
    operands = [_value(operand, at, real) for operand in tree[1:]]
    if at:  # a number is read at no cost, so that it is read alike each time
        spend(_COSTS.get(name, 35))
    if name != "^" and not all(isinstance(operand, Fraction) for operand in operands):
        operands = [mp().convert(operand) for operand in operands]
    result = bounded(_worked_out(name, operands))
    if real and result.imag and not any(operand.imag for operand in operands):
        raise Unreadable("a step leaves the real numbers")
    return result


def _worked_out(name: str, operands: list[Number]) -> Number:
    if name == "+":
        return operands[0] + operands[1]
    if name == "-":
        return operands[0] - operands[1]
    if name == "*":
        return operands[0] * operands[1]
    if name == "/":
        return operands[0] / operands[1]
    if name == "neg":
        return -operands[0]
    if name == "^":
        return _power(*operands)
    if name == "abs":
        return abs(operands[0])
    if name in ("floor", "ceil"):
        number = _real(operands[0])
        nearest = Fraction(round(number))
        if near(number, nearest):
            return nearest  # log_2 8
        return Fraction(math.floor(number) if name == "floor" else math.ceil(number))
    if name == "!":
        return _factorial(operands[0])
    if name == "binom":
        return _binomial(*operands)
    if len(operands) == 2:
        base, argument = operands
        return mp().log(argument, base)
    return _real(getattr(mp(), _OTHER_NAMES.get(name, name))(operands[0]))


def _real(number: Number) -> Number:
    if not number.imag:
        return number.real
    return number.real if abs(number.imag) < SMALL * max(1, abs(number)) else number


def _factorial(number: Number) -> Number:
    if isinstance(number, Fraction) and number.denominator == 1:
        if not 0 <= number <= MAX_FACTORIAL:
            raise Unreadable("the factorial is too large")
        return Fraction(math.factorial(int(number)))
    return _gamma(number + 1)


def _gamma(number: Number) -> Number:
    if number.imag or not -5 < number < _GREATEST_GAMMA:
        raise Unreadable("the factorial of a large or complex number")
    return mp().gamma(number)


def _binomial(above: Number, below: Number) -> Number:
    if all(isinstance(n, Fraction) and n.denominator == 1 for n in (above, below)):
        if not 0 <= below <= above <= MAX_FACTORIAL:
            raise Unreadable("a binomial coefficient of no small whole numbers")
        return Fraction(math.comb(int(above), int(below)))
    return _gamma(above + 1) / (_gamma(below + 1) * _gamma(above - below + 1))


def _power(base: Number, exponent: Number) -> Number:
    if abs(exponent) > MAX_EXPONENT:
        raise Unreadable(f"an exponent beyond {MAX_EXPONENT}")
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if size * abs(exponent.numerator) > MAX_BITS:
                raise Unreadable("the power is too long")
            return base**exponent.numerator
        if exponent.denominator < 20:
            root = _exact_root(base, exponent.denominator)
            if root is not None:
                return _power(root, Fraction(exponent.numerator))
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return mp().convert(base) ** int(exponent)
    return _real(mp().convert(base) ** mp().convert(exponent))


def _exact_root(base: Fraction, order: int) -> Fraction | None:
    if base < 0:
        positive = _exact_root(-base, order) if order % 2 else None
        return -positive if positive is not None else None
    above, below = _whole_root(base.numerator, order), _whole_root(base.denominator, order)
    return Fraction(above, below) if above is not None and below is not None else None


def _whole_root(number: int, order: int) -> int | None:
    if order == 2:
        root = math.isqrt(number)
    elif number.bit_length() < 400:
        root = round(number ** (1 / order))
    else:
        return None
    return root if root**order == number else None


def number_of(text: str) -> Fraction | float | None:
    """Return the real value of a formula without symbols, or None.

    Example:
        >>> number_of("2 * (1 + 1/4)"), number_of("9**9**9"), number_of("2 1/2")
        (Fraction(5, 2), None, Fraction(5, 2))
    """
    try:
        formula = parse(text)
        number = None if formula.symbols else _real(value(formula.tree, {}))
    except Unreadable:
        return None
    if number is None or isinstance(number, Fraction):
        return number
    return None if number.imag else Precise(number)


def near(first: Number, second: Number) -> bool:
    """Tell whether two values agree to fifty digits; fractions agree where they are equal."""
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return first == second
    first, second = mp().convert(first), mp().convert(second)
    return abs(first - second) <= SMALL * max(abs(first), abs(second), SMALL)
