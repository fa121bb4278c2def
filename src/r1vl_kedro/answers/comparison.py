"""Whether two values are the same, kind by kind; where not, why."""

import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from r1vl_kedro.answers.amounts import SAME, ends_close, quantities_differ
from r1vl_kedro.answers.model import (
    Clock,
    Date,
    Expression,
    Interval,
    Items,
    Matrix,
    Named,
    Quantity,
    Range,
    Ratio,
    Relation,
    Text,
    Tolerance,
    Value,
)
from r1vl_kedro.answers.reader import ANY
from r1vl_kedro.answers.relations import as_relation, formula_of, half_line, relations_differ
from r1vl_kedro.answers.sampling import equal
from r1vl_kedro.answers.words import as_one_word, as_product, in_singular, unhyphenated

_NUMBERED = re.compile(r"^([a-z]) _ \d$")


def difference(given: Value, gold: Value) -> str:
    """Explain why a given value is not the reference; empty where it is.

    Values of different kinds differ, but for these: a name may be left out on one side
    (``x = 5``, ``5``); a pair may be an open interval, and a fraction a ratio of two.
    """
    if isinstance(given, Items) and given.decimal and isinstance(without_name(gold), Quantity):
        given = given.decimal
    if isinstance(gold, Items) and gold.decimal and isinstance(without_name(given), Quantity):
        gold = gold.decimal
    if isinstance(given, Named) or isinstance(gold, Named):
        return _named(given, gold)
    given, gold = _only(given, gold), _only(gold, given)
    if isinstance(given, Matrix) and isinstance(gold, Items):
        given = _column(given) or given
    if isinstance(gold, Matrix) and isinstance(given, Items):
        gold = _column(gold) or gold
    if isinstance(given, Interval) and isinstance(gold, Items):
        gold = _open_interval(gold) or gold
    if isinstance(gold, Interval) and isinstance(given, Items):
        given = _open_interval(given) or given
    if isinstance(given, Relation) and isinstance(gold, Interval):
        return relations_differ(given, half_line(gold, given))
    if isinstance(given, Interval) and isinstance(gold, Relation):
        return relations_differ(half_line(given, gold), gold)
    if isinstance(given, Quantity | Expression) and isinstance(gold, Quantity | Expression):
        if isinstance(given, Quantity) and isinstance(gold, Quantity):
            return quantities_differ(given, gold)
        return _formulas(given, gold)
    if isinstance(given, Quantity | Expression) and isinstance(gold, Ratio):
        return _as_ratio(given, gold)
    if type(given) is not type(gold):
        return f"a {_kind(given)} for a {_kind(gold)}"
    return _BY_KIND[type(given)](given, gold)


def _only(value: Value, other: Value) -> Value:
    """Return the one element of a set, where the other is none: ``{1}`` for ``1``."""
    if not _of_one(value) or isinstance(other, Items) or isinstance(value.values[0], Text):  # {∅}
        return value
    return value.values[0]


def _kind(value: Value) -> str:
    return {"Items": "list", "Named": "named value", "Clock": "time", "Text": "text"}.get(
        type(value).__name__, type(value).__name__.lower()
    )


def without_name(value: Value) -> Value:
    """Return the value of ``x = 5`` alone; others as they are."""
    alone = isinstance(value, Named) and len(value.values) == 1 and value.asked
    return value.values[0][1] if alone else value


def _formulas(given: Quantity | Expression, gold: Quantity | Expression) -> str:
    if any(isinstance(v, Quantity) and (v.units or v.noun or v.percent) for v in (given, gold)):
        return "a unit beside a formula"
    same = equal(formula_of(given), formula_of(gold))
    if same is None:
        return "the formulas cannot be worked out"
    return SAME if same else "another formula"


def _named(given: Value, gold: Value) -> str:
    if isinstance(given, Relation) and isinstance(gold, Named):
        return relations_differ(given, as_relation(gold))
    if isinstance(gold, Relation) and isinstance(given, Named):
        return relations_differ(as_relation(given), gold)
    if isinstance(given, Named) and isinstance(gold, Named):
        return _by_name(given, gold)
    if isinstance(given, Named):
        if not given.asked:
            return f"another subject: {given.values[0][0][:40]}"
        return difference(_unnamed(given, by_name=_is_pair(gold)), gold)
    assert isinstance(gold, Named)
    return difference(given, _unnamed(gold, by_name=_is_pair(given)))


