"""What may be said behind a statement that leaves it one: a predicate, a place, a thing counted."""

from collections.abc import Sequence

from r1vl_kedro.answers.nouns import counted
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.leads import OTHERS
from r1vl_kedro.rewards.negation import AUXILIARIES, CLAUSE_ENDS
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    DENIERS,
    RELATIONS,
    is_number,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.vocabulary import THINGS, plain, stem
from r1vl_kedro.rewards.wholes import STATING

DONE = frozenset(
    "obtained found given shown derived computed calculated used needed required solved satisfied "
    "verified checked confirmed determined drawn known proved proven stated reached met paid "
    "substituted inserted chosen fixed established deduced concluded implied forced seen fulfilled "
    "called written simplified expected divided multiplied added equivalent based marked".split()
)
"""What may have been done with a statement that stands."""
YIELDING = frozenset("leads gives yields produces gets got".split())
SAYING = DONE | frozenset(
    "valid actual exact integer natural rational wanted unique single minimum maximum common "
    "double simple best admissible acceptable numerical constant divisor parabola asymptote "
    "consequence necessary sufficient direct change depend matter exceed include contain lie "
    "intersect need affect go vertical horizontal opposite than half".split()
)
"""Words that may be said of a statement that stands, besides those that lead to one (`known`)."""
BEHIND = AUXILIARIES | frozenset(
    "and or that which who whose where as in on at of for from with by to into onto out between "
    "among around along across inside outside within under over above below behind beside near "
    "through about after before next until without against toward towards regardless here there "
    "now "
    "again still already too also indeed only all each both altogether overall total left "
    "respectively together possible available long wide high tall deep old away apart follows "
    "satisfies works holds implies means gives yields makes exist exists we it i they not never "
    "visible like while whereas remain stay".split()
)
"""Words right behind a statement that leave it one: a noun there may not ("6 edge colors")."""
_UNIT_SIGNS = frozenset({"degrees", "/", "^", "2", "3", "square", "cubic", "%"})
_FINAL = frozenset(
    "exactly precisely again already too also here there indeed in total altogether overall all "
    "left visible long wide high tall deep apart away old each respectively remaining together "
    "above below see shown now as well".split()
)
"""Words that a statement may end with: "is 5 cm long", "in all"."""
_DOUBTED = frozenset(
    "possible unknown may could should would had question case cases condition first one none "
    "check try test best fact instance twice double half tens root negative".split()
) - {"negative", "half"}
"""Words of which it is not known what they make of a statement before them."""
_ADJOINING = frozenset(
    "in by on with from into regardless like across around at inside outside within under above "
    "below behind beside next near through among between along".split()
)
GROUNDS = frozenset(
    "alternate interior exterior corresponding vertical opposite angle angles given sum of "
    "triangle a supplementary complementary base linear pair radii".split()
)
"""Words of a reason in brackets: "(alternate interior angles)"."""
NOT_SAID = frozenset(
    "negative positive zero final only larger smaller greater less integer depend change exceed "
    "include contain lie intersect affect a larger needed required".split()
)
"""What may be denied of a statement that stands: "x = 5 is not negative"."""
TO_DO = frozenset("checked shown verified proved proven determined found".split())
_HAVING = frozenset("have get find see know".split())
_ELSEWHERE = frozenset("part mirror my name nothing sign negative".split())
"""Words of places and grounds that do not leave a statement one: "in part", "in my head"."""
_MATERIALS = frozenset("metal rubber plastic wood glass".split())
LEAVING_WHOLE = CLAUSE_ENDS | BEHIND | DONE
"""Words right behind a phrase with which it ends there."""


