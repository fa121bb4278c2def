"""Whether the rest of a step gives what a match states another value: "The mean is 6."."""

from collections.abc import Sequence
from itertools import chain

from r1vl_kedro.answers.vocabulary import COLOURS
from r1vl_kedro.rewards.negation import denied_after, denied_before
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    BREAK,
    RELATIONS,
    SENTENCE_ENDS,
    STEP_END,
    is_number,
    is_operand,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.vocabulary import THINGS, stem
from r1vl_kedro.rewards.wholes import EQUATING, STATING

_OTHER_STARTS = frozenset("there we it this that then so since because if when".split())
_OPENERS = frozenset("so now then still also thus hence therefore".split())
_MODALS = frozenset("may could can must cannot remains".split())
_SHAPES = frozenset("cube cubes sphere spheres cylinder cylinders".split())
_OF_THEM = frozenset("they these those all one some none no last".split())
_COUNTS = frozenset(
    "only count counts number figure picture image table there true real exact counting should "
    "but shows see i so right them of".split()
)
"""Words of a sentence that counts again: "The true number is 5."."""
_SENTENCE_TURNS = SENTENCE_ENDS | {"but"}
"""What stands between a value and the match that replaces it."""
_REACH, _BEFORE = 400, 80
"""How many tokens behind and before a match are read for another value."""


def other_look(body: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence says that counted things look otherwise: "They are blue."."""
    if held[0] != "there" and not is_number(held[0]):
        return False
    denied = not {"not", "none", "no"}.isdisjoint(body)
    if denied and {held[-1], held[-1].removesuffix("s")}.intersection(body) and len(body) < 6:
        return True
    names = body[0] in _OF_THEM or held[-1] in body[:2] or "one" in body[:4]
    if len(body) > 9 or not names:
        return False
    shown = ((kinds.intersection(held), kinds.intersection(body)) for kinds in (COLOURS, _SHAPES))
    return any(mine and other - mine for mine, other in shown)


def other_count(body: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence counts what was counted and gets another number."""
    place = 2 * (held[0] == "there")
    if (
        len(held) < place + 2
        or not is_number(held[place])
        or not all(map(is_word, held[place + 1 :]))
    ):
        return False
    if not {"twice", "off"}.isdisjoint(body):
        return True
    things, value = held[place + 1 :], held[place]
    ends = body[-1] if body[-2:] != ["of", "them"] else "".join(body[-3:-2])
    if is_number(ends) and ends != value and RELATIONS.isdisjoint(body):
        return len(body) < 3 or not _COUNTS.isdisjoint(body)
    for at in range(len(body) - len(things) + 1):
        if body[at : at + len(things)] == things:
            ahead, behind = "".join(body[at - 1 : at]), body[at + len(things) :]
            states = len(behind) > 1 and behind[0] in EQUATING and is_number(behind[1])
            told = behind[1] if states else ahead
            if is_number(told) and told != value:
                return True
    return False


def restated(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the step gives the same name another value: "The mean is 6.".

    Before a match one other value in an earlier sentence is a value that the match replaces.
    """
    held = tokens[start:end]
    marks = [at for at, word in enumerate(held) if word == ")" and is_number(held[at - 2])]
    if any(held[at + 1 : at + 3] == held[:2] for at in marks) or _another_formula(
        tokens, held, end
    ):
        return True  # "A) x = 4 B) x = 5"
    place = next((at for at in range(len(held) - 1, 0, -1) if is_number(held[at])), 0)
    if not place or held[place - 1] not in EQUATING | STATING:
        return False
    value, rest = held[place], held[place + 1 :]
    if not ARITHMETIC.isdisjoint(rest):
        return False
    name, others = held[:place], set()
    if place == 3 and all(map(is_variable, name[:2])):
        return False  # an equation to solve: "f(x) = 0"
    highest = min(end + _REACH, len(tokens) - place)
    stop = next((at for at in range(end, highest) if tokens[at] == STEP_END), highest)
    for at in chain(range(end, stop), range(start - 1, max(start - _BEFORE, -1), -1)):
        if tokens[at] == STEP_END:
            return False
        found = tokens[at + place]
        if tokens[at] != name[0] or not is_number(found) or found == value:
            continue
        same = all(
            a == b or {a, b} <= EQUATING for a, b in zip(name, tokens[at : at + place], strict=True)
        )
        behind = at + place + 1
        whole = held[0] != "there" or tokens[behind : behind + len(rest)] == rest
        ahead = tokens[at - 1] if at else BREAK
        apart = ahead in ("and", "if", "not") or (is_operand(ahead) and ahead != ")")
        joined = ahead in ("of", *ARITHMETIC) or (apart and not is_word(name[0]))
        if not (same and whole) or joined:
            continue
        if denied_after(tokens, at, behind) or denied_before(tokens, at, behind):
            continue
        others.add(found)
        beside = _SENTENCE_TURNS.isdisjoint(tokens[at:start])
        if at >= end or beside or len(others) > 2:
            return True
    return False


def _another_formula(tokens: Sequence[str], held: Sequence[str], end: int) -> bool:
    """Tell whether the step goes on to give a symbol another formula: "y = 2x - 1"."""
    wide = len(held)
    if wide < 5 or held[1] != "=" or (is_number(held[2]) and not is_variable(held[3])):
        return False
    for at in range(end, min(end + _REACH, len(tokens) - wide)):
        if tokens[at] == STEP_END:
            return False
        other = tokens[at : at + wide]
        alike = other[:3] == held[:3] and other != held
        if alike and tokens[at - 1] != "if" and "=" not in other[2:]:
            return True
    return False


def speaks_against(said: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence says of the topic of a statement what may undo it: "x may be 6"."""
    verb = next((at for at, word in enumerate(held) if word in STATING | RELATIONS), 0)
    topic = held[:verb]
    words = [word for word in said if word not in _OPENERS]
    if not topic or topic[0] in _OTHER_STARTS or is_number(topic[0]):
        return False
    wide = len(topic) + (words[1 : len(topic) + 1] == topic and stem(words[0]) in THINGS)
    if words[wide - len(topic) : wide] != topic or not words[wide:]:
        return False
    return words[wide] in _MODALS or (words[wide] in STATING and not RELATIONS.isdisjoint(held))
