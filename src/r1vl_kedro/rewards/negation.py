"""Whether the sentence around a matched key step states it.

A sentence that denies, asks, supposes or doubts states nothing, and the next may take it back.
"""

from collections.abc import Sequence

from r1vl_kedro.answers.numerals import NUMBER_NAMES
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.rewards.normalise import (
    COMMA,
    DENIERS,
    QUESTION,
    RELATIONS,
    SENTENCE_ENDS,
    is_operand,
)

NEGATION_REACH = 5
"""How many tokens before a match, in the same clause, a negation still denies it."""
CLAIM_REACH = 10
"""How many tokens before "that" a denial of what follows it is looked for."""
DENIAL_REACH = 4
"""How many words after a match, in the same clause, a denial ("is wrong") still denies it."""
SENTENCE_REACH = 40
"""How many tokens of its sentence are read around a match."""

_AUXILIARIES = frozenset(
    "is are was were be been does do did can could would should will has have may might must "
    "seems seem appears appear looks turns turned proves proved".split()
)
_RIGHT = frozenset(
    "right correct true valid possible hold holds work works fit fits apply there present so "
    "satisfy satisfies satisfied acceptable allowed permitted admissible "
    "observed seen found exist occur happen make sense consistent what".split()
)
"""Words that call a claim right or real."""
_SOLUTIONS = frozenset("solution root case answer".split())
"""Nouns that do so at the end of a clause: "is no root", but not "no root of the other one"."""
_BETWEEN = frozenset("a an my our to out just also still again".split())
"""Words between a verb of being and what it calls its subject."""
_PREPOSITIONS = frozenset("in on at of for with by from than when where if".split())
_DENIALS = DENIERS | frozenset(
    "nothing mistake mistaken error impossible unlikely implausible untrue absurd contradictory "
    "unclear unknown doubtful fails failed disproves disproved contradicts".split()
)
_AFFIRMING = frozenset(
    "only doubt doubts surprise wonder question coincidence secret problem forget overlook hard "
    "difficult surprising loss denied matter mind need ignore miss".split()
)
"""Words after which a negation affirms: "no doubt that", "without loss of generality"."""
_TURNS = frozenset("but however rather instead so then therefore hence thus because since".split())
_CLAUSE_ENDS = _TURNS | SENTENCE_ENDS | {COMMA}
_CONTRASTS = frozenset(
    {("instead", "of"), ("rather", "than"), ("other", "than"), ("far", "from"), ("rule", "out"),
     ("ruled", "out"), ("rules", "out"), ("ruling", "out"), ("except", "for"), ("nothing", "but"),
     ("everything", "but"), ("anything", "but"), ("contrary", "to")}
)  # fmt: skip
_POINTERS = frozenset({"which", "this", "that", "it", "these", "those", "they"})
_REFUSING = frozenset(
    "reject rejects rejected rejecting discard discards discarded discarding exclude excludes "
    "excluding eliminate eliminates eliminating doubt doubts unlikely hardly barely scarcely "
    "except refute refutes".split()
)
"""Words that deny what comes right after them."""
_CLAIMS = frozenset("that case value option root solution claim possibility".split())
_LEADS = frozenset("leads gives yields produces causes".split())
_SUPPOSING = frozenset(
    "if whether unless suppose supposing imagine maybe perhaps possibly tempting might".split()
)
"""Words that leave open what follows them in the clause."""
_INVERTED = frozenset("were had should".split())
"""Verbs that suppose at the beginning of a sentence: "were x = 5"."""
_CORRECTING = frozenset("wait no nope sorry oops actually correction scratch rather".split())
_HESITATING = frozenset("hmm but however and well oh now yet ah so though".split()) | {COMMA}
_AGREEING = frozenset("yes yeah yep indeed correct right true exactly".split())


