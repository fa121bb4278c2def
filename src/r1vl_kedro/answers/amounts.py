"""Whether two quantities are the same: numbers, rounding, units, percent signs, counted things."""

import math
from dataclasses import replace
from fractions import Fraction

from r1vl_kedro.answers.evaluation import Precise, near
from r1vl_kedro.answers.model import Quantity
from r1vl_kedro.answers.units import is_generic, same_dimension

SAME = ""
"""No difference."""
_LARGEST = 1e15
_OTHER = frozenset("non other another fake false different".split())
"""Words with which a noun is another thing: non red cubes."""


def quantities_differ(given: Quantity, gold: Quantity) -> str:
    """Explain why a quantity is not the reference; empty where it is.

    A missing unit or percent sign is no difference, another one is, unless it converts. Rounding
    is accepted at two decimals or more of the reference, at three digits of the reference where
    the given number has no finite decimals, and the other way round.

    Example:
        >>> from r1vl_kedro.answers.reader import read
        >>> quantities_differ(read("1 m"), read("100 cm"))
        ''
        >>> quantities_differ(read("5%"), read("5 kg"))
        'a percentage and a unit'
    """
    unit = units_differ(given, gold)
    if unit:
        return unit
    pairs = [(given.number, gold.number)]
    if given.cut and not gold.cut and (given.decimals or 0) < 2 and close(*pairs[0]):
        return "digits that go on"  # 0.3... is not 0.3
    if given.units and gold.units:
        pairs = [
            (given.number, gold.number)
            if a.factor == b.factor or is_generic(a) or is_generic(b)
            else (given.number * a.factor, gold.number * b.factor)
            for a in given.units
            for b in gold.units
            if same_dimension(a, b)
        ]
    elif _angle(given) or _angle(gold):
        if any(isinstance(q.number, float) and not q.units for q in (given, gold)):
            pairs = []  # pi/6 is no sixth of pi in degrees
        pairs.append((_radians(given), _radians(gold)))
    elif given.percent != gold.percent:
        if given.percent and (0 < abs(gold.number) < 1 or isinstance(given.number, Precise)):
            pairs = []  # 0.5 is half and no half percent
        pairs.append((unit_free(given), unit_free(gold)))
        if _rounded(_in_percent(given), _in_percent(gold)):
            return SAME  # 1/3 is 33.3%
    if given.units and gold.units and _converted(given, gold):
        return SAME
    raw = (given.number, gold.number)
    for pair in pairs:
        if close(*pair) or (pair == raw and _rounded(given, gold)):
            return SAME
    return "another number"


def _angle(quantity: Quantity) -> bool:
    return any(unit.dimension == (("angle", 1),) for unit in quantity.units)


def _radians(quantity: Quantity) -> Fraction | float:
    """Return the number of an angle in radians.

    Of one without a unit only where it is irrational.
    """
    if not quantity.units:
        return quantity.number if isinstance(quantity.number, float) else math.nan
    factor = next(u.factor for u in quantity.units if u.dimension == (("angle", 1),))
    return float(quantity.number * factor) * math.pi / 180


def unit_free(quantity: Quantity) -> Fraction | float:
    """Return its number; a percent sign divides by a hundred."""
    return quantity.number / 100 if quantity.percent else quantity.number


def _converted(given: Quantity, gold: Quantity) -> bool:
    """Tell whether a quantity is the reference in another unit, rounded: 37.28 mph for 60 km/h."""
    shown = given.decimals or 0
    if not given.number % 1 or _digits(given, shown) < 3:
        return False
    for ours in given.units:
        for theirs in gold.units:
            if same_dimension(ours, theirs) and not (is_generic(ours) or is_generic(theirs)):
                ratio = theirs.factor / ours.factor
                gap = abs(float(given.number) - float(gold.number * ratio))
                if not math.log10(ratio).is_integer():  # m and km are no rounding
                    return gap <= _half_a_digit(shown)
    return False


def _in_percent(quantity: Quantity) -> Quantity:
    if quantity.percent:
        return quantity
    decimals = None if quantity.decimals is None else max(quantity.decimals - 2, 0)
    return replace(quantity, number=quantity.number * 100, decimals=decimals)


