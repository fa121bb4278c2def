"""What a clause beside a statement makes of it: bounds it, denies it, or tells of another thing."""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.leads import OPENING, OTHERS
from r1vl_kedro.rewards.negation import AFFIRMING, AUXILIARIES, POINTERS
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    RELATIONS,
    is_number,
    is_operand,
    is_word,
)
from r1vl_kedro.rewards.predicates import NOT_SAID, TO_DO
from r1vl_kedro.rewards.vocabulary import SOURCES, THINGS, WHICH, stem
from r1vl_kedro.rewards.wholes import STATING

_ADJOINING = frozenset(
    "in inside outside between by with from for at on under of using according after before behind "
    "like as per".split()
)
"""Words that begin a clause without a verb of its own: "by symmetry,"."""
_CONDITIONS = frozenset("if unless when once until till".split())
"""Words of a later clause that bound what was said before it."""
OUT = frozenset("so but hence therefore thus then".split())
"""Words behind which a clause states what another one, called wrong, leaves."""
_RIGHT = frozenset("true right correct so case valid".split())
SETTING_ASIDE = frozenset("ignoring neglecting rejecting discarding excluding".split())
_SET_ASIDE = frozenset(
    "friction air resistance gravity mass units negative extraneous other root solution value of a "
    "x y z".split()
)
"""What may be left out of a sum: "ignoring friction"."""
_OPEN = frozenset(
    "question choice choices cases possible possibility possibilities check say find option "
    "options expected show prove verify".split()
)
"""Words of a short heading under which nothing is stated yet: "possible solutions:"."""
_EXCEPTING = frozenset("against apart except besides too".split())
_LESSENING = frozenset("short shorter off less halved doubled twice double more half".split())
_HAVING = frozenset(
    "to that yields implies makes make has have had get gets find see know gives give means form "
    "forms".split()
)
_BARE = frozenset("exactly precisely in fact to be exact now only just about that is e i".split())
_COUNTING = frozenset("sees see finds find counts count gets says only".split())
_ANYTHING = frozenset("it there that other count number answer one".split())
_EVERY = frozenset("this that each every all both either".split())
_OPEN_TO = frozenset("possibility question unknown far changes".split())
_JOINING = frozenset("and but so yet then hence therefore thus or".split())
REDOING = frozenset(
    "wait hmm let me us look check see again recheck recount rethink think verify now i thought "
    "about it this that double".split()
)
"""Words of a clause in which somebody looks again, before the statement."""
DENYING = frozenset("not never no none nobody nothing neither nor without".split())


def absurd(words: Sequence[str]) -> bool:
    """Tell whether words hold an equation of two different numbers: "gives 3 = 4"."""
    for at in range(1, len(words) - 1):
        if words[at] == "=" and is_number(words[at - 1]) and is_number(words[at + 1]):
            alone = (at < 2 or words[at - 2] in OPENING | _HAVING | RELATIONS) and (
                at + 2 == len(words) or words[at + 2] in OPENING
            )
            if alone and float(words[at - 1]) != float(words[at + 1]):
                return True
    return False


def _faults(clause: Sequence[str]) -> bool:
    """Tell whether a clause has a word of fault; a point that lies on a line is none."""
    return any(
        WRONG.fullmatch(word) and not _harmless(word, after)
        for word, after in pairwise([*clause, ""])
    )


def _harmless(word: str, after: str) -> bool:
    """Tell whether a word of fault is none: "lies on a line", "eliminates y"."""
    if word.startswith("eliminat"):
        return len(after) == 1
    return word in ("lie", "lies") and after in OPENING | _ADJOINING


