"""Whether the sentence behind that of a match takes it back: "This cannot be the case."."""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.clauses import denies
from r1vl_kedro.rewards.leads import is_claim
from r1vl_kedro.rewards.negation import AUXILIARIES, POINTERS
from r1vl_kedro.rewards.normalise import (
    COMMA,
    DENIERS,
    QUESTION,
    RELATIONS,
    SENTENCE_ENDS,
    STEP_END,
    is_number,
    is_operand,
)
from r1vl_kedro.rewards.recounts import (
    other_count,
    other_look,
    restated,
    speaks_against,
)
from r1vl_kedro.rewards.sentence import sentence_bounds
from r1vl_kedro.rewards.vocabulary import DOUBTS

_TURNING = frozenset("wait nope sorry oops rather yet but however".split())
"""Words with which the next sentence turns from what was said."""
_LOOKING_AGAIN = frozenset("again me inspection second closer".split())
_FINITE = (
    AUXILIARIES
    | RELATIONS
    | frozenset(
        "give gives means shows show follows implies leads makes leaves holds works satisfies "
        "simplifies equals yields rearranges completes also we".split()
    )
)
"""Words that a sentence with a verb of its own has."""
_FRAGMENT = frozenset(
    "for in at only just if when to left half less plus one no on by unless except more until with "
    "without or + - *".split()
)
"""Words that begin a sentence without a verb, which belongs to the one before: "At first."."""
_LIMITING = frozenset(
    "against cases only part other different far doubled halved if some differs".split()
)
_TRUE_VALUES = frozenset("correct true real right actual table figure picture image".split())
_COMPARED = frozenset(
    "taller shorter equal same larger smaller higher lower tallest reverse".split()
)
_POSSIBLE = frozenset("possible possibility case guess".split())
_SHORT = 5
"""Words: a shorter sentence is read as one about what stands before it."""
_AGREED = frozenset("yes yeah correct right indeed true".split())
_BEFORE_AGREED = frozenset("this that it so which and i actually".split())
"""Words that a sentence which agrees may begin with: "This is correct."."""
_BACK = POINTERS | frozenset("i me my".split())
"""Words that point at what was said, or at who said it."""


def given_up(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the rest of the step gives up what a window states: "The right value is 6."."""
    if restated(tokens, start, end):
        return True
    _, first = sentence_bounds(tokens, start, end)
    while first < len(tokens) - 1 and tokens[first] in SENTENCE_ENDS:
        if tokens[first] == STEP_END:
            return False
        first += 1
    _, stop = sentence_bounds(tokens, first, first)
    if tokens[stop : stop + 1] == [QUESTION]:
        asks = tokens[first] in ("or", "but", "true") or tokens[first] in AUXILIARIES
        return asks and (stop - first < _SHORT or "or" in tokens[first:stop])
    return _turns_back(tokens[first:stop], tokens[start:end], claim=is_claim(tokens, start, end))


def _turns_back(said: Sequence[str], held: Sequence[str], *, claim: bool) -> bool:
    """Tell whether a sentence behind that of a statement takes it back."""
    body = [word for word in said if word != COMMA]
    if not body or _agrees(said, body):
        return False
    first = said[0]
    again = "let" in said[:2] or first in ("looking", "on", "counting", "recounting")
    if again and not _LOOKING_AGAIN.isdisjoint(said[:6]) and "other" not in said[:6]:
        return True
    if claim and speaks_against(body, held):
        return True
    while len(body) > 2 and is_number(body[-2]) and read_units(body[-1]):
        body.pop()
    if first in _TURNING:
        return not _turns_elsewhere(first, body, held)
    if "than" in held and not _COMPARED.isdisjoint(body):
        return True
    if other_count(body, held) or other_look(body, held):
        return True
    if len(body) < 6 and first in _FRAGMENT and _FINITE.isdisjoint(body):
        return True
    if body[:3] in (["it", "does", "not"], ["it", "did", "not"]):
        return True
    value = next((word for word in reversed(held) if is_number(word)), "")
    if value and is_number(body[-1]) and body[-1] != value:
        if first in _TRUE_VALUES:
            return RELATIONS.isdisjoint(body)
        if ("it", "is") in pairwise(body):
            return RELATIONS.isdisjoint(body) and "since" not in body
    return _points_back_badly(first, body)


def _agrees(said: Sequence[str], body: Sequence[str]) -> bool:
    """Tell whether a sentence confirms what stands before it, or says it in other words."""
    first = said[0]
    if first in ("yes", "yeah", "indeed", "check") or said[:3] == ["that", "is", COMMA]:
        return True
    if first in _AGREED and said[1:2] in ([], [COMMA]):
        return True
    agrees = first in _BEFORE_AGREED and not _AGREED.isdisjoint(body[:5])
    return agrees and DENIERS.isdisjoint(body) and _LIMITING.isdisjoint(body)


def _turns_elsewhere(first: str, body: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence that turns from a statement tells of another thing: "But y = 6."."""
    if first == "however" and len(body) > 6 and POINTERS.isdisjoint(body[:4]):
        return True
    equations = not RELATIONS.isdisjoint(held) and not RELATIONS.isdisjoint(body[2:3])
    return equations and (body[1] != held[0] or len(held) > 3)


def _points_back_badly(first: str, body: Sequence[str]) -> bool:
    """Tell whether a sentence about "this" or "it" may deny it: "This is a guess"."""
    wrong = any(map(WRONG.fullmatch, body)) and "other" not in body
    values = any(is_operand(word) and word not in ("a", "i") for word in body)
    if len(body) < _SHORT and not values and (wrong or "opposite" in body or "back" in body):
        return True
    doubts = not DOUBTS.isdisjoint(body)
    if first not in POINTERS:
        if len(body) > 7 or _BACK.isdisjoint(body):
            return False
        ends = body[-1] in _BACK and RELATIONS.isdisjoint(body)
        return wrong or (ends and (doubts or not DENIERS.isdisjoint(body)))
    if len(body) < 6 and not _POSSIBLE.isdisjoint(body):
        return True
    limited = not _LIMITING.isdisjoint(body[2:])
    return first in ("this", "that") and (limited or denies(body) or (doubts and len(body) < 6))
