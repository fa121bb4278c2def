"""Reading a chat completion as it came, whatever an endpoint makes of the API's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One completion: its text, why it ended (``stop``, ``length``), its token ids where sent."""

    text: str
    finish_reason: str | None
    token_ids: list[int] | None


def choices_of(reply: Any) -> list[Choice]:
    """Read the completions of a reply, at least one.

    Raises:
        ValueError: there is none, or one that is no text; says what there is.
    """
    choices = reply.get("choices") if isinstance(reply, Mapping) else None
    if not isinstance(choices, list) or not choices:
        raise ValueError(f"it has no choices: {reply!r:.100}")
    return [_choice(choice) for choice in choices]


def _choice(choice: Any) -> Choice:
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(message, Mapping):
        raise ValueError(f"it has a choice without a message: {choice!r:.100}")
    ids, reason = choice.get("token_ids"), choice.get("finish_reason")
    return Choice(
        _text(message.get("content")),
        reason if isinstance(reason, str) else None,
        ids if isinstance(ids, list) else None,
    )


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, list):  # parts, as some endpoints send them
        parts = [part.get("text") if isinstance(part, Mapping) else part for part in content]
        content = "".join(parts) if all(isinstance(part, str) for part in parts) else content
    if not isinstance(content, str):
        raise ValueError(f"its content is no text: {content!r:.100}")
    return content


def tokens_of(reply: Any) -> tuple[int, int] | None:
    """Read the tokens that are billed, of prompt and completions; None where they are not told."""
    usage = reply.get("usage") if isinstance(reply, Mapping) else None
    if not isinstance(usage, Mapping):
        return None
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        return None
    return counts[0], counts[1]


def storable(text: str) -> bool:
    """Tell whether a text can be written as UTF-8; halves of surrogate pairs cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