def _is_pair(value: Value) -> bool:
    return isinstance(value, Items) and value.marks == "()"


def _unnamed(named: Named, *, by_name: bool = False) -> Value:
    """Return the value alone; of several values a list, a set where all have one name.

    ``by_name`` puts the values in the order of their names, as the coordinates of a point are.
    """
    pairs = sorted(named.values, key=lambda pair: pair[0]) if by_name else named.values
    values = tuple(value for _, value in pairs)
    if len(values) == 1:
        return values[0]
    alike = len({name for name, _ in named.values}) == 1
    return Items("{}", values, ANY) if alike else Items("", values, "or" * (named.joined == "or"))


def _by_name(given: Named, gold: Named) -> str:
    groups: list[dict[str, list[Value]]] = []
    for named in (given, gold):
        by_name: dict[str, list[Value]] = {}
        for name, value in named.values:
            several = value.values if isinstance(value, Items) and not value.marks else [value]
            if isinstance(value, Items) and value.marks == "{}":
                several = value.values
            by_name.setdefault(name, []).extend(several)
        groups.append(by_name)
    ours, theirs = groups
    if set(ours) != set(theirs):
        ours, theirs = (_plainly_named(by_name) for by_name in groups)
    if set(ours) != set(theirs):
        relations = [as_relation(named) for named in (given, gold)]
        if None not in relations and all(len(name) == 1 for name in (*ours, *theirs)):
            return relations_differ(*relations)
        return f"other names: {', '.join(sorted(ours))[:60]}"
    if len(ours) > 1 and "or" in (given.joined, gold.joined) and given.joined != gold.joined:
        return "or for and"
    for name, values in theirs.items():
        reason = _as_sets(ours[name], values)
        if reason:
            return f"{name[:40]}: {reason}"
    return SAME


def _plainly_named(by_name: dict[str, list[Value]]) -> dict[str, list[Value]]:
    """Return the values of ``x_1``, ``x_2`` as those of ``x``, and ``f(x)`` as ``y``."""
    bases = {_NUMBERED.sub(r"\1", name) for name in by_name}
    if len(bases) > 1:
        return by_name
    values = [value for several in by_name.values() for value in several]
    return {"y" if bases == {"f ( x )"} else bases.pop(): values}


def _ranges(given: Range, gold: Range) -> str:
    ours, theirs = (given.low, given.high), (gold.low, gold.high)
    return _several_units(ours, theirs) or _in_order(ours, theirs)


def _tolerances(given: Tolerance, gold: Tolerance) -> str:
    if len({one.centre.percent - one.spread.percent for one in (given, gold)}) > 1:
        return "another spread"
    return _in_order((given.centre, given.spread), (gold.centre, gold.spread))


def _clocks(given: Clock, gold: Clock) -> str:
    gap = given.minutes - gold.minutes
    known = given.half and gold.half
    return SAME if gap == 0 or (not known and gap % 720 == 0) else "another time"


def _dates(given: Date, gold: Date) -> str:
    same_day = (given.month, given.day) == (gold.month, gold.day)
    if given.weekday and gold.weekday and given.weekday != gold.weekday:
        return "another weekday"
    return SAME if same_day and (given.year == gold.year or gold.year == 0) else "another date"


def _ratios(given: Ratio, gold: Ratio) -> str:
    return _several_units(given.parts, gold.parts) or _in_order(given.parts, gold.parts)


def _texts(given: Text, gold: Text) -> str:
    same = given.words == gold.words or any(
        form(given.words) == form(gold.words)
        for form in (as_one_word, unhyphenated, in_singular, as_product)
    )
    return SAME if same and gold.words else "other words"


def _matrices(given: Matrix, gold: Matrix) -> str:
    if given.bars != gold.bars:
        return "a matrix for a determinant"
    if [len(row) for row in given.rows] != [len(row) for row in gold.rows]:
        return "another shape"
    return _in_order([v for row in given.rows for v in row], [v for row in gold.rows for v in row])


