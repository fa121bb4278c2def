"""Whether the clause around a matched key step denies it."""

from collections.abc import Sequence

from r1vl_kedro.answers.numerals import NUMBER_NAMES
from r1vl_kedro.rewards.normalise import BREAK, COMMA, DENIERS, STEP_END, is_operand

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
    }
)
_AUXILIARIES = frozenset(
    "is are was were be been does do did can could would should will has have".split()
)
_RIGHT = frozenset("right correct true valid possible hold work fit apply there present so".split())
_AFFIRMING = frozenset(
    "only doubt surprise wonder question coincidence secret problem forget overlook hard difficult "
    "surprising loss".split()
)
"""Words after which a negation affirms: "no doubt that", "without loss of generality"."""
_TURNS = frozenset("but however rather instead so then therefore hence thus because since".split())
_CLAUSE_ENDS = _TURNS | {BREAK, COMMA, STEP_END}
_CONTRASTS = frozenset({("instead", "of"), ("rather", "than"), ("other", "than")})
_RELATIVES = frozenset({"which", "this", "that"})


def denied_before(tokens: Sequence[str], start: int) -> bool:
    """Tell whether a negation before a window reaches it.

    ``no`` and ``without`` deny a noun and not what follows a verb after it; an ``and`` before a
    number, a variable or a verb begins anew; "no doubt that" and the like affirm.
    """
    if start > 1 and (tokens[start - 2], tokens[start - 1]) in _CONTRASTS:
        return True
    if start and tokens[start - 1] == "non":
        return True
    verb = False
    for position in range(start - 1, max(start - 1 - NEGATION_REACH, -1), -1):
        token = tokens[position]
        following = tokens[position + 1]
        anew = verb or is_operand(following) or following in NUMBER_NAMES
        if token in _CLAUSE_ENDS or (token == "and" and anew):
            return False
        if token in DENIERS:
            affirms = following in _AFFIRMING or (token in ("no", "without") and verb)
            return not affirms
        verb = verb or token in _AUXILIARIES
    return False


def denied_after(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the words after a window call it wrong: "is wrong", "cannot be right".

    What it is not is no denial: "x = 5 is not negative".
    """
    first = end
    if tokens[first] == COMMA and tokens[first + 1] in _RELATIVES:
        first += 2
    auxiliary = negated = False
    for position in range(first, min(first + DENIAL_REACH, len(tokens))):
        token = tokens[position]
        if token in _CLAUSE_ENDS or token == "and":
            break
        if token in _VERDICTS and (auxiliary or position == first):
            return not negated
        if negated and token in _RIGHT:
            return True
        negated = negated or (auxiliary and token in DENIERS and tokens[position + 1] != "only")
        auxiliary = auxiliary or token in _AUXILIARIES
    return False
