"""Where in the original text a match stands, for people to look at."""

import re

from r1vl_kedro.responses import R1VL, parse_response
from r1vl_kedro.rewards.matching import Match, step_text
from r1vl_kedro.rewards.normalise import tokenise

_CHUNK = re.compile(r"\S+")
MAX_BODY = 20_000
"""Longer step bodies are not searched: the whole body is the span."""


def match_span(response: str, match: Match, grammar: str = R1VL.name) -> tuple[int, int]:
    """Return the character positions (start, end) of a match in the response.

    The shortest run of space-separated chunks of the matched step that reads as the same tokens;
    the whole step body where normalisation joined what no run of chunks gives.

    Example:
        >>> from r1vl_kedro.rewards import find_key_steps
        >>> text = "### Step 1:\\nHence $6 - 1 = 5$ cubes."
        >>> start, end = match_span(text, find_key_steps(text, [["6-1=5"]])[0])
        >>> text[start:end]
        '$6 - 1 = 5$'
    """
    text = step_text(response, grammar)
    place = text.step_of(match)
    section = parse_response(response, grammar).steps[place]
    before = match.start - (text.bounds[place - 1] if place else 0)
    wanted = text.tokens[match.start : match.end]
    span = _find(section.body, wanted, before) if len(section.body) <= MAX_BODY else None
    first, last = span or (0, len(section.body.rstrip()))
    return section.body_start + first, section.body_start + last


def _find(body: str, wanted: list[str], before: int) -> tuple[int, int] | None:
    """Find the run of chunks that reads as the tokens wanted, nearest to where they belong."""
    chunks = [found.span() for found in _CHUNK.finditer(body)]
    best: tuple[int, int, int, int] | None = None
    for first, (start, _) in enumerate(chunks):
        for last in range(first, min(first + 2 * len(wanted) + 4, len(chunks))):
            end = chunks[last][1]
            tokens = tokenise(body[start:end])
            if _holds(tokens, wanted):
                distance = abs(len(tokenise(body[:start])) - before)
                candidate = (distance, end - start, start, end)
                best = candidate if best is None else min(best, candidate)
                break
    if best is None:
        return None
    start, end = best[2], best[3]
    return start, end - len(body[start:end]) + len(body[start:end].rstrip(".,;:"))


def _holds(tokens: list[str], wanted: list[str]) -> bool:
    width = len(wanted)
    return any(tokens[at : at + width] == wanted for at in range(len(tokens) - width + 1))
