"""What stands behind a statement in its clause: words that leave it one, or others.

As of what leads to it, what may undo a statement has no end; so what is said of it must be made of
known words. Behind a number may stand what is counted, behind a label a new clause.
"""

from collections.abc import Sequence

from r1vl_kedro.answers.nouns import counted
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.leads import OPENING, OTHERS, is_claim, known
from r1vl_kedro.rewards.negation import AUXILIARIES, CLAUSE_ENDS, SENTENCE_REACH, sentence_end
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    COMMA,
    DENIERS,
    RELATIONS,
    is_number,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.vocabulary import THINGS, plain, stem
from r1vl_kedro.rewards.wholes import STATING

_CURVES = frozenset("line curve graph equation formula function".split())
"""What an equation in words is denied to be: "x = 5 is not the equation"."""
_DONE = frozenset(
    "obtained found given shown derived computed calculated used needed required solved satisfied "
    "verified checked confirmed determined drawn known proved proven stated reached met paid "
    "substituted inserted chosen fixed established deduced concluded implied forced seen fulfilled "
    "called written simplified expected divided multiplied added equivalent based marked".split()
)
"""What may have been done with a statement that stands."""
_SAYS = AUXILIARIES | frozenset(
    "holds hold works satisfies follows implies means gives yields makes".split()
)
"""Verbs with which something is said of a statement: what follows must be known to leave it one."""
_EQUATIONS = RELATIONS | STATING
"""What makes a window an equation or a statement in words."""
_YIELDING = frozenset("leads gives yields produces gets got".split())
_ASKING = frozenset("what where when how why".split())
_CONDITIONS = frozenset("if iff provided except".split())
_BOUNDING = frozenset(
    "once per remains until till according missing needed required lacking before without < > less "
    "fewer more".split()
)
"""Words right behind a statement that bound or move it, as the pairs below."""
_BOUNDING_PAIRS = frozenset(
    {("as", "long"), ("not", "in"), ("in", "appearance"), ("left", "to"), ("to", "be"),
     ("by", "mistake"), ("at", "best")}
)  # fmt: skip
_CHANGING = ARITHMETIC | {"longer", "shorter", "larger", "smaller", "higher", "lower", "celsius"}
_PLACES = frozenset("in on at for of".split())
_OF_SEVERAL = OTHERS | {"each", "every", "no"}
_LIMITING = frozenset("without on in at of for with by from if when where".split())
SAYING = _DONE | frozenset(
    "valid actual exact integer natural rational wanted unique single minimum maximum common "
    "double simple best admissible acceptable numerical constant divisor parabola asymptote "
    "consequence necessary sufficient direct change depend matter exceed include contain lie "
    "intersect need affect go vertical horizontal opposite than half".split()
)
"""Words that may be said of a statement that stands, besides those that lead to one (`known`)."""
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
    "below behind beside near through among between along".split()
)
NOT_SAID = frozenset(
    "negative positive zero final only larger smaller greater less integer depend change exceed "
    "include contain lie intersect affect a larger needed required".split()
)
"""What may be denied of a statement that stands: "x = 5 is not negative"."""
TO_DO = frozenset("checked shown verified proved proven determined found".split())
_LESSENING = frozenset("more less fewer short shy off < >".split())
_GROUNDS = frozenset(
    "alternate interior exterior corresponding vertical opposite angle angles given sum of "
    "triangle a supplementary complementary base linear pair radii".split()
)
"""Words of a reason in brackets: "(alternate interior angles)"."""
_HAVING = frozenset("have get find see know".split())
_MATERIALS = frozenset("metal rubber plastic wood glass".split())
_BEHIND = AUXILIARIES | frozenset(
    "and or that which who whose where as in on at of for from with by to into onto out between "
    "among around along across inside outside within under over above below behind beside near "
    "through about after before until without against toward towards regardless here there now "
    "again still already too also indeed only all each both altogether overall total left "
    "respectively together possible available long wide high tall deep old away apart follows "
    "satisfies works holds implies means gives yields makes exist exists we it i they not never "
    "visible like while whereas remain stay".split()
)
"""Words right behind a statement that leave it one: a noun there may not ("6 edge colors")."""
LEAVING_WHOLE = CLAUSE_ENDS | _BEHIND | _DONE
"""Words right behind a phrase with which it ends there."""


