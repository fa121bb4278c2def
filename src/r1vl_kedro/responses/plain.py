"""Free text whose last line is the answer."""

import re
from collections.abc import Sequence
from functools import lru_cache

from r1vl_kedro.responses.grammar import Grammar, Response, Section, line_steps, register

_LEAD = re.compile(
    r"(?:(?:the|my)\s+)?(?:final\s+)?answer\s*(?:is\s*[:：]?|[:：=])\s*", re.IGNORECASE
)


@lru_cache(maxsize=256)
def parse(text: str) -> Response:
    """Parse the last line with content, without "The answer is:", as answer, others as steps."""
    lines = line_steps(text, 0, len(text))
    if not lines:
        return Response(text, ())
    *steps, last = lines
    lead = _LEAD.match(last.body)
    skipped = lead.end() if lead else 0
    body = last.body[skipped:]
    answer = Section("answer", None, last.start, last.start + skipped, last.end, body)
    return Response(text, (*steps, answer))


def problems(response: Response) -> list[str]:
    """Explain why there is no answer; reasoning may be missing."""
    return [] if response.answers else ["no answer"]


def render(
    steps: Sequence[str],
    answer: str | None = None,
    *,
    description: str | None = None,
    rationale: str | None = None,
) -> str:
    """Render one line each: description, rationale, steps, answer."""
    return "\n".join(t for t in (description, rationale, *steps, answer) if t is not None)


PLAIN = register(
    Grammar(
        name="plain",
        wording="{question}\nWrite the answer alone on the last line.",
        parse=parse,
        problems=problems,
        render=render,
        titles={"step": "Reasoning, line {number}", "answer": "Answer"},
    )
)
