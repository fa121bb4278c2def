"""Whether a key step that was found is cut out of something larger, which states something else."""

from collections.abc import Sequence

from r1vl_kedro.answers.numerals import ORDINALS, PARTS, SCALES
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    BREAK,
    COMMA,
    FACTORS,
    RELATIONS,
    SENTENCE_ENDS,
    is_number,
    is_operand,
    is_variable,
    is_word,
)

_COPULAS = frozenset("is are was were".split())
STATING = _COPULAS | {"has", "have"}
"""Verbs of a statement in words."""
EQUATING = _COPULAS | {"="}
_GOING_ON = FACTORS | {"%", "factorial", ":"}
"""What goes on with the number before it."""
_APPLIED = frozenset("sin cos tan cot sec csc log ln exp sqrt abs f g h".split())
"""Functions: an equation of a variable is not one of its sine, root or magnitude."""
_FIGURES = frozenset({"angle", "arc", "area", "side"})
_TIMES = frozenset("twice thrice half double triple third quarter".split())
_BOUNDS = frozenset("over under above below beyond almost nearly within exceeds exceeding".split())
_COMPARED = frozenset("more less fewer short off greater larger smaller too".split())
_OFF = frozenset("above below over under beyond away < >".split())
_MEASURES = frozenset(
    "measure measures size length value magnitude degree number color colour name all both each "
    "every few most some loss ratio area perimeter volume".split()
)
"""What "of" leaves a thing one with: the top of the cube is not the cube, its color may be said."""
_PREFIXES = frozenset("non counter anti semi half quasi pseudo".split())
"""Parts of a compound whose other part is another thing: a half-circle is no circle."""
_KINDS = frozenset("surface lateral inverse reciprocal".split())
"""Words before a quantity's name that make another of it: the surface area is no area."""
_QUALIFYING = frozenset("mod modulo when doubled halved tripled - +".split())
"""Words behind a statement that bound it or work on: "x = 5 when y = 0", "24 cm minus the hole"."""
_LIMITS = frozenset(
    {("too", "many"), ("too", "much"), ("too", "few"), ("too", "long"), ("at", "most"),
     ("at", "least"), ("or", "more"), ("or", "less"), ("or", "fewer")}
)  # fmt: skip
_PRONOUNS = frozenset("it us them me you".split())
LONGEST_LABEL = 3
_RANKS = frozenset(ORDINALS) - {"first"} | {"next"}
_RANK_ENDINGS = frozenset("nd rd th".split())
_SCALING = _RANK_ENDINGS | {"ish", *SCALES, *PARTS}
"""Words that make another number, or a rank, of the one before them."""
_NO_SUPERLATIVES = frozenset("interest request forest invest digest harvest suggest".split())


def cut_out(tokens: Sequence[str], start: int, end: int, *, states: bool) -> bool:
    """Tell whether the tokens from ``start`` to ``end`` are part of a larger quantity or equation.

    ``x = 2`` is not what ``3x = 2`` or ``x = 2 + y`` states, nor ``45 cm`` what ``45 cm^2`` is.

    Args:
        tokens: of the whole text; the last one ends a step.
        start, end: the window, end exclusive.
        states: the window holds a relation or a copula, so that a sum beside it changes it.
    """
    first, last = tokens[start], tokens[end - 1]
    before = tokens[start - 1] if start else BREAK
    if _scaled(tokens, end) or _other_unit(tokens, start, end) or _fraction_cut(tokens, start, end):
        return True
    if _bounded(tokens, start, end) or _compared(tokens, start, end, states=states):
        return True
    if is_number(first) and (before == "sqrt" or (before in _APPLIED and len(before) > 1)):
        return True
    if tokens[end] == "s" and is_word(last) and is_word(tokens[min(end + 1, len(tokens) - 1)]):
        return True  # "AB is parallel to CD's bisector"
    if _runner_up(tokens, start) or (start and before in _PREFIXES and is_word(first)):
        return True
    if not states:
        return False
    if tokens[end] in _QUALIFYING or (tokens[end] == "(" and tokens[end + 1] == "mod"):
        return True
    if before in _KINDS:
        return True
    if _goes_before(first, before, tokens[start + 1 : end]) or _goes_on(tokens, end, last):
        return True
    equation = not RELATIONS.isdisjoint(tokens[start:end])
    return _of_another(tokens, start, equation=equation) or _one_of_several(tokens, start, end)


