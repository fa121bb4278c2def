"""Conversations as chats are stored: who is meant by a role, text and images of a turn's parts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from r1vl_kedro.prompts import IMAGE_MARK

ROLES = {"user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant"}


def read_chat(
    row: Mapping[str, Any], keys: Sequence[str], roles: Sequence[str]
) -> tuple[list[str], list[Any]]:
    """Read a row's chat, whose turns have these roles; system turns are wording and left out.

    Args:
        keys: names that the chat may have; it is a list of turns, or the JSON of one.

    Returns:
        The text of each turn with a mark for each image part, and the images that parts hold.

    Raises:
        ValueError: it is not of the form; names what is not.
    """
    key = next((key for key in keys if key in row), None)
    if key is None:
        raise ValueError(f"the row has {sorted(row)!r:.150}; wanted {keys[0]}")
    try:
        chat = json.loads(row[key]) if isinstance(row[key], str) else row[key]
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{key} is {row[key]!r:.100}, which is no JSON: {error}") from error
    if not isinstance(chat, list) or not all(isinstance(turn, Mapping) for turn in chat):
        raise ValueError(f"{key} is {chat!r:.150}; wanted a list of turns")
    turns = [turn for turn in map(as_turn, chat) if turn["role"] != "system"]
    found = [turn["role"] for turn in turns]
    if found != [*roles]:
        raise ValueError(f"{key} has roles {found!r:.150}; wanted {' and '.join(roles)}, each once")
    return (
        [content_of(turn, key) for turn in turns],
        [image for turn in turns for image in images_in(turn["content"])],
    )


def as_turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    """Return a turn of ShareGPT's ``{from, value}``, or of ours, as ``{role, content}``."""
    role = turn.get("role", turn.get("from"))
    content = turn.get("content", turn.get("value"))
    return {"role": ROLES.get(str(role).lower(), role), "content": content}


def content_of(turn: Mapping[str, Any], name: str) -> str:
    """Return the text of a turn, see `joined`; ValueError, which names it, where it has none."""
    text = joined(turn.get("content"))
    if text is None:
        raise ValueError(
            f"{name} has the content {turn.get('content')!r:.150}; wanted text, or a list of parts "
            "of text or of an image"
        )
    return text


def joined(content: Any) -> str | None:
    """Return the content of a turn, text or parts, as one text with a mark for each image part.

    None where it is neither, or a part is not of text or of an image.
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, Mapping) for part in content):
        return None
    parts = [_of_part(part) for part in content]
    return "".join(parts) if all(isinstance(part, str) for part in parts) else None


def images_in(content: Any) -> list[Any]:
    """List the images that a turn's parts hold themselves: paths, addresses, or objects with one.

    ``{"type": "image", "image": ...}`` and ``{"type": "image_url", "image_url": {"url": ...}}``.
    """
    parts = content if isinstance(content, list) else []
    keys = ("image", "image_url", "path", "url")
    found = [
        next((part[key] for key in keys if part.get(key)), None)
        for part in parts
        if isinstance(part, Mapping) and str(part.get("type")).startswith("image")
    ]
    return [image for image in found if image is not None]


def _of_part(part: Mapping[str, Any]) -> Any:
    if str(part.get("type")).startswith("image"):
        return IMAGE_MARK
    text = part.get("text")
    return "" if text is None and part.get("type") == "text" else text  # as Parquet fills parts up
