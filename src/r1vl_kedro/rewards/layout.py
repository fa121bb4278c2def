"""Markdown and line ends of a step, as sentences: before its text is split into tokens."""

import re

_EMPHASIS = re.compile(r"(?<![\w)\]}^\\*])(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1(?![\w(\[{*])")
_STRUCK = re.compile(r"~~[^~\n]{1,500}~~")
_FACTOR_BEFORE = re.compile(r"(?:[\d)\]}]|(?<![^\W\d_])[^\W\d_])\s*$")
_GOES_ON = re.compile(rf"{_FACTOR_BEFORE.pattern}|[-+*/=<>]$")
_FACTOR_AFTER = re.compile(r"\s*(?:[\d(]|[^\W\d_](?![^\W_]))")
_BULLET = re.compile(r"^[^\S\n]*[-*•–][^\S\n]+(?=\S)")
_LINE_END = re.compile(
    r"(?<=[\w)\]}$*])[^\S\n]*\n(?=[^\S\n]*(?:\n(?!\s*(?:is|are|was|were|does|cannot)\b)|[A-Z][a-z]+[,\s]|[$*(]{0,2}[A-Za-z][\w'^()]{0,8}\s*=))"
)
_GOES_ON_BELOW = re.compile(
    r"\b(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|is|are|was|were|that|as|than|not|no|"
    r"angle|side|line|segment|triangle|arc|point)\s*\Z",
    re.IGNORECASE,
)


def in_sentences(text: str) -> str:
    """Return a text without Markdown's emphasis, bullets and struck words.

    A line that begins anew ends a sentence.

    Example:
        >>> in_sentences("**x = 5**\\ny = 3"), in_sentences("6 -\\n1 = 5")
        ('x = 5 . y = 3', '6 -\\n1 = 5')
    """
    if "~~" in text:
        text = _STRUCK.sub(" . ", text)
    if "*" in text or "- " in text or "• " in text or "– " in text:
        text = _without_markdown(text)
    return _LINE_END.sub(_line_ended, text) if "\n" in text else text


def _without_markdown(text: str) -> str:
    """Return a text without stars of emphasis; list bullets come out as sentence ends.

    Stars between factors, and a sign that begins a line and goes on with a sum, stay.
    """
    text = _EMPHASIS.sub(_unstarred, text)
    lines = text.split("\n")
    above, listed = "", False
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        bullet = _BULLET.match(line)
        listed = bool(bullet) and (listed or not _GOES_ON.search(above[-2:]))
        if bullet and listed:
            lines[place] = f". {line[bullet.end() :]}"
        above = line.rstrip()
    return "\n".join(lines)


def _unstarred(found: re.Match[str]) -> str:
    before = found.string[max(found.start() - 2, 0) : found.start()]
    product = _FACTOR_BEFORE.search(before) or _FACTOR_AFTER.match(found.string, found.end())
    return found[0] if found[1] == "*" and product else found[2]


def _line_ended(found: re.Match[str]) -> str:
    """Return the end of a line as that of a sentence, where the next line begins one anew."""
    goes_on = _GOES_ON_BELOW.search(found.string[max(found.start() - 12, 0) : found.start()])
    return found[0] if goes_on else " . "
