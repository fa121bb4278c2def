"""Which option of a multiple-choice question an answer names, by letter or by text."""

import re
from collections.abc import Callable, Sequence
from string import ascii_uppercase

from r1vl_kedro.answers.amounts import unit_free
from r1vl_kedro.answers.choosing import choice
from r1vl_kedro.answers.letters import ALONE, LABEL
from r1vl_kedro.answers.mentions import mentions_in
from r1vl_kedro.answers.model import Quantity
from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.places import coloured, folded, numbered, ordinal
from r1vl_kedro.answers.reader import read
from r1vl_kedro.answers.statements import cores
from r1vl_kedro.answers.verbatim import predicated, verbatim
from r1vl_kedro.answers.verdicts import yes_or_no
from r1vl_kedro.answers.words import squeezed

_LETTER_BEHIND = re.compile(
    r"(?P<said>.*\w.*?)(?:\s*[(\[]|,?\s+(?:(?:which|that) (?:is|matches|corresponds to)|matching|"
    r"corresponding to)\s+\(?|,\s*)(?:[Oo]ption |[Cc]hoice |[Aa]nswer )?"
    r"\(?(?P<letter>[A-Z])[)\]]*\W*"
)
"""The letter of an option behind its text: "45 (B)", "x = 45, which is B"."""
_NAMES = re.compile(r"\W*(?P<letter>[A-J])\s*=\s*(?P<said>[^=]+)")
"""A letter with a value: "B = 45"."""
_ARTICLE = re.compile(r"A\s+[\dA-Z]")
"""No article, but the letter A: "A 45"."""
_RELATIVE = re.compile(
    r"\d.*\bmore\W*\Z|\bone more\W*\Z|\bof them\W*\Z|\b(?:options|choices|question)\b"
    r"|\bis given\W*\Z|\bin (?:row|line|column|step|part|place) \d+\W*\Z|[a-z]s of \d+\W*\Z",
    re.IGNORECASE,
)
"""Numbers that are no answer among options: "one more", "in row 3", "2 rows of 2"."""
_QUANTIFIED = re.compile(
    r"(?P<all>both|neither|none|all)(?: (?:of )?(?:them|these|those|the (?:above|[a-z]+s)|above))?"
    r"(?: (?:is|are) (?:true|correct|right|possible))?"
)


