"""What the published script of R1-VL reads of a response, bit for bit."""

import re

from r1vl_kedro.responses.r1vl import (
    ANSWER_HEADER,
    DESCRIPTION_HEADER,
    R1VL,
    RATIONALE_HEADER,
    STEP_HEADER,
)

RELEASED_HEADERS = (DESCRIPTION_HEADER, RATIONALE_HEADER, STEP_HEADER.format(1), ANSWER_HEADER)
_STEP = re.compile(r"### Step \d+:\s*(.*?)(?=\n###|\Z)", re.DOTALL)
_STEP_HEADER = re.compile(r"### Step (\d+):")
_ANSWER = re.compile(re.escape(ANSWER_HEADER) + r"\s*(.*)")


def check_released(grammar: str) -> None:
    """Raise ValueError where a grammar is not the one that the published script reads."""
    if grammar != R1VL.name:
        raise ValueError(
            f"'released' repeats R1-VL's script, which reads the grammar r1vl only, not {grammar!r}"
        )


def released_steps_text(text: str) -> str:
    """Return all step bodies as the published script joins and lower-cases them."""
    return " ".join(_STEP.findall(text)).lower()


def released_answer(text: str) -> str:
    """Return the text after the first answer header, or all of it (published script)."""
    found = _ANSWER.search(text)
    return found.group(1).strip() if found else text.strip()


def released_order_holds(text: str) -> bool:
    """Check the published script's order rules; False where it would crash for want of a step."""
    headers = list(_STEP_HEADER.finditer(text))
    if not headers:
        return False
    if not text.strip().endswith(ANSWER_HEADER):
        answer = text.find(ANSWER_HEADER)
        if answer < headers[-1].end():
            return False
    longest = len(str(len(headers)))
    numbers = [header.group(1) for header in headers]
    return all(
        len(number.lstrip("0")) <= longest and int(number.lstrip("0") or "0") == position
        for position, number in enumerate(numbers, start=1)
    )
