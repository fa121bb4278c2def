"""Answers that name classes of a closed list, such as ``KEEP, LEFT_TURN``."""

import re
from collections.abc import Iterable

_BETWEEN = re.compile(r"[,;\n]")
_JOINED = re.compile(r"[\s\-]+")


def listed(text: str, classes: Iterable[str]) -> frozenset[str] | None:
    """Read the classes that an answer lists; None where it has anything but classes of the list.

    Classes stand between commas, semicolons or line breaks, in any case, their words joined by
    ``_``, ``-`` or a space; a full stop may end the list.

    Args:
        text: the answer.
        classes: all that may be named, in capitals with ``_`` between words.

    Example:
        >>> sorted(listed("keep, left turn.", ["KEEP", "STOP", "LEFT_TURN"]))
        ['KEEP', 'LEFT_TURN']
        >>> listed("KEEP, not STOP", ["KEEP", "STOP", "LEFT_TURN"]) is None
        True
    """
    known = {one.upper(): one for one in classes}
    parts = _BETWEEN.split(text.strip().removesuffix("."))
    names = [_JOINED.sub("_", part.strip()).upper() for part in parts if part.strip()]
    if not names or any(name not in known for name in names):
        return None
    return frozenset(known[name] for name in names)
