"""Stage 2 by rules: the few key steps that carry each step, without repetition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from r1vl_kedro.annotation.options import RefineOptions
from r1vl_kedro.responses import R1VL
from r1vl_kedro.rewards import match_key_steps

_SIGN = re.compile(r"<=|>=|!=|~=|[=<>+*/^]|\d\s*-\s*\d|\w: \w")
_RELATION = re.compile(r"<=|>=|!=|~=|[=<>]")
_ARITHMETIC = re.compile(r"[+*/^]|[\w)]\s*-\s*[\w(]")
_LISTING = re.compile(r"[A-Za-z][^=<>]*: \S")


def is_expression(key: str) -> bool:
    """Tell whether a key step is a relation, an operation or a listing (``cubes: left, right``)."""
    return bool(_SIGN.search(key))


def weight(key: str) -> int:
    """Weigh how much a key step states, from 6 for an equation with an operation to 0, a number."""
    if _RELATION.search(key):
        if _ARITHMETIC.search(key):
            return 6
        return 4 if re.search(r"[A-Za-z]", key) else 2
    if _LISTING.match(key):
        return 5
    if is_expression(key):
        return 4
    words = key.split()
    if len(words) > 1 and re.search(r"\d", key):
        return 4 if words[1] in ("is", "are", "has", "equals", "was") else 3
    if len(words) > 1:
        return 2 if words[1] in ("is", "are", "has", "equals", "was") else 3
    return 1 if re.search(r"[A-Za-z]", key) else 0


def spelling(key: str) -> str:
    """Return a key step without case and spacing, for comparing."""
    return re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(key.lower().split()))


def allowed(key: str, options: RefineOptions) -> bool:
    """Tell whether it has at most ``max_words`` words, or is an expression."""
    return is_expression(key) or len(key.split()) <= options.max_words


def shares(extracted: Iterable[Sequence[Sequence[str]]]) -> dict[str, float]:
    """Return in what share of all records a key step occurs, by spelling."""
    counts: Counter[str] = Counter()
    total = 0
    for total, steps in enumerate(extracted, start=1):  # noqa: B007 - the count is used after
        counts.update({spelling(key) for step in steps for key in step})
    return {key: n / total for key, n in counts.items() if n > 1}


def _inside(key: str, others: Iterable[str]) -> bool:
    own = f" {spelling(key)} "
    return any(own.strip() in f" {spelling(other)} " for other in others)


def _with_what_it_counts(key: str, chosen: list[str], solution: str, grammar: str) -> str:
    """Join a common count to the listing right before it, which is taken out of ``chosen``.

    "That is 1" is found in most responses, "red things: N. That is 1" in those that counted so.
    """
    for listing in filter(_LISTING.match, chosen):
        joined = f"{listing}. {key}"
        if all(match_key_steps(solution, [[joined]], grammar=grammar)):
            chosen.remove(listing)
            return joined
    return key


def refine(
    steps: Sequence[Sequence[str]],
    solution: str,
    options: RefineOptions,
    share: Mapping[str, float] | None = None,
    grammar: str = R1VL.name,
) -> list[str]:
    """Refine one record's key steps to those that stay.

    Per step the weightiest and rarest first; none that another one contains, none over the word
    limit, none that its own reference path does not hold (it could never be earned).

    Args:
        steps: extracted key steps of each reasoning step.
        solution: the reference path they came from.
        share: what ``shares`` gives over all records.
        grammar: how the path is written.
    """
    share = share or {}
    kept: list[str] = []
    for step in steps:
        usable = [key for key in step if allowed(key, options)]
        found = match_key_steps(solution, [[key] for key in usable], grammar=grammar)
        usable = [key for key, match in zip(usable, found, strict=True) if match]
        rare = [
            key
            for key in usable
            if share.get(spelling(key), 0) <= options.max_share
            or (options.keep_numbers and re.search(r"\d", key))
        ]
        common = sorted(
            (key for key in usable if key not in rare), key=lambda key: share[spelling(key)]
        )
        chosen: list[str] = []
        ranked = sorted(rare, key=lambda key: (-weight(key), share.get(spelling(key), 0)))
        for key in [*ranked, *common[:1]]:
            common_count = share.get(spelling(key), 0) > options.max_share or _inside(key, kept)
            if options.keep_numbers and common_count and re.search(r"\d", key):
                key = _with_what_it_counts(key, chosen, solution, grammar)
            full = len(chosen) == options.per_step
            if full or (chosen and (key in common or weight(key) < 2)):
                break
            if not _inside(key, kept) and not _inside(key, chosen):
                chosen.append(key)
        kept += chosen
    if any(weight(key) for key in kept):
        kept = [key for key in kept if weight(key)]  # a bare number is found nearly everywhere
    if len(kept) > options.per_record:
        best = sorted(kept, key=lambda key: (-weight(key), share.get(spelling(key), 0)))
        keep = set(best[: options.per_record])
        kept = [key for key in kept if key in keep]
    return kept
