"""Whether two formulas are equal, by their values at fixed points.

One pseudo-random value a symbol (polynomial identity testing): no formula can make that slow, and
the verdict is the same on every machine.
"""

import zlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from r1vl_kedro.answers.budget import Spent, kept
from r1vl_kedro.answers.evaluation import SMALL, mp, near, value
from r1vl_kedro.answers.expression import Formula, Tree
from r1vl_kedro.answers.tokens import Number, Unreadable

NEAR = 4
"""Points of positive values of about one; formulas have to have values at three of them."""
_SCALES = (1, 10, 1000, Fraction(1, 100), 0)
"""How far the further points lie: of both signs, large, small and (0) whole numbers."""
_LINE = frozenset("xyz")
"""Symbols that stand for any number; other letters (``R``, ``m``, ``t``) are positive amounts."""


def _point(symbol: str, number: int) -> Any:
    """Return the value of a symbol at one of the fixed points, between 0.3 and 2.3; further ones
    lie at one of the scales, negative where a bit of the symbol's seed says so.
    """
    seed = zlib.crc32(f"{number}:{symbol}".encode())
    size = mp().mpf(0.3 + 2 * (seed / 2**32))
    if number < NEAR:
        return size
    scale = _SCALES[number - NEAR]
    return (size * scale if scale else mp().mpf((2, 4, 8, 16)[seed % 4])) * (
        -1 if (seed >> 3) % 2 else 1
    )


@lru_cache(maxsize=1024)
def _points(symbols: frozenset[str], signed: bool) -> tuple[tuple[bool, dict[str, Any]], ...]:
    """Return the fixed points, and of each whether it is a near one.

    Each of several symbols has a mirror image in their order, so that of two symbols either is the
    larger one somewhere; further points come with all signs turned as well, and the signs of
    symbols that are amounts are left out unless signs matter.
    """
    free = sorted(symbols - {"degrees"})
    points = []
    for number in range(NEAR + len(_SCALES)):
        values = [_point(name, number) for name in free]
        near_one = number < NEAR
        mirrored = values[::-1] if near_one else [-value for value in reversed(values)]
        for side in (values, mirrored) if mirrored != values else (values,):
            at = {
                name: one if signed or name[0] in _LINE else abs(one)
                for name, one in zip(free, side, strict=True)
            }
            points.append((near_one, {**at, "degrees": mp().pi / 180}))
    return tuple(points)


def values_at_points(first: Formula, second: Formula) -> Iterator[tuple[Number, Number]]:
    """Yield both formulas' values at the points where both have one.

    Of the near points those outside both domains (both have a logarithm or root of a negative
    number) come last, where too few others do; of the further ones, where no sign matters, those
    outside one domain are left out.

    Raises:
        Unreadable: too few of the near points have values.
        Spent: the budget of the comparison does not suffice.
    """
    symbols, signed = first.symbols | second.symbols, first.signed or second.signed
    sides = [(side.tree, kept((side.tree, symbols, signed))) for side in (first, second)]
    inside, outside = 0, []
    for place, (near_one, at) in enumerate(_points(symbols, signed)):
        for tree, known in sides:
            if place not in known:
                known[place] = _value_or_none(tree, at, real=not (near_one or signed))
        one, other = (known[place] for _, known in sides)
        if one is None or other is None:
            continue
        if all(side.imag and abs(side.imag) > SMALL for side in (one, other)):
            outside.append((one, other))
        else:
            inside += near_one or signed
            yield one, other
    if inside < NEAR - 1:
        yield from outside
        if inside + len(outside) < NEAR - 1:
            raise Unreadable("too few points have values")


def _value_or_none(tree: Tree, at: Mapping[str, Number], *, real: bool) -> Number | None:
    try:
        return value(tree, at, real=real)
    except Unreadable:
        return None


def equal(first: Formula, second: Formula) -> bool | None:
    """Tell whether two formulas have the same values; None where they cannot be worked out.

    Example:
        >>> from r1vl_kedro.answers.expression import parse
        >>> equal(parse("1+x^2"), parse("x^2+1")), equal(parse("R/r"), parse("1"))
        (True, False)
    """
    try:
        return all(near(a, b) for a, b in values_at_points(first, second))
    except (Unreadable, Spent):
        return None


def proportional(first: Formula, second: Formula, *, positive: bool = False) -> bool | None:
    """Tell whether one formula is a constant times the other, so that ``f = 0`` and ``g = 0`` are
    one equation; None where they cannot be worked out.

    ``positive`` asks for a positive constant, as an inequality does.
    """
    try:
        pairs = list(values_at_points(first, second))
    except (Unreadable, Spent):
        return None
    ratios = [mp().convert(a) / b for a, b in pairs if not (near(a, 0) or near(b, 0))]
    if len(ratios) < NEAR - 1 or not all(near(a, 0) == near(b, 0) for a, b in pairs):
        return all(near(a, 0) and near(b, 0) for a, b in pairs)
    same = all(near(ratio, ratios[0]) for ratio in ratios)
    return same and (not positive or (abs(ratios[0].imag) < SMALL and ratios[0].real > 0))
