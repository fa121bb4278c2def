"""Whether the clause around a matched key step denies it."""

from collections.abc import Sequence

from r1vl_kedro.answers.numerals import NUMBER_NAMES
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.rewards.normalise import (
    COMMA,
    DENIERS,
    RELATIONS,
    SENTENCE_ENDS,
    is_operand,
)

_NEGATION_REACH = 5
"""How many tokens before a match, in the same clause, a negation still denies it."""
_CLAIM_REACH = 10
"""How many tokens before "that" a denial of what follows it is looked for."""
SENTENCE_REACH = 40
"""How many tokens of its sentence are read around a match."""
_DENIAL_REACH = 4
"""How many words after a match, in the same clause, a denial ("is wrong") still denies it."""
AUXILIARIES = frozenset(
    "is are was were be been does do did can could would should will has have may might must "
    "seems seem appears appear looks turns turned proves proved".split()
)
_RIGHT = frozenset(
    "right correct true valid possible hold work fit apply there present so "
    "satisfy satisfied acceptable allowed permitted admissible "
    "follow observed seen found exist occur happen make consistent what".split()
)
"""Words that call a claim right or real."""
_SOLUTIONS = frozenset("solution root case answer".split())
"""Nouns that do so at the end of a clause: "is no root", but not "no root of the other one"."""
_BETWEEN = frozenset("a my our to out just also still again".split())
"""Words between a verb of being and what it calls its subject."""
_PREPOSITIONS = frozenset("in on at of for with by from than when where if".split())
_BEFORE_NO = frozenset("in at under by for".split())
"""Prepositions with which "no" denies the whole clause: "in no case"."""
_DENIALS = DENIERS | {"myth", "mistake", "impossible"}
AFFIRMING = frozenset(
    "only doubt doubts surprise wonder question coincidence secret problem forget overlook hard "
    "difficult surprising loss denied matter mind need ignore miss".split()
)
"""Words after which a negation affirms: "no doubt that", "without loss of generality"."""
TURNS = frozenset("but however rather instead so then therefore hence thus because since".split())
CLAUSE_ENDS = TURNS | SENTENCE_ENDS | {COMMA}
_CONTRASTS = frozenset(
    {("instead", "of"), ("rather", "than"), ("other", "than"), ("far", "from"), ("rule", "out"),
     ("except", "for"), ("nothing", "but"),
     ("everything", "but"), ("anything", "but"), ("all", "but"),
     ("differs", "from"), ("short", "of"), ("forgot", "to")}
)  # fmt: skip
POINTERS = frozenset({"which", "this", "that", "it", "these", "those", "they"})
_REFUSING = frozenset("exclude except avoid reject discard retract lack lacks few 0".split())
"""Words that deny what comes right after them."""
_CLAIMS = frozenset("that of a".split())
_OF_RIGHT_ANGLES = frozenset("angle angles triangle triangles side hand angled".split())
_BUT = frozenset({"but", "yet", "although", "though", "so", COMMA})
_SUBJECTS = POINTERS | {"he", "she", "check", "test"}
"""Of whom or what a later clause tells that a statement fails: "..., but it fails"."""
_UNHELD = frozenset(
    "nowhere collapses collapse crumbles breaks violates violate contradicts contradict conflicts "
    "clashes unless whenever".split()
)
_JOINING = frozenset({"and", "or", COMMA})
_FAULTS = frozenset("spurious dropped outside unknown undefined".split())


