"""Names that MLflow takes for metrics and parameters."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 250
_UNSAFE = re.compile(r"[^\w.\- /:]")
_WORDS = {"+": "plus", "&": "and", "%": "percent", "@": "at", "#": "number"}


def safe_name(name: str) -> str:
    """Turn any text into a name that MLflow takes; a name that it takes already stays.

    ``GeoQA+`` becomes ``GeoQAplus``, what has no word becomes ``_``. Two names that differ only
    in such characters may become one: `unique` keeps them apart.
    """
    text = _UNSAFE.sub(lambda found: _WORDS.get(found[0], "_"), name)
    parts = (part.strip() or "_" for part in text.split("/"))
    text = "/".join("_" if part in (".", "..") else part for part in parts)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST - 9]}-{_digest(name)}"


def unique(name: str, taken: dict[str, str]) -> str:
    """Find the safe name for ``name``; one that another name has gets a digest.

    Args:
        taken: safe names given so far, with the names they stand for; the new one is added.
    """
    safe = safe_name(name)
    if taken.setdefault(safe, name) != name:
        safe = f"{safe[: _LONGEST - 9]}-{_digest(name)}"
        taken[safe] = name
    return safe


def _digest(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
