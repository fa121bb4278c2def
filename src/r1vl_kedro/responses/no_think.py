r"""The answer alone, without reasoning: ``<answer>answer</answer>``.

The no-think variants of Med-R1 (arXiv 2503.13939) train in it: the format is a full match of
``\s*<answer>.*?</answer>``.
"""

from collections.abc import Sequence
from functools import lru_cache

from r1vl_kedro.responses.grammar import Grammar, Response, register
from r1vl_kedro.responses.think_answer import THINK_ANSWER


@lru_cache(maxsize=256)
def parse(text: str) -> Response:
    """Parse every answer whose tags open and close; what is beside them belongs to no section."""
    return Response(text, tuple(THINK_ANSWER.parse(text).of("answer")))


def problems(response: Response) -> list[str]:
    """Explain why it is not one answer with content and nothing beside it."""
    answers = response.of("answer")
    if len(answers) != 1:
        return [f"{len(answers) or 'no'} answer{'s' if len(answers) > 1 else ''}"]
    if answers[0].empty:
        return ["answer is empty"]
    text = response.text.strip()
    alone = text.startswith("<answer>") and text.endswith("</answer>")
    tags = text.count("<answer>") + text.count("</answer>")
    return [] if alone and tags == 2 else ["text outside the tags"]


def render(steps: Sequence[str], answer: str | None = None, **background: str | None) -> str:
    """Render the answer alone; the background of an answer has no place."""
    return "" if answer is None else f"<answer>{answer}</answer>"


NO_THINK = register(
    Grammar(
        name="no_think",
        wording="{question}\nWrite only the final answer, in <answer> </answer>.",
        parse=parse,
        problems=problems,
        render=render,
        titles={"step": "Reasoning, line {number}", "answer": "Answer"},
    )
)
