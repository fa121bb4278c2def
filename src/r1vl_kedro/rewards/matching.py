"""Key steps found in the step bodies of a response: soft, exact, or as published."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, get_args

from r1vl_kedro.responses import R1VL, check_released, parse_response, released_steps_text
from r1vl_kedro.rewards.key_step_groups import as_groups
from r1vl_kedro.rewards.normalise import (
    ARITHMETIC,
    COMMA,
    RELATIONS,
    STEP_END,
    is_number,
    is_operand,
    is_variable,
    is_word,
    phrase_tokens,
    tokenise,
)
from r1vl_kedro.rewards.stating import stated
from r1vl_kedro.rewards.tails import names_more
from r1vl_kedro.rewards.wholes import EQUATING, LONGEST_LABEL, STATING, cut_out
from r1vl_kedro.rewards.wording import DEFAULT_THRESHOLD, words_agree

Matching = Literal["soft", "exact", "released"]
MATCHINGS: tuple[str, ...] = get_args(Matching)
_SKIPPED = frozenset("a clearly exactly therefore thus hence also indeed obviously".split()) | {
    COMMA
}
"""What may stand between the words of a key step."""
_QUANTITIES = frozenset(
    "area base circumference current density diameter distance energy force frequency height "
    "length mass perimeter period power pressure radius resistance slope speed time velocity "
    "voltage volume width work".split()
)
"""Names that a symbol may stand behind: "the radius r is 5"."""
_LINKING = ARITHMETIC | {"(", "degrees", "sqrt", "angle"}
"""What a link of a chain of equations holds besides values and labels."""
_BEFORE_LABELS = _LINKING | EQUATING
"""What a label of a link stands behind."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrasing of a key step, tokenised once.

    ``states``: it holds a relation or copula, or words that end on a number ("slope 2").
    """

    tokens: tuple[str, ...]
    canonical: str
    words: tuple[bool, ...]
    states: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Where a key step was found: the phrasing's place in its group and a span of tokens."""

    phrasing: int
    start: int
    end: int


@dataclass(slots=True)
class StepText:
    """The step bodies of one response as tokens, indexed; ``bounds`` holds each step's end."""

    tokens: list[str]
    bounds: list[int]
    canonical: str
    index: dict[str, list[int]]
    _similar: dict[tuple[str, float], frozenset[str]] = field(default_factory=dict)
    _by_initial: dict[str, list[str]] = field(default_factory=dict)

    def step_of(self, match: Match) -> int:
        """Return the place of the step that a match is in, from 0."""
        return bisect_right(self.bounds, match.start)

    def similar(self, word: str, threshold: float) -> frozenset[str]:
        """Return the words of this text that may stand for ``word``."""
        key = (word, threshold)
        if key not in self._similar:
            if not self._by_initial:
                for token in self.index:
                    if is_word(token):
                        self._by_initial.setdefault(token[0], []).append(token)
            near = (w for w in self._by_initial.get(word[0], ()) if words_agree(word, w, threshold))
            self._similar[key] = frozenset(near)
        return self._similar[key]


@lru_cache(maxsize=1 << 17)
def _phrase(text: str) -> Phrase:
    tokens = phrase_tokens(text)
    return Phrase(
        tokens,
        f" {' '.join(tokens)} ",
        tuple(is_word(token) for token in tokens),
        any(token in RELATIONS or token in STATING for token in tokens)
        or (bool(tokens) and is_number(tokens[-1]) and any(map(is_word, tokens))),
    )


def step_text_of(bodies: Iterable[str]) -> StepText:
    """Tokenise and index step bodies; a match cannot cross from one into the next."""
    clean = [body.replace(STEP_END, " ") for body in bodies]
    tokens = tokenise(f" {STEP_END} ".join([*clean, ""]))
    index: dict[str, list[int]] = defaultdict(list)
    for position, token in enumerate(tokens):
        index[token].append(position)
    bounds = [place + 1 for place in index.get(STEP_END, ())]
    return StepText(tokens, bounds, f" {' '.join(tokens)} ", dict(index))


@lru_cache(maxsize=256)
def step_text(response: str, grammar: str = R1VL.name) -> StepText:
    """Return the indexed step bodies of a response; each response is normalised once."""
    return step_text_of(section.body for section in parse_response(response, grammar).steps)


def _align(phrase: Phrase, text: StepText, start: int, accepted: Sequence[Any]) -> int | None:
    """Return the end of the window that starts at ``start`` and holds the phrase in order, if
    any.
    """
    tokens, position, end = text.tokens, start, len(text.tokens)
    after_word = equated = False
    for token, word, allowed in zip(phrase.tokens, phrase.words, accepted, strict=True):
        while (
            position < end
            and (word or after_word)
            and tokens[position] in _SKIPPED
            and tokens[position] != token
        ):
            position += 1
        if position == end:
            return None
        named = token in EQUATING and tokens[position - 1] in _QUANTITIES
        if named and is_variable(tokens[position]) and tokens[position + 1] in EQUATING:
            position += 1  # "the radius r is 5"
        while equated and not _same(tokens[position], token, allowed):
            equated, position = _next_link(tokens, position)
        if not _same(tokens[position], token, allowed):
            return None
        equated = token in EQUATING and tokens[position] in EQUATING
        position += 1
        after_word = word
    return position


