"""Whether the clause around a matched key step denies it."""

from collections.abc import Sequence

from r1vl_kedro.answers.numerals import NUMBER_NAMES
from r1vl_kedro.rewards.normalise import BREAK, COMMA, DENIERS, RELATIONS, STEP_END, is_operand

NEGATION_REACH = 5
"""How many tokens before a match, in the same clause, a negation still denies it."""
DENIAL_REACH = 4
"""How many tokens after a match, in the same clause, a denial ("is wrong") still denies it."""

_VERDICTS = frozenset(
    {
        "wrong",
        "incorrect",
        "false",
        "invalid",
        "untrue",
        "impossible",
        "ruled",
        "rejected",
        "refuted",
        "excluded",
        "eliminated",
        "discarded",
        "absurd",
        "fails",
        "failed",
        "contradicts",
    }
)
_AUXILIARIES = frozenset(
    "is are was were be been does do did can could would should will has have".split()
)
_RIGHT = frozenset("right correct true valid possible hold work fit apply there present so".split())
_AFFIRMING = frozenset(
    "only doubt surprise wonder question coincidence secret problem forget overlook hard difficult "
    "surprising loss denied".split()
)
"""Words after which a negation affirms: "no doubt that", "without loss of generality"."""
_TURNS = frozenset("but however rather instead so then therefore hence thus because since".split())
_CLAUSE_ENDS = _TURNS | {BREAK, COMMA, STEP_END}
_CONTRASTS = frozenset(
    {("instead", "of"), ("rather", "than"), ("other", "than"), ("far", "from"), ("rule", "out"),
     ("ruled", "out"), ("rules", "out"), ("ruling", "out"), ("except", "for")}
)  # fmt: skip
_RELATIVES = frozenset({"which", "this", "that", "it"})
_REFUSING = frozenset(
    "reject rejects rejected rejecting discard discards discarded discarding exclude excludes "
    "excluding eliminate eliminates eliminating doubt doubts unlikely hardly barely scarcely "
    "except refute refutes".split()
)
"""Words that deny what comes right after them."""
_CLAIMS = frozenset("that case value option root solution claim possibility".split())
_LEADS = frozenset("leads gives yields produces causes".split())


def denied_before(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a negation before a window (end exclusive) reaches it.

    ``no`` and ``without`` deny a noun and not what follows a verb after it; an ``and`` before a
    number, a variable, a verb or a statement begins anew; "no doubt that" and the like affirm.
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
    verb = False
    for position in range(start - 1, max(start - 1 - NEGATION_REACH, -1), -1):
        token = tokens[position]
        following = tokens[position + 1]
        anew = verb or states or is_operand(following) or following in NUMBER_NAMES
        if token in _CLAUSE_ENDS or (token == "and" and anew):
            return False
        if token in DENIERS:
            near = tokens[position + 1 : min(position + 4, start)]
            affirms = not _AFFIRMING.isdisjoint(near) or (token in ("no", "without") and verb)
            return not affirms
        verb = verb or token in _AUXILIARIES
    return False


def _refused(tokens: Sequence[str], start: int) -> bool:
    """Tell whether a word of refusal comes right before: "we reject x = 5", "I doubt that"."""
    position = start - 1
    while position > start - 3 and position >= 0 and tokens[position] in _CLAIMS:
        position -= 1
    if position < 0 or tokens[position] not in _REFUSING:
        return False
    undoubted = tokens[position] == "doubt" and not DENIERS.isdisjoint(
        tokens[max(position - 2, 0) : position]
    )
    return not undoubted


def denied_after(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the words after a window call it wrong: "is wrong", "cannot be right".

    What it is not is no denial: "x = 5 is not negative".
    """
    first = end
    if tokens[first] == BREAK and _denied_next(tokens, first + 1):
        return True
    if tokens[first] == COMMA:
        first += 1
    if tokens[first] == "but":
        first += 1
    first = first + 1 if first > end and tokens[first] in _RELATIVES else end
    if tokens[first] in _LEADS and "contradiction" in tokens[first : first + 4]:
        return True
    auxiliary = negated = False
    for position in range(first, min(first + DENIAL_REACH, len(tokens))):
        token = tokens[position]
        if token in _CLAUSE_ENDS or token == "and":
            break
        if token in _VERDICTS and (auxiliary or position == first):
            return not negated
        if negated and (token in _RIGHT or _no_solution(tokens, position)):
            return True
        negated = negated or (auxiliary and token in DENIERS and tokens[position + 1] != "only")
        auxiliary = auxiliary or token in _AUXILIARIES
    return False


def _no_solution(tokens: Sequence[str], position: int) -> bool:
    return tokens[position] == "solution" and tokens[position + 1] in _CLAUSE_ENDS


def _denied_next(tokens: Sequence[str], position: int) -> bool:
    """Tell whether the next sentence is a denial: "x = 5? No."."""
    if position + 1 >= len(tokens):
        return False
    if tokens[position] in ("this", "that", "it") and tokens[position + 1] == "is":
        position += 2
    word, after = tokens[position], tokens[min(position + 1, len(tokens) - 1)]
    return word in ("no", "wrong", "false", "incorrect") and after in (BREAK, STEP_END)
