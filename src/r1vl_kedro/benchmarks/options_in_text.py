"""Options that stand in a question's own text."""

import re
from string import ascii_uppercase

_LINE = re.compile(r"(?:^|\n)[ \t]*\(?([A-Z])[:.)][ \t]*([^\n]*)")
_CHOICES = re.compile(r"\b(?:choices|options)\s*:", re.IGNORECASE)


def options_in_text(question: str) -> dict[str, str]:
    """Return options by letter, one a line after ``Choices:``; {} where there are fewer than two.

    Example:
        >>> options_in_text("Find x.\\nChoices:\\nA:30\\nB:40")
        {'A': '30', 'B': '40'}
    """
    start = _CHOICES.search(question)
    found = _LINE.findall(question[start.end() :]) if start else []
    letters = [letter for letter, _ in found]
    if len(found) < 2 or letters != list(ascii_uppercase[: len(found)]):
        return {}
    return {letter: text.strip() for letter, text in found}
