"""How a record becomes the user turn that a model sees."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

MAX_OPTIONS = len(ascii_uppercase)


def render_question(question: str, options: Sequence[str] = ()) -> str:
    """The question with its options, one a line, lettered from A.

    Args:
        question: the question's text, without image marks.
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


def to_messages(record: Mapping[str, Any], template: str = "{question}") -> list[dict[str, Any]]:
    """One chat of one user turn: the record's images first, then the text.

    Args:
        record: needs ``images`` (a sequence), ``question`` and ``options``.
        template: outer wording around the question; must contain ``{question}``.

    Raises:
        ValueError: the template has no ``{question}``.
    """
    if "{question}" not in template:
        raise ValueError(f"prompt template {template[:60]!r} has no '{{question}}' to fill")
    text = template.replace(
        "{question}", render_question(record["question"], record.get("options") or ())
    )
    content = [{"type": "image"} for _ in record["images"]]
    return [{"role": "user", "content": [*content, {"type": "text", "text": text}]}]
