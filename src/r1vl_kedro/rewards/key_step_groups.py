"""Key steps as they are written: groups of equivalent phrasings, in any accepted form."""

from collections.abc import Sequence
from typing import Any


def as_groups(key_steps: Any, *, where: str = "key_steps") -> list[tuple[str, ...]]:
    """Read key steps in any of their accepted forms as groups of phrasings.

    Accepts null, a sequence of groups, or ``{"Steps": groups}``; a group is a sequence of strings,
    one string, or null. Null and empty groups stay, and never match.

    Args:
        key_steps: the value to read; NumPy arrays count as sequences.
        where: named in errors, e.g. ``"record 17: key_steps"``.

    Raises:
        ValueError: anything else, naming the value and its place.
    """
    if isinstance(key_steps, dict):
        if set(key_steps) != {"Steps"}:
            raise ValueError(f"{where}: keys {sorted(map(str, key_steps))}; accepted: ['Steps']")
        key_steps = key_steps["Steps"]
    if key_steps is None:
        return []
    groups = _items(key_steps)
    if groups is None:
        raise ValueError(f"{where}: {_show(key_steps)} is no list of groups of phrasings")
    read = []
    for number, group in enumerate(groups, start=1):
        phrasings = [group] if isinstance(group, str) else [] if group is None else _items(group)
        if phrasings is None or not all(isinstance(phrasing, str) for phrasing in phrasings):
            raise ValueError(
                f"{where}: group {number} is {_show(group)}; accepted: a string or a list of "
                "strings"
            )
        read.append(tuple(phrasings))
    return read


def _items(value: Any) -> Sequence[Any] | None:
    if isinstance(value, list | tuple):
        return value
    return value.tolist() if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1 else None


def _show(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text[:60]}{'...' if len(text) > 60 else ''}"
