"""Which letter an answer names, alone, as a label or in a sentence."""

import re
from collections.abc import Collection, Sequence

from r1vl_kedro.answers.contrast import said_of, withdrawn, without_contrasts
from r1vl_kedro.answers.mentions import Mention, letters_in, without_conditions
from r1vl_kedro.answers.prose import stated, taken_back

ALONE = re.compile(
    r"^[\s(\[{#\"'“]*(?:(?:option|choice|answer)\b|选项?|答案是?)?[\s:(\[{#$\"'“]*([A-Za-z])"
    r"[\s)\]}.:,;$\"”、]*(?:选项)?$",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"^\s*(?:(?:option|choice|选项?)\s*)?[(\[{]?([A-Za-z])(?:[)\]}]+\s*[:.,、]?|[.:,;、](?=\s|\S{2})|\s+[-–—]\s|"
    r"\s+(?=\())\s*(?P<rest>.*)$",
    re.S | re.I,
)
_RELATED = re.compile(
    r"\b(?:from|than|between|above|below|under|beside|beyond|past"
    r"|following|preceding|same as|(?<!letter )(?<!choice )(?<!option )(?<!answer )of"
    r"|(?<!looks )(?<!look )(?<!seems )like|such as|both|^let|^say|\be\.g\.?,?|for example,?"
    r"|(?<!correspond )(?<!corresponds )(?<!equal )(?<!points )(?<!leads )(?<!down )(?<!refers )to)"
    r"\s+(?:(?:the|point|line|option)\s+)*\(?\Z",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\W*[A-J]\W*")
_UNCHOSEN = re.compile(r"\W*(?:both\b|(?:has|have|had)\b.*\bproblem)|-like\b", re.IGNORECASE)
_REASON = re.compile(r"\b(?:because|since|as|for|so|while|whereas)\b", re.IGNORECASE)
_LOWER_CUED = re.compile(
    r"\b(?:answer|option|choice)\s*(?:is|:)\s*[(\[*\"']*((?-i:[b-j]|(?<=\()a(?=\))))\b(?!['’])",
    re.IGNORECASE,
)
_SHORT = 8
"""Words up to which an answer may name a letter anywhere."""


def chosen_letter(given: str, letters: str, also: Collection[str] = ()) -> str | None:
    """Return the one letter that an answer names, alone or in a sentence.

    None where there are several.

    What is denied does not count, and a letter in a formula is no option. A label at the beginning
    or a cue ("the answer is") decides over letters that only stand there. The clause around it has
    no words but neutral ones and those of ``also``.

    Example:
        >>> chosen_letter("so the correct option is D.", "ABCD"), chosen_letter("A or B", "ABCD")
        ('D', None)
    """
    alone = ALONE.match(given)
    if alone:
        return alone[1].upper() if alone[1].upper() in letters else None
    if withdrawn(given):
        return None
    mentions = letters_in(given, letters)
    label = LABEL.match(given)
    if label and label[1].isupper() and label[1] in letters and mentions:
        return label[1] if _label_holds(label, letters.index(label[1]), mentions) else None
    return _asserted_letter(given, letters, [m for m in mentions if not m.denied], also)


def _label_holds(label: re.Match[str], which: int, mentions: Sequence[Mention]) -> bool:
    """Tell whether nothing behind a label denies it or chooses another letter."""
    given = label.string
    if mentions[0].which == which and mentions[0].denied:
        return False
    others = [m for m in mentions if m.which != which and not m.denied]
    if any(m.labels or m.cued for m in others):
        return False
    if others and given[label.end(1)] == "," and not _REASON.search(given):
        return False
    return not (taken_back(label["rest"], label[1]) or _OTHER.fullmatch(label["rest"]))


def _asserted_letter(
    given: str, letters: str, asserted: Sequence[Mention], also: Collection[str]
) -> str | None:
    """Return the one letter that a text without a label asserts, cued ones before others."""
    lower = [] if asserted else list(_LOWER_CUED.finditer(given))
    cued = {mention.which for mention in asserted if mention.cued}
    cued |= {letters.index(found[1].upper()) for found in lower if found[1].upper() in letters}
    named = cued or {mention.which for mention in asserted}
    if len(named) != 1:
        return None
    which = named.pop()
    places = [(m.start, m.end) for m in asserted if m.which == which]
    places = places or [found.span(1) for found in lower]
    return letters[which] if any(_chosen_at(given, *place, also) for place in places) else None


def _chosen_at(given: str, start: int, end: int, also: Collection[str]) -> bool:
    """Tell whether a sentence chooses the letter at a place, and does not only speak of it."""
    if said_of(given, start, end):
        return True
    related = _RELATED.search(given[max(start - 60, 0) : start]) or _UNCHOSEN.match(given[end:])
    return not related and stated(given, start, end, also)


_CORRECTION = re.compile(
    r"\b(?:wait|no|actually|hm+|sorry|i mean|correction|rather|on second thoughts?|but|although|"
    r"though|scratch that|make that)\b\W*"
    r"(?:(?:it is|it's|the|option|choice|answer|is|i think|maybe)\b\W*)*\Z",
    re.IGNORECASE,
)
_NO = re.compile(r"\bno\s?[,:;.–—-]\s*\Z", re.IGNORECASE)


def corrected(given: str, letters: str) -> bool:
    """Tell whether an answer begins with a letter and goes over to another.

    Example:
        >>> corrected("B, wait, C", "ABCD"), corrected("B. But C is wrong", "ABCD")
        (True, False)
    """
    mentions = letters_in(given, letters)
    first = next(iter(mentions), None)
    if len(mentions) < 2 or not first or first.denied or not (first.start <= 2 or first.cued):
        return False
    if not re.match(r"[)\]]?\s*[.,;:(—–-]", given[first.end :]):
        return False
    return any(
        m.which != first.which
        and (not m.denied or _NO.search(given, 0, m.start))
        and _CORRECTION.search(given[: m.start][-40:])
        for m in mentions[1:]
    )


def letter_only(given: str, letters: str) -> str | None:
    """Return the letter that an answer to a question without options names.

    More careful than with options: a letter that only stands somewhere in a long text does not
    count.
    """
    given = without_contrasts(without_conditions(given, letters), letters)
    if corrected(given, letters):
        return None
    letter = chosen_letter(given, letters)
    if letter is None or ALONE.match(given):
        return letter
    label = LABEL.match(given)
    mentions = letters_in(given, letters)
    cued = any(mention.cued and not mention.denied for mention in mentions)
    return (
        letter
        if label or cued or len(given.split()) <= _SHORT or given.startswith(letter)
        else None
    )