def _calls_wrong(clause: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether a clause has a word of fault, and not of another value: "x = 6 is wrong"."""
    if not _faults(clause):
        return False
    another = not {"other", "another"}.isdisjoint(clause) or any(
        is_operand(word) and word not in held[-2:] for word in clause
    )
    negated = any(word in DENYING and WRONG.fullmatch(after) for word, after in pairwise(clause))
    return not (another or negated)


def leads_astray(
    clause: Sequence[str], held: Sequence[str], *, out: bool, more: bool = False
) -> bool:
    """Tell whether a clause before a statement makes another of it: "in the other figure,"."""
    if not clause:
        return False
    first, last = clause[0], clause[-1]
    verb = next((at for at, word in enumerate(held[:-1]) if word in STATING), 0)
    if clause in (["not"], ["never"]) or (verb and [*clause[: verb + 1]] == [*held[: verb + 1]]):
        return True
    if REDOING.issuperset(clause) or clause[:2] == ["by", "contradiction"]:
        return False
    if first in SETTING_ASIDE:
        return not _SET_ASIDE.issuperset(clause[1:])
    if _calls_wrong(clause, held) or (_faults(clause) and not out):
        return True
    opens = not _OPEN.isdisjoint(clause) and POINTERS.isdisjoint(clause)
    if opens and len(clause) < 4 and first not in ("as", "to" if more else ""):
        return True
    if (first == "if" and not {"had", "were"}.isdisjoint(clause)) or last == "if":
        return True
    if (
        len(clause) == 1
        and first not in _JOINING
        and len(first) == len(held[0]) == 2
        and (first + held[0]).isalpha()
    ):
        return True  # a ratio: "BC : AB = 5"
    if first in ("up", "against") or ("sign" in clause and first.endswith("ing")):
        return True
    if _left_out(clause) or _swaps(clause):
        return True
    asked = not {"problem", "question"}.isdisjoint(clause)
    if first in _ADJOINING and asked and (any(map(is_number, clause)) or "next" in clause):
        return True
    if ("leaving", "out") in pairwise(clause) or ("in", "my") in pairwise(clause):
        return True
    if misreads(clause):
        return True
    denied = not DENYING.isdisjoint(clause)
    if first in POINTERS and denied and last in _RIGHT:
        return True
    if first == "according":
        return SOURCES.isdisjoint(map(stem, clause)) or not OTHERS.isdisjoint(clause)
    if first in _ADJOINING or first.endswith("ing"):
        verbs = AUXILIARIES | RELATIONS
        if not verbs.isdisjoint(clause):
            return False
        refused = {"no", "none", "never", "neither", "nor"}.intersection(clause)
        return not OTHERS.isdisjoint(clause) or (bool(refused) and AFFIRMING.isdisjoint(clause))
    return False


def _left_out(words: Sequence[str]) -> bool:
    """Tell whether words tell of something left out."""
    return "out" in words and any(stem(word) in ("leav", "left") for word in words)


def _swaps(words: Sequence[str]) -> bool:
    """Tell whether words take one quantity for another: "using the diameter as the radius"."""
    return words[0] in ("using", "taking", "reading", "as") and any(
        word in ("for", "as") and stem(ahead) in THINGS and stem(after) in THINGS
        for ahead, word, after in zip(words, words[1:], words[2:], strict=False)
    )


def misreads(words: Sequence[str]) -> bool:
    """Tell whether words take a number for another: "reading 2 as 3"."""
    return any(
        is_number(word) and is_number(words[at + 2]) and words[at + 1] in ("as", "for")
        for at, word in enumerate(words[:-2])
    )


def takes_away(clause: Sequence[str], held: Sequence[str], *, claim: bool, joined: bool) -> bool:
    """Tell whether a clause behind a statement bounds, denies or replaces it: ", if k = 2"."""
    if not clause:
        return False
    body = list(clause)
    first = body[0]
    while body and body[0] in _JOINING:
        first = body.pop(0)
    if not body:
        return first not in OUT
    if first in _CONDITIONS or first in ARITHMETIC:
        return True
    if first in _LESSENING and "than" not in body:
        return True
    if first in ("although", "though") and claim:
        return "not" not in body
    if ("to", "show") in pairwise(body) or ("to", "prove") in pairwise(body) or _left_out(body):
        return True
    if not {("must", "show"), ("must", "check"), ("must", "prove")}.isdisjoint(pairwise(body)):
        return True
    if claim and not {"case", "cases"}.isdisjoint(body) and _EVERY.isdisjoint(body):
        return True
    if body[:2] == ["one", "of"] and is_number("".join(body[2:3]) or "a"):
        return True
    if body[0] == "other" and is_number(body[-1]) and len(body) > 2:
        return True
    if claim and (first in ("may", "could", "might") or not _OPEN_TO.isdisjoint(body)):
        return True
    if "told" in body and first == "so":
        return True
    if not {"says", "say", "said"}.isdisjoint(body) or body[:2] == ["which", "i"]:
        return True
    if body == ["too"]:
        return False
    if body in (["not"], ["never"]) or (claim and ("too" in body or "sign" in body)):
        return True
    if claim and first == "and" and len(body) == 1 and stem(body[0]) in WHICH:
        return True
    if claim and first == "as" and ("to", "be") in pairwise(body):
        return True
    if "than" in held and not {"shorter", "taller", "equal", "smaller"}.isdisjoint(body):
        return True
    if first in _EXCEPTING or (body[:2] == ["in", "fact"] and RELATIONS.isdisjoint(body)):
        return {"is", "are", "was", "has"}.isdisjoint(body)
    if body[:1] == ["a"] and body[1:2] in (["half"], ["third"], ["quarter"]):
        return True
    if _calls_wrong(clause, held) or body[0] in ("nobody", "nothing"):
        return first not in OUT
    if body[0] in POINTERS and first not in OUT and denies(body):
        return True
    related = not RELATIONS.isdisjoint(clause)
    if first in ("but", "yet"):
        after = "".join(body[1:2])
        other = body[:1] == ["not"] and (
            after == "to" or not (after.isalpha() and len(after) > 1) or stem(after) in WHICH
        )
        closes = body[:1] == ["also"] or other
        return not (related or closes) or not POINTERS.isdisjoint(body[:3])
    if first == "or":
        if RELATIONS.intersection(held) and related and len(held) == len(body):
            return True
        return not related and body[:1] not in (["equivalently"], ["about"])
    if body[0] in ("they", "these", "those") and first not in OUT:
        return "".join(body[1:2]) not in AUXILIARIES | _HAVING
    value = next((word for word in reversed(held) if is_number(word)), "")
    if _gives_another(body, value, held):
        return True
    verb = related or any(word in AUXILIARIES or word in _HAVING for word in body)
    if claim and len(held) > 3 and [*body[:3]] == [*held[:3]] and body[-1] != held[-1]:
        return RELATIONS.isdisjoint(held)  # "the cube is red, the cube is green"
    if first == "and" and (claim or is_word(held[-1])) and not verb:
        return "more" in body or (
            joined and is_word(body[0]) and is_word(body[-1]) and not body[0].endswith("ing")
        )
    return claim and not {"twice", "double", "halved", "doubled"}.isdisjoint(body)


def denies(body: Sequence[str]) -> bool:
    """Tell whether what is said of "which" or "this" denies it or leaves it open."""
    if "no" in body[1:3] or body[2:4] == ["to", "be"]:
        return True
    if "not" in body:
        denied = body[list(body).index("not") + 1 :]
        return not denied or not (
            denied[0] in NOT_SAID or is_number(denied[0]) or "expect" in denied
        )
    open_to = {"prove", "verify", "check", "remains", "may", "could", "case", "possible", "must"}
    if body[0] == "which" and not open_to.isdisjoint(body):
        return True
    return len(body) == 3 and body[1] in ("is", "are", "must") and body[2] in TO_DO


def _gives_another(body: Sequence[str], value: str, held: Sequence[str]) -> bool:
    """Tell whether a clause gives another value: ", in fact 5", "it is 6", "one of which"."""
    if not value:
        return False
    if len(body) > 2 and is_number(body[-2]) and read_units(body[-1]):
        body = body[:-1]
    if ("it", "is") in pairwise(body) and is_number(body[-1]) and body[-1] != value:
        return True
    another = is_number(body[-1]) and body[-1] != value and len(body) > 1
    shown = another and body[-2] in ("shows", "has", "gives") and len(body) > 2
    if shown and stem(body[-3]) in SOURCES:
        return True
    again = another and body[-2] in AUXILIARIES and "".join(body[-3:-2]) in _ANYTHING
    if again or (another and body[-2] in _COUNTING):
        return True
    counted_one = body[0] == "one" or is_number(body[0])
    if counted_one and body[1:3] in (["of", "which"], ["of", "these"], ["of", "them"]):
        return not STATING.isdisjoint(held) and "=" not in held and not STATING.isdisjoint(body)
    numbers = [word for word in body if is_number(word)]
    counts = is_number(body[0]) and len(body) > 1 and all(map(is_word, body[1:]))
    if counts and [*body[1:]] == [*held[-len(body) + 1 :]]:
        return body[0] != value  # "6 red cubes, 7 red cubes"
    told = AUXILIARIES | RELATIONS | _HAVING
    if len(body) > 1 and told.isdisjoint(body):
        placed = is_number(body[0]) and body[0] != value and body[1] in _ADJOINING - {"of"}
        worded = STATING.intersection(held) and "=" not in held
        last = stem(body[-2])
        left = worded and another and last not in THINGS | {"of"}
        left = left and body[0] in ("with", "without")
        if placed or left:
            return True
    bare = all(is_number(word) or word in _BARE or read_units(word) for word in body)
    return bare and bool(numbers) and value not in numbers
