"""Whether the next sentence speaks of what a match is about in a way that may undo it.

It may go on with another thing, or use a value; what it says of the same thing is not known to
leave the statement stated: "DE = 8. DE is unknown.", "The cube is red. Its color is blue."
"""

from collections.abc import Sequence

from r1vl_kedro.rewards.normalise import DENIERS, RELATIONS, is_number, is_word
from r1vl_kedro.rewards.vocabulary import SOURCES, THINGS, stem
from r1vl_kedro.rewards.wholes import STATING

_OTHER_STARTS = frozenset("there we it this that then so since because if when".split())
_OPENERS = frozenset("so now then still also thus hence therefore".split())
_TELLING = frozenset("says gives shows has say show reads".split())
_MODALS = frozenset("may could can must cannot remains".split())


def topic_of(held: Sequence[str]) -> list[str]:
    """Return what a statement is about: "area" of "area is 24", "x" of "x = 5"; or nothing."""
    verbs = STATING | RELATIONS
    verb = next((at for at, word in enumerate(held) if word in verbs), 0)
    words = list(held[:verb])
    if not words or words[0] in _OTHER_STARTS or is_number(words[0]):
        return []
    named = is_word(words[0]) or len(words) == 1
    return words if named and all(word[-1:].isalnum() for word in words) else []


def speaks_against(said: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a sentence tells of the topic of a statement what may undo it."""
    topic = topic_of(held)
    words = [word for word in said if word not in _OPENERS]
    value = next((word for word in reversed(held) if is_number(word)), "")
    if not topic or not words:
        return False
    told = value and len(words) > 2 and is_number(words[-1]) and words[-1] != value
    if told and words[-2] in _TELLING and stem(words[-3]) in SOURCES | {"text", "book"}:
        return True
    equation = not RELATIONS.isdisjoint(held)
    if words[0] == "its":
        denied = not {"not", "no", "differ", "differs", "different", "negative"}.isdisjoint(words)
        return denied or (equation and is_number(words[-1])) or not words[1:]
    wide = len(topic)
    at = next((i for i in (0, 1) if words[i : i + wide] == topic), None)
    if at == 1 and stem(words[0]) not in THINGS:
        at = None
    if at is None:
        return _turned(words, topic, value)
    behind = words[at + wide :]
    if not behind:
        return False
    if behind[0] in ("measures", "equals", "=") and is_number("".join(behind[1:2])):
        worked = behind[2:3] in (["+"], ["-"], ["*"], ["/"])
        return bool(value) and (worked or (behind[1] != value and len(behind) < 4))
    if value and behind[0] == "of" and is_number(words[-1]) and words[-1] != value:
        return wide == 1 and RELATIONS.isdisjoint(words)
    if behind[0] in _MODALS or (behind[0] in STATING and equation):
        return True
    if behind[0] in ("<", ">", "<=", ">=", "!="):
        return equation and behind[1:2] == [value]
    if behind[0] in STATING and not DENIERS.isdisjoint(behind):
        return True
    return _turned(words, topic, value)


def _turned(words: Sequence[str], topic: Sequence[str], value: str) -> bool:
    """Tell whether a topic stands beside another value: "a slope of 3", "ED = 9", "not DE"."""
    if len(topic) > 2:
        return False
    name = topic[0]
    for at, word in enumerate(words[:-1]):
        if word != name:
            continue
        if at and words[at - 1] in ("not", "no", "know") and "not" in words[:at]:
            return True
        number = words[at + 1] if words[at + 1] != "of" else "".join(words[at + 2 : at + 3])
        if value and len(name) > 2 and is_number(number) and number != value:
            return True
    if words[-1] == name and not {"not"}.isdisjoint(words):
        return True
    reverse = name[::-1]
    swapped = len(name) == 2 and reverse != name and reverse in words[:1]
    return swapped and words[1:2] == ["="] and is_number(words[2]) and words[2] != value