def _column(matrix: Matrix) -> Items | None:
    """Read a matrix of one column as the coordinates of a vector."""
    column = not matrix.bars and all(len(row) == 1 for row in matrix.rows)
    return Items("()", tuple(row[0] for row in matrix.rows)) if column else None


def _intervals(given: Interval, gold: Interval) -> str:
    if given.name and gold.name and given.name != gold.name:
        return f"{given.name} for {gold.name}"
    if len(given.pieces) != len(gold.pieces):
        return "another number of pieces"
    for ours, theirs in zip(given.pieces, gold.pieces, strict=True):
        if (ours[1], ours[3]) != (theirs[1], theirs[3]):
            return "an end is in on one side only"
        if given.bound and gold.bound and (ours[0] == -math.inf) == (theirs[0] == -math.inf):
            return quantities_differ(given.bound, gold.bound)
        if not (ends_close(ours[0], theirs[0]) and ends_close(ours[2], theirs[2])):
            return "another end"
    return SAME


def _open_interval(items: Items) -> Interval | None:
    if items.marks != "()" or len(items.values) != 2:
        return None
    low, high = items.values
    if not (isinstance(low, Quantity) and isinstance(high, Quantity)):
        return None
    return Interval(((low.number, False, high.number, False),))


def _items(given: Items, gold: Items) -> str:
    timed = "to" in (given.marks, gold.marks)
    if (timed or (given.marks and gold.marks)) and given.marks != gold.marks:
        return "other brackets"
    joints = {given.joined, gold.joined}
    if len(joints) == 2 and "or" in joints and ANY not in joints:
        return "or for and"
    if sum(map(_of_one, given.values)) != sum(map(_of_one, gold.values)):
        return "a set for what is in it"
    pair = "()" in (given.marks, gold.marks)
    as_set = "{}" in (given.marks, gold.marks) or ((given.joined or gold.joined) and not pair)
    compared = (_as_sets if as_set else _in_order)(given.values, gold.values)
    return _several_units(given.values, gold.values) or compared


def _of_one(value: Value) -> bool:
    return isinstance(value, Items) and value.marks == "{}" and len(value.values) == 1


def _several_units(given: Sequence[Value], gold: Sequence[Value]) -> str:
    """Explain that one of several units is given where the reference has none: 3 cm, 5 kg."""
    ours, theirs = (
        {(one.units, one.percent) for one in values if isinstance(one, Quantity)} - {((), False)}
        for values in (given, gold)
    )
    return "several units" if len(ours) > 1 and not theirs else SAME


def _as_ratio(given: Quantity | Expression, gold: Ratio) -> str:
    """Compare a fraction with a ratio of two numbers: ``4/9`` for ``4:9``."""
    fraction = isinstance(given, Quantity) and given.decimals is None and not given.percent
    plain = fraction and not (given.units or given.noun)
    numbers = [part.number for part in gold.parts if isinstance(part, Quantity) and part.number]
    if not plain or len(gold.parts) != 2 or len(numbers) != 2:
        return f"a {_kind(given)} for a ratio"
    return SAME if given.number == Fraction(numbers[0]) / Fraction(numbers[1]) else "another ratio"


def _in_order(given: Sequence[Value], gold: Sequence[Value]) -> str:
    if len(given) != len(gold):
        return f"{len(given)} values for {len(gold)}"
    return next((r for a, b in zip(given, gold, strict=True) if (r := difference(a, b))), SAME)


def _as_sets(given: Sequence[Value], gold: Sequence[Value]) -> str:
    if len(given) != len(gold):
        return f"{len(given)} values for {len(gold)}"
    remaining = list(gold)
    for value in given:
        place = next((n for n, other in enumerate(remaining) if not difference(value, other)), None)
        if place is None:
            return "another value among them"
        del remaining[place]
    return SAME


_BY_KIND: dict[type, Callable[..., str]] = {
    Range: _ranges, Tolerance: _tolerances, Clock: _clocks, Date: _dates, Ratio: _ratios,
    Items: _items, Interval: _intervals, Matrix: _matrices, Relation: relations_differ,
    Text: _texts,
}  # fmt: skip
