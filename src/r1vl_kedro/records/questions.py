"""Questions as the published files write them: image marks, options below or behind."""

from __future__ import annotations

import re

IMAGE_MARK = "<image>"
_CHOICES = re.compile(r"\n[ \t]*(?:Choices|Options):[ \t]*", re.IGNORECASE)
_OPTION_LINE = re.compile(r"[ \t]*\(?([A-Z])[).:][ \t]*(.*)")
_OPTION_INLINE = re.compile(r"\(([A-Z])\)[ \t]*")


def split_options(text: str) -> tuple[str, list[str]]:
    """A question and its options, read from ``Choices:`` at its end; [] where there are none.

    Options stand one a line (``A: 30``, ``(A) 30``, ``A. 30``) or all on one line
    (``(A) 30 (B) 45``), lettered from A without a gap; an option may run over several lines.
    """
    marks = list(_CHOICES.finditer("\n" + text))
    if not marks:
        return text.strip(), []
    question = ("\n" + text)[: marks[-1].start()].strip()
    rest = ("\n" + text)[marks[-1].end() :].strip()
    inline = _OPTION_INLINE.split(rest)
    if "\n" not in rest and len(inline) > 3 and not inline[0].strip():
        letters, options = inline[1::2], [option.strip() for option in inline[2::2]]
        if letters == [chr(ord("A") + i) for i in range(len(letters))]:
            return question, options
    options = []
    for line in rest.splitlines():
        found = _OPTION_LINE.fullmatch(line)
        if found and found[1] == chr(ord("A") + len(options)):
            options.append(found[2].strip())
        elif options:
            options[-1] = f"{options[-1]}\n{line.strip()}".strip()
        else:
            return text.strip(), []
    return (question, options) if options else (text.strip(), [])
