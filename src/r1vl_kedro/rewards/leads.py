"""What stands before a statement in its clause: words that state it, or others.

What a sentence may make of a statement has no end, and what leaves it one is nearly a closed class.
So an equation of a variable or label, and what says in words that something "is" so, count where
every word of the clause before is known to state them ("solving, we get that"). Of sums of numbers
alone any word may stand before: "of the red ones 8 - 3 = 5".
"""

import re
from collections.abc import Sequence

from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.negation import AFFIRMING, CLAUSE_ENDS, SENTENCE_REACH, list_start
from r1vl_kedro.rewards.normalise import (
    BREAK,
    COMMA,
    DENIERS,
    RELATIONS,
    SENTENCE_ENDS,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.wholes import LONGEST_LABEL, STATING

_ENDINGS = re.compile(r"(?<=\w{3})(?:e|es|s|ed|ing)\Z")


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word)


_LEADING = frozenset(map(_stem, (
    # Who and what.
    "we you us our my it its this that these those there here what one both each every all "
    "any same other such equation formula inequality identity relation expression function "
    "theorem rule law property answer result value solution root quantity variable number amount "
    "total sum difference product quotient remainder factor multiple power exponent logarithm "
    "fraction percentage ratio rate probability average mean mode median range variance parameter "
    "coordinate slope intercept length width height depth radius diameter inradius perimeter "
    "circumference area volume surface measure size base hypotenuse leg altitude angle arc sector "
    "side edge face vertex vertices diagonal line segment chord tangent secant axis point plane "
    "triangle quadrilateral square rectangle trapezoid parallelogram rhombus polygon pentagon "
    "hexagon circle semicircle prism cylinder cone sphere cube region figure graph diagram "
    "picture image map plot legend chart table row column digit unit tens hundreds ring color "
    "reason front few re speed velocity acceleration distance time mass weight force energy "
    "work pressure density charge current voltage resistance temperature frequency period "
    "concentration price cost profit interest discount age score population step case condition "
    "information statement fact way conclusion generality pythagoras pythagorean similarity "
    "similitude argument definition symmetry construction label "
    # What is done.
    "is are was were be been has have had do does will must can could may let get got give given "
    "yield obtain used plugging setting putting getting cancelling find "
    "found see saw seen know known note notice observe recall remember conclude deduce infer "
    "derive imply implies meant follow show shown prove proven verify verified check confirm "
    "determine establish tell told say said read state come turn out become lead leave left make "
    "made form hold held equal represent correspond satisfy satisfies require reduce "
    "simplify simplifies compute calculate count add subtract divide multiply multiplied solve "
    "substitute plug insert put set define denote call use apply applies take taken write written "
    "rewrite express expand factorise factorize rearrange cancel combine equate halve "
    "evaluate drop draw "
    # How, where and when.
    "of in on at to from by for with per between about into after under using through before "
    "clear clearly obvious evident evidently indeed also only exactly precisely simply easy "
    "easily directly immediately similar similarly likewise equivalently finally now again just "
    "carefully correctly algebraically graphically visually certainly surely definitely really "
    "first second third last next further previously either "
    # Which.
    "large larger largest small smaller smallest long longer longest short shorter shortest great "
    "greatest big major minor whole shaded unshaded outer inner right isosceles equilateral "
    "regular positive negative real unknown final correct desired sought true possible red "
    "blue green yellow black white grey gray cos sin tan cot log ln frac widehat overline "
    "text mathrm prime "
).split()))  # fmt: skip
"""Stems of the words that a statement may stand behind in its clause: of any other it is not known
what it makes of the statement ("pretend", "they erased", "might")."""
OPENING = CLAUSE_ENDS | frozenset("and or => which where while whereas when as whose".split())
"""What a new clause begins behind."""
_CLAIMED_BY = frozenset("show prove verify check say".split())
"""Verbs that bid to state, unless somebody does so: "show that", but "we show that"."""
_BIDDING = frozenset({"", "to", "us", "must"})
_HEADINGS = frozenset(
    "show prove conjecture wanted goal guess hypothesis wrong incorrect false mistake error trap "
    "wrongly falsely incorrectly mistakenly".split()
)
"""Words of a heading whose sentence states nothing yet: "to show: AB is parallel to CD"."""
_FAULTY = frozenset("wrong incorrect false faulty flawed mistake".split())
_MULTIPLES = frozenset("half twice thrice double triple".split())
_RULES = frozenset(map(_stem, "theorem rule law formula formulas identity inequality".split()))
_REACHING = frozenset(
    map(_stem, "lead simplify simplifies reduce rearrange equivalent corresponds equal according "
        "solution root due back down closer get".split())
)  # fmt: skip
"""Words (stems) behind which "to" leads to a statement."""
_ACTIONS = frozenset(
    "count use add subtract divide multiply apply find compute calculate solve draw take remove "
    "substitute square measure compare".split()
)
_URGING = frozenset(
    "need have has want order us is was able going helps help allows used next first now we it "
    "enough easy easier best possible how decide decided".split()
)
"""Words behind which "to" tells what is done: of others it is not known ("refuse to count")."""
_PUTTING = frozenset("plug plugging put putting".split())
_PLACING = frozenset("in on without besides".split())
_BEFORE_THINGS = frozenset("of in on at from for through between".split())
_GIVING = frozenset("is are gives give that have get find".split())
"""With a preposition and a word that leads on, any thing may stand: "the force on the block is"."""
_NAMED = frozenset("triangle angle arc line side segment square quadrilateral of".split())
"""Words that a label stands behind, which is no word: "triangle ABC"."""
OTHERS = frozenset("other another special wrong".split())
_NOT_FIRST = OTHERS | frozenset("second third next last opposite".split())
"""Words that make another thing of the noun behind: "the other triangle is isosceles"."""


