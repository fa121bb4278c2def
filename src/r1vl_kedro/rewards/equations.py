"""What stands right beside an equation in its sentence: words that state it, or others.

What a sentence may make of an equation has no end, and what states one is nearly a closed class. So
the equation of a variable counts where the word before it is known to state it, and what is said of
it to leave it so. Of numbers alone ("8 - 3 = 5") any word may stand before: "of the red ones
8 - 3 = 5".
"""

from collections.abc import Sequence

from r1vl_kedro.answers.prose import NEUTRAL
from r1vl_kedro.rewards.negation import AUXILIARIES, CLAUSE_ENDS
from r1vl_kedro.rewards.normalise import RELATIONS, is_variable, is_word

_LEADING = NEUTRAL | frozenset(
    "or but when while if us let set define use used become becomes imply implies yielding mean "
    "means leave requires require satisfy reduce reduces simplify simplifies result lead leads "
    "calculate compute count add subtract multiply divide solve substitute note notice observe "
    "recall deduce infer check verify confirm show shows say says state states read reads write "
    "rewrite form forms hold holds know have having get gets equation equations formula "
    "inequality identity relation expression function theorem rule law condition property solution "
    "solutions root quantity variable parameter coordinate coordinates slope intercept "
    "length width height depth radius diameter perimeter circumference area volume surface "
    "measure base hypotenuse leg altitude median angles sides arcs sector quadrilateral trapezoid "
    "parallelogram rhombus polygon pentagon hexagon prism cylinder cone sphere plane vertices "
    "edges triangles lines segments chord tangent secant axis ratio fraction percentage "
    "probability average mean mode range variance difference product quotient remainder factor "
    "multiple power generality doubt wonder forget way fact "
    "exponent logarithm speed velocity acceleration distance time mass weight force energy work "
    "pressure density charge current voltage resistance temperature rate frequency period "
    "concentration price cost profit interest discount age score population "
    "cos sin tan cot log ln frac sqrt widehat overline".split()
)
"""Words that an equation right behind them is stated by, or is one of: of any other it is not known
what it makes of the equation ("pretend", "they erased")."""

_SPEAKING = frozenset("say says read reads write writes rewrite answer answers".split())
_SPEAKERS = frozenset("we i us can equation equations it line figure label".split())
_SOLUTIONS = frozenset("solution root answer value".split())
_OF_SOLUTIONS = frozenset(
    "a an our my its only also just indeed therefore thus then hence clearly one of valid correct "
    "right true actual exact positive negative real integer whole natural rational desired "
    "required sought wanted unique single first second third other final smallest largest smaller "
    "larger minimum maximum possible new next missing unknown same given common double simple best "
    "admissible acceptable numerical".split()
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


def led_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the word right before an equation is not one that states it."""
    if not start or RELATIONS.isdisjoint(tokens[start:end]):
        return False
    before = tokens[start - 1]
    if not is_word(before) or not is_variable(tokens[start]) or before in CLAUSE_ENDS:
        return False
    if before in _SPEAKING:
        return _SPEAKERS.isdisjoint(tokens[max(start - 4, 0) : start - 1])
    return not (before in _LEADING or before.endswith(("ly", "ing")))


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
    if verb in ("do", "does", "did") and said[:1] == ["not"] and said[1:]:
        return said[1] not in _UNAFFECTED
    if verb == "can" and said[:1] == ["not"] and said[1:] and said[1] != "be":
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
