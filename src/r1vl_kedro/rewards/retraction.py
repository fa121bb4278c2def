"""Whether what follows the sentence of a match takes it back, or gives another value.

The next sentence may go on to anything; one that points back ("this", "it"), speaks of the writer
or is short must be made of known words and must not deny.
"""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.nouns import COLOURS
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.clauses import absurd, denies
from r1vl_kedro.rewards.leads import acting, is_claim
from r1vl_kedro.rewards.negation import AUXILIARIES, POINTERS, denied_after, denied_before
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    BREAK,
    COMMA,
    DENIERS,
    QUESTION,
    RELATIONS,
    SENTENCE_ENDS,
    STEP_END,
    is_number,
    is_operand,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.sentence import all_plain, sentence_bounds
from r1vl_kedro.rewards.wholes import EQUATING, STATING

_TURNING = frozenset("wait nope sorry oops rather yet but however".split())
"""Words with which the next sentence turns from what was said."""
_FACTS = frozenset("fact reality truth".split())
_WRITER = frozenset("i me my".split())
_LOOKING_AGAIN = frozenset("again me inspection second closer".split())
_GOING_ON = frozenset(
    "is are was were has have gives give means shows show follows implies leads makes leaves holds "
    "works satisfies simplifies equals yields rearranges completes can must will also".split()
)
"""What may be said of "this" or "it" in the next sentence."""
_SHORT = 5
_AGREED = frozenset("yes yeah correct right indeed true".split())