def _scaled(tokens: Sequence[str], end: int) -> bool:
    """Read ``5`` of ``5 million``, ``5 halves`` and ``5th``."""
    return is_number(tokens[end - 1]) and tokens[end] in _SCALING


def _other_unit(tokens: Sequence[str], start: int, end: int) -> bool:
    """Read ``45 cm`` of ``45 cm^2`` and ``45 cm/s``."""
    if end - start < 2 or not is_number(tokens[end - 2]) or is_number(tokens[end - 1]):
        return False
    if not (tokens[end - 1].isalpha() and read_units(tokens[end - 1])):
        return False
    return tokens[end] == "^" or (
        tokens[end] in ("/", "per")
        and tokens[end + 1].isalpha()
        and bool(read_units(tokens[end + 1]))
    )


def _fraction_cut(tokens: Sequence[str], start: int, end: int) -> bool:
    """Read ``4 cups`` of ``3/4 cups``, and ``1/2`` of ``2 1/2``."""
    if not start or not is_number(tokens[start]) or tokens[start][0] == "-":
        return False
    before = tokens[start - 1]
    if before == "/" and start > 1 and is_number(tokens[start - 2]):
        return end - start < 2 or tokens[start + 1].isalpha()
    return is_number(before) and tokens[start + 1 : start + 2] == ["/"]


def _bounded(tokens: Sequence[str], start: int, end: int) -> bool:
    """Read ``3 cubes`` of ``at least 3 cubes``, ``twice 3 cubes``, ``2 or 3 cubes`` and ``2-3``."""
    if not start or not is_number(tokens[start]):
        return False
    first, before = tokens[start - 2] if start > 1 else BREAK, tokens[start - 1]
    if before == "*" and is_number(first) and end - start == 2 and read_units(tokens[end - 1]):
        return True  # "5 x 12 meters"
    if before in ("<", ">", "<=", ">=") and not is_operand(first):
        return True
    if before in _BOUNDS or (first if before == "of" else before) in _TIMES:
        return True
    if (first, before) in (("at", "least"), ("at", "most"), ("no", "more"), ("up", "to")):
        return True
    if before == "than" and first in _COMPARED:
        return True
    if not is_number(first):
        return False
    rising = float(first) < float(tokens[start])
    between = before == "and" and start > 2 and tokens[start - 3] == "between"
    return before == "or" or between or (rising and before in ("to", "-"))


def _compared(tokens: Sequence[str], start: int, end: int, *, states: bool) -> bool:
    """Read ``45 degrees`` of ``45 degrees more than A``, and ``is 12`` of ``is 12 short of 20``."""
    if tuple(tokens[end : end + 2]) in _LIMITS:
        return True
    measured = is_number(tokens[end - 1]) or (
        end - start > 1 and is_number(tokens[end - 2]) and tokens[end - 1].isalpha()
    )
    if not measured:
        return False
    after, following = tokens[end], tokens[min(end + 1, len(tokens) - 1)]
    if after in _COMPARED and not (after == "off" and not states):
        ends = after in ("short", "more", "fewer", "less") and following in SENTENCE_ENDS
        return states or ends or following in ("than", "many", "much")
    if after.endswith("er") and following == "than":
        return True
    worded = states and not RELATIONS.intersection(tokens[start:end])
    return (worded or (following.isalpha() and len(following) > 1)) and after in _OFF


