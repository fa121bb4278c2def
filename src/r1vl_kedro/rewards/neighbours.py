"""What stands around a statement in its clause: words that leave it stated, or others.

What a sentence may make of a statement has no end, and what leaves it one is nearly a closed class.
So an equation of a variable or label, and what says in words that something "is" so, count where
every word of the clause before is known to state them ("solving, we get that"), and where what
follows is known to leave them so. Of sums of numbers alone any word may stand before ("of the red
ones 8 - 3 = 5"), as any adjective may before a noun; behind a number may stand what is counted,
behind a label a new clause.
"""

import re
from collections.abc import Sequence

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.negation import AFFIRMING, AUXILIARIES, CLAUSE_ENDS, SENTENCE_REACH
from r1vl_kedro.rewards.normalise import (
    BREAK,
    COMMA,
    DENIERS,
    RELATIONS,
    SENTENCE_ENDS,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.wholes import COPULAS, LONGEST_LABEL

_ENDINGS = re.compile(r"(?<=\w{3})(?:e|es|s|ed|ing)\Z")


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word)


_LEADING = frozenset(map(_stem, (
    # Who and what.
    "a we i you us our my it its this that these those there here what one both each every all any "
    "same other such equation formula inequality identity relation expression function theorem "
    "rule law property answer result value solution root quantity variable number amount total "
    "sum difference product quotient remainder factor multiple power exponent logarithm fraction "
    "percentage ratio rate probability average mean mode median range variance parameter "
    "coordinate slope intercept length width height depth radius diameter inradius perimeter "
    "circumference area volume surface measure size base hypotenuse leg altitude angle arc sector "
    "side edge face vertex vertices diagonal line segment chord tangent secant axis point plane "
    "triangle quadrilateral square rectangle trapezoid parallelogram rhombus polygon pentagon "
    "hexagon circle semicircle prism cylinder cone sphere cube region figure graph diagram picture "
    "image chart table row column digit unit tens hundreds ring color reason front few us re "
    "speed velocity acceleration distance time "
    "mass weight force energy work pressure density charge current voltage resistance temperature "
    "frequency period concentration price cost profit interest discount age score population "
    "step case condition information statement fact way conclusion generality pythagoras "
    "pythagorean similarity similitude argument definition symmetry construction label "
    # What is done.
    "is are was were be been has have had do does will must can could may let get got give "
    "given yield yielding obtain used plugging setting putting getting cancelling subtracting "
    "find found see saw seen know known note notice observe recall remember conclude deduce infer "
    "derive imply implies mean meant follow show shown prove proven verify verified check confirm "
    "determine establish tell told say said read state come turn out become lead leave left make "
    "made form hold held equal represent correspond satisfy satisfies satisfied require reduce "
    "simplify simplifies compute calculate count add subtract divide multiply multiplied solve "
    "substitute plug insert put set define denote call use apply applies take taken write written "
    "rewrite express expand factorise factorize simplified rearrange cancel combine equate halve "
    "evaluate work drop draw "
    # How, where and when.
    "of in on at to from by for with as per between about into after under using before "
    "clear clearly obvious obviously evident evidently indeed also only exactly precisely simply "
    "easy easily directly immediately similar similarly likewise equivalently finally now again "
    "just certainly surely definitely really first second third last next further previously "
    "either when where or and "
    # Which.
    "large larger largest small smaller smallest long longer longest short shorter shortest great "
    "greatest big major minor whole shaded unshaded outer inner right isosceles equilateral "
    "regular equal positive negative real unknown final correct desired sought true possible "
    "red blue green yellow black white grey gray "
    "cos sin tan cot log ln frac sqrt widehat overline text mathrm prime"
).split()))  # fmt: skip
"""Stems of the words that a statement may stand behind in its clause: of any other it is not known
what it makes of the statement ("pretend", "they erased", "might")."""
_CLAIMED_BY = frozenset("show prove verify check say".split())
"""Verbs that bid to state, unless somebody does so: "show that", but "we show that"."""
_OPENING = CLAUSE_ENDS | frozenset("and or => which where while whereas when as whose".split())
"""What a new clause begins behind."""
_RULES = frozenset(map(_stem, "theorem rule law formula formulas identity inequality".split()))
_PUTTING = frozenset("plug plugging put putting".split())
_PLACING = frozenset("in on without besides".split())
_NAMED = frozenset("triangle angle arc line side segment square quadrilateral of".split())
"""Words that a label stands behind, which is no word: "triangle ABC"."""
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
_THINGS = frozenset(
    "constant integer prime divisor parabola asymptote consequence contradiction necessary "
    "sufficient direct special".split()
)
"""What an equation is, besides what it stands behind: of another noun it is not known what it makes
of it ("a rumour")."""
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
_VERBS = frozenset("holds hold works satisfies follows implies means gives yields makes".split())
_ASKING = frozenset("what where when how why".split())
_BOUNDING = frozenset(
    "if per remains provided until till unless whenever except according missing needed required "
    "lacking < > less fewer more".split()
)
_BOUNDS = frozenset({("for", "each"), ("for", "every"), ("as", "long")})
_LIMITING = frozenset("on in at of for with by from if when where".split())
_SAYING = (
    _OF_SOLUTIONS
    | _SOLUTIONS
    | _THINGS
    | _DONE
    | _UNAFFECTED
    | DENIERS
    | frozenset("vertical horizontal opposite than half".split())
)
"""Words that may be said of a statement that stands, besides those that it stands behind."""
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


