"""Human solutions in prose, rewritten as reference paths in the response grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from r1vl_kedro.responses import R1VL

MAX_STEPS = 8
_DRAWING = re.compile(r"\[asy\].*?\[/asy\]|\[asy\].*\Z", re.DOTALL)
_ALTERNATIVE = re.compile(
    r"\[?\b(?:Alternatively\s*:|Alternative(?: solution| method)\s*\d*\s*:?|OR\s*\n)", re.IGNORECASE
)
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|aligned|gather|equation)\*?)\}(.{0,2000}?)\\end\{\1\}", re.DOTALL
)
_WRITTEN_BREAK = re.compile(r"\\n(?=[A-Z\s\\\[(]|$)")  # a backslash and an n, not a newline
_MATH = re.compile(
    r"\$\$.{0,2000}?\$\$|\$(?:\\.|[^$\\]){0,2000}\$|\\\[.{0,2000}?\\\]|\\\(.{0,1000}?\\\)"
    r"|\\begin\{(tabular|array)\}.{0,4000}?\\end\{\1\}",
    re.DOTALL,
)
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bi\.e\.)(?<!\be\.g\.)(?<!\bFig\.)(?<!\bcf\.)(?<!\bm\.)[)\]]?\s+(?=[A-Z$\\(\x00])"
)


def _unwrap(text: str, command: str) -> str:
    """Replace ``\\command{...}`` by the content of its balanced braces, in linear time."""
    head = f"\\{command}{{"
    kept: list[str] = []
    boxes: list[bool] = []  # open braces: whether each is the command's
    last = 0
    for found in re.finditer(rf"{re.escape(head)}|(?<!\\)[{{}}]", text):
        opens, closes = found[0] == head, found[0] == "}"
        if opens or (closes and boxes and boxes[-1]):
            kept.append(text[last : found.start()])
            last = found.end()
        if opens or (boxes and not closes):
            boxes.append(opens)
        elif boxes:
            boxes.pop()
    return "".join([*kept, text[last:]])


def _as_formula(found: re.Match[str]) -> str:
    body = found[2].replace("&", " ").replace("\\\\", " ")
    return f" ${body.strip()}$ "


def clean_prose(text: str) -> str:
    """Take drawings, boxes and second solutions off a solution's text; make spaces single."""
    text = _DRAWING.sub(" ", _WRITTEN_BREAK.sub(" ", text))
    found = _ALTERNATIVE.search(text)
    if found and len(text[: found.start()].strip()) >= 20:
        text = text[: found.start()]
    text = _ENVIRONMENT.sub(_as_formula, _unwrap(text, "boxed"))
    text = re.sub(r"#{2,}", "", text)
    return re.sub(r"[\s\x00]+", " ", text).strip(" [")  # `split_outside` marks formulas by \x00


def sentences(text: str) -> list[str]:
    """Split cleaned prose into sentences; a formula or a table is never cut."""
    parts = split_outside(_MATH, _SENTENCE_END, text)
    return [part.strip() for part in parts if part.strip()]


def split_outside(formulas: re.Pattern[str], borders: re.Pattern[str], text: str) -> Iterator[str]:
    """Split a text at its borders, but for those within a formula."""
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    for part in borders.split(formulas.sub(hide, text)):
        yield re.sub(r"\x00(\d+)\x00", lambda m: kept[int(m[1])], part)


def _merge(parts: list[str], most: int) -> list[str]:
    """Join neighbours evenly until at most ``most`` remain."""
    if len(parts) <= most:
        return parts
    edges = [round(i * len(parts) / most) for i in range(most + 1)]
    return [" ".join(parts[a:b]) for a, b in pairwise(edges)]


def path_from_prose(
    solution: str, answer: str, *, subject: str = "", max_steps: int = MAX_STEPS
) -> str:
    """Write a reference path of the solution's own sentences; "" for an empty solution.

    Description and rationale say only what is known without seeing the image: the subject and
    that the solution follows. ``answer`` is written as it should stand behind the last header.
    """
    steps = _merge(sentences(clean_prose(solution)), max_steps)
    if not steps:
        return ""
    what = f" about {subject}" if subject else ""
    count = "one step" if len(steps) == 1 else f"{len(steps)} steps"
    return R1VL.render(
        steps,
        answer,
        description=f"The figure of a question{what}.",
        rationale=f"The answer follows in {count} from the question and its figure.",
    )
