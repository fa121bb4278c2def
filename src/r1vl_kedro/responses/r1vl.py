"""R1-VL's grammar: description, rationale, numbered steps and the final answer under headers.

The form of R1-VL's training data (arXiv 2503.12937) and of Mulberry's. A header begins its line
with three hashes and a space; letter case, a missing plural of "Rationales" and the number of
spaces inside do not matter. An indented or bold header is text, and ``Step 01`` is no step. A line
of three hashes that is none of the known headers still ends the section before it (kind "other"),
but is the answer where it follows the answer's header and nothing between them: ``### 14``.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest

from r1vl_kedro.responses.grammar import Grammar, Response, Section, register

DESCRIPTION_HEADER = "### Image Description:"
RATIONALE_HEADER = "### Rationales:"
SEPARATOR = "### Let's think step by step."
STEP_HEADER = "### Step {}:"
ANSWER_HEADER = "### The final answer is:"

_HEADER = re.compile(
    r"^###(?!#)(?:(?=[^\S\n])[^\S\n]*(?:"
    r"(?P<description>image[^\S\n]+description[^\S\n]*[:：])"
    r"|(?P<rationale>rationales?[^\S\n]*[:：])"
    r"|(?P<separator>let['’]s[^\S\n]+think[^\S\n]+step[^\S\n]+by[^\S\n]+step[^\S\n]*[.:]?)"
    r"|step[^\S\n]+(?P<step>0|[1-9][0-9]{0,8})[^\S\n]*[:：]"
    r"|(?P<answer>the[^\S\n]+final[^\S\n]+answer[^\S\n]+is[^\S\n]*[:：]))"
    r"|(?P<other>[^\n]*))",
    re.MULTILINE | re.IGNORECASE,
)

_NAMES = {
    "description": "image description",
    "rationale": "rationale",
    "step": "step",
    "answer": "final answer",
}
_BACKGROUND = frozenset({"description", "rationale", "separator"})


def _sections(text: str) -> Iterator[Section]:
    headers: list[re.Match[str]] = []
    for found in _HEADER.finditer(text):
        behind = found.lastgroup == "other" and headers and headers[-1].lastgroup == "answer"
        if not (
            behind
            and found["other"].strip()
            and not text[headers[-1].end() : found.start()].strip()
        ):
            headers.append(found)
    for header, following in zip_longest(headers, headers[1:]):
        kind = header.lastgroup
        start = text.index("#", header.start())
        body_start = start + len("###") if kind == "other" else header.end()
        end = following.start() if following else len(text)
        number = int(header["step"]) if kind == "step" else None
        yield Section(kind, number, start, body_start, end, text[body_start:end])


@lru_cache(maxsize=256)
def parse(text: str) -> Response:
    """Parse sections by their headers; text before the first header belongs to none."""
    return Response(text, tuple(_sections(text)))


def completeness_problems(response: Response) -> list[str]:
    """Explain why the path is not complete (paper: delta_c); empty where it is."""
    problems = []
    for kind, name in _NAMES.items():
        sections = response.of(kind)  # type: ignore[arg-type]
        if not sections:
            problems.append(f"no {name}")
        for section in sections:
            if section.empty:
                number = "" if section.number is None else f" {section.number}"
                problems.append(f"{name}{number} is empty")
    return problems


def logic_problems(response: Response) -> list[str]:
    """Explain why the path is not in order (paper: delta_l); empty where it is.

    Background (description, rationale, the separator) in any order and number before the first
    step, steps 1 to n, one final answer, and nothing after it.
    """
    problems = []
    kinds = [section.kind for section in response.sections]
    first_step = kinds.index("step") if "step" in kinds else len(kinds)
    if any(kind in _BACKGROUND for kind in kinds[first_step:]):
        problems.append("background after the first step")
    numbers = [section.number for section in response.steps]
    if numbers != list(range(1, len(numbers) + 1)):
        shown = ", ".join(map(str, numbers[:20])) + (", ..." if len(numbers) > 20 else "")
        problems.append(f"steps numbered {shown}")
    answers = kinds.count("answer")
    if answers > 1:
        problems.append(f"{answers} final answers")
    if answers:
        at = kinds.index("answer")
        if "step" in kinds[at:]:
            problems.append("final answer before a step")
        elif any(kind != "answer" for kind in kinds[at:]):
            problems.append("a section after the final answer")
    return problems


def problems(response: Response) -> list[str]:
    """Explain by both why StepRVR (R1-VL, section 3.3) is 0."""
    return completeness_problems(response) + logic_problems(response)


def render(
    steps: Sequence[str],
    answer: str | None = None,
    *,
    description: str | None = None,
    rationale: str | None = None,
) -> str:
    """Render a response under headers; the line that opens the steps comes with the background."""
    background = {DESCRIPTION_HEADER: description, RATIONALE_HEADER: rationale}
    parts = [f"{header}\n{text}" for header, text in background.items() if text is not None]
    if parts:
        parts.append(SEPARATOR)
    parts += [f"{STEP_HEADER.format(k)}\n{body}" for k, body in enumerate(steps, 1)]
    if answer is not None:
        parts.append(f"{ANSWER_HEADER}\n{answer}")
    return "\n\n".join(parts)


R1VL = register(
    Grammar(
        name="r1vl",
        wording="{question}",  # the warm-up teaches the headers; a prompt need not ask for them
        parse=parse,
        problems=problems,
        render=render,
        titles={
            "description": "Image description",
            "rationale": "Rationales",
            "separator": "Let's think step by step",
            "step": "Step {number}",
            "answer": "The final answer is",
            "other": "###",
        },
    )
)