def units_differ(given: Quantity, gold: Quantity) -> str:
    """Explain why the units, percent signs or counted things of two quantities clash.

    Empty where not.
    """
    if given.of and gold.of and given.of != gold.of:
        return "an amount of another thing"
    named = [bool(q.units or q.noun) for q in (given, gold)]
    if given.percent != gold.percent and any(named):
        return "a percentage and a unit"
    if gold.tight and not given.units and not given.noun:
        return "a unit or symbol is missing"
    if given.units and gold.units:
        fits = any(same_dimension(a, b) for a in given.units for b in gold.units)
        return SAME if fits else "another unit"
    if given.noun and gold.noun:
        return SAME if _same_thing(given.noun, gold.noun) else "another thing is counted"
    if (given.units and gold.noun) or (given.noun and gold.units):
        units = given.units or gold.units
        return (
            SAME
            if any(is_generic(u) and u.dimension[0][1] == 1 for u in units)
            else "a unit and a counted thing"
        )
    return SAME


def _same_thing(first: str, second: str) -> bool:
    """Tell whether two nouns are the same, one of them perhaps with more words before it."""
    ours, theirs = first.split(), second.split()
    more = set(ours) ^ set(theirs)
    nested = set(ours) <= set(theirs) or set(theirs) <= set(ours)
    return ours[-1] == theirs[-1] and nested and more.isdisjoint(_OTHER)


def close(first: Fraction | float, second: Fraction | float) -> bool:
    """Tell whether two numbers are equal, or to nine digits where one was converted."""
    if all(isinstance(one, Fraction | Precise) for one in (first, second)):
        return near(*(getattr(one, "digits", one) for one in (first, second)))
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=0 if first and second else 1e-12)


def ends_close(first: Fraction | float, second: Fraction | float) -> bool:
    """Tell whether two ends of intervals are the same, or one is the other rounded."""
    if close(first, second) or math.inf in (abs(first), abs(second)):
        return close(first, second)
    return _rounded(*(Quantity(end, _finite_decimals(end)) for end in (first, second)))


def _finite_decimals(number: Fraction | float) -> int | None:
    """Return how many decimals a number has; None where they do not end."""
    if _unending(number):
        return None
    return next((n for n in range(400) if (number * 10**n).denominator == 1), None)


def _rounded(given: Quantity, gold: Quantity) -> bool:
    if abs(given.number) + abs(gold.number) > _LARGEST:
        return False
    gap = abs(float(given.number) - float(gold.number))
    shown, wanted = given.decimals, gold.decimals
    if given.repeats and (wanted or 0) < 3:
        return False
    if given.cut or gold.cut:
        return _truncated(given, gold) if given.cut else _truncated(gold, given)
    if (shown or 0) >= 6 and gap <= 1e-6 * min(1.0, abs(float(gold.number))):
        return True
    if wanted and wanted >= 2 and (shown is None or shown >= wanted):
        return _digits(gold, wanted) >= 2 and gap <= _half_a_digit(wanted)
    if shown is None and wanted and _unending(given.number) and _digits(gold, wanted) >= 3:
        return gap <= _half_a_digit(wanted)
    if shown and wanted is None and _unending(gold.number) and given.number % 1:
        return _digits(given, shown) >= 3 and gap <= _half_a_digit(shown)
    if shown is None or shown < 2:
        return False
    return 3 <= shown < (wanted or 0) and gap <= _half_a_digit(shown)


def _truncated(cut: Quantity, whole: Quantity) -> bool:
    """Tell whether a number begins with the digits shown before an ellipsis."""
    step = 10.0 ** -(cut.decimals or 0)
    gap = abs(float(whole.number)) - abs(float(cut.number))
    same_sign = float(whole.number) * float(cut.number) >= 0
    return (cut.decimals or 0) >= 2 and same_sign and -1e-12 <= gap < step


def _digits(quantity: Quantity, decimals: int) -> int:
    return len(str(int(abs(float(quantity.number)) * 10**decimals + 0.5)))


def _half_a_digit(decimals: int) -> float:
    return 0.5 * 10.0**-decimals * (1 + 1e-9)


def _unending(number: Fraction | float) -> bool:
    if not isinstance(number, Fraction):
        return True
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below > 1