def is_claim(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a window is a statement, and neither a noun phrase nor a sum of numbers."""
    held = tokens[start:end]
    if not STATING.isdisjoint(held):
        return True
    return not RELATIONS.isdisjoint(held) and (is_word(tokens[start]) or is_variable(tokens[start]))


def led_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the clause before a statement has a word that is not known to state it."""
    before = tokens[start - 1] if start else BREAK
    if before == COMMA and _heads(tokens, start - 1):
        return True
    if not is_claim(tokens, start, end):
        return before == "to" and tokens[start] in _ACTIONS and _held_off(tokens, start - 1)
    if before == COMMA and _ill_founded(tokens, start - 1):
        return True
    first = list_start(tokens, start)
    if tokens[first] != tokens[start]:
        first = start
    equation = not RELATIONS.isdisjoint(tokens[start:end])
    return _altered(tokens, start) or not _leads(tokens, first, equation=equation)


def _altered(tokens: Sequence[str], start: int) -> bool:
    """Tell whether the words right before make another of a statement, or only mention it."""
    first, before = tokens[start], tokens[start - 1] if start else BREAK
    if is_variable(first) and is_variable(before) and before not in ("a", "i"):
        return True  # a product: "y x = 5"
    if before in _NOT_FIRST and is_word(first) and first != "there":
        return True  # "the other triangle is isosceles"
    if before == "to" and _stem(tokens[start - 2]) not in _REACHING:
        return True  # "the distance to y = 2x + 1"
    return start > 1 and tokens[start - 2] == "such" and before == "as"


def _leads(tokens: Sequence[str], start: int, *, equation: bool) -> bool:
    """Tell whether every word of a clause before a statement is known to lead to it."""
    opening = start
    while opening > max(start - SENTENCE_REACH, 0) and tokens[opening - 1] not in OPENING:
        opening -= 1
    lead = tokens[opening:start]
    if lead[:1] == ["to"] and (not opening or tokens[opening - 1] in SENTENCE_ENDS):
        return False  # "To get x = 5 we would need more"
    if lead == ["case"] or (
        equation and lead[-1:] == ["in"] and lead[-2:-1] and lead[-2] in _PUTTING
    ):
        return False
    denied = not DENIERS.isdisjoint(lead)
    ruled = max((at for at, word in enumerate(lead) if _stem(word) in _RULES), default=0)
    for place, word in enumerate(lead):
        if place < ruled and word in ("by", "from", "using"):
            return all(known(word, "") for word in lead[ruled:])  # "by Ohm's law"
        ahead = lead[place - 1] if place else ""
        if word in _PLACING and not equation:
            return OTHERS.isdisjoint(lead[place:])  # "in the basket there are 8 apples"
        supposes = word == "may" and lead[place + 1 : place + 2] in ([], ["be"], ["have"])
        if supposes or (word in _CLAIMED_BY and ahead in _BIDDING):
            return False
        thing = ahead in _BEFORE_THINGS and word not in _FAULTY and lead[-1] in _GIVING
        if not (thing or known(word, ahead) or (denied and word in AFFIRMING)):
            return False
    return True


def _held_off(tokens: Sequence[str], place: int) -> bool:
    """Tell whether it is not known that an action behind "to" is done: "no need to count"."""
    if not place or tokens[place - 1] in CLAUSE_ENDS | {"and"}:
        return False
    denied = not DENIERS.isdisjoint(tokens[max(place - 3, 0) : place])
    return denied or tokens[place - 1] not in _URGING


def known(word: str, ahead: str) -> bool:
    """Tell whether a word behind another leaves a statement in its clause one."""
    if word in _MULTIPLES:
        return False
    if not is_word(word) or _stem(word) in _LEADING or read_units(word):
        return True
    return ahead in _NAMED and len(word) <= LONGEST_LABEL


def _heads(tokens: Sequence[str], colon: int) -> bool:
    """Tell whether a heading before a colon announces a statement: "to show:"."""
    first = colon
    while first and colon - first < 3 and tokens[first - 1] not in SENTENCE_ENDS:
        first -= 1
    heading = tokens[first:colon]
    announces = heading == ["we", "expected"] or not _HEADINGS.isdisjoint(heading)
    return len(heading) < 3 and announces


def _ill_founded(tokens: Sequence[str], comma: int) -> bool:
    """Tell whether the clause before a comma tells of a faulty way: "by the wrong formula,"."""
    first = comma
    while first > max(comma - 8, 0) and tokens[first - 1] not in OPENING:
        first -= 1
    return tokens[first] in ("using", "with", "by", "from", "in") and not _FAULTY.isdisjoint(
        tokens[first:comma]
    )
