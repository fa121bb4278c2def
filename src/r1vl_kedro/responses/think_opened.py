"""``think_answer`` after a prompt that has written ``<think>`` already, without a chat template.

VisualThinker-R1-Zero (arXiv 2503.05132) trains a base model so: it only continues a text. A
response is what follows the tag, and is read as if it stood before it.
"""

from collections.abc import Sequence

from r1vl_kedro.responses import think_answer
from r1vl_kedro.responses.grammar import Grammar, Response, register

OPENING = think_answer.TAGS[0]


def parse(text: str) -> Response:
    """Parse as in ``think_answer``; positions are those in the text, which lacks the tag."""
    sections = think_answer.parse(OPENING + text).sections
    moved = (
        section._replace(
            start=max(section.start - len(OPENING), 0),
            body_start=section.body_start - len(OPENING),
            end=section.end - len(OPENING),
        )
        for section in sections
    )
    return Response(text, tuple(moved))


def problems(response: Response) -> list[str]:
    """Explain why it does not go on to one reasoning and one answer, with nothing beside."""
    return think_answer.problems(think_answer.parse(OPENING + response.text))


def render(steps: Sequence[str], answer: str | None = None, **background: str | None) -> str:
    """Render what follows the tag: lines of the reasoning, then the answer."""
    whole = think_answer.render(steps, answer, **background)
    return whole.removeprefix(OPENING).lstrip("\n")


THINK_OPENED = register(
    Grammar(
        name="think_opened",
        wording=(
            "{image}A conversation between User and Assistant. The user asks a question about the "
            "image, and the Assistant solves it. The assistant first thinks about the reasoning "
            "process in the mind and then provides the user with the answer.\n"
            "User: {question} \n"
            f"Assistant: Let me solve this step by step.\n{OPENING}"
        ),
        parse=parse,
        problems=problems,
        render=render,
        titles=think_answer.THINK_ANSWER.titles,
        opening=OPENING,
    )
)
