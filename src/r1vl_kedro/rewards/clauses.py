"""What a clause beside a statement makes of it: bounds it, denies it, or tells of another thing."""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.leads import OPENING
from r1vl_kedro.rewards.negation import POINTERS
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    RELATIONS,
    is_number,
    is_operand,
    is_word,
)

_ADJOINING = frozenset(
    "in inside outside between by with from for at on under of using according after before behind "
    "like as per".split()
)
"""Words that begin a clause without a verb of its own: "by symmetry,"."""
_CONDITIONS = frozenset("if unless once until till".split())
"""Words of a later clause that bound what was said before it."""
OUT = frozenset("so but hence therefore thus then".split())
"""Words behind which a clause states what another one, called wrong, leaves."""
_OPEN = frozenset(
    "question choice choices cases possible possibility possibilities check say find option "
    "options expected show prove verify".split()
)
"""Words of a short heading under which nothing is stated yet: "possible solutions:"."""
_EXCEPTING = frozenset("against apart except besides".split())
_HAVING = frozenset(
    "to that yields implies makes make has have had get gets find see know gives give means form "
    "forms".split()
)
_BARE = frozenset("exactly precisely in fact to be exact now only just about that is e i".split())
_EVERY = frozenset("this that each every all both either".split())
_OPEN_TO = frozenset("possibility question unknown far changes".split())
_JOINING = frozenset("and but so yet then hence therefore thus or".split())
_REDOING = frozenset(
    "wait hmm let me us look check see again recheck recount rethink think verify now i thought "
    "about it this that double".split()
)
"""Words of a clause in which somebody looks again, before the statement."""
DENYING = frozenset("not never no none nobody nothing neither nor without".split())

_NOT_SAID = frozenset(
    "negative positive zero final only larger smaller greater less integer depend change exceed "
    "include contain lie intersect affect a larger needed required".split()
)
"""What may be denied of a statement that stands: "x = 5 is not negative"."""
_TO_DO = frozenset("checked shown verified proved proven determined found".split())


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
    aside = word in ("ignoring", "neglecting", "rejecting")
    return aside or (word in ("lie", "lies") and after in OPENING | _ADJOINING)


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
    if _REDOING.issuperset(clause) or clause[:2] == ["by", "contradiction"]:
        return False
    if _calls_wrong(clause, held) or (_faults(clause) and not out):
        return True
    opens = not _OPEN.isdisjoint(clause) and POINTERS.isdisjoint(clause)
    purpose = clause[0] == "as" or (more and clause[0] == "to")
    return opens and len(clause) < 4 and not purpose


def misreads(words: Sequence[str]) -> bool:
    """Tell whether words take a number for another: "reading 2 as 3"."""
    return any(
        is_number(word) and is_number(words[at + 2]) and words[at + 1] in ("as", "for")
        for at, word in enumerate(words[:-2])
    )


def takes_away(clause: Sequence[str], held: Sequence[str], *, claim: bool) -> bool:
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
    if any(one in ("to", "must") and two in ("show", "prove") for one, two in pairwise(body)):
        return True
    if claim and not {"case", "cases"}.isdisjoint(body) and _EVERY.isdisjoint(body):
        return True
    if claim and (first in ("may", "could", "might") or not _OPEN_TO.isdisjoint(body)):
        return True
    if first in _EXCEPTING or (body[:2] == ["in", "fact"] and RELATIONS.isdisjoint(body)):
        return {"is", "are", "was", "has"}.isdisjoint(body)
    if body[0] in POINTERS and first not in OUT and denies(body):
        return True
    value = next((word for word in reversed(held) if is_number(word)), "")
    if _gives_another(body, value, held):
        return True
    return claim and not {"twice", "double", "halved", "doubled"}.isdisjoint(body)


def denies(body: Sequence[str]) -> bool:
    """Tell whether what is said of "which" or "this" denies it or leaves it open."""
    if "not" in body:
        denied = body[list(body).index("not") + 1 :]
        return not denied or not (
            denied[0] in _NOT_SAID or is_number(denied[0]) or "expect" in denied
        )
    open_to = {"prove", "verify", "check", "remains", "may", "could", "case", "possible", "must"}
    if body[0] == "which" and not open_to.isdisjoint(body):
        return True
    return len(body) == 3 and body[1] in ("is", "are", "must") and body[2] in _TO_DO


def _gives_another(body: Sequence[str], value: str, held: Sequence[str]) -> bool:
    """Tell whether a clause gives another value: ", in fact 5", "it is 6", "one of which"."""
    if not value:
        return False
    if ("it", "is") in pairwise(body) and is_number(body[-1]) and body[-1] != value:
        return True
    numbers = [word for word in body if is_number(word)]
    counts = is_number(body[0]) and len(body) > 1 and all(map(is_word, body[1:]))
    if counts and body[1:] == held[1 - len(body) :]:
        return body[0] != value  # "6 red cubes, 7 red cubes"
    bare = all(is_number(word) or word in _BARE or read_units(word) for word in body)
    return bare and bool(numbers) and value not in numbers and sum(map(is_number, held)) < 2