def denied_before(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a negation before a window reaches it.

    ``no`` and ``without`` deny a noun and not what follows a verb after it; an ``and`` before a
    number, a variable, a verb or a statement begins anew; "no doubt that" and the like affirm. A
    claim is denied over a whole clause: "there is no reason to assume here that".
    """
    if start > 1 and (tokens[start - 2], tokens[start - 1]) in _CONTRASTS:
        return True
    if start > 2 and tokens[start - 3] == "all" and tokens[start - 1] == "but":
        return True  # "all x but x = 5"
    if _refused(tokens, start):
        return True
    states = any(token in AUXILIARIES or token in RELATIONS for token in tokens[start:end])
    verb = claim = False
    position, lowest = start, max(start - _NEGATION_REACH, 0)
    while position > lowest:
        position -= 1
        token, following = tokens[position], tokens[position + 1]
        if token == COMMA and following == "that":  # "not the case, as one can show, that"
            position = _before_aside(tokens, position)
            continue
        anew = verb or states or is_operand(following) or following in NUMBER_NAMES
        ahead = tokens[position - 1] if position else ""
        claimed = ahead == "that" or (token == "so" and following == "that" and ahead in DENIERS)
        ends = token in CLAUSE_ENDS and not claimed
        if ends or (token == "and" and anew and not claim):
            return False
        if token == "that":
            claim, verb, lowest = True, False, max(position - _CLAIM_REACH, 0)
        elif _denies(token):
            near = tokens[position + 1 : min(position + 4, start)]
            bare = token in ("no", "without") and ahead not in _BEFORE_NO
            if token == "without" and states and position + 1 < start:
                return False  # "without friction the velocity is constant"
            return AFFIRMING.isdisjoint(near) and not (bare and verb)
        verb = verb or token in AUXILIARIES
    return False


def _denies(token: str) -> bool:
    return token in _DENIALS or (token.endswith("ly") and bool(WRONG.fullmatch(token)))


def _before_aside(tokens: Sequence[str], comma: int) -> int:
    """Return where an aside between two commas begins."""
    lowest = max(comma - _CLAIM_REACH, 0)
    return next((at for at in range(comma - 1, lowest, -1) if tokens[at] == COMMA), lowest)


def _behind_aside(tokens: Sequence[str], comma: int) -> int:
    """Return where a clause goes on behind an aside between two commas."""
    span = range(comma + 1, min(comma + _CLAIM_REACH, len(tokens) - 1))
    stop = next((at for at in span if tokens[at] in CLAUSE_ENDS), comma)
    return stop + 1 if tokens[stop] == COMMA else comma


def _refused(tokens: Sequence[str], start: int) -> bool:
    """Tell whether a word of refusal comes right before: "we reject x = 5", "I doubt that"."""
    position = start - 1
    while position > start - 3 and position >= 0 and tokens[position] in _CLAIMS:
        position -= 1
    if position < 0 or tokens[position] not in _REFUSING:
        return False
    return not (tokens[position] == "few" and position and tokens[position - 1] == "a")


def denied_after(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the words after a window call it wrong: "is wrong", "cannot be right".

    What it is not is no denial: "x = 5 is not negative".
    """
    first = end
    if tokens[first] == COMMA:
        first += 1
    if tokens[first] == "but":
        first += 1
    first = first + 1 if first > end and tokens[first] in POINTERS else end
    if _turned_down(tokens, end) or tokens[end] in _UNHELD:
        return True
    if tokens[end] == COMMA:
        said = _behind_aside(tokens, end)
        if tokens[said] in AUXILIARIES and called_wrong(tokens, said):
            return True  # "x = 5, as the book has it, is wrong"
    if tokens[end : end + 3] == ["is", "not", "given"] or tokens[end : end + 2] == ["no", "longer"]:
        return True
    if tokens[end] == "only" and tokens[end + 1] in _PREPOSITIONS:
        return True
    return called_wrong(tokens, first)


def denied_together(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a denial reaches a window over a list of statements that it is one of.

    "we exclude x = 7, x = 6 and x = 5", "x = 5 and x = 6 are wrong".
    """
    first, last = list_start(tokens, start), end
    while last < min(end + SENTENCE_REACH, len(tokens) - 3) and _lists(tokens[last]):
        last += 1
    if first < start and denied_before(tokens, first, end):
        return True
    if tokens[last] not in ("are", "were") or RELATIONS.isdisjoint(tokens[end:last]):
        return False
    said = last + 1 + (tokens[last + 1] in ("all", "both"))
    return tokens[said] == "not" or bool(WRONG.fullmatch(tokens[said])) or tokens[said] in _FAULTS


def list_start(tokens: Sequence[str], start: int) -> int:
    """Return where a list of statements begins that goes on to a position; it, where none does."""
    first = start
    while first > max(start - SENTENCE_REACH, 0) and _lists(tokens[first - 1]):
        first -= 1
    lists = not RELATIONS.isdisjoint(tokens[first:start]) and tokens[first] not in _JOINING
    return first if lists else start


def _lists(token: str) -> bool:
    return token in _JOINING or is_operand(token) or token in RELATIONS


def _turned_down(tokens: Sequence[str], end: int) -> bool:
    """Tell whether a later clause denies what a window holds: "..., but it fails".

    Nothing else may be claimed between.
    """
    for position in range(end, min(end + SENTENCE_REACH, len(tokens) - 2)):
        token, subject = tokens[position], tokens[position + 1]
        if token in SENTENCE_ENDS or token in RELATIONS:
            return False
        if token in _BUT and subject in _SUBJECTS:
            return called_wrong(tokens, position + 2)
    return False


def called_wrong(tokens: Sequence[str], first: int) -> bool:
    """Tell whether a predicate denies its subject: "is a mistake", "does not satisfy it"."""
    auxiliary = negated = False
    words = 0
    for position in range(first, min(first + SENTENCE_REACH, len(tokens))):
        token = tokens[position]
        if token in CLAUSE_ENDS and not (token == "so" and negated):
            last = tokens[position - 1]
            return auxiliary and (
                last == "out" or (negated and (last in AUXILIARIES or last in DENIERS))
            )
        if words == _DENIAL_REACH or token == "and":
            return False
        # "It is not true that ..." denies what follows, and not what was said.
        follows = "".join(tokens[position + 1 : position + 2])
        ahead = tokens[first - 1] == "it" and follows in ("that", "to")
        if (WRONG.fullmatch(token) or token in _FAULTS) and (auxiliary or position == first):
            return not negated and not ahead
        if negated and token == "right" and follows in _OF_RIGHT_ANGLES:
            return False
        if negated and (token in _RIGHT or _ends_on_solution(tokens, position)):
            said = tokens[position : position + _DENIAL_REACH + 1]
            expected = token == "what" and any(word.startswith("expect") for word in said)
            return not ahead and not expected
        if negated and tokens[position : position + 2] == ["in", "domain"]:
            return True
        if auxiliary and not negated and token == "too" and words == 0:
            return True
        if token in AUXILIARIES:
            auxiliary = True
        elif auxiliary and token in DENIERS:
            negated = tokens[position + 1] != "only"
        elif token in _PREPOSITIONS or token in RELATIONS:
            return False
        elif token not in _BETWEEN and not token.endswith("ly"):
            words += 1
    return False


def _ends_on_solution(tokens: Sequence[str], position: int) -> bool:
    final = tokens[position - 1] == "final"
    return tokens[position] in _SOLUTIONS and tokens[position + 1] in CLAUSE_ENDS and not final


def sentence_end(tokens: Sequence[str], start: int) -> int | None:
    """Return where the sentence ends that a position is in; None where that is far off."""
    span = range(start, min(start + SENTENCE_REACH, len(tokens)))
    return next((at for at in span if tokens[at] in SENTENCE_ENDS), None)
