"""Which letter an answer names, alone, as a label or in a sentence."""

import re
from collections.abc import Collection

from r1vl_kedro.answers.contrast import said_of, withdrawn, without_contrasts
from r1vl_kedro.answers.mentions import letters_in
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
    r"\b(?:from|than|between|same as|(?<!letter )(?<!choice )(?<!option )(?<!answer )of"
    r"|(?<!looks )(?<!look )(?<!seems )like|such as|both|^let|^say|\be\.g\.?,?|for example,?"
    r"|(?<!correspond )(?<!corresponds )(?<!equal )(?<!points )(?<!leads )(?<!down )(?<!refers )to)"
    r"\s+(?:(?:the|point|line|option)\s+)*\(?\Z",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\W*[A-J]\W*")
_UNCHOSEN = re.compile(r"\W*(?:both\b|(?:has|have|had)\b.*\bproblem)|-like\b", re.IGNORECASE)
_SHORT = 8


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
    asserted = [mention for mention in mentions if not mention.denied]
    label = LABEL.match(given)
    if label and label[1].isupper() and label[1] in letters and mentions:
        which = letters.index(label[1])
        if mentions[0].which == which and mentions[0].denied:
            return None
        others = [m for m in asserted if m.which != which and (m.labels or m.cued)]
        listed = re.match(r"\W*[A-Z]\s*(?:,|or|and|/)\s*[A-Z]\b", given)
        loose = given[label.end(1) : label.end(1) + 1] == "," and not _REASON.search(given)
        several = loose and any(m.which != which for m in asserted)
        back = taken_back(label["rest"])
        several = several or bool(_OTHER.fullmatch(label["rest"]))
        return None if others or listed or several or back else label[1]
    cued = {mention.which for mention in asserted if mention.cued}
    lower = {letters.index(x.upper()) for x in _LOWER_CUED.findall(given) if x.upper() in letters}
    cued |= lower if not asserted else set()
    pool = cued if cued else {mention.which for mention in asserted}
    if len(pool) != 1:
        return None
    if (
        re.match(r"\s*[A-Z]\b", given)
        and asserted
        and given.lstrip()[0] != letters[next(iter(pool))]
    ):
        first = asserted[0]
        if first.start <= 2 and first.which not in pool and not cued:
            return None
    which = pool.pop()
    places = [(m.start, m.end) for m in asserted if m.which == which]
    if not asserted:
        places = [m.span(1) for m in _LOWER_CUED.finditer(given)]
    for place in places:
        related = _RELATED.search(given[max(place[0] - 60, 0) : place[0]]) or _UNCHOSEN.match(
            given[place[1] :]
        )
        if said_of(given, *place) or (not related and stated(given, *place, also)):
            return letters[which]
    return None


_REASON = re.compile(r"\b(?:because|since|as|for|so|while|whereas)\b", re.IGNORECASE)
_LOWER_CUED = re.compile(
    r"\b(?:answer|option|choice)\s*(?:is|:)\s*[(\[*\"']*([b-j])\b(?!['’])", re.IGNORECASE
)


def letter_only(given: str, letters: str) -> str | None:
    """Return the letter that an answer to a question without options names.

    More careful than with options: a letter that only stands somewhere in a long text does not
    count.
    """
    given = without_contrasts(given, letters)
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
