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
_WRITER = frozenset("i me my".split())
_LOOKING_AGAIN = frozenset("again me inspection second closer".split())
_GOING_ON = frozenset(
    "is are was were has have gives give means shows show follows implies leads makes leaves holds "
    "works satisfies simplifies equals yields rearranges completes can must will also".split()
)
"""What may be said of "this" or "it" in the next sentence."""
_FRAGMENT = frozenset(
    "for in at only just if when to left half less plus one no on by unless except more until with "
    "without or + - *".split()
)
"""Words that begin a sentence without a verb, which belongs to the one before: "At first."."""
_LIMITING = frozenset(
    "against cases only part other different far doubled halved if some differs".split()
)
_TRUE_VALUES = frozenset("correct true real right actual table figure picture image".split())
_AGREEING = frozenset("this that it yes so which indeed and i actually".split())
_COMPARED = frozenset(
    "taller shorter equal same larger smaller higher lower tallest reverse".split()
)
_SHORT = 5
_AGREED = frozenset("yes yeah correct right indeed true".split())


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
    agreed = said and said[0] in _AGREED and said[1:2] in ([], [COMMA])
    if not said or agreed or said[0] in ("yes", "yeah", "indeed", "check"):
        return False
    first = said[0]
    body = [word for word in said if word != COMMA]
    if not body:
        return False
    agrees = not _AGREED.isdisjoint(body[:5]) and DENIERS.isdisjoint(body)
    agrees = agrees and first in _AGREEING and _LIMITING.isdisjoint(body)
    if agrees or list(said[:3]) == ["that", "is", COMMA]:
        return False
    related = not RELATIONS.isdisjoint(said)
    again = "let" in said[:2] or first in ("looking", "on", "counting", "recounting")
    if again and not _LOOKING_AGAIN.isdisjoint(said[:6]) and "other" not in said[:6]:
        return True
    if claim and speaks_against(body, held):
        return True
    while len(body) > 2 and is_number(body[-2]) and read_units(body[-1]):
        body.pop()
    if first in _TURNING:
        label = (
            not RELATIONS.isdisjoint(held)
            and len(body) > 2
            and body[2] in RELATIONS
            and (body[1] != held[0] or len(held) > 3)
        )
        long = first == "however" and len(body) > 6 and POINTERS.isdisjoint(body[:4])
        return not (label or long)
    value = next((word for word in reversed(held) if is_number(word)), "")
    if {"than"}.intersection(held) and not _COMPARED.isdisjoint(body):
        return True
    pairs = [*pairwise(body)]
    if other_count(body, held) or other_look(body, held):
        return True
    if len(body) < 6 and first in _FRAGMENT and not any(map(_finite, body)):
        return True
    if body[:2] in (["it", "does"], ["it", "did"]) and body[2:3] == ["not"]:
        return True
    if value and first in _TRUE_VALUES and is_number(body[-1]) and body[-1] != value:
        return RELATIONS.isdisjoint(body)
    if value and ("it", "is") in pairs and is_number(body[-1]) and body[-1] != value:
        return RELATIONS.isdisjoint(body) and "since" not in body
    wrong = any(map(WRONG.fullmatch, body)) and "other" not in body
    short = len(body) < _SHORT and not any(is_operand(word) and word not in "ai" for word in body)
    if short and (wrong or "opposite" in body or "back" in body):
        return True
    points = [word for word in body if word in POINTERS or word in _WRITER]
    if first in POINTERS:
        return _points_back_badly(body)
    if points and len(body) < 8 and (wrong or (body[-1] in points and not related)):
        return wrong or not DOUBTS.isdisjoint(body) or not DENIERS.isdisjoint(body)
    return False


def _finite(word: str) -> bool:
    return word in AUXILIARIES or word in RELATIONS or word in _GOING_ON or word == "we"


def _points_back_badly(body: Sequence[str]) -> bool:
    """Tell whether a sentence about "this" or "it" may deny it: "This is a guess"."""
    if not {"possible", "possibility", "case", "guess"}.isdisjoint(body) and len(body) < 6:
        return True
    if body[0] in ("this", "that") and not _LIMITING.isdisjoint(body[2:]):
        return True
    this = body[0] in ("this", "that")
    return this and (denies(body) or (len(body) < 6 and not DOUBTS.isdisjoint(body)))
