"""Turns of a conversation as chats are stored: who is meant by a role, text and images of parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from r1vl_kedro.prompts import IMAGE_MARK

ROLES = {"user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant"}


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
