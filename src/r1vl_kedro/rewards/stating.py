"""Whether the sentence around a matched key step states it.

A sentence that denies, asks, supposes or doubts states nothing, and the next may take it back.
"""

from collections.abc import Sequence
from itertools import pairwise

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.rewards.leads import led_otherwise
from r1vl_kedro.rewards.negation import (
    AUXILIARIES,
    CLAUSE_ENDS,
    POINTERS,
    SENTENCE_REACH,
    TURNS,
    called_wrong,
    denied_after,
    denied_before,
    denied_together,
    sentence_end,
)
from r1vl_kedro.rewards.normalise import (
    BREAK,
    COMMA,
    DENIERS,
    QUESTION,
    RELATIONS,
    SENTENCE_ENDS,
    is_number,
    is_word,
)
from r1vl_kedro.rewards.retraction import given_up
from r1vl_kedro.rewards.sentence import said_otherwise
from r1vl_kedro.rewards.tails import followed_otherwise, goes_on_otherwise

_SUPPOSING = frozenset(
    "if whether unless pretend suppose imagine might supposed thought guessed misread believed "
    "assume trying tried test testing tempting hoping wish provided doubt doubts doubtful unlikely "
    "insufficient disprove nothing".split()
)
"""Words that leave open what follows them in the clause, besides `vocabulary.DOUBTS`."""
_SEEMING = frozenset("looks look seem appears appear should could".split())
"""Verbs that do so where the sentence goes on with "but"."""
_SHOWING = frozenset("show shown prove proven verify".split())
"""Verbs that announce a statement where they stand with "to": "it remains to be shown that"."""
_INVERTED = frozenset("were had should".split())
"""Verbs that suppose at the beginning of a sentence: "were x = 5"."""
_CORRECTING = frozenset("wait no nope sorry oops actually correction rather".split())
_REDOING = frozenset(
    "recheck rechecking recount recounting recompute recalculate reconsider redo hold".split()
)
_SORRY = frozenset("sorry oops".split())
_HESITATING = frozenset("hmm but however and well oh now yet ah so though".split()) | {COMMA}
_WITHDRAWING = frozenset(
    "strike scratch ignore disregard forget cancel discard reject drop make".split()
)
"""Verbs that bid to take back what was said: "strike that"."""
_UNREAL = frozenset("would could might".split())
_CONDITIONS = frozenset("if unless had were without otherwise".split())
_INSTEAD = frozenset("but now actually".split())
_OTHERS = frozenset("many people some someone one he she they students".split())
_BELIEVING = frozenset("believe believes think thinks claims say says guesses".split())
_SPEAKING = frozenset("i we let on".split())
_ADMITTING = frozenset(
    "mistake mistaken error slip wrong erred miscounted misread miscalculated forgot missed".split()
)
"""Words of a sentence in which somebody corrects what was said: "I made a mistake"."""
_SECOND_THOUGHTS = frozenset({("second", "thought"), ("correct", "that"), ("correct", "this"),
                              ("fix", "that"), ("fix", "this"),
                              ("that", "back"), ("it", "back")})  # fmt: skip
_WEAKENING = frozenset({("to", "be"), ("i", "doubt")})
"""Words behind a comma or dash that leave a statement open: "x = 5, I doubt"."""
_CLAIMING = RELATIONS | AUXILIARIES | TURNS
"""Words behind a statement with which its sentence claims more: what follows may correct that."""
_ASIDES = frozenset({COMMA, "-", "..."})
_NOT_ANEW = _SUPPOSING | _BELIEVING | _INVERTED | {"only"}
"""Words after which "there is" begins no clause of its own."""
_AGREEING = frozenset("yes yeah yep indeed correct right true exactly".split())


