"""What formulas are worth: exact numbers, and equality by values at fixed points.

Two formulas are equal where they agree at fixed points, one pseudo-random value a symbol
(polynomial identity testing): no formula can make that slow, and the verdict is the same on every
machine. Numbers stay exact (``Fraction``) while they can.
"""

import cmath
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from r1vl_kedro.answers.expression import Formula, Tree, parse
from r1vl_kedro.answers.tokens import MAX_BITS, Number, Unreadable, bounded

MAX_EXPONENT = 512
MAX_FACTORIAL = 170
POINTS = 4
SIGNED_POINTS = 16
"""Points for formulas where signs of symbols or of differences matter, as in ``|a - b|``."""
_SCALES = (1, 1, 10, 100)

_REAL: dict[str, Callable[[complex], complex]] = {
    "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "sinh": cmath.sinh, "cosh": cmath.cosh,
    "tanh": cmath.tanh, "arcsin": cmath.asin, "arccos": cmath.acos, "arctan": cmath.atan,
    "asin": cmath.asin, "acos": cmath.acos, "atan": cmath.atan, "exp": cmath.exp,
    "ln": cmath.log, "cot": lambda x: 1 / cmath.tan(x), "sec": lambda x: 1 / cmath.cos(x),
    "csc": lambda x: 1 / cmath.sin(x), "lg": cmath.log10,
}  # fmt: skip


def value(tree: Tree, at: Mapping[str, complex]) -> Number:
    """Return the value of a tree where symbols have these values.

    Raises:
        Unreadable: a step has no finite value, or one too long, or a symbol has none.
    """
    try:
        return bounded(_value(tree, at))
    except (ArithmeticError, LookupError, ValueError, RecursionError) as error:
        raise Unreadable(str(error)[:80]) from None


def _value(tree: Tree, at: Mapping[str, complex]) -> Number:
    name = tree[0]
    if name == "number":
        return tree[1]
    if name == "symbol":
        return at[tree[1]]
    if name == "call":
        argument = complex(_value(tree[2], at))
        seed = 1 + zlib.crc32(tree[1].encode()) / 2**32
        return cmath.sin(seed * argument) + cmath.cos(argument) + seed * argument
    operands = [_value(operand, at) for operand in tree[1:]]
    if name == "+":
        return bounded(operands[0] + operands[1])
    if name == "-":
        return bounded(operands[0] - operands[1])
    if name == "*":
        return bounded(operands[0] * operands[1])
    if name == "/":
        return bounded(operands[0] / operands[1])
    if name == "neg":
        return -operands[0]
    if name == "^":
        return _power(*operands)
    if name == "abs":
        return abs(operands[0])
    if name in ("floor", "ceil"):
        whole = math.floor if name == "floor" else math.ceil
        return Fraction(whole(_real(operands[0])))
    if name == "!":
        return _factorial(operands[0])
    if name == "binom":
        return _binomial(*operands)
    if name == "log":
        argument = operands[-1]
        if argument == 0:
            raise Unreadable("the logarithm of zero")
        base = operands[0] if len(operands) == 2 else Fraction(10)
        return bounded(cmath.log(complex(argument)) / cmath.log(complex(base)))
    return _real(_REAL[name](complex(operands[0])))


def _real(number: complex) -> float | complex:
    return number.real if abs(number.imag) < 1e-12 * max(1.0, abs(number)) else number


def _factorial(number: Number) -> Number:
    if not isinstance(number, Fraction) or number.denominator != 1:
        if isinstance(number, complex) or number < -5 or number == int(number):
            raise Unreadable("the factorial of no whole number")
        return math.gamma(float(number) + 1)
    if not 0 <= number <= MAX_FACTORIAL:
        raise Unreadable("the factorial is too large")
    return bounded(Fraction(math.factorial(int(number))))