def _same(found: str, token: str, allowed: Any) -> bool:
    return found == token or bool(allowed and found in allowed)


def _next_link(tokens: Sequence[str], position: int) -> tuple[bool, int]:
    """Return whether a chain of equations goes on, and where: at 5 in ``AB = BC = 10/2 = 5``."""
    at = position
    while (
        is_operand(tokens[at])
        or tokens[at] in _LINKING
        or (tokens[at - 1] in _BEFORE_LABELS and 1 < len(tokens[at]) <= LONGEST_LABEL)
    ):
        at += 1
    return (True, at + 1) if tokens[at] == "=" else (False, position)


def _windows(phrase: Phrase, text: StepText, threshold: float) -> Iterator[tuple[int, int]]:
    """Yield every window of the text that holds the phrase, as token spans."""
    accepted: list[frozenset[str] | None] = []
    for token, word in zip(phrase.tokens, phrase.words, strict=True):
        allowed = text.similar(token, threshold) if word else None
        if token in EQUATING:  # "x is 5" and "x = 5"
            allowed = EQUATING.intersection(text.index)
        if not allowed and token not in text.index:
            return
        accepted.append(allowed)
    if (
        not any(phrase.words)
        and "=" not in phrase.tokens
        and phrase.canonical not in text.canonical
    ):
        return
    starts = text.index.get(phrase.tokens[0], [])
    if accepted[0]:
        others = (text.index[word] for word in accepted[0] if word != phrase.tokens[0])
        starts = [*starts, *(position for places in others for position in places)]
    for start in starts:
        end = _align(phrase, text, start, accepted)
        if end is not None:
            yield start, end


def _find(
    phrase: Phrase, text: StepText, matching: str, threshold: float
) -> tuple[int, int] | None:
    if not phrase.tokens:
        return None
    if matching == "exact":
        at = text.canonical.find(phrase.canonical)
        if at < 0:
            return None
        start = text.canonical.count(" ", 0, at)
        return start, start + len(phrase.tokens)
    for start, end in _windows(phrase, text, threshold):
        if cut_out(text.tokens, start, end, states=phrase.states):
            continue
        singular = f"{text.tokens[end - 1]}s" == phrase.tokens[-1]
        if singular and len(phrase.tokens) > 1 and names_more(text.tokens[end]):
            continue  # "5 red cube faces"
        if stated(text.tokens, start, end):
            return start, end
    return None


def find_key_steps(
    response: str,
    key_steps: Any,
    *,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
    grammar: str = R1VL.name,
) -> list[Match | None]:
    """Find for each group of phrasings the first match in the step bodies, or None.

    Args:
        response: the whole response; only the bodies of its steps are searched.
        key_steps: groups of phrasings, as :func:`as_groups` reads them.
        matching: ``soft`` or ``exact``; ``released`` has no tokens, so no places.
        threshold: how alike two words must be, 0 to 100 (soft only).
        grammar: how the response is written.

    Raises:
        ValueError: unknown ``matching``, or malformed key steps.
    """
    if matching not in ("soft", "exact"):
        raise ValueError(f"matching={matching!r} gives no places; use 'soft' or 'exact'")
    groups = as_groups(key_steps)
    if not groups:
        return []
    text = step_text(response, grammar)
    found: list[Match | None] = []
    for group in groups:
        match = None
        for place, phrasing in enumerate(group):
            span = _find(_phrase(phrasing), text, matching, threshold)
            if span:
                match = Match(place, *span)
                break
        found.append(match)
    return found


def match_key_steps(
    response: str,
    key_steps: Any,
    *,
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
    grammar: str = R1VL.name,
) -> list[bool]:
    """Tell whether each group of phrasings is found in the bodies of the response's steps.

    Args:
        response: the whole response.
        key_steps: groups of equivalent phrasings; null or empty gives ``[]``.
        matching: ``soft`` (words approximately, all else exactly, negated matches do not count),
            ``exact`` (normalised substring on token boundaries) or ``released`` (lower-cased
            substring, bit for bit the published script).
        threshold: how alike two words must be, 0 to 100 (soft only).
        grammar: how the response is written; ``released`` reads R1-VL's only.

    Raises:
        ValueError: unknown ``matching``, malformed key steps, or ``released`` in another grammar.

    Example:
        >>> path = "### Step 1:\\nSo $6 - 1 = 5$ cubes stay, not 4."
        >>> match_key_steps(path, [["6 minus 1 equals 5"], ["6 - 1 = 4"], ["4 cubes", "5 cube"]])
        [True, False, True]
    """
    if matching == "released":
        check_released(grammar)
        text = released_steps_text(response)
        return [any(phrase.lower() in text for phrase in group) for group in as_groups(key_steps)]
    if matching != "soft" and matching != "exact":
        raise ValueError(f"matching={matching!r}; accepted: {', '.join(MATCHINGS)}")
    found = find_key_steps(
        response, key_steps, matching=matching, threshold=threshold, grammar=grammar
    )
    return [match is not None for match in found]


def match_score(matches: Sequence[bool]) -> float:
    """Compute k, the share of groups found; 0 without groups."""
    return sum(matches) / len(matches) if matches else 0.0
