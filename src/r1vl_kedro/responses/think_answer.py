"""The grammar of R1-style recipes: ``<think>reasoning</think><answer>answer</answer>``.

MedVLM-R1 (arXiv 2502.19634), LMM-R1 (arXiv 2503.07536) and VisualThinker-R1-Zero (arXiv
2503.05132) train in it. Each line of the reasoning counts as a step.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from r1vl_kedro.responses.grammar import Grammar, Response, Section, line_steps, register

TAGS = ("<think>", "</think>", "<answer>", "</answer>")
_TAG = re.compile("|".join(TAGS))
_ANSWER = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.IGNORECASE | re.DOTALL)
_JOINT = re.compile(r"</think>\s*<answer>")


@lru_cache(maxsize=256)
def parse(text: str) -> Response:
    """Parse lines of the reasoning as steps, and every answer whose tags open and close.

    The first step of a ``<think>`` has the tag as its header; reasoning that never closes still
    has steps, since a response may be cut off.
    """
    sections: list[Section] = []
    number = 1
    tags = list(_TAG.finditer(text))
    for place, tag in enumerate(tags):
        following = tags[place + 1] if place + 1 < len(tags) else None
        stop = following.start() if following else len(text)
        if tag[0] == "<think>":
            steps = line_steps(text, tag.end(), stop, number)
            if steps:
                if following and following[0] == "</think>":
                    steps[-1] = steps[-1]._replace(end=following.end())
                steps[0] = steps[0]._replace(start=tag.start())
            else:
                body = text[tag.end() : stop]
                stop = following.end() if following and following[0] == "</think>" else stop
                steps = [Section("step", number, tag.start(), tag.end(), stop, body)]
            sections += steps
            number += len(steps)
        elif tag[0] == "<answer>" and following and following[0] == "</answer>":
            body = text[tag.end() : stop]
            sections.append(Section("answer", None, tag.start(), tag.end(), following.end(), body))
    return Response(text, tuple(sections))


def problems(response: Response) -> list[str]:
    """Explain why it is not one reasoning and one answer, both with content, nothing beside."""
    tags = _TAG.findall(response.text)
    found = []
    for tag in TAGS:
        if tags.count(tag) != 1:
            found.append(f"{tags.count(tag) or 'no'} {tag}")
    if found:
        return found
    if tags != list(TAGS):
        return ["tags out of order"]
    if not is_framed(response.text.strip()):
        found.append("text outside the tags")
    for kind, name in (("step", "reasoning"), ("answer", "answer")):
        if all(section.empty for section in response.of(kind)):  # type: ignore[arg-type]
            found.append(f"{name} is empty")
    return found


def last_tagged(text: str) -> str | None:
    """Return the last ``<answer>``'s content, in any case, even where it never closes, or None."""
    found = _ANSWER.findall(text)
    return found[-1].strip() or None if found else None


def is_framed(text: str) -> bool:
    r"""Tell whether the text as a whole matches ``<think>.*?</think>\s*<answer>.*?</answer>``.

    In time linear in its length, which the regular expression is not.
    """
    start, end = len(TAGS[0]), len(text) - len(TAGS[3])
    framed = text.startswith(TAGS[0]) and text.endswith(TAGS[3])
    return framed and start <= end and _JOINT.search(text, start, end) is not None


def is_joined(text: str) -> bool:
    """Tell whether nothing stands between reasoning and answer, as LMM-R1's released pattern asks.

    One ``<think>``, ``<answer>`` and ``</answer>``, and the first ``</think>`` before the answer.
    """
    framed = text.startswith(TAGS[0]) and text.endswith(TAGS[3]) and text.count(TAGS[3]) == 1
    once = text.count(TAGS[0]) == text.count(TAGS[2]) == 1
    return framed and once and text.find(TAGS[1] + TAGS[2]) == text.find(TAGS[1]) >= 0


def has_each_tag_once(text: str) -> bool:
    """Tell whether each of the four tags occurs exactly once."""
    return all(text.count(tag) == 1 for tag in TAGS)


def render(
    steps: Sequence[str],
    answer: str | None = None,
    *,
    description: str | None = None,
    rationale: str | None = None,
) -> str:
    """Render description, rationale and steps as lines of the reasoning, then the answer."""
    lines = [text for text in (description, rationale, *steps) if text is not None]
    reasoning = "\n".join(["<think>", *lines, "</think>"])
    return reasoning if answer is None else f"{reasoning}\n<answer>{answer}</answer>"


THINK_ANSWER = register(
    Grammar(
        name="think_answer",
        wording=(
            "{question}\nThink first: write the reasoning in <think> </think>, then the final "
            "answer in <answer> </answer>."
        ),
        parse=parse,
        problems=problems,
        render=render,
        titles={"step": "Reasoning, line {number}", "answer": "Answer"},
    )
)
