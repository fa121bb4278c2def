r"""Reasoning in free text, with the answer in ``\boxed{}``."""

import re
from collections.abc import Sequence
from functools import lru_cache

from r1vl_kedro.responses.grammar import Grammar, Response, Section, line_steps, register

_BOX = re.compile(r"\\boxed\s*\{")
_BRACE = re.compile(r"[{}]")


@lru_cache(maxsize=256)
def parse(text: str) -> Response:
    """Parse each box whose braces close as an answer, each line before the last box as a step."""
    boxes = _boxes(text)
    sections: list[Section] = []
    at, number = 0, 1
    for box in boxes:
        steps = line_steps(text, at, box.start, number)
        sections += [*steps, box]
        at, number = box.end, number + len(steps)
    return Response(text, tuple(sections if boxes else line_steps(text, 0, len(text))))


def _closed(text: str) -> list[Section]:
    """Return boxes whose braces close, by their starts; one may lie within another. One pass."""
    heads = {found.end() - 1: found.start() for found in _BOX.finditer(text)}
    boxes: list[Section] = []
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        place = brace.start()
        if brace[0] == "{":
            opened.append(place)
        elif opened and (start := opened.pop()) in heads:
            body = text[start + 1 : place]
            boxes.append(Section("answer", None, heads[start], start + 1, place + 1, body))
    return sorted(boxes, key=lambda box: box.start)


def _boxes(text: str) -> list[Section]:
    """Return the outermost boxes from left to right."""
    boxes: list[Section] = []
    for box in _closed(text):
        if not boxes or box.start >= boxes[-1].end:
            boxes.append(box)
    return boxes


def last_box(text: str) -> Section | None:
    r"""Return the last ``\boxed{...}`` whose braces close, with its place, or None.

    Example:
        >>> last_box(r"so $\boxed{\frac{1}{2}}$.").body
        '\\frac{1}{2}'
    """
    return next(reversed(_closed(text)), None)


def problems(response: Response) -> list[str]:
    """Explain why it is not reasoning and then one box with content."""
    boxes = response.of("answer")
    found = [] if response.steps else ["no reasoning before the answer"]
    if not boxes:
        found.append(r"no \boxed{}")
    elif len(boxes) > 1:
        found.append(rf"{len(boxes)} \boxed{{}}")
    elif boxes[0].empty:
        found.append("answer is empty")
    return found


def render(
    steps: Sequence[str],
    answer: str | None = None,
    *,
    description: str | None = None,
    rationale: str | None = None,
) -> str:
    """Render description, rationale and steps as lines, then the box."""
    lines = [text for text in (description, rationale, *steps) if text is not None]
    if answer is not None:
        lines.append(rf"\boxed{{{answer}}}")
    return "\n".join(lines)


BOXED = register(
    Grammar(
        name="boxed",
        wording="{question}\nReason step by step and put the final answer in \\boxed{}.",
        parse=parse,
        problems=problems,
        render=render,
        titles={"step": "Reasoning, line {number}", "answer": "Answer"},
    )
)
