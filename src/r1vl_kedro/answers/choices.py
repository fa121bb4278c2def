"""Which option of a multiple-choice question an answer names, by letter or by text."""

import re
from collections.abc import Callable, Sequence
from itertools import combinations
from string import ascii_uppercase

from r1vl_kedro.answers.contrast import withdrawn, without_contrasts
from r1vl_kedro.answers.letters import ALONE, LABEL, chosen_letter, corrected
from r1vl_kedro.answers.mentions import asserted, letters_in, texts_in, without_conditions
from r1vl_kedro.answers.model import Quantity
from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.places import coloured, folded, left_over, ordinal, predicated
from r1vl_kedro.answers.prose import (
    DENIAL_OR_DOUBT,
    OF_ANOTHER,
    REASON,
    WRONG,
    taken_back,
    text_stated,
    words_of,
)
from r1vl_kedro.answers.reader import read
from r1vl_kedro.answers.sentences import compares
from r1vl_kedro.answers.stated_numbers import value_stated
from r1vl_kedro.answers.statements import cores
from r1vl_kedro.answers.verbatim import verbatim
from r1vl_kedro.answers.verdicts import yes_or_no
from r1vl_kedro.answers.words import fold, squeezed

_REFUSAL = re.compile(r"\b(?:sorry|unable to|can(?:not|'t|’t| not)|don'?t know|not sure)\b", re.I)
_SPACED = re.compile(r"^\s*([A-Z])\s*[\s/=~-]\s*(?P<rest>\S.*)$", re.S)
_QUANTIFIER = re.compile(r"^(both|neither|none|all)\b(?!.*\b(?:but|except)\b)")
_OF_ANOTHER = re.compile(rf"\b(?:{OF_ANOTHER})\b", re.IGNORECASE)
_RIGHT_TOO = re.compile(
    r"\s+(?:is|was|seems|looks|would be|could be|might be|may be)\s+(?:\w+ly\s+|also\s+|even\s+)?"
    r"(?:right|correct|true|better|possible|valid|plausible|the (?:right|correct|better))\b"
)
_THEN = re.compile(r",?\s+(?:and\s+|but\s+)?then\s+[a-z]")
_CALLED_RIGHT = re.compile(
    r"(?P<said>.{1,80}?)\s+(?:is|are)\s+(?P<right>(?:the\s+)?(?:right|correct|true)"
    r"(?:\s+(?:answer|option|choice|one))?)\W*",
    re.I,
)
_LETTERED = re.compile(r"(?P<said>.*[^\s(\[])\s*[(\[](?P<letter>[A-Z])[)\]]\W*", re.S)
_LABELS = re.compile(r"(?<![\w'’])([A-Z])(?=\s?(?:[).:?!]|\s[-–—]\s|\Z))(?!\s?[-–—(]\w)")
"""Letters that stand as labels, wherever they do: behind a label they are other answers."""
_STANDING = re.compile(
    r"(?<![\w'’(\[=])(?:[B-Z](?![\w'’(=])|A(?![\w'’(=]|\s[a-z])|(?<!.)A(?=\s[a-z]))"
)
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_LONGEST_LIST = 7
_SETS_ASIDE = re.compile(
    rf"\b(?:{DENIAL_OR_DOUBT}|wrong|incorrect|false|since|because|so|thus|hence|than|but|out|"
    r"eliminated?|excluded?|leaving|left|true|correct|right)\b|n['’]t\b|=",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;\n](?:\s|\Z)")


