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
from r1vl_kedro.rewards.follow_ups import speaks_against
from r1vl_kedro.rewards.leads import is_claim
from r1vl_kedro.rewards.negation import AUXILIARIES, POINTERS
from r1vl_kedro.rewards.normalise import (
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
from r1vl_kedro.rewards.recounts import (
    listed,
    other_count,
    other_look,
    other_sum,
    restated,
    subject,
)
from r1vl_kedro.rewards.sentence import all_plain, sentence_bounds
from r1vl_kedro.rewards.vocabulary import WHICH, stem
from r1vl_kedro.rewards.wholes import STATING

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
_FRAGMENT = frozenset(
    "for in at only just if when to left half less plus one no on by unless except more until with "
    "without or + - *".split()
)
"""Words that begin a sentence without a verb, which belongs to the one before: "At first."."""
_LIMITING = frozenset(
    "against cases half only part other different far doubled halved if some differs".split()
)
_TRUE_VALUES = frozenset("correct true real right actual table figure picture image".split())
_AGREEING = frozenset("this that it yes so which indeed and i actually".split())
_CHANGING = frozenset("may could can changes must does".split())
_STILL = frozenset("because given also clear easy known not all made true correct".split())
_COMPARED = frozenset(
    "taller shorter equal same larger smaller higher lower tallest reverse".split()
)
_SHORT = 5
_AGREED = frozenset("yes yeah correct right indeed true".split())


def given_up(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the rest of the step gives up what a window states: "The right value is 6."."""
    begin, _ = sentence_bounds(tokens, start, start)
    above, _ = sentence_bounds(tokens, begin - 1, begin - 1) if begin else (0, 0)
    if tokens[begin] == "then" and tokens[above] in ("try", "suppose", "assume"):
        return True  # "Suppose x = 4. Then the area is 24."
    if restated(tokens, start, end) or listed(tokens, start, end):
        return True
    _, last = sentence_bounds(tokens, start, end)
    if list(tokens[last - 1 : last + 3]) == ["i", BREAK, "e", BREAK] and last < end + 3:
        value, unit = [*tokens[last + 3 : last + 5], "", ""][:2]
        again = unit == tokens[end - 1] or not unit.isalpha()
        return again and is_number(value) and value not in tokens[start:end]
    first = last
    while first < len(tokens) - 1 and tokens[first] in SENTENCE_ENDS:
        if tokens[first] == STEP_END:
            return False
        first += 1
    _, stop = sentence_bounds(tokens, first, first)
    if tokens[stop : stop + 1] == [QUESTION]:
        said = tokens[first:stop]
        asks = tokens[first] in ("or", "but", "true") or tokens[first] in AUXILIARIES
        if is_claim(tokens, start, end) and not {"this", "that"}.isdisjoint(said):
            return True
        return asks and (stop - first < _SHORT or "or" in tokens[first:stop])
    if first - last > 2 and all(is_number(t) or read_units(t) for t in tokens[first:stop]):
        return tokens[first] not in tokens[start:end]  # "45 degrees... 50 degrees"
    if is_variable(tokens[first]) and COMMA in tokens[first + 1 : first + 2] and start > 1:
        return tokens[start - 1] == COMMA and is_variable(tokens[start - 2])  # "A: ... B: ..."
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
    if claim and len(body) == 1 and stem(first) in WHICH:
        return True
    if claim and ("see", "if") in pairwise(body):
        return True
    if claim and "took" in body and not {"for", "other"}.isdisjoint(body):
        return True
    if claim and first in POINTERS and "way" in body:
        return True
    label = len(held[0]) == 2 and not RELATIONS.isdisjoint(held)
    if label and first in ("it", "that") and body[1:2] == ["is"]:
        others = {word for word in body if len(word) == 2 and word.isalpha()} - {"is", "it", "of"}
        if others - set(held) and "since" not in body and "because" not in body:
            return True
    if first in ("does", "did", "do") and body[1:2] == ["not"]:
        return True
    if claim and ("doubt" in body or ("up" in body and "made" in body)) and "no" not in body:
        return True
    while len(body) > 2 and is_number(body[-2]) and read_units(body[-1]):
        body.pop()
    if claim and first.isalpha() and absurd(said):
        return True
    if first in _TURNING:
        label = (
            not RELATIONS.isdisjoint(held)
            and len(body) > 2
            and body[2] in RELATIONS
            and (body[1] != held[0] or len(held) > 3)
        )
        long = first == "however" and len(body) > 6 and POINTERS.isdisjoint(body[:4])
        return not (label or long)
    if first in ("or", "not", "never", "neither") or (first == "none" and len(body) < 3):
        return True
    if first == "in" and said[1:2] and said[1] in _FACTS:
        return not related
    named = subject(held)
    plain_said = [word for word in said if word not in ("so", "now", "then", "still", COMMA)]
    topic = named[:-1] or _topic(held)
    if claim and topic and plain_said[: len(topic)] == topic and list(said[: len(held)]) != held:
        after = "".join(plain_said[len(topic) : len(topic) + 1])
        if after in _CHANGING or (after in AUXILIARIES and not named):
            return True
    if named and list(said[: len(named)]) == named:
        return list(said[: len(held)]) != list(held)
    verb = "".join(said[max(len(named) - 1, 0) : len(named)])
    if named and list(said[: len(named) - 1]) == named[:-1] and verb in _CHANGING:
        return True
    if first == "hmm":
        return True
    value = next((word for word in reversed(held) if is_number(word)), "")
    if value and claim and body[:2] in (["it", "is"], ["they", "are"]):
        other = "".join(body[2:3]) not in _STILL and value not in body
        if other:
            return True
    if {"than"}.intersection(held) and not _COMPARED.isdisjoint(body):
        return True
    if value and body[:2] == ["it", "is"] and is_number("".join(body[2:3]) or "a"):
        return body[2] != value
    if body[:2] == ["it", "is"] and held[-1] in COLOURS and body[-1] in COLOURS:
        return held[-1] != body[-1]
    pairs = [*pairwise(body)]
    if value and (("not", value) in pairs or ("says", value) in [*pairs] or "!=" in body):
        return True
    if claim and (("no", held[0]) in pairs or "no such" in " ".join(body)):
        return True
    if other_count(body, held) or other_look(body, held):
        return True
    told = claim or is_word(held[-1])
    recount = value and claim and is_number(first) and first != value and len(body) < 4
    if recount and not all(map(is_number, body)):
        return True
    if value and told and first.isalpha() and len(body) < 4 and not all_plain(body):
        return True
    if not RELATIONS.isdisjoint(held) and is_number(held[0]) and other_sum(said, held):
        return True
    if first == "only" or (first in ("if", "when") and COMMA not in said):
        return True
    if claim and (("say", "no") in pairs or body[-1] in ("not", "no")):
        return True
    if body[:3] == ["to", "be", "shown"]:
        return True
    if first == "to" and len(body) < 4:
        return True
    if any(
        body[at + 1 : at + 3] == ["is", "not"] and is_number("".join(body[at + 3 : at + 4]) or "a")
        for at, word in enumerate(body)
        if is_number(word)
    ):
        return True
    if len(body) < 6 and first in _FRAGMENT and not any(map(_finite, body)):
        return True
    if body[:2] == ["that", "was"] or (first in POINTERS and "question" in body):
        return True
    if body[:2] in (["it", "does"], ["it", "did"]) and body[2:3] == ["not"]:
        return True
    lost = not {"more", "missing"}.isdisjoint(body) or body[1:3] == ["is", "hidden"]
    if first in ("one", "another") and value and lost:
        return True
    if value and first in _TRUE_VALUES | {"a"} and is_number(body[-1]) and body[-1] != value:
        return RELATIONS.isdisjoint(body) or first == "a"
    if value and ("it", "is") in pairs and is_number(body[-1]) and body[-1] != value:
        return RELATIONS.isdisjoint(body) and "since" not in body
    if claim and body[:1] != ["this"] and body[-1:] == ["this"] and {"show", "prove"} & {*body}:
        return True
    wrong = any(map(WRONG.fullmatch, body)) and "other" not in body
    if claim and (("no", "solution") in pairwise(body) or "contradiction" in body):
        return True
    if claim and first in ("so", "then") and ("too" in body or wrong or body[-2:] == ["not", "be"]):
        return True
    if value and ("off", "by") in pairs:
        return True
    if value and body[-2:-1] == ["so"] and is_number(body[-1]) and body[-1] != value:
        return not related
    if claim and body[-1] == held[0] and not POINTERS.isdisjoint(body):
        return True
    if value and is_number(first) and first != value and "exact" in body:
        return True
    short = len(body) < _SHORT and not any(is_operand(word) and word not in "ai" for word in body)
    if short and (wrong or "opposite" in body or "back" in body):
        return True
    points = [word for word in body if word in POINTERS or word in _WRITER]
    if first in POINTERS:
        return _points_back_badly(body, number=bool(value))
    if points and len(body) < 8 and (wrong or (body[-1] in points and not related)):
        return wrong or not all_plain(body) or not DENIERS.isdisjoint(body)
    if len(body) < 2 and not claim:
        return False
    if (not _WRITER.isdisjoint(body) or len(body) < _SHORT) and not any(
        is_operand(word) and word not in "ai" for word in body
    ):
        return not all_plain(body) or ("i" in body and "mean" in body)
    return False


def _topic(held: Sequence[str]) -> list[str]:
    """Return what a statement in words is about: "area" of "area is 24"."""
    verb = next((at for at, word in enumerate(held) if word in STATING), 0)
    words = list(held[:verb])
    return words if words and is_word(words[0]) and words[0] != "there" else []


def _finite(word: str) -> bool:
    return word in AUXILIARIES or word in RELATIONS or word in _GOING_ON or word == "we"


def _points_back_badly(body: Sequence[str], *, number: bool) -> bool:
    """Tell whether a sentence about "this" or "it" may deny it: "This is a guess"."""
    verb = "".join(body[1:2])
    if body[0] == "it" and verb not in _GOING_ON:
        return False  # "It has no holes" is of a thing
    if not {"possible", "possibility", "case", "guess"}.isdisjoint(body) and len(body) < 6:
        return True
    if body[0] in ("this", "that") and not _LIMITING.isdisjoint(body[2:]):
        return True
    if body[1:3] == ["is", "one"] and "more" in body:
        return True
    if verb not in _GOING_ON and body[0] in ("this", "that", "which"):
        if (
            (number and is_number(verb or "a"))
            or not {"too", "off"}.isdisjoint(body)
            or denies(body[1:] or body)
        ):
            return True
        return bool(verb) and (verb in AUXILIARIES or verb.startswith(("include", "differ")))
    if body[0] in ("they", "these", "those"):
        return bool(verb) and verb not in _GOING_ON and len(body) < _SHORT
    if verb in AUXILIARIES and body[2:4] in (["what", "we"], ["to", "be"]):
        return True
    this = body[0] in ("this", "that")
    return this and (denies(body) or (len(body) < 6 and not all_plain(body)))