def given_up(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the rest of the step gives up what a window states: "The right value is 6."."""
    if _restated(tokens, start, end) or _listed(tokens, start, end):
        return True
    _, last = sentence_bounds(tokens, start, end)
    if list(tokens[last - 1 : last + 3]) == ["i", BREAK, "e", BREAK] and last < end + 3:
        again = tokens[last + 4] == tokens[end - 1] or not tokens[last + 4].isalpha()
        return again and is_number(tokens[last + 3]) and tokens[last + 3] not in tokens[start:end]
    first = last
    while first < len(tokens) - 1 and tokens[first] in SENTENCE_ENDS:
        if tokens[first] == STEP_END:
            return False
        first += 1
    _, stop = sentence_bounds(tokens, first, first)
    if tokens[stop : stop + 1] == [QUESTION] and stop - first < _SHORT:
        return tokens[first] in ("or", "but") or tokens[first] in AUXILIARIES
    if first - last > 2 and all(is_number(t) or read_units(t) for t in tokens[first:stop]):
        return tokens[first] not in tokens[start:end]  # "45 degrees... 50 degrees"
    if is_variable(tokens[first]) and tokens[first + 1] == COMMA and start > 1:
        return tokens[start - 1] == COMMA and is_variable(tokens[start - 2])  # "A: ... B: ..."
    return _turns_back(tokens[first:stop], tokens[start:end], claim=is_claim(tokens, start, end))


def _turns_back(said: Sequence[str], held: Sequence[str], *, claim: bool) -> bool:
    """Tell whether a sentence behind that of a statement takes it back."""
    if not said or said[0] in _AGREED | {"check"}:
        return False
    first = said[0]
    body = [word for word in said if word != COMMA]
    agrees = not _AGREED.isdisjoint(body[:5]) and DENIERS.isdisjoint(body)
    if agrees or list(said[:3]) == ["that", "is", COMMA]:
        return False
    related = not RELATIONS.isdisjoint(said)
    again = "let" in said[:2] or first in ("looking", "on", "counting", "recounting")
    if again and not _LOOKING_AGAIN.isdisjoint(said[:6]) and "other" not in said[:6]:
        return True
    if claim and first.isalpha() and absurd(said):
        return True
    if first in _TURNING:
        label = len(body) > 2 and body[2] in RELATIONS and (body[1] != held[0] or len(held) > 3)
        long = first == "however" and len(body) > 6 and POINTERS.isdisjoint(body[:4])
        return not (label or long)
    if first in ("or", "not", "never", "neither", "none"):
        return first != "none" or len(body) < 3
    if first == "in" and said[1:2] and said[1] in _FACTS:
        return not related
    subject = _subject(held)
    if subject and list(said[: len(subject)]) == subject:
        return list(said[: len(held)]) != list(held)
    if subject and list(said[: len(subject) - 1]) == subject[:-1]:
        return said[len(subject) - 1 : len(subject) + 1] == ["does", "not"]
    if first == "hmm":
        return True
    value = next((word for word in reversed(held) if is_number(word)), "")
    if value and body[:2] == ["it", "is"] and is_number("".join(body[2:3]) or "a"):
        return body[2] != value
    if body[:2] == ["it", "is"] and held[-1] in COLOURS and body[-1] in COLOURS:
        return held[-1] != body[-1]
    if body[:2] in (["it", "does"], ["it", "did"]) and body[2:3] == ["not"]:
        return True
    if first in ("one", "another") and value and not {"more", "hidden"}.isdisjoint(body):
        return True
    wrong = any(map(WRONG.fullmatch, body)) and "other" not in body
    if claim and (("no", "solution") in pairwise(body) or "contradiction" in body):
        return True
    if claim and first in ("so", "then") and "too" in body:
        return True
    short = len(body) < _SHORT and not any(is_operand(word) and word not in "ai" for word in body)
    if short and (wrong or "opposite" in body or "back" in body):
        return True
    points = [word for word in body if word in POINTERS or word in _WRITER]
    if first in POINTERS:
        return _points_back_badly(body)
    if points and len(body) < 8 and (wrong or (body[-1] in points and not related)):
        return wrong or not all_plain(body) or not DENIERS.isdisjoint(body)
    if len(body) < 2 and not claim:
        return False
    if (not _WRITER.isdisjoint(body) or len(body) < _SHORT) and not any(
        is_operand(word) and word not in "ai" for word in body
    ):
        return not all_plain(body) or ("i" in body and "mean" in body)
    return False


def _points_back_badly(body: Sequence[str]) -> bool:
    """Tell whether a sentence about "this" or "it" may deny it: "This is a guess"."""
    verb = "".join(body[1:2])
    if body[0] == "it" and verb not in _GOING_ON:
        return False  # "It has no holes" is of a thing
    if verb not in _GOING_ON and body[0] in ("this", "that", "which"):
        return bool(verb) and verb in AUXILIARIES
    if body[0] in ("they", "these", "those"):
        return bool(verb) and verb not in _GOING_ON and len(body) < _SHORT
    if verb in AUXILIARIES and body[2:4] in (["what", "we"], ["to", "be"]):
        return True
    this = body[0] in ("this", "that")
    return this and (denies(body) or (len(body) < 6 and not all_plain(body)))


def _listed(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a phrase is one of a list that differs by number: "4 cubes, 5 cubes"."""
    marks = SENTENCE_ENDS | {COMMA}
    whole = (not start or tokens[start - 1] in marks) and tokens[end] in marks
    if not whole or not is_number(tokens[start]) or end - start < 2:
        return False
    rest = list(tokens[start + 1 : end])
    if not all(map(is_word, rest)):
        return False
    for at in range(max(start - 3 * (end - start), 1), min(end + 5, len(tokens) - len(rest) - 1)):
        if at != start and is_number(tokens[at]) and list(tokens[at + 1 :][: len(rest)]) == rest:
            alone = tokens[at - 1] in marks and tokens[at + len(rest) + 1] in marks
            if alone and tokens[at] != tokens[start]:
                return True
    return False


def _subject(held: Sequence[str]) -> list[str]:
    """Return the subject and verb of a statement in words that holds no number."""
    verb = next((at for at, word in enumerate(held) if word in STATING), 0) or acting(held)
    if not verb or held[0] in ("if", "when") or any(map(is_number, held[verb:])):
        return []
    return list(held[: verb + 1])


def _restated(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the rest of the step gives the same name another value: "The mean is 6."."""
    held = tokens[start:end]
    place = next((at for at in range(len(held) - 1, 0, -1) if is_number(held[at])), 0)
    if not place or held[place - 1] not in EQUATING | STATING:
        return False
    if held[0] == "there" and len(held) == place + 1:
        return False
    value, rest = held[place], held[place + 1 :]
    if not ARITHMETIC.isdisjoint(rest):
        return False
    stop = next((at for at in range(end, len(tokens)) if tokens[at] == STEP_END), len(tokens))
    name = held[:place]
    for at in range(end, stop - place):
        found = tokens[at + place]
        if tokens[at] != name[0] or not is_number(found) or found == value:
            continue
        same = all(a == b or {a, b} <= EQUATING for a, b in zip(name, tokens[at:], strict=False))
        whole = held[0] != "there" or list(tokens[at + place + 1 :][: len(rest)]) == list(rest)
        joined = tokens[at - 1] in ("and", "if", "not") and not is_word(name[0])
        if (
            same
            and whole
            and not joined
            and not is_operand(tokens[at - 1])
            and tokens[at - 1] not in ARITHMETIC
        ):
            behind = min(at + place + 1, len(tokens) - 1)
            if not denied_after(tokens, at, behind) and not denied_before(tokens, at, behind):
                return True
    return False