def stated(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the sentence around a window (end exclusive) states what it holds."""
    return not (
        given_up(tokens, start, end)
        or denied_before(tokens, start, end)
        or denied_after(tokens, start, end)
        or denied_together(tokens, start, end)
        or _supposed(tokens, start, end)
        or _asked(tokens, end)
        or _taken_back(tokens, end)
        or _unreal(tokens, start, end)
        or _replaced(tokens, start, end)
        or led_otherwise(tokens, start, end)
        or goes_on_otherwise(tokens, start, end)
        or followed_otherwise(tokens, start, end)
        or said_otherwise(tokens, start, end)
    )


def _supposed(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the clause up to a window leaves it open: "if", "whether", "suppose"."""
    for position in range(start - 1, max(start - SENTENCE_REACH, -1), -1):
        token = tokens[position]
        ahead = tokens[position - 1] if position else ""
        if token in _SUPPOSING or (token in _SEEMING and _turns(tokens, end)):
            near = tokens[max(position - 4, 0) : position]
            return not token.startswith("doubt") or DENIERS.isdisjoint(near)
        if token in _BELIEVING and ahead in _OTHERS:
            return True
        shown = token in _SHOWING and tokens[position + 1] == "that"
        if shown and "to" in tokens[max(position - 2, 0) : position]:
            return True
        taken = token == "for" and "took" in tokens[max(position - 4, 0) : position]
        once = tokens[position : position + 3] == ["used", "to", "be"]
        if taken or once or (token == "could" and tokens[position + 1 : start] == ["be"]):
            return True
        anew = token == "there" and position and ahead not in _NOT_ANEW
        if token in CLAUSE_ENDS or anew:
            return tokens[position + 1] in _INVERTED and token in SENTENCE_ENDS
    return start > 0 and start <= SENTENCE_REACH and tokens[0] in _INVERTED


def _unreal(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a window is only imagined: "there would be ... if", "would be wrong"."""
    if tokens[end] in _UNREAL:
        return True
    first = max(start - SENTENCE_REACH, 0)
    ends = [at for at in range(first, start) if tokens[at] in CLAUSE_ENDS]
    clause = tokens[ends[-1] + 1 if ends else first : start]
    if _UNREAL.isdisjoint([*clause, *tokens[start:end]]):
        return False
    last = sentence_end(tokens, end) or end
    return not _CONDITIONS.isdisjoint(tokens[end:last])


def _replaced(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a sentence goes on to give the same name another value: "but x = 6"."""
    if _restated(tokens, start, end):
        return True
    name, relation = tokens[start], tokens[start + 1]
    if relation not in RELATIONS:
        return False
    last = sentence_end(tokens, end) or end
    value = tokens[end - 1]
    if (
        end - start == 3
        and is_number(value)
        and any(
            tokens[at : at + 2] == [name, relation]
            and is_number(tokens[at + 2])
            and tokens[at + 2] != value
            and tokens[at - 1] in ("or", "then", "=>")
            for at in range(end + 1, last - 2)
        )
    ):
        return True  # "x = 5 or x = 6", "x = 5, then x = 6"
    if tokens[end : end + 2] == ["or", name] and tokens[end + 2] in RELATIONS:
        return True  # "y = 2x + 1 or y = 2x - 1"
    return any(
        tokens[at : at + 2] == [name, relation]
        and tokens[at - 1] in _INSTEAD
        and not denied_after(tokens, at, min(at + 3, len(tokens) - 1))
        for at in range(end + 1, last)
    )


def _restated(tokens: Sequence[str], start: int, end: int) -> bool:
    """Tell whether the next sentence gives another value: "The mean is 5. The mean is 6."."""
    place = next((at for at in range(end - 1, end - 3, -1) if is_number(tokens[at])), start)
    named = tokens[start:place]
    if AUXILIARIES.isdisjoint(named) or not is_word(named[0]) or named[0] == "there":
        return False
    last = sentence_end(tokens, end) or end
    while last < len(tokens) - 1 and tokens[last] in (BREAK, QUESTION):
        last += 1
    value = tokens[min(last + len(named), len(tokens) - 1)]
    again = list(tokens[last : last + len(named)]) == list(named)
    return again and is_number(value) and value != tokens[place]


def _turns(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the sentence of a window goes on with "but": what appears is none then."""
    last = sentence_end(tokens, end) or end
    return not {"but", "yet", "however"}.isdisjoint(tokens[end:last])


def _asked(tokens: Sequence[str], end: int) -> bool:
    """Tell whether the clause from a window on ends with a question that is not answered yes."""
    last = sentence_end(tokens, end)
    if last is None or tokens[last] != QUESTION:
        return False
    if not CLAUSE_ENDS.isdisjoint(tokens[end:last]):
        return False
    return tokens[min(last + 1, len(tokens) - 1)] not in _AGREEING


def _taken_back(tokens: Sequence[str], end: int) -> bool:
    """Tell whether what follows corrects a window: "x = 5. No, x = 6", "x = 5. This is wrong"."""
    aside = end
    while aside < len(tokens) - 2 and tokens[aside] in _ASIDES:
        aside += 1
    if tokens[aside : aside + 2] in (["or", "so"], ["or", "rather"]):
        return True
    said = aside + (tokens[aside] == "so")
    if aside > end and (
        tokens[said] in _BELIEVING
        or (tokens[said] in _OTHERS and tokens[said + 1] in _BELIEVING)
        or (tokens[aside], tokens[aside + 1]) in _WEAKENING
    ):
        return True
    if tokens[aside] == "or" and tokens[aside + 1] in AUXILIARIES:
        return True  # "x = 5, or is it?"
    if _corrects(tokens, aside + (tokens[aside] == "or")):
        return True
    last = sentence_end(tokens, end)
    if last is None:
        return False
    said = tokens[end : last + 1]
    first = last
    while first < len(tokens) and tokens[first] in SENTENCE_ENDS:
        first += 1
    if tokens[first : first + 2] in (["or", "so"], ["or", "rather"], ["not", "true"]):
        return True
    if tokens[last] == QUESTION and first < len(tokens) and tokens[first] == "no":
        return True
    if not _CLAIMING.isdisjoint(said):
        return False
    next_end = sentence_end(tokens, first) or first
    if not _REDOING.isdisjoint(tokens[first : first + 4]):
        values = [token for token in tokens[max(end - 2, 0) : end] if is_number(token)]
        return set(values).isdisjoint(tokens[first:next_end])
    if next_end - first < 4 and not _SORRY.isdisjoint(tokens[first:next_end]):
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
    if word in _SPEAKING and after != "mean":
        said = tokens[first + 1 : first + 7]
        admits = not _ADMITTING.isdisjoint(said) and {"no", "not", "nothing"}.isdisjoint(said)
        return admits or not _SECOND_THOUGHTS.isdisjoint(pairwise(said))
    if word in _WITHDRAWING:
        return after in POINTERS
    stops = stops or after in _CORRECTING
    if (word in ("no", "correction") and not stops) or (word, after) == ("rather", "than"):
        return False
    if word in _CORRECTING or (word, after) == ("i", "mean"):
        at = first + 1
        while at < len(tokens) and tokens[at] in _HESITATING:
            at += 1
        if at < len(tokens) and tokens[at] in POINTERS:
            return _AGREEING.isdisjoint(tokens[at : at + 4]) or called_wrong(tokens, at + 1)
        return True
    if word in POINTERS:
        return after == "should" or called_wrong(tokens, first + 1)
    return bool(WRONG.fullmatch(word)) and stops
