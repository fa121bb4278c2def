"""Which option of a multiple-choice question an answer names, by letter or by text."""

import re
from collections.abc import Callable, Sequence
from string import ascii_uppercase

from r1vl_kedro.mathtext import plain

_SPACES = re.compile(r"\s+")
_REASONED = re.compile(r"^\s*([A-Z])\s+(?:because|since|as)\b")
_REFUSAL = re.compile(r"\b(?:sorry|unable to|can(?:not|'t|’t| not)|don'?t know|not sure)\b", re.I)
_NEGATION = re.compile(r"\b(?:not|isn'?t|aren'?t|never|neither|nor|except|wrong|incorrect)\b", re.I)
_ALONE = re.compile(r"^[\s(\[*]*(?:option|choice|answer)?[\s:(\[]*([A-Za-z])[\s)\].:,;*]*$", re.I)
_LABELLED = re.compile(
    r"^\s*[(\[]?([A-Za-z])(?:[)\]]|[.:,;](?=\s|\S{2})|\s+[-–—]\s)\s*(?P<rest>.*)$", re.S
)
_CUED = re.compile(
    r"\b(?:answer|option|choice)\b\s*(?:is|are|:|=)?\s*[(\[*]*([A-Za-z])\b(?!['’])", re.I
)
_STANDING = re.compile(r"(?<![\w'’\\])([A-Z])(?![\w'’°])")
_AS_WORD = re.compile(r" (?!or |and |is |because|since)[a-z]")
_CONTRAST = re.compile(
    r"^(?P<kept>[^,;\n]+)[,;]\s*(?:(?:and|but)\s+)?not\s+(?P<denied>[^,;\n]+)$", re.I
)
_WORDY = re.compile(r"[^\W\d_]{2}")
_TERM_BEFORE = re.compile(
    r"(?:[+*/^]|[<>!]=?|\bsqrt|[\w)+*/^-]\(|(?<![a-z]{2})(?<![a-z]{2} )-)\s*$|\s-$"
)
_TERM_AFTER = re.compile(r"[)\]]*\s*(?:[+*/^<>!(]|-(?!\s*[a-z]{2})|(?:[xyz]|pi|sqrt)\b)")


def chosen(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> int | None:
    """The index of the option that an answer names, or None where it names none or several.

    The option's text wins over a letter; a label whose text is another option's names none.

    Args:
        given: the answer, cleaned of markup.
        options: option texts, lettered from A.
        same: equality of two answers without options.
    """
    letters = ascii_uppercase[: len(options)]
    alone = _ALONE.match(given)
    if alone and alone[1].upper() in letters:
        return letters.index(alone[1].upper())
    exact = [place for place, option in enumerate(options) if _same_text(given, option)]
    if exact:
        return exact[0]
    contrast = _CONTRAST.match(given)
    denied = chosen(contrast["denied"].strip(), options, same) if contrast else None
    if contrast and denied is not None:
        kept = chosen(contrast["kept"].strip(), options, same)
        return kept if kept != denied else None
    reasoned = _REASONED.match(given)
    if reasoned and reasoned[1] in letters:
        return letters.index(reasoned[1])
    labelled = _LABELLED.match(given)
    if labelled and labelled[1].upper() in letters:
        return _labelled(letters.index(labelled[1].upper()), labelled["rest"], options, same)
    by_value = [place for place, option in enumerate(options) if same(given, option)]
    if by_value:
        return by_value[0] if len({_fold(options[p]) for p in by_value}) == 1 else None
    named = _named(given, options)
    if _REFUSAL.search(given) and not any(_REFUSAL.search(options[place]) for place in named):
        return None
    letter = chosen_letter(given, letters)
    if letter and (not named or named == [letters.index(letter)]):
        return letters.index(letter)
    if letter is None and len(named) == 1 and not _NEGATION.search(given):
        return None if _several_letters(given, letters) else named[0]
    return None


def chosen_letter(given: str, letters: str) -> str | None:
    """The one letter that an answer names, alone or in a sentence; None where there are several.

    Example:
        >>> chosen_letter("so the correct option is D.", "ABCD"), chosen_letter("A or B", "ABCD")
        ('D', None)
    """
    alone = _ALONE.match(given)
    if alone:
        return alone[1].upper() if alone[1].upper() in letters else None
    if _NEGATION.search(given) and not _LABELLED.match(given):
        return None
    standing = _standing(given, letters)
    labelled = _LABELLED.match(given)
    if labelled and labelled[1].upper() in letters:
        return labelled[1].upper() if standing <= {labelled[1].upper()} else None
    cued = {letter.upper() for letter in _CUED.findall(given) if letter != "a"} & set(letters)
    if len(cued | standing) == 1:
        return next(iter(cued | standing))
    return None


def _labelled(
    place: int, rest: str, options: Sequence[str], same: Callable[[str, str], bool]
) -> int | None:
    """The option of a leading label, unless the words after it speak of another one."""
    if not rest.strip() or _same_text(rest, options[place]) or same(rest.strip(), options[place]):
        return place
    letters = ascii_uppercase[: len(options)]
    others = _standing(rest, letters) - {letters[place]}
    named = [other for other in _named(rest, options) if other != place]
    if any(same(rest.strip(), option) for option in options) or others:
        return None
    return (
        None
        if named and place not in _named(rest, options) and len(rest.split()) <= 6
        else (None if len(named) == len(options) - 1 and len(options) > 2 else place)
    )


def _several_letters(given: str, letters: str) -> bool:
    return len(_standing(given, letters)) > 1


def _standing(text: str, letters: str) -> set[str]:
    """Capital letters that stand alone, without the article "A" and the pronoun "I"."""
    found = set()
    for match in _STANDING.finditer(text):
        letter = match[1]
        as_word = letter in "AI" and _AS_WORD.match(text, match.end())
        if letter in letters and not as_word:
            found.add(letter)
    return found


def _fold(text: str) -> str:
    return _SPACES.sub(" ", plain(text)).strip().casefold().rstrip(".!。; ").strip("\"' ")


def _same_text(first: str, second: str) -> bool:
    return _fold(first) == _fold(second) or _fold(first).replace(" ", "") == _fold(second).replace(
        " ", ""
    )


def _is_term(text: str, start: int, end: int) -> bool:
    """Whether a formula is part of a larger one, such as 45 in -45, 2*45 and 45/2.

    A hyphen beside a word is no sign.
    """
    return bool(_TERM_BEFORE.search(text[:start]) or _TERM_AFTER.match(text, end))


def _named(text: str, options: Sequence[str]) -> list[int]:
    """Options whose text stands in a sentence, on word boundaries, not inside a longer option."""
    folded = _fold(text)
    spans: dict[int, list[tuple[int, int]]] = {}
    for place, option in enumerate(options):
        wanted = _fold(option)
        if wanted and len(wanted) <= len(folded):
            pattern = rf"(?<![\w.]){re.escape(wanted)}(?![\w]|\.\d)"
            spans[place] = [
                match.span()
                for match in re.finditer(pattern, folded)
                if _WORDY.search(wanted) or not _is_term(folded, *match.span())
            ]
    return [
        place
        for place, own in spans.items()
        if any(
            not any(
                other != place and start <= a and b <= end and (end - start) > (b - a)
                for other, theirs in spans.items()
                for start, end in theirs
            )
            for a, b in own
        )
    ]