def stated(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the sentence around a window (end exclusive) states what it holds."""
    return not (
        denied_before(tokens, start, end)
        or denied_after(tokens, end)
        or _supposed(tokens, start)
        or _asked(tokens, end)
        or _taken_back(tokens, end)
    )


def denied_before(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a negation before a window reaches it.

    ``no`` and ``without`` deny a noun and not what follows a verb after it; an ``and`` before a
    number, a variable, a verb or a statement begins anew; "no doubt that" and the like affirm. A
    claim is denied over a whole clause: "there is no reason to assume here that".
    """
    if start > 1 and (tokens[start - 2], tokens[start - 1]) in _CONTRASTS:
        return True
    if start and tokens[start - 1] == "non":
        return True
    if _refused(tokens, start):
        return True
    if start and tokens[start - 1] == "if" and tokens[end] == "were":
        return True
    states = any(token in _AUXILIARIES or token in RELATIONS for token in tokens[start:end])
    verb = claim = False
    position, lowest = start, max(start - NEGATION_REACH, 0)
    while position > lowest:
        position -= 1
        token, following = tokens[position], tokens[position + 1]
        if token == COMMA and following == "that":  # "not the case, as one can show, that"
            position = _before_aside(tokens, position)
            continue
        anew = verb or states or is_operand(following) or following in NUMBER_NAMES
        ahead = tokens[position - 1] if position else ""
        claimed = ahead == "that" or (token == "so" and following == "that" and ahead in DENIERS)
        ends = token in _CLAUSE_ENDS and not claimed
        if ends or (token == "and" and anew and not claim):
            return False
        if token == "that":
            claim, verb, lowest = True, False, max(position - CLAIM_REACH, 0)
        elif _denies(token) and not (token == "error" and following == "is"):  # of measuring
            near = tokens[position + 1 : min(position + 4, start)]
            affirms = not _AFFIRMING.isdisjoint(near) or (token in ("no", "without") and verb)
            return not affirms
        verb = verb or token in _AUXILIARIES
    return False


def _denies(token: str) -> bool:
    return token in _DENIALS or (token.endswith("ly") and bool(WRONG.fullmatch(token)))


def _before_aside(tokens: Sequence[str], comma: int) -> int:
    """Return where an aside between two commas begins."""
    lowest = max(comma - CLAIM_REACH, 0)
    return next((at for at in range(comma - 1, lowest, -1) if tokens[at] == COMMA), lowest)


def _refused(tokens: Sequence[str], start: int) -> bool:
    """Tell whether a word of refusal comes right before: "we reject x = 5", "I doubt that"."""
    position = start - 1
    while position > start - 3 and position >= 0 and tokens[position] in _CLAIMS:
        position -= 1
    if position < 0 or tokens[position] not in _REFUSING:
        return False
    undoubted = tokens[position] in ("doubt", "doubts") and not DENIERS.isdisjoint(
        tokens[max(position - 2, 0) : position]
    )
    return not undoubted


def denied_after(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the words after a window call it wrong: "is wrong", "cannot be right".

    What it is not is no denial: "x = 5 is not negative".
    """
    first = end
    if tokens[first] == COMMA:
        first += 1
    if tokens[first] == "but":
        first += 1
    first = first + 1 if first > end and tokens[first] in _POINTERS else end
    if tokens[end : end + 2] in (["no", "longer"], ["never"]) or (
        tokens[end] == "only" and tokens[end + 1] in _PREPOSITIONS
    ):
        return True
    return _called_wrong(tokens, first)


def _called_wrong(tokens: Sequence[str], first: int) -> bool:
    """Tell whether a predicate denies its subject: "is a mistake", "does not satisfy it"."""
    if tokens[first] in _LEADS and "contradiction" in tokens[first : first + 4]:
        return True
    auxiliary = negated = False
    words = 0
    for position in range(first, min(first + SENTENCE_REACH, len(tokens))):
        token = tokens[position]
        if token in _CLAUSE_ENDS and not (token == "so" and negated):
            last = tokens[position - 1]
            return auxiliary and (last == "out" or (negated and last in _AUXILIARIES | DENIERS))
        if words == DENIAL_REACH or token == "and":
            return False
        if WRONG.fullmatch(token) and (auxiliary or position == first):
            return not negated
        if negated and (token in _RIGHT or _ends_on_solution(tokens, position)):
            return True
        if auxiliary and not negated and token == "too" and words == 0:
            return True
        if token in _AUXILIARIES:
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
    return tokens[position] in _SOLUTIONS and tokens[position + 1] in _CLAUSE_ENDS and not final


def _supposed(tokens: Sequence[str], start: int) -> bool:
    """Tell whether the clause up to a window leaves it open: "if", "whether", "suppose"."""
    for position in range(start - 1, max(start - SENTENCE_REACH, -1), -1):
        token = tokens[position]
        if token in _SUPPOSING:
            return True
        anew = token == "there" and position and tokens[position - 1] not in _SUPPOSING
        if token in _CLAUSE_ENDS or anew:
            return tokens[position + 1] in _INVERTED and token in SENTENCE_ENDS
    return start > 0 and start <= SENTENCE_REACH and tokens[0] in _INVERTED


def _asked(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the clause from a window on ends with a question that is not answered yes."""
    last = _sentence_end(tokens, end)
    if last is None or tokens[last] != QUESTION:
        return False
    if not _CLAUSE_ENDS.isdisjoint(tokens[end:last]):
        return False
    return tokens[min(last + 1, len(tokens) - 1)] not in _AGREEING


def _taken_back(tokens: Sequence[str], end: int) -> bool:
    """Tell whether what follows corrects a window: "x = 5. No, x = 6", "x = 5. This is wrong"."""
    aside = end + (tokens[end] == COMMA)
    if _corrects(tokens, aside + (tokens[aside] == "or")):
        return True
    last = _sentence_end(tokens, end)
    if last is None or not (RELATIONS | _AUXILIARIES | _TURNS).isdisjoint(tokens[end:last]):
        return False
    first = last
    while first < len(tokens) and tokens[first] in SENTENCE_ENDS:
        first += 1
    next_end = _sentence_end(tokens, first) or first
    if "contradiction" in tokens[first:next_end] and "no" not in tokens[first:next_end]:
        return True
    while first < len(tokens) and tokens[first] in _HESITATING:
        first += 1
    return first < len(tokens) and _corrects(tokens, first)


def _corrects(tokens: Sequence[str], first: int) -> bool:
    """Tell whether words that follow a statement reject it."""
    word = tokens[first]
    after = tokens[min(first + 1, len(tokens) - 1)]
    stops = after == COMMA or after in SENTENCE_ENDS
    if word in ("not", "never") and (
        after in ("quite", "really", "exactly", "so", "right") or stops
    ):
        return True
    if (word in ("no", "correction") and not stops) or (word, after) == ("rather", "than"):
        return False
    if word in _CORRECTING or (word, after) == ("i", "mean"):
        at = first + 1
        while at < len(tokens) and tokens[at] in _HESITATING:
            at += 1
        if at < len(tokens) and tokens[at] in _POINTERS:
            return _AGREEING.isdisjoint(tokens[at : at + 4]) or _called_wrong(tokens, at + 1)
        return True
    if word in _POINTERS:
        return _called_wrong(tokens, first + 1)
    return bool(WRONG.fullmatch(word)) and stops


def _sentence_end(tokens: Sequence[str], start: int) -> int | None:
    """Return where the sentence ends that a position is in; None where that is far off."""
    span = range(start, min(start + SENTENCE_REACH, len(tokens)))
    return next((at for at in span if tokens[at] in SENTENCE_ENDS), None)