def _binomial(above: Number, below: Number) -> Number:
    whole = all(isinstance(n, Fraction) and n.denominator == 1 for n in (above, below))
    if not whole and not isinstance(above, complex) and not isinstance(below, complex):
        if max(abs(above), abs(below)) > MAX_FACTORIAL:
            raise Unreadable("a binomial coefficient of large numbers")
        return math.gamma(above + 1) / (math.gamma(below + 1) * math.gamma(above - below + 1))
    if not whole or not 0 <= below <= above <= MAX_FACTORIAL:
        raise Unreadable("a binomial coefficient of no small whole numbers")
    return bounded(Fraction(math.comb(int(above), int(below))))


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
        return bounded(complex(base) ** int(exponent))
    return bounded(_real(complex(base) ** complex(exponent)))


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
        if formula.symbols:
            return None
        number = value(formula.tree, {})
    except Unreadable:
        return None
    if isinstance(number, complex):
        number = _real(number)
    return None if isinstance(number, complex) else number


def point(symbol: str, number: int, *, signed: bool = False) -> float:
    """Return the value of a symbol at one of the fixed points.

    Between 0.3 and 2.3; where signs matter, or its negative, and ten and a hundred times as far.
    """
    seed = zlib.crc32(f"{number}:{symbol}".encode())
    size = 0.3 + 2 * (seed / 2**32)
    if not signed:
        return size
    return size * _SCALES[number % len(_SCALES)] * (-1 if (seed >> 3) % 2 else 1)


def _points(symbols: frozenset[str], *, signed: bool) -> Iterator[dict[str, float]]:
    """Yield the fixed points, each of several symbols with a mirror image in their order.

    Of two symbols either is then the larger one somewhere; where signs matter, half of the mirror
    images have the other signs as well.
    """
    free = sorted(symbols - {"degrees"})
    for number in range(SIGNED_POINTS // 2 if signed else POINTS):
        values = [point(name, number, signed=signed) for name in free]
        mirrored = values[::-1]
        if signed and number % 4 < 2:
            mirrored = [-value for value in mirrored]
        for side in (values, mirrored) if mirrored != values else (values,):
            yield {**dict(zip(free, side, strict=True)), "degrees": math.pi / 180}


def values_at_points(first: Formula, second: Formula) -> list[tuple[complex, complex]] | None:
    """Return both formulas' values at the points where both have one.

    None where they have too few. Points outside both domains (both have a logarithm or root of a
    negative number) are left out, unless too few are left.
    """
    pairs = []
    symbols = first.symbols | second.symbols
    signed = first.signed or second.signed
    for at in _points(symbols, signed=signed):
        try:
            pairs.append((complex(value(first.tree, at)), complex(value(second.tree, at))))
        except Unreadable:
            continue
    inside = [pair for pair in pairs if not all(abs(one.imag) > 1e-9 for one in pair)]
    pairs = inside if len(inside) >= POINTS - 1 else pairs
    return pairs if len(pairs) >= POINTS - 1 else None


def near(first: complex, second: complex) -> bool:
    """Tell whether two values agree to nine digits."""
    if first == 0 or second == 0:
        return abs(first - second) <= 1e-12
    return abs(first - second) <= 1e-9 * max(abs(first), abs(second))


def equal(first: Formula, second: Formula) -> bool | None:
    """Tell whether two formulas have the same values; None where they cannot be worked out.

    Example:
        >>> equal(parse("1+x^2"), parse("x^2+1")), equal(parse("R/r"), parse("1"))
        (True, False)
    """
    pairs = values_at_points(first, second)
    return None if pairs is None else all(near(a, b) for a, b in pairs)


def proportional(first: Formula, second: Formula, *, positive: bool = False) -> bool | None:
    """Tell whether one formula is a constant times the other.

    Equations ``f = 0`` with one solution set.

    ``positive`` asks for a positive constant, as an inequality does.
    """
    pairs = values_at_points(first, second)
    if pairs is None:
        return None
    if any(abs(a) < 1e-12 or abs(b) < 1e-12 for a, b in pairs):
        return all(abs(a) < 1e-12 and abs(b) < 1e-12 for a, b in pairs)
    ratios = [a / b for a, b in pairs]
    same = all(near(ratio, ratios[0]) for ratio in ratios)
    return same and (not positive or (abs(ratios[0].imag) < 1e-9 and ratios[0].real > 0))
