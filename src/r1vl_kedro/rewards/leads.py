"""What stands before a statement in its clause: words that state it, or others.

What a sentence may make of a statement has no end, and what leaves it one is nearly a closed class.
So an equation of a variable or label, and what says in words that something "is" so, count where
every word of the clause before is known to state them ("solving, we get that"). Of sums of numbers
alone any word may stand before: "of the red ones 8 - 3 = 5".
"""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.units import read_units
from r1vl_kedro.rewards.negation import (
    AFFIRMING,
    AUXILIARIES,
    CLAUSE_ENDS,
    SENTENCE_REACH,
    list_start,
)
from r1vl_kedro.rewards.normalise import (
    BREAK,
    COMMA,
    DENIERS,
    RELATIONS,
    SENTENCE_ENDS,
    is_variable,
    is_word,
)
from r1vl_kedro.rewards.vocabulary import LEADING, SOURCES, THINGS, WHICH, stem
from r1vl_kedro.rewards.wholes import LONGEST_LABEL, STATING

OPENING = CLAUSE_ENDS | frozenset("and or => which where while whereas when as whose".split())
"""What a new clause begins behind."""
_CLAIMED_BY = frozenset("show prove verify check say".split())
"""Verbs that bid to state, unless somebody does so: "show that", but "we show that"."""
_BIDDING = frozenset({"", "to", "us", "must"})
_FAULTY = frozenset("wrong incorrect false faulty flawed mistake".split())
_MULTIPLES = frozenset("half twice thrice double triple".split())
_REACHING = frozenset(
    map(stem, "lead simplify simplifies reduce rearrange equivalent corresponds equal according "
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
_PLACING = frozenset("in on without besides".split())
_BEFORE_THINGS = frozenset("of in on at from for through between".split())
_GIVING = frozenset("is are gives give that have get find".split())
"""With a preposition and a word that leads on, any thing may stand: "the force on the block is"."""
NAMED = frozenset("triangle angle arc line side segment square quadrilateral of".split())
"""Words that a label stands behind, which is no word: "triangle ABC"."""
OTHERS = frozenset("other another different special wrong".split())
_TO_THAT = frozenset(
    "have get got find found see seen know known note notice observe recall remember conclude "
    "deduce infer show shows shown follows follow clear obvious evident given told means mean "
    "implies imply gives yields doubt question surprise denied out forget confirm confirms "
    "verifies proves proved proven states state stated obtain obtained therefore hence true "
    "certain read reads tells tell us use using so fact property now count compute "
    "identify observed noted noticed concluded determine calculate".split()
)
"""Words before "that" with which it is stated: "we see that", and not "it is possible that"."""
_FINITE = frozenset(
    "have has get gets got find found obtain obtained see know known gives give given yields yield "
    "shows show conclude deduce infer read reads is are was were means mean implies imply becomes "
    "equals leaves leave leaving yielding giving making make makes note notice observe recall "
    "remember compute computed calculate write must told reach satisfies let takes".split()
)
_STATING_LAST = _FINITE | frozenset(
    "forget substitute substituting plugging setting using with to = => getting obtaining derive "
    "call so then now also thus hence therefore only clearly again indeed finally first second "
    "next exactly precisely simply easily directly obviously evidently certainly surely definitely "
    "similarly likewise equivalently both all each here there just previously immediately fact "
    "overall altogether alone way wonder doubt generality well not any some every this these its "
    "their our that those either us".split()
)
"""Words that a lead may end with: what states, when and how, and words that point at a thing."""
_UNSETTLED = frozenset("question problem cases requirement choice points check".split())
"""Subjects that state nothing: "the question is x = 5"."""
_TELLING = frozenset("says states tells us gives shows check implies".split())
_ADJUNCTS = frozenset(
    "in from by at with without besides under using after on through considering for if".split()
)
_MODAL = frozenset("could may must would".split())
_MEETING = frozenset(
    "crosses meets intersects cuts is has occurs reaches touches lies attained located".split()
)
_BIDS = frozenset("find choose determine pick compute calculate let which points such".split())
"""Words of a sentence that asks for what makes something so: "find k so that"."""


def is_claim(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a window is a statement, and neither a noun phrase nor a sum of numbers."""
    held = tokens[start:end]
    if not STATING.isdisjoint(held) or _acts(held):
        return True
    return not RELATIONS.isdisjoint(held) and (is_word(tokens[start]) or is_variable(tokens[start]))


def _acts(held: Sequence[str]) -> bool:
    """Tell whether a verb stands between a subject and an object: "AD bisects angle BAC"."""
    if len(held) < 3 or not is_word(held[0]):
        return False
    for word in held[1:-1]:
        verb = is_word(word) and word.endswith("s") and not word.endswith(("ss", "us"))
        noun = stem(word) in THINGS or word in ("things", "objects", "bars")
        if verb and len(word) > 3 and not noun:
            return True
    return False


def led_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the clause before a statement has a word that is not known to state it."""
    before = tokens[start - 1] if start else BREAK
    if not is_claim(tokens, start, end):
        return before == "to" and tokens[start] in _ACTIONS and _held_off(tokens, start - 1)
    first = list_start(tokens, start)
    while COMMA in tokens[first:start] and RELATIONS.isdisjoint(
        tokens[first : tokens.index(COMMA, first)]
    ):
        first = tokens.index(COMMA, first) + 1  # "solve for x: 2x = 10, x = 5"
    if tokens[first] != tokens[start]:
        first = start
    equation = not RELATIONS.isdisjoint(tokens[start:end])
    return _altered(tokens, start) or not _leads(tokens, first, equation=equation)


def _altered(tokens: Sequence[str], start: int) -> bool:
    """Tell whether the words right before make another of a statement, or only mention it."""
    first, before = tokens[start], tokens[start - 1] if start else BREAK
    if is_variable(first) and is_variable(before) and before not in ("a", "i"):
        return True  # a product: "y x = 5"
    return start > 1 and tokens[start - 2] == "such" and before == "as"


def _leads(tokens: Sequence[str], start: int, *, equation: bool) -> bool:
    """Tell whether every word of a clause before a statement is known to lead to it."""
    opening = start
    while opening > max(start - SENTENCE_REACH, 0) and tokens[opening - 1] not in OPENING:
        opening -= 1
    lead = tokens[opening:start]
    if not (
        _opens(tokens, opening, start, equation=equation)
        and _ends_stating(lead, tokens[start], equation=equation)
    ):
        return False
    denied = not DENIERS.isdisjoint(lead)
    for place, word in enumerate(lead):
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


def _opens(tokens: Sequence[str], opening: int, start: int, *, equation: bool) -> bool:
    """Tell whether what a clause begins behind lets it state something: not "find b when"."""
    if not opening or tokens[opening - 1] in SENTENCE_ENDS:
        return True
    mark, lead = tokens[opening - 1], tokens[opening:start]
    before = tokens[opening - 2] if opening > 1 else BREAK
    if mark in ("when", "where"):
        defines = mark == "where" and equation
        behind = before == COMMA or (defines and before in SENTENCE_ENDS)
        return "we" in lead or (mark == "where" and behind)
    if mark == "which" and not lead and is_word(tokens[start]):
        return tokens[start] in _FINITE or before == COMMA
    if mark == "so" and lead[:1] == ["that"]:
        return before == COMMA or _BIDS.isdisjoint(tokens[max(opening - 9, 0) : opening])
    first = opening - 1
    while first > max(opening - SENTENCE_REACH, 0) and tokens[first - 1] not in CLAUSE_ENDS:
        first -= 1
    whole = tokens[first : opening - 1]
    if mark in ("and", "but") and not equation and is_word(tokens[start]):
        return not whole or any(map(_is_verb, whole))  # "the base and the area is 24"
    return True


def _is_verb(word: str) -> bool:
    return word in RELATIONS or word in AUXILIARIES or word in _FINITE


def _ends_stating(lead: Sequence[str], first: str, *, equation: bool) -> bool:
    """Tell whether the last words of a lead state what follows: "we get", "see that", "line"."""
    if not lead:
        return True
    last, ahead = lead[-1], "".join(lead[-2:-1])
    settled = last in _TELLING or (last == "that" and (ahead in _TELLING or "no" in lead))
    open_to = not settled and not _UNSETTLED.isdisjoint(lead)
    if open_to or not OTHERS.isdisjoint(lead):
        return False
    if not _MODAL.isdisjoint(lead) or ("to", "be") in pairwise(lead):
        return last == "that" or (ahead, last) == ("must", "have") or "conclude" in lead
    if last == "in" or (last == "at" and not _MEETING.isdisjoint(lead)):
        return ahead in ("resulting", "results") or last == "at"
    if last == "that":
        sourced = stem(ahead) in SOURCES and not _TO_THAT.isdisjoint(lead[:-2])
        said = ahead == "say" and "can" in lead
        return not is_word(ahead) or ahead in _TO_THAT or sourced or said
    if last in _STATING_LAST or not is_word(last):
        return last != "to" or stem(ahead) in _REACHING
    if last == "of" or lead == ["case"]:
        return last == "of"
    label = equation or is_variable(first) or len(first) == 2
    if lead[0] in _ADJUNCTS and last not in _BEFORE_THINGS:
        return lead[0] != "for" or label
    if stem(last) in WHICH:
        return True
    held = _BEFORE_THINGS - {"of"}
    return label and stem(last) in THINGS and held.isdisjoint(lead)


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
    if not is_word(word) or stem(word) in LEADING or read_units(word):
        return True
    return ahead in NAMED and len(word) <= LONGEST_LABEL
