"""StepRVR: is the response a complete path in the right order?"""

from typing import Literal

from r1vl_kedro.responses import (
    RELEASED_HEADERS,
    Response,
    parse_response,
    released_order_holds,
)

ValidityMode = Literal["strict", "released"]

_NAMES = {
    "description": "image description",
    "rationale": "rationale",
    "step": "step",
    "answer": "final answer",
}
_BACKGROUND = {"description": 0, "rationale": 1, "separator": 2}


def completeness_problems(response: Response) -> list[str]:
    """Why the path is not complete (paper: delta_c); empty where it is."""
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
    """Why the path is not in order (paper: delta_l); empty where it is.

    Order: description, rationale, separator (may be missing), steps 1 to n, one final answer, and
    nothing after it.
    """
    problems = []
    kinds = [section.kind for section in response.sections]
    first_step = kinds.index("step") if "step" in kinds else len(kinds)
    background = [_BACKGROUND[kind] for kind in kinds if kind in _BACKGROUND]
    if any(kind in _BACKGROUND for kind in kinds[first_step:]):
        problems.append("background after the first step")
    elif background != sorted(background):
        problems.append("background out of order")
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


def validity_problems(response: str) -> list[str]:
    """Every reason why ``step_rvr`` is 0 in strict mode; empty where it is 1.

    Example:
        >>> validity_problems("### Step 2:\\n6 - 1 = 5\\n### The final answer is: 5")
        ['no image description', 'no rationale', 'steps numbered 2']
    """
    parsed = parse_response(response)
    return completeness_problems(parsed) + logic_problems(parsed)


def step_rvr(response: str, *, mode: ValidityMode = "strict") -> float:
    """Step-wise reasoning validity reward: 1.0 if the path is complete and in order, else 0.0.

    Args:
        response: the whole response.
        mode: ``strict`` is the paper's definition (section 3.3); ``released`` what the published
            script computes, which accepts empty sections and a rationale after the steps.

    Raises:
        ValueError: unknown mode.
    """
    if mode == "strict":
        return float(not validity_problems(response))
    if mode == "released":
        complete = all(header in response for header in RELEASED_HEADERS)
        return float(complete and released_order_holds(response))
    raise ValueError(f"mode={mode!r}; accepted: strict, released")
