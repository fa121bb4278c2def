"""Equations and inequalities of formulas: reading values as them, and comparing them."""

import math

from r1vl_kedro.answers.amounts import SAME
from r1vl_kedro.answers.expression import Formula, parse
from r1vl_kedro.answers.model import Expression, Interval, Named, Quantity, Relation
from r1vl_kedro.answers.sampling import proportional
from r1vl_kedro.answers.tokens import Unreadable


def formula_of(value: Quantity | Expression) -> Formula:
    """Return a value as a formula; of a quantity its number."""
    if isinstance(value, Expression):
        return value.formula
    return Formula(("number", value.number))


def as_relation(named: Named) -> Relation | None:
    """Read ``y = 2x + 1`` as an equation; None for several names, and for other values."""
    (name, value), *more = named.values
    if more or not isinstance(value, Expression | Quantity):
        return None
    try:
        left = parse(name.replace(" ", ""))
    except Unreadable:
        return None
    return Relation("=", left.minus(formula_of(value)))


def relations_differ(given: Relation | None, gold: Relation | None) -> str:
    """Explain why two relations differ; empty where they are the same up to a factor."""
    if given is None or gold is None or given.sign != gold.sign:
        return "another relation"
    if given.difference.symbols != gold.difference.symbols:
        return "other symbols"
    same = proportional(given.difference, gold.difference, positive=given.sign not in ("=", "!="))
    if same is None:
        return "the relations cannot be worked out"
    return SAME if same else "another relation"


def half_line(interval: Interval, other: Relation) -> Relation | None:
    """Read ``x > 3`` as an inequality of formulas, and all but one number as ``x != 3``.

    None for other intervals.
    """
    if len(interval.pieces) == 2 and len(other.difference.symbols) == 1:
        (below, _, end, end_in), (start, start_in, above, _) = interval.pieces
        (name,) = other.difference.symbols
        if (below, above) != (-math.inf, math.inf) or end != start or end_in or start_in:
            return None
        return Relation("!=", _symbol(interval.name or name).minus(Formula(("number", end))))
    if len(interval.pieces) != 1 or not interval.name:
        return None
    (low, low_in, high, high_in), symbol = interval.pieces[0], _symbol(interval.name)
    if low == -math.inf and high != math.inf:
        return Relation("<=" if high_in else "<", symbol.minus(Formula(("number", high))))
    if high == math.inf and low != -math.inf:
        return Relation("<=" if low_in else "<", Formula(("number", low)).minus(symbol))
    return None


def _symbol(name: str) -> Formula:
    return Formula(("symbol", name), frozenset({name}))