def chosen(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> int | None:
    """Return the index of the option that an answer names, or None where it names none or several.

    The very text of an option comes first, in its own letter case; then a letter alone, a label
    (none where its text is another option's), an equal value, and what a sentence asserts.

    Args:
        given: the answer, cleaned of markup.
        options: option texts, lettered from A.
        same: equality of two answers without options.
    """
    letters = ascii_uppercase[: len(options)]
    plain = spelled(given)
    cued = {m.which for m in letters_in(plain, letters) if m.cued and not m.denied}
    lettered = any(letters_in(spelled(option), letters) for option in options)
    if len(cued) > 1 and not lettered:  # "The answer is A. The answer is B."
        return None
    for core in cores(plain):
        exact = verbatim(core, options)
        if exact is not None:
            return exact
    if (stated := without_conditions(plain, letters, options)) != plain:
        given = plain = stated
    for find in (left_over, ordinal, coloured, predicated):
        if (place := find(plain, options)) is not None:
            return place
    labelled = _LETTERED.fullmatch(plain)
    if labelled and labelled["letter"] in letters:
        place = chosen(labelled["said"], options, same)
        if place is not None:  # "45 (C)" where C is not 45
            return place if letters[place] == labelled["letter"] else None
    right = _CALLED_RIGHT.fullmatch(plain)
    if right and verbatim(right["right"], options) is not None:  # "A is right"
        place = chosen(right["said"], options, same)
        if place is not None:
            return place
    labelled = LABEL.match(plain)
    aside = [*letters, *([] if labelled else map(spelled, options))]
    contrasted = without_contrasts(plain, aside)
    if contrasted != plain:
        given = plain = contrasted
    if corrected(plain, letters):
        return None
    for core in cores(plain):
        alone = ALONE.match(core.rstrip("!"))
        if alone and alone[1].upper() in letters:
            return letters.index(alone[1].upper())
    if not lettered and _listed(plain, letters):
        return None
    labelled = LABEL.match(plain)
    if labelled and labelled[1].upper() in letters:
        place, rest = letters.index(labelled[1].upper()), labelled["rest"]
        if labelled[1].isupper() or rest.strip():
            return _labelled(place, rest, plain, options, same)
    spaced = _SPACED.match(plain)
    if spaced and spaced[1] in letters:
        place = letters.index(spaced[1])
        if verbatim(spaced["rest"], [options[place]]) == 0:
            return place
    named = asserted(letters_in(plain, letters))
    by_value = [] if len(named) > 1 and not lettered else _by_value(given, options, same)
    if by_value:
        agreed = lettered or named <= set(by_value)  # not "45 is A"
        return by_value[0] if len(by_value) == 1 and agreed else None
    return _in_sentence(plain, options, letters) if is_prose(plain) else None


def _listed(plain: str, letters: str) -> bool:
    """Tell whether a short text names several letters and sets none aside: "A with B"."""
    if len(plain.split()) > _LONGEST_LIST or _SETS_ASIDE.search(plain):
        return False
    return len({one for one in _STANDING.findall(plain) if one in letters}) > 1


def is_prose(plain: str) -> bool:
    """Tell whether a text holds a word, a letter that stands alone among others, or several
    parts.
    """
    return bool(
        re.search(
            r"(?<![\\A-Za-z])[A-Za-z]{3,}|[^\W\d_A-Za-z]{2}|[A-Z]\W+\s[A-Z]\b"
            r"|\b[A-Za-z][a-z] [a-z]{2}\b|[.?]\s+[A-Z]\W*$",
            plain,
        )
    )


def _by_value(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> list[int]:
    """Return options of the same value, one a value.

    Of several the one with the same unit or sign.
    """
    places = [place for place, option in enumerate(options) if same(given, option)]
    if len({squeezed(spelled(options[place])) for place in places}) <= 1:
        return places[:1]
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
    """Return the option of a leading label, unless the words after it speak of another one."""
    rest = rest.strip()
    own = spelled(options[place])
    if taken_back(rest, ascii_uppercase[place], own) or (
        withdrawn(plain) and verbatim(rest, [own]) is None
    ):
        return None
    if _EAST_ASIAN.search(rest) and not _EAST_ASIAN.search(own):
        return None  # what else is said in Chinese, Japanese or Korean is not read
    first = re.split(r"(?<=[^\d\s])\.\s|\n", rest, maxsplit=1)[0].strip()
    for text in dict.fromkeys((rest, first)):
        named = verbatim(text, options) if text else place
        kept = "" if named is None and text == rest else text
        if named is None and text:
            equal = _by_value(text, options, same)
            named = equal[0] if len(equal) == 1 else None
            if named is None and equal and place in equal:
                named = place
        if named is not None:
            return place if named == place and not _competing(rest, place, options, kept) else None
    return None if _competing(rest, place, options, "") else place


def _competing(rest: str, place: int, options: Sequence[str], own: str) -> bool:
    """Tell whether the words after a label assert another option.

    By label, by cue, or by its text.
    """
    letters = ascii_uppercase[: len(options)]
    reason = REASON.match(rest)
    whole = rest if own != spelled(options[place]) else rest[len(own) :]
    others = {one[1] for one in _LABELS.finditer(whole)} & set(letters) - {letters[place]}
    if others and not (reason or WRONG.search(rest)):
        return True
    rest = rest[len(own) :] if own and rest.startswith(own) else rest
    for mention in letters_in(rest, letters):
        if mention.denied or mention.which == place:
            continue
        said = _SENTENCE_END.split(rest[mention.end :], maxsplit=1)[0]
        named = mention.labels or mention.cued or _RIGHT_TOO.match(said)
        if named or not (reason or WRONG.search(said)):
            return True
    if own:
        return False
    named = asserted(texts_in(folded(rest), [folded(option) for option in options]))
    return bool(named - {place}) and len(rest.split()) <= 6


def _in_sentence(plain: str, options: Sequence[str], letters: str) -> int | None:
    """Return the one option that a sentence asserts, by letter or by text, where they do not
    disagree.
    """
    if withdrawn(plain):
        return None
    folds = [folded(option) for option in options]
    quantifier = _QUANTIFIER.match(folded(plain))
    if quantifier:
        alike = [place for place, text in enumerate(folds) if text.startswith(quantifier[1])]
        if len(alike) == 1:
            return alike[0]
    pairs = combinations(zip(options, folds, strict=True), 2)
    if any(x == y and fold(a) != fold(b) for (a, x), (b, y) in pairs):  # aa, Aa and AA
        text, mentions = plain, texts_in(spelled(plain), [spelled(option) for option in options])
    else:
        text, mentions = folded(plain), texts_in(folded(plain), folds)
    if (compares(plain) or _OF_ANOTHER.search(plain)) and not any(map(is_prose, options)):
        mentions = []  # "more than 45": the number is part of another
    named = asserted(mentions)
    if _REFUSAL.search(plain) and not any(_REFUSAL.search(options[place]) for place in named):
        return None
    letter = chosen_letter(plain, letters, words_of(options))
    if letter is not None:
        place = letters.index(letter)
        declared = rf"\banswer (?:is|:) \(?{letter}[).:]*\s*{re.escape(folds[place])}"
        if re.search(rf"{declared}\Z", folded(plain), re.IGNORECASE):
            return place
        return place if not named or named == {place} else None
    if len(asserted(letters_in(plain, letters))) > 1:
        return None
    if len(named) != 1:
        return None
    place = named.pop()
    if folds[place] in ("yes", "no") and yes_or_no(plain) != folds[place]:
        return None
    says = text_stated if is_prose(options[place]) else value_stated
    own = [m for m in mentions if m.which == place and not m.denied]
    if any(_THEN.match(text, m.end) for m in own):
        return None
    return place if any(says(text, m.start, m.end) for m in own) else None
