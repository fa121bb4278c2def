"""What else the sentence of a match says: the words of its other clauses are known, or it is none.

Every word must be plain (`rewards.vocabulary`), and no clause may set a condition, deny the rest
or tell of another thing.
"""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.nouns import COLOURS, counted
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.mathtext import GREEK_NAMES
from r1vl_kedro.rewards.clauses import (
    OUT,
    REDOING,
    SETTING_ASIDE,
    absurd,
    leads_astray,
    misreads,
    takes_away,
)
from r1vl_kedro.rewards.leads import NAMED, OPENING, OTHERS, is_claim
from r1vl_kedro.rewards.negation import AFFIRMING, AUXILIARIES
from r1vl_kedro.rewards.normalise import (
    BREAK,
    COMMA,
    DENIERS,
    QUESTION,
    RELATIONS,
    SENTENCE_ENDS,
    STEP_END,
    is_number,
)
from r1vl_kedro.rewards.predicates import LEAVING_WHOLE, SAYING
from r1vl_kedro.rewards.vocabulary import SOURCES, plain, stem

_TOGETHER = frozenset({("by", "contradiction"), ("measurement", "error"), ("nobody", "disputes")})
_LINKS = (
    OPENING | AFFIRMING | SAYING | LEAVING_WHOLE | GREEK_NAMES | AUXILIARIES | DENIERS
    | {"would", "could", "impossible", "extraneous", "nothing", "look", "looks", "looking"}
    | {"expect"}
) - frozenset("should instead rather wanted might seems seem".split())  # fmt: skip
"""Words besides the plain ones: conjunctions, what affirms behind a negation, what may be said."""
_INVERTED = frozenset("had were should could would".split())
"""Verbs that suppose or ask at the beginning of a sentence: "had we used the base,"."""
_GROUNDS = frozenset("since because as given if".split())
"""Words of a clause that gives grounds: what follows is not said of it."""
_BOUNDING = frozenset("when if in on at for where with".split())
_OPEN_LEAD = frozenset("could may would might different dispute".split())
_MEETING = frozenset("meet meets meeting intersect intersects intersecting".split())
_OPPOSED = {
    "parallel": _MEETING | {"perpendicular", "between"},
    "perpendicular": frozenset({"parallel"}),
    "isosceles": frozenset("scalene differ differs different".split()),
}
"""What lines that are parallel or perpendicular do not do."""
_LINES = frozenset("they it lines them which meeting two".split())
_SHORT = frozenset("is at in on of to so as by or if no we us it be".split())
_BODIES = frozenset(
    "cube cubes sphere spheres cylinder cylinders ball balls car bus truck bar bars line lines "
    "object objects one box hat shirt circle square triangle shape region area background wall "
    "others rest table chair train bike house door tree flower".split()
) - {"one"}
"""Things that may have another color."""
_REACH = 300
"""How many tokens of its sentence are read on either side of a match."""
_LIST_REACH = 100
_HEADING_REACH = 8
"""How many tokens a line of a list under a heading may have."""


