"""What else the sentence of a match says: it may not set a condition, deny or tell of another."""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.vocabulary import COLOURS
from r1vl_kedro.rewards.clauses import (
    OUT,
    absurd,
    leads_astray,
    misreads,
    takes_away,
)
from r1vl_kedro.rewards.leads import OPENING, OTHERS, is_claim
from r1vl_kedro.rewards.negation import AUXILIARIES
from r1vl_kedro.rewards.normalise import (
    COMMA,
    QUESTION,
    RELATIONS,
    SENTENCE_ENDS,
)
from r1vl_kedro.rewards.vocabulary import DOUBTS, SOURCES, stem
from r1vl_kedro.rewards.wholes import EQUATING

_INVERTED = frozenset("had were should could would".split())
"""Verbs that suppose or ask at the beginning of a sentence: "had we used the base,"."""
_GROUNDS = frozenset("since because as given if".split())
"""Words of a clause that gives grounds: what follows is not said of it."""
_BOUNDING = frozenset("when if in on at for where with".split())
_MEETING = frozenset("meet meets meeting intersect intersects intersecting".split())
_OPPOSED = {
    "parallel": _MEETING | {"perpendicular", "between"},
    "perpendicular": frozenset({"parallel"}),
    "isosceles": frozenset("scalene differ differs different".split()),
}
"""What lines that are parallel or perpendicular do not do."""
_LINES = frozenset("they it lines them which meeting two".split())
_SHORT = frozenset("is at in on of to so as by or if no we us it be".split())
_BODIES = frozenset(
    "cube cubes sphere spheres cylinder cylinders ball balls car bus truck bar bars line lines "
    "object objects box hat shirt circle square triangle shape region area background wall "
    "others rest table chair train bike house door tree flower".split()
)
"""Things that may have another color."""
_DENYING_COLOUR = frozenset("no not nothing none only".split())
_REACH = 300
"""How many tokens of its sentence are read on either side of a match."""


def sentence_bounds(tokens: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return where the sentence of a window begins and ends, end exclusive."""
    first, last = start, end
    lowest, highest = max(start - _REACH, 0), min(end + _REACH, len(tokens))
    while first > lowest and tokens[first - 1] not in SENTENCE_ENDS:
        first -= 1
    while last < highest and tokens[last] not in SENTENCE_ENDS:
        last += 1
    return first, last


def clauses_of(words: Sequence[str], marks: frozenset[str]) -> list[list[str]]:
    """Split words into clauses; each holds the conjunctions that it begins with, but no comma."""
    clauses: list[list[str]] = [[]]
    for word in words:
        if word in marks and not (clauses[-1] and marks.issuperset(clauses[-1])):
            clauses.append([])
        if word != COMMA:
            clauses[-1].append(word)
    return clauses


def said_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the sentence around a window has words or clauses that may undo it."""
    first, last = sentence_bounds(tokens, start, end)
    before, behind = tokens[first:start], tokens[end:last]
    held = tokens[start:end]
    *clauses, own = clauses_of(before, frozenset({COMMA}))
    if not DOUBTS.isdisjoint([*before, *behind]):
        return True
    if absurd(tokens[first:last]) or _bounded(before, behind, sums=not RELATIONS.isdisjoint(held)):
        return True
    asked = first + (tokens[first] == "so")
    if tokens[last : last + 1] == [QUESTION] and (
        tokens[asked] in _INVERTED or tokens[asked] in AUXILIARIES
    ):
        return tokens[min(last + 1, len(tokens) - 1)] not in ("yes", "yeah")
    if COMMA in before and tokens[first] in _INVERTED:
        return True
    out = bool(own) and own[0] in OUT
    if any(
        leads_astray(clause, held, out=out, more=place + 1 < len(clauses))
        for place, clause in enumerate(clauses)
    ):
        return True
    claim = is_claim(tokens, start, end)
    if claim:
        following = tokens[end : min(sentence_bounds(tokens, last + 1, last + 1)[1], last + 16)]
        if _lines_contradicted(held, following) or _other_colour(held, following):
            return True
    grounds = not _GROUNDS.isdisjoint([tokens[start], *own])
    if misreads(own) or (not claim and _of_others(own)):
        return True
    return any(
        takes_away(clause, held, claim=claim)
        for clause in clauses_of(behind, OPENING)[1:]
        if not (grounds and clause and clause[0] in ("it", "they", "we"))
    )


def _lines_contradicted(held: Sequence[str], following: Sequence[str]) -> bool:
    """Tell whether what follows says the opposite of lines: "They meet at P."."""
    labels = {word for word in held if len(word) == 2 and word != "is"}
    others = {word for word in following if len(word) == 2 and word.isalpha()} - labels - _SHORT
    told = not _LINES.isdisjoint(following) or (labels and labels.issubset(following))
    for word in _OPPOSED.keys() & set(held):
        opposed = not _OPPOSED[word].isdisjoint(following) and "never" not in following
        opposed = opposed and ("not", "scalene") not in pairwise(following)
        if opposed and (word == "isosceles" or (told and not others)):
            return True
        denied = not {"no", "not", "without"}.isdisjoint(following)
        if word == "isosceles" and denied and not {"equal", "given"}.isdisjoint(following):
            return True
        at = following.index(word) if word in following else 0
        if not others and not {"not", "no"}.isdisjoint(following[max(at - 4, 0) : at]):
            return True
    return False


def _other_colour(held: Sequence[str], following: Sequence[str]) -> bool:
    """Tell whether what follows gives the thing of a statement another color: "It is blue."."""
    colour = held[-1]
    if colour not in COLOURS or held[0] == "there":
        return False
    if colour in following and not _DENYING_COLOUR.isdisjoint(following):
        return True
    mine = {stem(word) for word in held}
    for place, word in enumerate(following):
        if word not in COLOURS or word == colour or following[max(place - 1, 0)] == "not":
            continue
        if not EQUATING.isdisjoint(following[place + 1 : place + 2]):
            continue  # "green is 3"
        clause = next((at + 1 for at in range(place - 1, -1, -1) if following[at] in OPENING), 0)
        if not any(one in _BODIES and stem(one) not in mine for one in following[clause:place]):
            return True
    return False


def _of_others(lead: Sequence[str]) -> bool:
    """Tell whether a lead makes a sum or thing that of somebody or something else."""
    pairs = {*pairwise(lead)}
    if not {("have", "to"), ("has", "to"), ("to", "find"), ("my", "first")}.isdisjoint(pairs):
        return True
    if not OTHERS.isdisjoint(lead) or ("one", "of") in pairwise(lead):
        return True
    said = not {"say", "says", "said", "expect", "expected", "expects"}.isdisjoint(lead)
    return said and "can" not in lead and SOURCES.isdisjoint(map(stem, lead))


def _bounded(before: Sequence[str], behind: Sequence[str], *, sums: bool) -> bool:
    """Tell whether a sentence sets a bound or chooses: "only when", "either ... or", "by zero"."""
    pairs = {*pairwise(before), *pairwise(behind)}
    if any(one == "only" and two in _BOUNDING for one, two in pairs):
        return True
    if before[-1:] and before[-1] in ("or", "either", "between"):
        return before[-1] != "or" or not sums
    return "either" in before and "or" in [*before, *behind]
