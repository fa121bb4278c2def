"""What stands right beside a statement in its sentence: words that leave it stated, or others.

What a sentence may make of a statement has no end, and what leaves it one is nearly a closed class.
So the equation of a variable counts where the word before is known to state it, and what says in
words that something "is" so where the word behind is known to leave it so. Of numbers alone any
word may stand before ("of the red ones 8 - 3 = 5"), as any adjective may before a noun; behind a
number may stand what is counted, behind a label a new clause.
"""

from collections.abc import Sequence

from r1vl_kedro.answers.prose import NEUTRAL
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.negation import AUXILIARIES, CLAUSE_ENDS
from r1vl_kedro.rewards.normalise import (
    BREAK,
    COMMA,
    RELATIONS,
    SENTENCE_ENDS,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.wholes import COPULAS

_LEADING = NEUTRAL | frozenset(
    "or when while if us define use used become becomes implies mean means leave requires require "
    "satisfy reduce reduces simplify simplifies lead leads calculate compute count add subtract "
    "divide solve substitute note notice observe recall deduce infer check verify confirm show "
    "shows state states form forms hold holds know equation equations formula inequality identity "
    "relation expression function theorem rule law property solutions root quantity variable "
    "parameter coordinate coordinates slope intercept length width height depth radius diameter "
    "perimeter circumference volume surface measure base hypotenuse leg altitude median angles "
    "arcs sector quadrilateral trapezoid parallelogram rhombus polygon pentagon hexagon prism "
    "cylinder cone sphere plane vertices edges triangles lines segments chord tangent secant axis "
    "ratio fraction percentage probability average mode range variance difference quotient "
    "remainder factor multiple power generality doubt wonder forget way fact exponent logarithm "
    "speed velocity acceleration distance time mass weight force energy work pressure density "
    "charge current voltage resistance temperature rate frequency period concentration price cost "
    "profit interest discount age score population cos sin tan cot log ln frac sqrt widehat "
    "overline".split()
)
"""Words that an equation right behind them is stated by, or is one of: of any other it is not known
what it makes of the equation ("pretend", "they erased")."""

_SPEAKING = frozenset("say says read reads write writes rewrite answer answers".split())
_SPEAKERS = frozenset("we i us can equation equations it line figure label".split())
_SOLUTIONS = frozenset("solution root answer value".split())
_CURVES = frozenset("line curve graph equation formula function".split())
"""What an equation in words is denied to be: "x = 5 is not the equation"."""
_FORMER = frozenset("old former previous original wrong".split())
_OF_SOLUTIONS = frozenset(
    "a our my its also just indeed one of valid correct right true actual exact positive negative "
    "real integer whole natural rational desired required sought wanted unique single first second "
    "third other final smallest largest smaller larger minimum maximum possible new next missing "
    "unknown same given common double simple best admissible acceptable numerical".split()
)
"""Words before "solution" that leave it one; of others it is not known: "a phantom solution"."""
_THINGS = _LEADING | frozenset(
    "constant integer prime divisor parabola asymptote consequence contradiction necessary "
    "sufficient direct special".split()
)
"""What an equation is: of another noun it is not known what it makes of it ("a rumour")."""
_DONE = frozenset(
    "obtained found given shown derived computed calculated used needed required solved satisfied "
    "verified checked confirmed determined drawn known proved proven stated reached met paid "
    "substituted inserted chosen fixed established deduced concluded implied forced seen fulfilled "
    "called written simplified expected divided multiplied added equivalent based marked".split()
)
"""What may have been done with a statement that stands."""
_UNAFFECTED = frozenset(
    "change depend matter exceed equal include contain have lie divide intersect count need "
    "require affect mean imply use go".split()
)
"""What a statement may not do without being wrong: "x = 5 does not depend on y"."""
_BEHIND = AUXILIARIES | frozenset(
    "and or that which who whose where as in on at of for from with by to into onto out between "
    "among around along across inside outside within under over above below behind beside near "
    "through about after before until without against toward towards regardless here there now "
    "again still already too also indeed only all each both altogether overall total left "
    "respectively together possible available long wide high tall deep old away apart follows "
    "satisfies works holds implies means gives yields makes exist exists we it i they not never "
    "visible like while whereas".split()
)
"""Words right behind a statement that leave it one; of a noun it is not known: "6 edge colors"."""
_LEAVING_WHOLE = CLAUSE_ENDS | _BEHIND | _DONE
"""Words right behind a phrase with which it ends there."""

_MAKING_OTHER = frozenset("claim rumour belief perpendicular parallel".split())
"""Words before "there is" or a label's "is" that make another claim of it."""
_AHEAD = frozenset({("to", "show"), ("to", "prove"), ("we", "expected")})
"""What begins a sentence that states nothing yet: "to show: AB is parallel to CD"."""


def led_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the word right before a statement is not one that states it."""
    first, before = tokens[start], tokens[start - 1] if start else BREAK
    begins = start == 3 or (start > 3 and tokens[start - 4] in SENTENCE_ENDS)
    if before == COMMA and begins and tuple(tokens[start - 3 : start - 1]) in _AHEAD:
        return True
    if not is_word(before) or before in CLAUSE_ENDS:
        return False
    if first == "there" or (len(first) == 2 and first.isalpha()):  # a label: AB
        told = before.endswith("ed") and before not in _DONE | _LEADING
        return not COPULAS.isdisjoint(tokens[start:end]) and (told or before in _MAKING_OTHER)
    if not is_variable(first) or RELATIONS.isdisjoint(tokens[start:end]):
        return False
    if before in _SPEAKING:
        return _SPEAKERS.isdisjoint(tokens[max(start - 4, 0) : start - 1])
    return not (before in _LEADING or before.endswith(("ly", "ing")))


_RELATING = COPULAS | RELATIONS
_REMOVED = frozenset(
    {("in", "special"), ("in", "appearance"), ("for", "other"), ("left", "to"), ("or", "is")}
)
"""Words right behind a statement that bound or move it: "in the special case"."""


def goes_on_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the word right behind a statement in words is not known to leave it one.

    "there are 6 edge colors", "the slope is negative infinity", "in the special case y = 0".
    """
    if tokens[end] in ("more", "fewer") and tokens[end + 1] in CLAUSE_ENDS:
        return True
    if not _RELATING.isdisjoint(tokens[start:end]):
        further = tokens[end] == "and" and tokens[end + 2 : end + 3] == ["more"]
        if further or tuple(tokens[end : end + 2]) in _REMOVED:
            return True
        if tokens[end : end + 4] == ["is", "what", "we", "must"]:
            return True
    last = next((at for at in range(end - 1, start, -1) if tokens[at] in CLAUSE_ENDS), start)
    if COPULAS.isdisjoint(tokens[last : end - 1]) or tokens[end - 1] in _BEHIND:
        return False
    if not is_word(tokens[end - 1]):
        return False
    if len(tokens[end - 1]) == 2 or tokens[end - 1].endswith("est"):
        return False  # a label, and what "the tallest" is: "AB is parallel to CD the angles are"
    adjective = tokens[end - 2] in COPULAS and is_word(tokens[end])  # "is red metal"
    return not adjective and names_more(tokens[end])


def names_more(after: str) -> bool:
    """Tell whether a word right behind a phrase is not known to leave it whole: ``edge colors``."""
    if after in _LEAVING_WHOLE or after.endswith(("ly", "ing", "ed")):
        return False
    if after in ("per", "=>", "-", "+", "*", "^"):
        return True
    return after[-1].isalnum() and not read_units(after) and after not in ("square", "cubic")


def followed_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether what is said of an equation is not known to leave it stated.

    "x = 5 did not survive", "x = 5 is a phantom solution".
    """
    verb = tokens[end]
    if verb not in AUXILIARIES or RELATIONS.isdisjoint(tokens[start:end]):
        return False
    if not is_variable(tokens[start]):
        return False
    last = next(
        (at for at in range(end + 1, min(end + 7, len(tokens))) if tokens[at] in CLAUSE_ENDS), end
    )
    said = [token for token in tokens[end + 1 : last] if not token.endswith("ly")]
    if said[:1] == ["not"] and not _CURVES.isdisjoint(said[1:2]):
        return True
    if verb == "was" and not _FORMER.isdisjoint(said):
        return True
    acts = verb in ("do", "does", "did") or (verb == "can" and said[1:2] != ["be"])
    if acts and said[:1] == ["not"] and said[1:]:
        return said[1] not in _UNAFFECTED
    place = next((at for at, token in enumerate(said) if token in _SOLUTIONS), 0)
    if "not" in said or verb not in ("is", "was", "has"):
        return False
    done = next((token for token in said if token.endswith("ed")), "")
    if done and done not in _DONE | _OF_SOLUTIONS:
        return True
    if said[:1] == ["a"] and _THINGS.isdisjoint(said[1:]):
        return True
    return not _OF_SOLUTIONS.issuperset(said[:place])
