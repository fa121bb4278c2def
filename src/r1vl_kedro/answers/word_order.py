"""Orders of words: patterns over the names of their classes, matched where a word is one letter."""

import re
from collections.abc import Iterable, Mapping
from string import ascii_letters

_NAME = re.compile(r"[a-z_]{2,}|\s")


def letters_for(names: Iterable[str]) -> dict[str, str]:
    """Give each class of words a letter that stands for it."""
    return dict(zip(names, ascii_letters, strict=False))


def lettered(pattern: str, letters: Mapping[str, str]) -> str:
    """Write a pattern over names of classes as one over their letters, without its spaces.

    Args:
        pattern: a regular expression where a name of two letters or more stands for its class, in
            brackets for one of several.
        letters: the letter of each class.

    Raises:
        KeyError: a name is no class.

    Example:
        >>> lettered("[the an]? thing+ is", letters_for(["the", "an", "thing", "is"]))
        '[ab]?c+d'
    """
    return _NAME.sub(lambda one: "" if one[0].isspace() else letters[one[0]], pattern)
