"""Whether the rest of a step gives what a match states another value: "The mean is 6."."""

from collections.abc import Sequence

from r1vl_kedro.answers.nouns import COLOURS
from r1vl_kedro.rewards.leads import acting
from r1vl_kedro.rewards.negation import denied_after, denied_before
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    COMMA,
    RELATIONS,
    SENTENCE_ENDS,
    STEP_END,
    is_number,
    is_operand,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.wholes import EQUATING, STATING

_SHAPES = frozenset("cube cubes sphere spheres cylinder cylinders".split())
_OF_THEM = frozenset("they these those all one some none no last".split())
_COUNTS = frozenset(
    "only count counts number figure picture image table there true real exact counting should "
    "must but shows see i so right them of".split()
)
"""Words of a sentence that counts again: "The true number is 5."."""
_REACH = 400
"""How many tokens behind a match are read for another value."""


def other_sum(said: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence takes the same number and does another sum with it."""
    return any(
        list(said[at : at + 2]) == list(held[:2]) and list(said[at : at + 3]) != list(held[:3])
        for at in range(len(said) - 2)
    )


def other_look(body: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence says that counted things look otherwise: "They are blue."."""
    if held[0] != "there" and not is_number(held[0]):
        return False
    denied = not {"not", "none", "no"}.isdisjoint(body)
    if denied and {held[-1], held[-1].removesuffix("s")}.intersection(body) and len(body) < 6:
        return True
    for kinds in (COLOURS, _SHAPES):
        mine = kinds.intersection(held)
        if not mine or len(body) > 9:
            continue
        denied = not {"not", "none", "no"}.isdisjoint(body)
        if denied and (mine.intersection(body) or held[-1] in body):
            return True
        names = body[0] in _OF_THEM or held[-1] in body[:2] or "one" in body[:4]
        if names and kinds.intersection(body) - mine:
            return True
    return False


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
    things, value = list(held[place + 1 :]), held[place]
    ends = body[-1] if body[-2:] != ["of", "them"] else "".join(body[-3:-2])
    if body[-2:] == ["is", "right"] or body[1:4] == ["of", "them", "are"]:
        ends = body[0] if body[0] not in ("but", "only") else body[1]
    if body[:1] == ["only"] and len(body) > 1:
        ends = body[1]
    if is_number(ends or "a") and ends != value and RELATIONS.isdisjoint(body):
        return len(body) < 3 or not _COUNTS.isdisjoint(body)
    for at in range(len(body) - len(things) + 1):
        if list(body[at : at + len(things)]) == things:
            ahead, behind = "".join(body[at - 1 : at]) or "a", body[at + len(things) :]
            states = len(behind) > 1 and behind[0] in EQUATING and is_number(behind[1])
            told = behind[1] if states else ahead
            if is_number(told) and told != value:
                return True
    return False


def listed(tokens: Sequence[str], start: int, end: int) -> bool:
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


def subject(held: Sequence[str]) -> list[str]:
    """Return the subject and verb of a statement in words that holds no number."""
    verb = next((at for at, word in enumerate(held) if word in STATING), 0) or acting(held)
    if not verb or held[0] in ("if", "when") or any(map(is_number, held[verb:])):
        return []
    return list(held[: verb + 1])


def restated(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the rest of the step gives the same name another value: "The mean is 6."."""
    held = tokens[start:end]
    if _another_formula(tokens, held, end):
        return True
    place = next((at for at in range(len(held) - 1, 0, -1) if is_number(held[at])), 0)
    if not place or held[place - 1] not in EQUATING | STATING:
        return False
    if held[0] == "there" and len(held) == place + 1:
        return False
    value, rest = held[place], held[place + 1 :]
    if not ARITHMETIC.isdisjoint(rest):
        return False
    highest = min(end + _REACH, len(tokens))
    stop = next((at for at in range(end, highest) if tokens[at] == STEP_END), highest)
    name = held[:place]
    for at in range(end, stop - place):
        found = tokens[at + place]
        if tokens[at] != name[0] or not is_number(found) or found == value:
            continue
        same = all(a == b or {a, b} <= EQUATING for a, b in zip(name, tokens[at:], strict=False))
        whole = held[0] != "there" or list(tokens[at + place + 1 :][: len(rest)]) == list(rest)
        joined = tokens[at - 1] in ("and", "if", "not") and not is_word(name[0])
        joined = joined or tokens[at - 1] in ("of", *ARITHMETIC)
        if same and whole and not joined and (is_word(name[0]) or not is_operand(tokens[at - 1])):
            behind = min(at + place + 1, len(tokens) - 1)
            if not denied_after(tokens, at, behind) and not denied_before(tokens, at, behind):
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
        other = list(tokens[at : at + wide])
        alike = other[:3] == list(held[:3]) and other != list(held)
        if alike and tokens[at - 1] != "if" and len(other) == wide and "=" not in other[2:]:
            return True
    return False