def sentence_bounds(tokens: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return where the sentence of a window begins and ends, end exclusive."""
    first, last = start, end
    lowest, highest = max(start - _REACH, 0), min(end + _REACH, len(tokens))
    while first > lowest and tokens[first - 1] not in SENTENCE_ENDS:
        first -= 1
    while last < highest and tokens[last] not in SENTENCE_ENDS:
        last += 1
    return first, last


def clauses_of(words: Sequence[str], marks: frozenset[str]) -> list[list[str]]:
    """Split words into clauses; each holds the conjunctions that it begins with, but no comma."""
    clauses: list[list[str]] = [[]]
    for word in words:
        if word in marks and not (clauses[-1] and marks.issuperset(clauses[-1])):
            clauses.append([])
        if word != COMMA:
            clauses[-1].append(word)
    return clauses


def all_plain(words: Sequence[str], ahead: str = "") -> bool:
    """Tell whether words leave a statement one where they stand elsewhere in its sentence.

    Things in the plural that a number counts do, of whatever name, and labels: "triangle ABCD".
    """
    place = 0
    while place < len(words):
        word = words[place]
        named = ahead in NAMED and len(word) < 5
        if not (plain(word) or word in _LINKS or named or (ahead, word) in _TOGETHER):
            many = counted(words[place : place + 3]) if is_number(ahead or "a") else 0
            behind = words[place + many : place + many + 1]
            if not many or not (behind == [] or behind[0] in LEAVING_WHOLE):
                return False
            place += many - 1
        ahead = words[place]
        place += 1
    return True


def said_otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the sentence around a window has words or clauses that may undo it."""
    first, last = sentence_bounds(tokens, start, end)
    if list(tokens[max(first - 4, 0) : first]) == ["e", BREAK, "g", BREAK]:
        return True  # "e.g. x = 5"
    before, behind = tokens[first:start], tokens[end:last]
    if "but" in before:
        before = before[len(before) - before[::-1].index("but") :]
    held = tokens[start:end]
    *clauses, own = clauses_of(before, frozenset({COMMA}))
    while clauses and (REDOING.issuperset(clauses[0]) or clauses[0][0] in SETTING_ASIDE):
        if leads_astray(clauses[0], held, out=False):
            return True
        del clauses[0]
    if not (all(map(all_plain, [*clauses, own])) and all_plain(behind, tokens[end - 1])):
        return True
    if absurd(tokens[first:last]) or _bounded(before, behind, sums=not RELATIONS.isdisjoint(held)):
        return True
    asked = first + (tokens[first] == "so")
    if tokens[last : last + 1] == [QUESTION] and (
        tokens[asked] in _INVERTED or tokens[asked] in AUXILIARIES
    ):
        return tokens[min(last + 1, len(tokens) - 1)] not in ("yes", "yeah")
    if COMMA in before and tokens[first] in _INVERTED:
        return True
    out = bool(own) and own[0] in OUT
    if any(
        leads_astray(clause, held, out=out, more=place + 1 < len(clauses))
        for place, clause in enumerate(clauses)
    ):
        return True
    claim = is_claim(tokens, start, end)
    if _headed_astray(tokens, first) or (tokens[last : last + 1] == [QUESTION] and _tagged(behind)):
        return True
    if behind[:1] in (["gives"], ["makes"], ["yields"]) and "not" in behind:
        return True
    following = tokens[end : min(sentence_bounds(tokens, last + 1, last + 1)[1], last + 16)]
    if is_claim(tokens, start, end) and contradicted(held, following):
        return True
    grounds = any(word in _GROUNDS for word in [tokens[start], *own])
    if misreads(own) or (not claim and _of_others(own)):
        return True
    return any(
        takes_away(clause, held, claim=claim, joined=not place and behind[0] != COMMA)
        for place, clause in enumerate(clauses_of(behind, OPENING)[1:])
        if not (grounds and clause and clause[0] in ("it", "they", "we"))
    )


def contradicted(held: Sequence[str], following: Sequence[str]) -> bool:
    """Tell whether what follows says the opposite of lines, or another color of the same thing."""
    near = following[: next((at for at, w in enumerate(following) if w in SENTENCE_ENDS), None)]
    for word in _OPPOSED.keys() & set(held):
        meets = not _OPPOSED[word].isdisjoint(near) or ("at", "angle") in pairwise(near)
        meets = meets and ("not", "scalene") not in pairwise(near)
        if meets and not (near[:1] == [COMMA] and near[1:2] == ["so"]) and "since" not in near:
            other = {w for w in near if len(w) == 2 and w.isalpha()} - set(held) - _SHORT
            if not other and "never" not in near:
                return True
    labels = {word for word in held if len(word) == 2 and word != "is"}
    others = {word for word in following if len(word) == 2 and word.isalpha()} - labels - _SHORT
    named = others.isdisjoint(following) and (labels or _LINES).issubset(following)
    for word in _OPPOSED.keys() & set(held):
        opposed = not _OPPOSED[word].isdisjoint(following) and "never" not in following
        opposed = opposed and ("not", "scalene") not in pairwise(following)
        lines = named or (not others and not _LINES.isdisjoint(following))
        if opposed and (word == "isosceles" or lines):
            return True
        equal = word == "isosceles" and {"no", "not", "without"}.intersection(following)
        if equal and {"equal", "given"}.intersection(following):
            return True
        at = following.index(word) if word in following else 0
        if not others and not {"not", "no"}.isdisjoint(following[max(at - 4, 0) : at]):
            return True
    if held[-1] not in COLOURS or held[0] == "there":
        return False
    denied = {"no", "not", "nothing", "none", "only"}.intersection(following)
    if denied and held[-1] in following:
        return True
    if list(following[:4]) == [BREAK, "it", "is", "not"] or ("different", "color") in pairwise(
        following
    ):
        return True
    for place, word in enumerate(following):
        if word in COLOURS and word != held[-1] and following[max(place - 1, 0)] != "not":
            ahead = following[:place]
            cut = max((at for at, w in enumerate(ahead) if w in OPENING), default=-1)
            subject = [w for w in ahead[cut + 1 :] if w not in AUXILIARIES]
            mine = {stem(w) for w in held}
            other = any(stem(w) not in mine and w in _BODIES for w in subject)
            if not other:
                return True
    return False


def _tagged(behind: Sequence[str]) -> bool:
    """Tell whether a question ends on a tag: ", are there?"."""
    if COMMA not in behind:
        return False
    tag = behind[len(behind) - behind[::-1].index(COMMA) :]
    return tag[:1] != [] and tag[0] in AUXILIARIES


def _of_others(lead: Sequence[str]) -> bool:
    """Tell whether a lead makes a sum or thing that of somebody or something else."""
    if not _OPEN_LEAD.isdisjoint(lead) and "that" not in lead[-1:] and "seen" not in lead:
        return True
    pairs = {*pairwise(lead)}
    if not {("have", "to"), ("has", "to"), ("to", "find"), ("my", "first")}.isdisjoint(pairs):
        return True
    if not OTHERS.isdisjoint(lead) or ("one", "of") in pairwise(lead):
        return True
    if lead[:1] == ["no"] and any(word in AUXILIARIES for word in lead):
        return True
    if lead[-1:] == ["from"] and "different" in lead:
        return True
    if lead[-1:] == ["to"] and "from" in lead and any(map(is_number, lead)):
        return True
    said = not {"say", "says", "said", "expect", "expected", "expects"}.isdisjoint(lead)
    if not {("look", "for"), ("room", "for"), ("asks", "for"), ("in", "my")}.isdisjoint(
        pairwise(lead)
    ):
        return True
    return said and "can" not in lead and SOURCES.isdisjoint(map(stem, lead))


def _bounded(before: Sequence[str], behind: Sequence[str], *, sums: bool) -> bool:
    """Tell whether a sentence sets a bound or chooses: "only when", "either ... or", "by zero"."""
    pairs = {*pairwise(before), *pairwise(behind)}
    if ("by", "zero") in pairs or ("by", "0") in pairs:
        return True
    if any(one == "only" and two in _BOUNDING for one, two in pairs):
        return True
    if before[-1:] and before[-1] in ("or", "either", "between"):
        return before[-1] != "or" or not sums
    return "either" in before and "or" in [*before, *behind]


def _headed_astray(tokens: Sequence[str], first: int) -> bool:
    """Tell whether a statement stands in a list under a heading that denies: "none of these:"."""
    place, lowest = first - 1, max(first - _LIST_REACH, 0)
    while place > lowest and tokens[place] in SENTENCE_ENDS and tokens[place] != STEP_END:
        begin, _ = sentence_bounds(tokens, place, place)
        if tokens[place - 1] == COMMA:
            heading = tokens[begin : place - 1]
            wrong = not DENIERS.isdisjoint(heading) or any(map(WRONG.fullmatch, heading))
            return not all_plain(heading) or wrong
        if place - begin > _HEADING_REACH:
            return False
        place = begin - 1
    return False
