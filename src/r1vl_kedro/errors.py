"""Errors that a user can cause; ``kedro run`` prints their message in place of a traceback."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

QUOTED = 200
"""Characters of a value that a message quotes."""
_LONG = re.compile(rf"(?<!\w)(['\"])((?:(?!\1)[^\n]){{{QUOTED}}})(?:(?!\1)[^\n])+\1(?!\w)")
_UNBROKEN = re.compile(rf"(\S{{{2 * QUOTED}}})\S+")
_ADDRESS = re.compile(r"<([\w.]+) object at 0x[0-9a-f]+>")


def clipped(text: str) -> str:
    """Cut what a message quotes to 200 characters, and objects without words to their class.

    Example:
        >>> len(clipped(f"the name {'n' * 4000!r} is unknown"))
        223
        >>> clipped("cannot read <_io.BytesIO object at 0x7f10>")
        'cannot read a _io.BytesIO'
    """
    text = _ADDRESS.sub(r"a \1", text)
    return _UNBROKEN.sub(r"\1…", _LONG.sub(r"\1\2…\1", text))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question that ends on a space, about the nearest of the known names; else nothing.

    Example:
        >>> did_you_mean("otcome", ["key_steps", "outcome"])
        'did you mean outcome? '
    """
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}? " if near else ""


class UserFacingError(Exception):
    """Name the offending value, where it was found and what would be accepted, in one sentence."""


class CheckpointError(UserFacingError):
    """A checkpoint cannot be read or written, or is no model; the message names the path."""