def goes_on_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the word right behind a statement in words is not known to leave it one.

    "there are 6 edge colors", "the slope is negative infinity".
    """
    if tokens[end] in ("more", "fewer") and tokens[end + 1] in CLAUSE_ENDS:
        return True
    if tokens[end] in _GROUNDS and _GROUNDS.issuperset(tokens[end : sentence_end(tokens, end)]):
        return False
    last = next((at for at in range(end - 1, start, -1) if tokens[at] in CLAUSE_ENDS), start)
    if STATING.isdisjoint(tokens[last : end - 1]) or tokens[end - 1] in _BEHIND:
        return False
    if not is_word(tokens[end - 1]):
        return False
    if len(tokens[end - 1]) == 2 or tokens[end - 1].endswith("est"):
        return False  # a label, and what "the tallest" is: "AB is parallel to CD the angles are"
    adjective = tokens[end - 2] in STATING and is_word(tokens[end])  # "is red metal"
    return not adjective and names_more(tokens[end])


def names_more(after: str) -> bool:
    """Tell whether a word right behind a phrase is not known to leave it whole: ``edge colors``."""
    if after in LEAVING_WHOLE or after.endswith(("ly", "ing", "ed")):
        return False
    if after in ("per", "=>", "-", "+", "*", "^"):
        return True
    return after[-1].isalnum() and not read_units(after) and after not in ("square", "cubic")


def followed_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether what is said of a statement is not known to leave it stated.

    "x = 5 did not survive", "x = 5 is a phantom solution", "x = 5 if y = 0", "x = 5 = 6".
    """
    held = tokens[start:end]
    last = end
    while last < end + SENTENCE_REACH and tokens[last] not in OPENING:
        last += 1
    verb, following, tail = tokens[end], tokens[min(end + 1, len(tokens) - 1)], tokens[end:last]
    if _EQUATIONS.isdisjoint(held) and not is_claim(tokens, start, end):
        return (verb in _YIELDING and _spoilt(tail)) or verb in _LESSENING
    if tail[-1:] == ["only"]:
        return True
    if "only" in tail[:-1] and tail[tail.index("only") + 1] in _LIMITING:
        return True
    if _spoilt(tail) or (verb == "=>" and _spoilt([following])):
        return True
    behind = tokens[min(end + 2, len(tokens) - 1)]
    claim = is_claim(tokens, start, end)
    if claim and (_acts(verb, following) or _absurd(tokens, end)):
        return True
    if verb in _SAYS and verb not in tail[1:]:
        said = [token for token in tail[1:] if not token.endswith("ly")]
        asked = verb in ("is", "was") and following in _ASKING
        if (
            asked
            or said[:2] == ["to", "be"]
            or (said[:1] == ["not"] and not _CURVES.isdisjoint(said[1:2]))
        ):
            return True
        if _unsettled(verb, said):
            return True
        pairs = zip(["", *said], said, strict=False)
        return not all(word in SAYING or known(word, ahead) for ahead, word in pairs)
    if verb == "=" and is_number(following) and _value(held) not in ("", following):
        return behind in OPENING or behind == held[-1]  # "20 cm = 24 cm"
    if verb in _CONDITIONS or not claim:
        return verb in _CONDITIONS
    if verb in _BOUNDING or (verb, following) in _BOUNDING_PAIRS or tail[1:3] == ["to", "be"]:
        return True
    if read_units(tokens[end - 1]) and is_number(tokens[end - 2]) and verb in _CHANGING:
        return True
    several = not STATING.isdisjoint(held) and verb == "and" and is_number(following)
    listed = verb == COMMA and is_number(following) and behind in CLAUSE_ENDS | {"and"}
    return (is_number(tokens[end - 1]) and (several or listed)) or not _leaves(tail, held)


def _leaves(tail: Sequence[str], held: Sequence[str]) -> bool:
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
        return not ends or _value(held) in ("", ends)
    verb, said = rest[0], rest[1:]
    if rest == ["one"] or _GROUNDS.issuperset(rest):
        return True
    if numbered and place and verb in ARITHMETIC:
        return False
    if not _DOUBTED.isdisjoint(rest) or not OTHERS.isdisjoint(rest):
        return verb in ("is", "does") and said[:1] == ["not"] and _DOUBTED.isdisjoint(rest)
    if verb in ("follows", "works", "holds", "satisfies", "remain", "remains"):
        return (verb == "satisfies" and DENIERS.isdisjoint(said)) or _places(said)
    if verb in _YIELDING | {"implies", "means", "makes", "leaves"}:
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
    if clause and any(word in AUXILIARIES or word in RELATIONS or word in _HAVING for word in said):
        return {"not", "no"}.isdisjoint(said)
    if verb in _MATERIALS or (stem(verb) in THINGS and not STATING.isdisjoint(held)):
        return _places(said) and not numbered
    if verb == "to" and STATING.isdisjoint(held) and RELATIONS.isdisjoint(held):
        return True
    return rest[:2] == ["back", "in"] or (verb == "we" and {"not", "no"}.isdisjoint(said))


def _places(words: Sequence[str]) -> bool:
    """Tell whether words are places, grounds or nothing: "in the figure", "by construction"."""
    if not {"part", "mirror"}.isdisjoint(words):
        return False
    if not words or _FINAL.issuperset(words):
        return True
    first, following = words[0], "".join(words[1:2])
    if first == "at":
        return is_variable(following) or following == "point" or len(following) == 2
    if first == "by" and len(following) == 2:
        return following == "aa"
    if first in ("by", "in", "with", "on") and (is_number(following) or following == "base"):
        return first == "with" and following == "base"
    return first in _ADJOINING and following != ""


def _unsettled(verb: str, said: Sequence[str]) -> bool:
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


def _value(held: Sequence[str]) -> str:
    """Return the number that an equation of one value ends with, before its unit if any."""
    place = -1 if is_number(held[-1]) else -2
    alone = len(held) > 2 and is_number(held[place]) and held[place - 1] in _EQUATIONS
    return held[place] if alone else ""


def _spoilt(tail: Sequence[str]) -> bool:
    """Tell whether the rest of a clause has a word of fault that nothing there denies."""
    return {"not", "no", "never"}.isdisjoint(tail) and any(map(WRONG.fullmatch, tail))


def _absurd(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the sentence ends on a word that calls it absurd: "..., impossible."."""
    last = sentence_end(tokens, end) or end
    return COMMA in tokens[max(last - 3, end) : last - 1] and _spoilt(tokens[last - 1 : last])


def _acts(word: str, following: str) -> bool:
    """Tell whether a word behind a statement is a verb with an object: "misreads the figure"."""
    if not is_word(word) or word in LEAVING_WHOLE:
        return False
    if word.endswith("ed"):
        return True
    if not word.endswith("s") or word.endswith("ss") or read_units(word):
        return False
    return following not in LEAVING_WHOLE and following[-1].isalnum()
