"""Which letter an answer to a question without options names."""

import re

from r1vl_kedro.answers.choosing import choice

ALONE = re.compile(
    r"^(?:-\s)?[\s(\[{#\"'“•–—]*(?:(?:option|choice|answer|antwort|ответ)\b|选项?|答案是?|答えは|正解は|정답은|답은)?[\s:(\[{#$\"'“]*([A-Za-z])"
    r"[\s)\]}.:,;$\"”’、]*(?:选项)?$",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"^\s*(?:(?:option|choice|选项?)\s*)?[(\[{]?([A-Za-z])(?:[)\]}]+\s*(?:[:.,、](?!\.))?|[.:,;、](?=\s|\S{2})|\s+[-–—]\s|"
    r"\s+(?=\())\s*(?P<rest>.*)$",
    re.S | re.I,
)

_SAYS_SO = re.compile(r"\(?([A-Z])\)\s*(?:yes|no|true|false)\W*", re.IGNORECASE)


def letter_only(given: str, letters: str) -> str | None:
    """Return the one letter that an answer names, alone or in a sentence; None for several.

    Example:
        >>> letter_only("so the correct option is D.", "ABCD"), letter_only("A or B", "ABCD")
        ('D', None)
    """
    alone = ALONE.match(given)
    if alone:
        return alone[1].upper() if alone[1].upper() in letters else None
    if said := _SAYS_SO.fullmatch(given):
        return said[1] if said[1] in letters else None
    place = choice(given, letters).place
    return None if place is None else letters[place]