def _runner_up(tokens: Sequence[str], start: int) -> bool:
    """Read ``highest bar`` of ``second highest bar``."""
    first = tokens[start]
    superlative = first in ("most", "least") or (first.endswith("est") and len(first) > 5)
    if not (start and superlative and first not in _NO_SUPERLATIVES):
        return False
    before = tokens[start - 1]
    return before in _RANKS or (before in _RANK_ENDINGS and is_number(tokens[start - 2]))


def _of_another(tokens: Sequence[str], start: int, *, equation: bool) -> bool:
    """Read ``the cube is red`` of ``the top of the cube is red`` and ``behind the cube is red``."""
    if not start or not (tokens[start].isalpha() or is_operand(tokens[start])):
        return False
    before = tokens[start - 1]
    if not (is_word(tokens[start]) or is_variable(tokens[start])):
        return False
    at = start - 1 if equation or before == "of" or before in _PRONOUNS else start - 2
    return at > 0 and tokens[at] == "of" and tokens[at - 1] not in _MEASURES


def _one_of_several(tokens: Sequence[str], start: int, end: int) -> bool:
    """Read ``the cube is red`` of ``the cube is red or blue``, and of ``either``."""
    if start and tokens[start - 1] == "either":
        return True
    joined = end + (tokens[end] == COMMA)
    if tokens[joined] != "or":
        return False
    rest = tokens[joined + 1 : joined + 8]
    stop = next((at for at, t in enumerate(rest) if t in SENTENCE_ENDS or t == COMMA), len(rest))
    clause = rest[:stop]
    if joined > end and any(map(is_operand, [tokens[end - 1], *clause])):
        return False  # "2x = 10, or 5"
    if not clause or len(clause) > 4 or clause[0] in ("equivalently", "about", "we", "it"):
        return False
    return not any(token in _COPULAS or token in RELATIONS for token in clause) and (
        not is_number(clause[0])
        or is_number(tokens[end - 1])
        or clause[1:] == []
        or clause[-1] == tokens[end - 1]
    )


def _goes_before(first: str, before: str, rest: Sequence[str]) -> bool:
    if first in _APPLIED and (is_operand(before) or before in ARITHMETIC or before == "abs"):
        return True
    if before in ARITHMETIC and not EQUATING.isdisjoint(rest):  # "angle A + angle B = 90"
        return True
    if first.isalpha() and not is_variable(first):
        label = len(first) <= LONGEST_LABEL and bool(rest) and rest[0] in RELATIONS
        return (first in _FIGURES or label) and (
            is_number(before) or before in _APPLIED or (label and before == "*")
        )
    if before in ARITHMETIC or (is_variable(first) and is_number(before)):
        return True
    return is_variable(first) and before in _APPLIED


def _goes_on(tokens: Sequence[str], end: int, last: str) -> bool:
    after = tokens[end] if end < len(tokens) else BREAK
    following = tokens[end + 1] if end + 1 < len(tokens) else BREAK
    label = last.isalpha() and len(last) <= LONGEST_LABEL and tokens[end - 2] in RELATIONS
    if label and after in ARITHMETIC and after != "-":  # AB = AC + CD
        return True
    if not (is_operand(last) or label):
        return False
    if after in ARITHMETIC and (after != "-" or is_operand(following) or following == "("):
        return True
    if not is_number(last):
        return False
    if after == "(" and following == "a" and tokens[end + 2][-1].isalnum():
        return False  # an aside: "20 (a right triangle)"
    if after == "a" and following.isalpha() and len(following) > 1:
        return False  # an article
    if after.isalpha() and len(after) == 1 and after not in FACTORS:  # a unit, or 5m + 2
        return (
            following in ("+", "*", "-") and end + 2 < len(tokens) and is_operand(tokens[end + 2])
        )
    return after in _GOING_ON or (after in ("or", "to") and is_number(following))