def leaves_stated(tail: Sequence[str], held: Sequence[str]) -> bool:
    """Tell whether the rest of a clause behind a statement is of a form that leaves it one."""
    place = 0
    unit = len(held) > 1 and is_number(held[-2]) and read_units(held[-1])
    numbered = is_number(held[-1]) or held[-1] == "pi" or bool(unit)
    while (
        numbered
        and place < len(tail)
        and (tail[place] in _UNIT_SIGNS or (tail[place] != "in" and read_units(tail[place])))
    ):
        place += 1
    if numbered and not place and tail and tail[0] not in LEAVING_WHOLE:
        place = counted(tail)
        if not all(map(plain, tail[:place])):
            return False
    rest = tail[place:]
    if not rest or _FINAL.issuperset(rest) or rest[0] == "(":
        return True
    if rest[0] in RELATIONS:
        ends = rest[-1] if len(rest) > 1 and rest[-2] == "=" and is_number(rest[-1]) else ""
        return not ends or value_of(held) in ("", ends)
    verb, said = rest[0], rest[1:]
    if verb == "who" or rest == ["one"] or GROUNDS.issuperset(rest):
        return True
    if numbered and place and verb in ARITHMETIC:
        return False
    if rest == ["by", "given", "condition"]:
        return True
    if not _DOUBTED.isdisjoint(rest) or not OTHERS.isdisjoint(rest):
        return verb in ("is", "does") and said[:1] == ["not"] and _DOUBTED.isdisjoint(rest)
    if verb in ("follows", "works", "holds", "satisfies", "remain", "remains"):
        return (verb == "satisfies" and DENIERS.isdisjoint(said)) or _places(said)
    if verb in YIELDING | {"implies", "means", "makes", "leaves"}:
        return "negative" not in said and (
            not RELATIONS.isdisjoint(said)
            or said[:1] in (["that"], ["us"])
            or any(map(is_number, said))
        )
    if verb in AUXILIARIES:
        return True  # what is said has been looked at
    if verb in _ADJOINING:
        return _places(rest)
    if verb.endswith(("ed", "ing")) or verb in ("drawn", "all", "not", "no", "visible", "seen"):
        return _places(said) or len(said) < 2
    clause = not is_word(held[-1]) or len(held[-1]) < 4
    subject = verb not in _ADJOINING and verb not in ("to", "for", "of")
    if (
        clause
        and subject
        and any(word in AUXILIARIES or word in RELATIONS or word in _HAVING for word in said)
    ):
        return {"not", "no"}.isdisjoint(said)
    if verb in _MATERIALS or (stem(verb) in THINGS and not STATING.isdisjoint(held)):
        return _places(said) and not numbered
    if verb == "that" and said and said[0] not in AUXILIARIES and DENIERS.isdisjoint(said):
        return True
    if verb == "to" and STATING.isdisjoint(held) and RELATIONS.isdisjoint(held):
        return True
    return rest[:2] == ["back", "in"] or (verb == "we" and {"not", "no"}.isdisjoint(said))


def _places(words: Sequence[str]) -> bool:
    """Tell whether words are places, grounds or nothing: "in the figure", "by construction"."""
    if not _ELSEWHERE.isdisjoint(words) or not DENIERS.isdisjoint(words):
        return False
    if not words or _FINAL.issuperset(words):
        return True
    first, following = words[0], "".join(words[1:2])
    if first == "at" and following == "a":
        return False
    if first == "at":
        return is_variable(following) or following == "point" or len(following) == 2
    if first == "by" and len(following) == 2:
        return following == "aa"
    if first == "in" and len(following) == 4 and is_number(following):
        return True  # a year
    if first in ("by", "in", "with", "on") and (is_number(following) or following == "base"):
        return first == "with" and following == "base"
    return first in _ADJOINING and following != ""


def ends_sum(tail: Sequence[str]) -> bool:
    """Tell whether what follows a sum is what it counts or a place: "= 5 cubes in the box"."""
    place = counted(tail) if tail and tail[0] not in LEAVING_WHOLE else 0
    rest = tail[place:]
    if not rest or not is_word(rest[0]) or read_units(rest[0]):
        return True
    if "twice" in rest or "out" in rest or "not" in rest[1:2]:
        return False
    known_verb = rest[0] in LEAVING_WHOLE or rest[0].endswith(("ed", "ing"))
    return known_verb or stem(rest[0]) in THINGS or rest[0] in ("to", "kids", "square", "more")


def left_open(tail: Sequence[str]) -> bool:
    """Tell whether what is said of counted things leaves them open: "5 cubes may be there"."""
    verb, said = "".join(tail[:1]), tail[1:]
    if verb in ("may", "could", "would", "should", "if", "might"):
        return True
    if verb == "to":
        return bool(said) and is_number(said[0])
    open_to = {"missing", "possible", "possibility", "case", "guess", "question"}
    return verb in AUXILIARIES and (not open_to.isdisjoint(said) or said[:2] == ["not", "in"])


def unsettled(verb: str, said: Sequence[str]) -> bool:
    """Tell whether a predicate leaves its subject open: "is possible", "is to be shown"."""
    if verb in ("may", "could", "should", "would", "had", "might"):
        return True
    if not {"possible", "unknown", "condition", "question", "case", "check"}.isdisjoint(said):
        return True
    if said[:1] == ["not"]:
        denied = said[1 + (said[1:2] == ["be"]) :]
        return not (denied and (denied[0] in NOT_SAID or is_number(denied[0])))
    if said[:1] and said[0] in DENIERS:
        return True
    if verb == "must" and said[:1] and said[0] in TO_DO:
        return True
    return verb in ("is", "are") and len(said) == 1 and said[0] in TO_DO


def value_of(held: Sequence[str]) -> str:
    """Return the number that an equation of one value ends with, before its unit if any."""
    place = -1 if is_number(held[-1]) else -2
    alone = len(held) > 2 and is_number(held[place]) and held[place - 1] in RELATIONS | STATING
    return held[place] if alone else ""