def chosen(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> int | None:
    """Return the index of the option that an answer names, or None where it names none or several.

    The very text of an option comes first, in its own letter case; then a letter alone, a label
    with its own text, what a sentence chooses (`choosing.choice`), and an equal value.

    Args:
        given: the answer, cleaned of markup.
        options: option texts, lettered from A.
        same: equality of two answers without options.
    """
    letters = ascii_uppercase[: len(options)]
    plain = spelled(given)

    def value(text: str) -> int | None:
        named = _first((verbatim, _quantified, predicated), text, options)
        equal = [named] if named is not None else _by_value(text, options, same)
        return equal[0] if len(equal) == 1 else None

    lettered = any(len(one) == 1 and one in letters for one in map(spelled, options))
    for core in cores(plain) if lettered else ():
        if (place := verbatim(core, options)) is not None:
            return place
    if (place := _written(plain, letters, options)) is not None:
        return place
    folds = [*map(folded, options)]
    if {*folds} in ({"yes", "no"}, {"true", "false"}) and not mentions_in(plain, letters, ()):
        said = yes_or_no(plain)
        return folds.index(said if "yes" in folds else str(said == "yes").lower()) if said else None
    if (place := _quantified(plain, options)) is not None:
        return place
    label = LABEL.match(plain)
    if label and label[1].upper() in letters:
        place, rest = letters.index(label[1].upper()), label["rest"]
        if verbatim(rest, [options[place]]) == 0:
            return place
        if not mentions_in(rest, letters, []) and value(rest) == place:
            return place
    behind = _LETTER_BEHIND.fullmatch(plain)
    if behind and behind["letter"] in letters and (place := value(behind["said"])) is not None:
        return place if letters[place] == behind["letter"] else None
    named = _NAMES.fullmatch(plain)
    if named and named["letter"] in letters:
        place = letters.index(named["letter"])
        return place if value(named["said"]) == place else None
    said = choice(plain, letters, [*map(spelled, options)], value)
    if said.several:
        return None
    if said.place is not None:
        return said.place if _agrees(plain, letters, options[said.place]) else None
    spelt = [plain[one.start : one.end] for one in mentions_in(plain, letters, options)]
    if spelt and not said.aside and not any(re.search(r"\d", one) for one in spelt):
        return None  # words and letters are chosen in known clauses only
    for core in cores(plain):
        if (place := _written(core, letters, options)) is not None:
            return None if place in said.aside else place
    left = set(range(len(options))) - said.aside
    if len(left) == 1 and len(options) > 2 and not said.unread:
        return left.pop()
    by_value = _by_value(given, options, same)
    if by_value:
        agreed = said.letters <= set(by_value) and not said.aside & set(by_value)
        agreed = agreed and len(by_value) == 1 and _agrees(plain, letters, options[by_value[0]])
        return by_value[0] if agreed else None
    return _first((ordinal, coloured, predicated, numbered), plain, options)


def _first(
    finds: Sequence[Callable[[str, Sequence[str]], int | None]], text: str, options: Sequence[str]
) -> int | None:
    """Return the option that the first of some ways to find one finds."""
    return next((place for find in finds if (place := find(text, options)) is not None), None)


def _written(text: str, letters: str, options: Sequence[str]) -> int | None:
    """Return the option whose text or letter this is, and nothing else."""
    article = _ARTICLE.match(text) and text not in options
    exact = None if article else verbatim(text, options)
    alone = ALONE.match(text.rstrip("!"))
    if exact is None and alone and alone[1].upper() in letters:
        return letters.index(alone[1].upper())
    return exact


def _agrees(plain: str, letters: str, option: str) -> bool:
    """Tell whether an answer says what the option it names does, where that is a yes or no.

    An answer with a letter always does.
    """
    option = folded(option)
    if option not in ("yes", "no", "true", "false") or mentions_in(plain, letters, ()):
        return True
    return yes_or_no(plain) == yes_or_no(option)


def _quantified(plain: str, options: Sequence[str]) -> int | None:
    """Return the one option that begins with the answer's quantifier: ``none of the graphs``.

    Also where it lists all others: ``both red and blue``.
    """
    text = folded(plain)
    for other in sorted(map(folded, options), key=len, reverse=True):
        if " and " in text and not _QUANTIFIED.match(other):
            text = re.sub(rf"(?<!\w){re.escape(other)}(?!\w)", "", text)
    found = _QUANTIFIED.fullmatch(re.sub(r"\s+(?:and|nor|,)(?=\s|\Z)", "", text).strip())
    alike = [
        place for place, one in enumerate(options) if found and folded(one).startswith(found["all"])
    ]
    return alike[0] if len(alike) == 1 else None


def _by_value(given: str, options: Sequence[str], same: Callable[[str, str], bool]) -> list[int]:
    """Return options of the same value, one a value.

    Of several the one with the same unit or sign.
    """
    if _RELATIVE.search(given):
        return []
    places = [place for place, option in enumerate(options) if same(given, option)]
    if len({squeezed(spelled(options[place])) for place in places}) <= 1:
        return places[:1]
    value = read(given)
    if isinstance(value, Quantity):
        for form in (unit_free, _written_alike):
            alike = [
                place
                for place in places
                if isinstance(option := read(options[place]), Quantity)
                and form(option) == form(value)
            ]
            if len(alike) == 1:
                return alike
    return places


def _written_alike(quantity: Quantity) -> tuple[object, ...]:
    """Return what quantities that are written alike share: number, percent sign, units, noun."""
    return quantity.number, quantity.percent, quantity.units, quantity.noun
