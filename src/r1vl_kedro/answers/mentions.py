"""Where a text names an option: its letter as a label, or its own words, outside of formulas."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from r1vl_kedro.answers.words import fold

_LETTER = re.compile(r"(?<![\w'’\\.])([A-Z])(?![\w'’°♭♯#])")
_LOWER = re.compile(
    r"\A\W*([a-z])[).:]+(?=\s|\Z)"
    r"|(?<![\w)])\(([a-j])\)|\b(?i:answer|option|choice)\s*(?:(?i:is|option)|:)?\s*[(\[*\"']*([b-j]|(?<=\()a(?=\)))\b(?!['’-])"
)
"""A letter in lower case where only a label can stand."""
_OPTION = re.compile(r"\b(?:option|choice) \Z", re.IGNORECASE)
_AS_WORD = re.compile(
    r"\s(?!(?:or|and|is|because|since|as|was|seems|looks|must|not|has|had|shows|contains|represents|"
    r"depicts|holds|does|points|wins|won|fits|matches|would|will|can|with|to|than|but|rather|instead|"
    r"nor|equals|too|also|first|so|then|if)\b)[A-Za-z][a-z]"
)
"""What follows an article or a pronoun: "A cat", "I think"."""
_TERM_BEFORE = re.compile(
    r"(?:\bdegrees|[+*/^√¬~!|∪∩]|[<>=]|\bsqrt\(?|[\w)+*/^-]\(|\d|\\[a-z]+\{?|(?<![A-Za-z]{2})(?<![A-Za-z]{2}\s)[-−])\s*\Z"
)
_TERM_AFTER = re.compile(
    r"\A[)\]]*\s*(?:(?:[+/^<>=!_|∪∩]|\*(?!\*))|\((?=[a-z0-9]\s?[),^+*/-])|[-−](?!\s*[A-Za-z]{2})(?=\S|\s*\d|\s*\Z))|\A\([A-Za-z0-9]|\A\.[A-Za-z](?![A-Za-z])"
)
_EQUALS_LABEL = re.compile(r"(?:answer|option|choice|ans)\s*=\s*\Z", re.IGNORECASE)
_DASHED = re.compile(r"\s+[-−–—]\s|[-–—:]\s?[A-Za-z]{2}")
"""A dash behind a letter that is no minus: "B - the red one"."""
_TERM = re.compile(r"\A\d|\A(?!.*[^\W\d_]{2})")
_BEGINS = re.compile(r"(?<![\w.])")
_ENDS = re.compile(r"(?![\w']|\.\d)")
_NUMBER_AFTER = re.compile(r"\A\s?(?:[xyz]|pi|sqrt)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an option is named: which, from where to where, and by its letter or not."""

    which: int
    start: int
    end: int
    letter: bool


def mentions_in(text: str, letters: str, options: Sequence[str]) -> list[Mention]:
    """Find labels and option texts, in order; a text that stands inside a longer one is none.

    Example:
        >>> [m.which for m in mentions_in("B, not the red one", "AB", ["red", "blue"])]
        [1, 0]
    """
    low = text.lower() if len(text.lower()) == len(text) else text
    folds = [option.strip(" .").lower() for option in options]
    if len(set(folds)) < len(set(options)):  # AA, Aa and aa
        low, folds = text, [option.strip(" .") for option in options]
    spans = [
        (which, *place, False)
        for which, wanted in enumerate(folds)
        if wanted and not (len(wanted) == 1 and wanted.isalpha())
        for place in _whole(wanted, low)
        if fold(text[slice(*place)]) == fold(options[which])
        and not (_TERM.search(wanted) and _is_term(low, *place))
    ]
    spans += _letters_in(text, letters)
    kept: list[Mention] = []
    taken = bytearray(len(text))
    for which, start, end, letter in sorted(spans, key=lambda span: (span[1] - span[2], span[1])):
        if not any(taken[start:end]):
            taken[start:end] = bytes([1]) * (end - start)
            kept.append(Mention(which, start, end, letter))
    return sorted(kept, key=lambda one: one.start)


def _letters_in(text: str, letters: str) -> Iterator[tuple[int, int, int, bool]]:
    for match in _LETTER.finditer(text):
        word = match[1] in "AI" and _AS_WORD.match(text, match.end())
        if match[1] == "A" and _OPTION.search(text[: match.start()][-8:]):
            word = None
        if match[1] in letters and not word and not _in_formula(text, *match.span()):
            yield letters.index(match[1]), *match.span(), True
    for match in _LOWER.finditer(text):
        group = match.lastindex or 1
        if match[group].upper() in letters:
            yield letters.index(match[group].upper()), *match.span(group), True


def _in_formula(text: str, start: int, end: int) -> bool:
    before, after = text[:start][-12:].rpartition("\n")[2], text[end:][:12]
    if before.endswith("(") and after.startswith(")"):
        return bool(re.search(r"[A-Za-z0-9]\(\Z", before))
    if re.match(r"/[A-Z]\b", after) or re.search(r"\b[A-Z]/\Z", before):
        return False  # A/B names two
    led = _TERM_BEFORE.search(before) and not _EQUALS_LABEL.search(before)
    return bool(led or (_TERM_AFTER.match(after) and not _DASHED.match(after)))


def _whole(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text begins and ends in another, on word boundaries.

    Without a pattern, as one for each option would push all others out of `re`'s cache.
    """
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if _BEGINS.match(text, start) and _ENDS.match(text, end):
            yield start, end
            start = text.find(wanted, end)
        else:
            start = text.find(wanted, start + 1)


def _is_term(text: str, start: int, end: int) -> bool:
    """Tell whether a value is part of a larger one: 45 in -45, 2*45, 45/2, 45 x and 10-45."""
    before, after = text[:start][-12:], text[end:][:12]
    if re.search(r"(?:^|[\s=])\(\Z", before) and after.startswith(")"):
        return False
    head = re.search(
        r"(?:[+*/^]|[<>!]=?|\bsqrt|[\w)+*/^-]\(|(?<![A-Za-z]{2})(?<![A-Za-z]{2} )-)\s*\Z|\s-\Z",
        before,
    )
    tail = re.match(
        r"[)\]]*\s*(?:[+*/^<>!(](?!\s*$)|!|:\d|-(?!\s*[a-z]{2}))", after
    ) or _NUMBER_AFTER.match(after)
    return bool(head or tail)
