"""Which option of a multiple-choice question an answer names, by letter or by text."""

import re
from collections.abc import Callable, Collection, Sequence
from string import ascii_uppercase

from r1vl_kedro.answers.mentions import Mention, letters_in, texts_in
from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.prose import stated, taken_back, text_stated, value_stated, words_of
from r1vl_kedro.answers.sentences import compares
from r1vl_kedro.answers.statements import cores
from r1vl_kedro.answers.words import fold, squeezed

_REFUSAL = re.compile(r"\b(?:sorry|unable to|can(?:not|'t|’t| not)|don'?t know|not sure)\b", re.I)
_ALONE = re.compile(
    r"^[\s(\[{#\"'“]*(?:(?:option|choice|answer)\b|选项?|答案是?)?[\s:(\[{#$\"'“]*([A-Za-z])"
    r"[\s)\]}.:,;$\"”、]*(?:选项)?$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*(?:(?:option|choice|选项?)\s*)?[(\[{]?([A-Za-z])(?:[)\]}]+\s*[:.,、]?|[.:,;、](?=\s|\S{2})|\s+[-–—]\s|"
    r"\s+(?=\())\s*(?P<rest>.*)$",
    re.S | re.I,
)
_SPACED = re.compile(r"^\s*([A-Z])\s+(?P<rest>\S.*)$", re.S)
_QUANTIFIER = re.compile(r"^(both|neither|none|all)\b")
_SHORT = 8