def is_claim(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a window is a statement, and neither a noun phrase nor a sum of numbers."""
    held = tokens[start:end]
    if not COPULAS.isdisjoint(held):
        return True
    return not RELATIONS.isdisjoint(held) and (is_word(tokens[start]) or is_variable(tokens[start]))


def led_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the clause before a statement has a word that is not known to state it."""
    before = tokens[start - 1] if start else BREAK
    begins = start == 3 or (start > 3 and tokens[start - 4] in SENTENCE_ENDS)
    if before == COMMA and begins and tuple(tokens[start - 3 : start - 1]) in _AHEAD:
        return True
    if not is_claim(tokens, start, end):
        return False
    if is_variable(tokens[start]) and is_variable(before) and before not in ("a", "i"):
        return True  # a product: "y x = 5"
    if before in _NOT_FIRST and is_word(tokens[start]) and tokens[start] != "there":
        return True  # "the other triangle is isosceles"
    opening = start
    while opening > max(start - SENTENCE_REACH, 0) and tokens[opening - 1] not in _OPENING:
        opening -= 1
    lead = tokens[opening:start]
    denied = not DENIERS.isdisjoint(lead)
    equation = not RELATIONS.isdisjoint(tokens[start:end])
    ruled = max((at for at, word in enumerate(lead) if _stem(word) in _RULES), default=0)
    for place, word in enumerate(lead):
        if place < ruled and word in ("by", "from", "using"):
            return any(not _known(word, "") for word in lead[ruled:])  # "by Ohm's law"
        ahead = lead[place - 1] if place else ""
        if word in _CLAIMED_BY and ahead in ("", "to", "us"):
            return True
        if word == "in" and place == len(lead) - 1 and ahead in _PUTTING:
            return equation
        if word in _PLACING and not equation:
            return False  # "in the basket there are 8 apples"
        supposes = word == "may" and lead[place + 1 : place + 2] in ([], ["be"], ["have"])
        if supposes or not (_known(word, ahead) or (denied and word in AFFIRMING)):
            return True
    return False


def _known(word: str, ahead: str) -> bool:
    """Tell whether a word behind another leaves a statement in its clause one."""
    if not is_word(word) or _stem(word) in _LEADING or read_units(word):
        return True
    return ahead in _NAMED and len(word) <= LONGEST_LABEL


_RELATING = COPULAS | RELATIONS
_OTHERS = frozenset("other another special wrong".split())
_NOT_FIRST = _OTHERS | frozenset("second third next last opposite".split())
_REMOVED = frozenset({("in", "appearance"), ("left", "to"), ("or", "is")})
"""Words right behind a statement that bound or move it: "in the special case"."""


def goes_on_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the word right behind a statement in words is not known to leave it one.

    "there are 6 edge colors", "the slope is negative infinity", "in the special case y = 0".
    """
    if tokens[end] in ("more", "fewer") and tokens[end + 1] in CLAUSE_ENDS:
        return True
    if not _RELATING.isdisjoint(tokens[start:end]):
        further = tokens[end] == "and" and tokens[end + 2 : end + 3] == ["more"]
        elsewhere = tokens[end] in ("in", "for", "on") and tokens[end + 1] in _OTHERS
        if further or elsewhere or tuple(tokens[end : end + 2]) in _REMOVED:
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
    """Tell whether what is said of a statement is not known to leave it stated.

    "x = 5 did not survive", "x = 5 is a phantom solution", "x = 5 if y = 0".
    """
    if RELATIONS.isdisjoint(tokens[start:end]) and COPULAS.isdisjoint(tokens[start:end]):
        return False
    if tokens[end] in ("is", "was") and tokens[end + 1] in _ASKING:
        return True
    if not is_claim(tokens, start, end):
        return False
    verb = tokens[end]
    if verb in _BOUNDING or tuple(tokens[end : end + 2]) in _BOUNDS:
        return True
    if "than" in tokens[start:end] and verb in AUXILIARIES:
        return True
    last = end
    while last < end + SENTENCE_REACH and tokens[last] not in _OPENING:
        last += 1
    tail = tokens[end:last]
    if "only" in tail and tail[-1] != "only" and tail[tail.index("only") + 1] in _LIMITING:
        return True
    if tail[-1:] == ["only"]:
        return True
    if {"not", "no", "never"}.isdisjoint(tail) and any(
        word == "contradiction" or WRONG.fullmatch(word) for word in tail
    ):
        return True
    if RELATIONS.isdisjoint(tokens[start:end]) or verb not in AUXILIARIES | _VERBS:
        return "to" in tail[:2] and "be" in tail[1:3]
    said = [token for token in tail[1:] if not token.endswith("ly")]
    if said[:1] == ["not"] and not _CURVES.isdisjoint(said[1:2]):
        return True
    if verb == "was" and not _FORMER.isdisjoint(said):
        return True
    acts = verb in ("do", "does", "did") or (verb == "can" and said[1:2] != ["be"])
    if acts and said[:1] == ["not"] and said[1:]:
        return said[1] not in _UNAFFECTED
    place = next((at for at, token in enumerate(said) if token in _SOLUTIONS), 0)
    if (
        "not" not in said
        and verb in ("is", "was", "has")
        and not _OF_SOLUTIONS.issuperset(said[:place])
    ):
        return True
    return any(
        not (word in _SAYING or _known(word, ahead))
        for ahead, word in zip(["", *said], said, strict=False)
    )
