"""How a record becomes the user turn that a model sees."""

import re
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

MAX_OPTIONS = len(ascii_uppercase)
IMAGE_MARK = "<image>"
"""In a question or an option: the place of the next image."""
RAW_MARK = "{image}"
"""In a template: the place of the images, and that the template is the whole prompt."""


IMAGES_COME = f"images come before the text by themselves, or where {RAW_MARK} is"
_PLACES = re.compile(rf"{IMAGE_MARK}|<\|(?:image|video)_pad\|>")


def image_place(template: str) -> str | None:
    """Return what a template holds that would be read as an image of its own, or None."""
    found = _PLACES.search(template)
    return found[0] if found else None


def render_question(question: str, options: Sequence[str] = ()) -> str:
    """Render the question with its options, one a line, lettered from A.

    Args:
        question: the question's text.
        options: option texts; empty for an open question.

    Raises:
        ValueError: more options than letters.
    """
    if len(options) > MAX_OPTIONS:
        raise ValueError(f"{len(options)} options; at most {MAX_OPTIONS} can be lettered A to Z")
    if not options:
        return question
    lines = [f"{letter}: {text}" for letter, text in zip(ascii_uppercase, options, strict=False)]
    return "\n".join([question, "Choices:", *lines])


def is_raw(template: str) -> bool:
    """Tell whether a template is the whole prompt, which no chat template goes around.

    So a model that was never taught to chat is asked: it continues the text. ``{image}`` is the
    place of the images in it.
    """
    return RAW_MARK in template


def to_messages(record: Mapping[str, Any], template: str = "{question}") -> list[dict[str, Any]]:
    """Make a chat of one user turn: images in the places of their marks, else before the text.

    Args:
        record: needs ``images`` (a sequence), ``question`` and ``options``.
        template: outer wording around the question; must contain ``{question}``. Where it has
            ``{image}`` (`is_raw`), images without marks in the question come there.

    Raises:
        ValueError: the template has no ``{question}``.
    """
    if "{question}" not in template:
        raise ValueError(f"prompt template {template[:60]!r} has no '{{question}}' to fill")
    question = render_question(record["question"], record.get("options") or ())
    image = {"type": "image"}
    count = len(record["images"])
    if is_raw(template):
        placed = 0 if question.count(IMAGE_MARK) == count else count
        template = template.replace(RAW_MARK, IMAGE_MARK * placed)
    text = template.replace("{question}", question)
    if not count or text.count(IMAGE_MARK) != count:
        content = [*[dict(image) for _ in range(count)], {"type": "text", "text": text}]
        return [{"role": "user", "content": content}]
    first, *rest = text.split(IMAGE_MARK)
    content = [{"type": "text", "text": first}]
    for part in rest:
        content += [dict(image), {"type": "text", "text": part}]
    return [{"role": "user", "content": [part for part in content if part.get("text") != ""]}]