def chosen(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> int | None:
    """The index of the option that an answer names, or None where it names none or several.

    The very text of an option comes first, in its own letter case; then a letter alone, a label
    (none where its text is another option's), an equal value, and what a sentence asserts.

    Args:
        given: the answer, cleaned of markup.
        options: option texts, lettered from A.
        same: equality of two answers without options.
    """
    letters = ascii_uppercase[: len(options)]
    plain = spelled(given)
    for core in cores(plain):
        exact = _verbatim(core, options)
        if exact is not None:
            return exact
    for core in cores(plain):
        alone = _ALONE.match(core.rstrip("!"))
        if alone and alone[1].upper() in letters:
            return letters.index(alone[1].upper())
    labelled = _LABEL.match(plain)
    if labelled and labelled[1].upper() in letters and _is_label(labelled[1], labelled["rest"]):
        return _labelled(letters.index(labelled[1].upper()), labelled["rest"], plain, options, same)
    spaced = _SPACED.match(plain)
    if spaced and spaced[1] in letters:
        place = letters.index(spaced[1])
        if _verbatim(spaced["rest"], [options[place]]) == 0:
            return place
    by_value = _by_value(given, options, same)
    if by_value:
        return by_value[0] if len(by_value) == 1 else None
    return _in_sentence(plain, options, letters) if is_prose(plain) else None


def is_prose(plain: str) -> bool:
    """Whether a text holds a word, a letter that stands alone among others, or several parts."""
    return bool(
        re.search(r"(?<![\\A-Za-z])[A-Za-z]{3,}|[^\W\d_A-Za-z]{2}|[A-Z]\W+\s[A-Z]\b", plain)
    )


def _is_label(letter: str, rest: str) -> bool:
    return letter.isupper() or bool(rest.strip())


def _verbatim(plain: str, options: Sequence[str]) -> int | None:
    """The option whose text this is: to the letter, else but for the case of words.

    None where two options are alike to that degree, unless all their texts are the same.
    """
    written = [spelled(option) for option in options]
    for form in (squeezed, fold, _caseless):
        wanted = form(plain)
        if not wanted:
            continue
        places = [place for place, option in enumerate(written) if form(option) == wanted]
        if places:
            return places[0] if len({squeezed(written[p]) for p in places}) == 1 else None
    return None


def _caseless(text: str) -> str:
    """A text of words without case and spaces; empty for one with symbols or short words."""
    words = fold(text)
    return " ".join(words).casefold() if all(len(w) > 2 or w.islower() for w in words) else ""


def _by_value(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> list[int]:
    """Options of the same value, one a value; of several the one with the same unit or sign."""
    places = [place for place, option in enumerate(options) if same(given, option)]
    if len({squeezed(spelled(options[place])) for place in places}) <= 1:
        return places[:1]
    from r1vl_kedro.answers.reader import Quantity, read

    value = read(given)
    if isinstance(value, Quantity):
        alike = [
            place
            for place in places
            if isinstance(option := read(options[place]), Quantity)
            and option.number == value.number
            and (option.percent, option.units, option.noun)
            == (value.percent, value.units, value.noun)
        ]
        if len(alike) == 1:
            return alike
    return places


def _labelled(
    place: int, rest: str, plain: str, options: Sequence[str], same: Callable[[str, str], bool]
) -> int | None:
    """The option of a leading label, unless the words after it speak of another one."""
    rest = rest.strip()
    if taken_back(rest, spelled(options[place])):
        return None
    first = re.split(r"(?<=[^\d\s])\.\s|\n", rest, maxsplit=1)[0].strip()
    for text in dict.fromkeys((rest, first)):
        named = _verbatim(text, options) if text else place
        if named is None and text:
            equal = _by_value(text, options, same)
            named = equal[0] if len(equal) == 1 else None
            if named is None and equal and place in equal:
                named = place
        if named is not None:
            return place if named == place and not _competing(rest, place, options, text) else None
    return None if _competing(rest, place, options, "") else place


def _competing(rest: str, place: int, options: Sequence[str], own: str) -> bool:
    """Whether the words after a label assert another option: by label, by cue, or by its text."""
    letters = ascii_uppercase[: len(options)]
    rest = rest[len(own) :] if own and rest.startswith(own) else rest
    mentions = [m for m in letters_in(rest, letters) if not m.denied and m.which != place]
    if any(m.labels or m.cued for m in mentions) or re.match(r"\W*(?:or|and|/)\W*[A-Z]\b", rest):
        return True
    if any(rest.lstrip(" ,;(")[:1] == letters[m.which] and m.start < 3 for m in mentions):
        return True
    if own:
        return False
    named = _asserted(texts_in(_folded(rest), [_folded(option) for option in options]))
    return bool(named - {place}) and len(rest.split()) <= 6


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", spelled(text)).strip().casefold().rstrip(".!。; ").strip("\"' ")


def _asserted(mentions: Sequence[Mention]) -> set[int]:
    return {mention.which for mention in mentions if not mention.denied}


def _in_sentence(plain: str, options: Sequence[str], letters: str) -> int | None:
    """The one option that a sentence asserts, by letter or by text, where they do not disagree."""
    quantifier = _QUANTIFIER.match(_folded(plain))
    if quantifier:
        alike = [p for p, option in enumerate(options) if _folded(option).startswith(quantifier[1])]
        if len(alike) == 1:
            return alike[0]
    folds = [_folded(option) for option in options]
    symbols = any(fold(a) != fold(b) and x == y for a, x in zip(options, folds, strict=True)
                  for b, y in zip(options, folds, strict=True))  # fmt: skip
    if symbols:
        text, mentions = plain, texts_in(spelled(plain), [spelled(option) for option in options])
    else:
        text, mentions = _folded(plain), texts_in(_folded(plain), folds)
    if compares(plain) and not any(map(is_prose, options)):
        mentions = []  # "more than 45": the number is part of another
    named = _asserted(mentions)
    if _REFUSAL.search(plain) and not any(_REFUSAL.search(options[place]) for place in named):
        return None
    letter = chosen_letter(plain, letters, words_of(options))
    if letter is not None:
        place = letters.index(letter)
        return place if not named or named == {place} else None
    if len(letters_asserted(plain, letters)) > 1:
        return None
    if len(named) != 1:
        return None
    place = named.pop()
    says = text_stated if is_prose(options[place]) else value_stated
    own = (m for m in mentions if m.which == place and not m.denied)
    return place if any(says(text, m.start, m.end) for m in own) else None


def letters_asserted(text: str, letters: str) -> set[int]:
    """The letters that a text names and does not deny."""
    return _asserted(letters_in(text, letters))


def chosen_letter(given: str, letters: str, also: Collection[str] = ()) -> str | None:
    """The one letter that an answer names, alone or in a sentence; None where there are several.

    What is denied does not count, and a letter in a formula is no option. A label at the beginning
    or a cue ("the answer is") decides over letters that only stand there. The clause around it has
    no words but neutral ones and those of ``also``.

    Example:
        >>> chosen_letter("so the correct option is D.", "ABCD"), chosen_letter("A or B", "ABCD")
        ('D', None)
    """
    alone = _ALONE.match(given)
    if alone:
        return alone[1].upper() if alone[1].upper() in letters else None
    mentions = letters_in(given, letters)
    asserted = [mention for mention in mentions if not mention.denied]
    label = _LABEL.match(given)
    if label and label[1].isupper() and label[1] in letters and mentions:
        which = letters.index(label[1])
        if mentions[0].which == which and mentions[0].denied:
            return None
        others = [m for m in asserted if m.which != which and (m.labels or m.cued)]
        listed = re.match(r"\W*[A-Z]\s*(?:,|or|and|/)\s*[A-Z]\b", given)
        loose = given[label.end(1) : label.end(1) + 1] == "," and not _REASON.search(given)
        several = loose and any(m.which != which for m in asserted)
        back = taken_back(label["rest"])
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
    return letters[which] if any(stated(given, *place, also) for place in places) else None


_REASON = re.compile(r"\b(?:because|since|as|for|so|while|whereas)\b", re.IGNORECASE)
_LOWER_CUED = re.compile(
    r"\b(?:answer|option|choice)\s*(?:is|:)\s*[(\[*\"']*([b-j])\b(?!['’])", re.IGNORECASE
)


def letter_only(given: str, letters: str) -> str | None:
    """The letter that an answer to a question without options names.

    More careful than with options: a letter that only stands somewhere in a long text does not
    count.
    """
    letter = chosen_letter(given, letters)
    if letter is None or _ALONE.match(given):
        return letter
    label = _LABEL.match(given)
    mentions = letters_in(given, letters)
    cued = any(mention.cued and not mention.denied for mention in mentions)
    return (
        letter
        if label or cued or len(given.split()) <= _SHORT or given.startswith(letter)
        else None
    )
