"""Options that an answer points at by their order, number, colour or predicate."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.nouns import COLOURS
from r1vl_kedro.answers.numerals import ORDINALS

_ORDINAL = re.compile(
    r"^(?:the\s+)?(first|second|third|fourth|fifth|sixth|1st|2nd|3rd|[4-6]th|last)"
    r"(?:\s+(option|choice|answer|one|figure|graph|image|picture|panel|diagram|plot))?\W*$",
    re.I,
)
_ORDINAL_AMONG = re.compile(
    r"\bthe (first|second|third|fourth|fifth|sixth|last|next)"
    r"(?: (?:option|choice|answer|one|letter))?(?:\W*\Z| (?:is (?:right|correct|true)|fits)\b)",
    re.I,
)
_NUMBERED = re.compile(r"(?P<thing>[a-z]{3,}) (?P<number>\d+)")
_NUMBER = re.compile(r"(?:(?P<thing>[a-z]{3,}\.?) ?)?(?P<number>\d+)")
_PRONOUN = re.compile(r"^(?:it|they|this|that) (?=[a-z])")
_SUBJECT = re.compile(
    r"^(?:(?:it|they)|the(?: (?!of\b|never\b|not\b|only\b|\w+ly\b)[a-z]+){1,3}?) (?:(?:is|are) )?"
    r"(?P<said>(?:at |in )?[a-z]{3,}(?: [a-z]+)*)$"
)
_REMAIN = re.compile(r"\bremains?\b")
_COLOURED = re.compile(r"^(?:it is |it's )?(?:the |a |an )((?:dark |light )?[a-z]+) [a-z]{3,}$")


def ordinal(plain: str, options: Sequence[str]) -> int | None:
    """Return the place that ``the third option`` names, and ``the second figure`` of figures."""
    found = _ORDINAL.match(plain)
    if not found:
        return None
    count, thing = len(options), (found[2] or "one").lower()
    if thing not in ("option", "choice", "answer", "one"):
        names = [folded(one).removeprefix(thing).strip() for one in options]
        if names not in ([*ascii_uppercase[:count].lower()], [*map(str, range(1, count + 1))]):
            return None
    which = found[1].lower()
    place = count if which == "last" else ORDINALS.get(which) or int(which[0])
    return place - 1 if place <= count else None


def other_ordinal(text: str, place: int) -> bool:
    """Tell whether a clause behind a choice names another by its order: "the third is right"."""
    found = _ORDINAL_AMONG.search(text)
    return bool(found) and ORDINALS.get(found[1].lower()) != place + 1


def coloured(plain: str, options: Sequence[str]) -> int | None:
    """Return the colour among colours that a thing is said to have: ``the blue car``."""
    folds = [folded(option) for option in options]
    if not all(option.split()[-1:] and option.split()[-1] in COLOURS for option in folds):
        return None
    found = _COLOURED.match(folded(plain))
    return folds.index(found[1]) if found and found[1] in folds else None


def predicated(plain: str, options: Sequence[str]) -> int | None:
    """Return the option that says of its subject what an answer does.

    ``It stays the same`` for "The mass stays the same", ``at rest`` for "The object is at rest".
    """
    given = folded(plain).replace(",", "")
    said, of_another = _tenseless(_PRONOUN.sub("", given)), _subjectless(_tenseless(given))
    places = [
        place
        for place, option in enumerate(options)
        if (whole := _tenseless(folded(option).replace(",", "")))
        and (predicate := _subjectless(whole))
        and (
            said in (predicate, f"is {predicate}")
            or (_PRONOUN.match(whole) and of_another == predicate)
        )
    ]
    return places[0] if len(places) == 1 else None


def _tenseless(text: str) -> str:
    """Return words without "will" and the s of verbs and plurals; to remain is to stay."""
    words = [word for word in _REMAIN.sub("stay", text).split() if word not in ("will", "would")]
    kept = (word if word in ("is", "this") else word.removesuffix("s") for word in words)
    return " ".join(kept) if len(words) > 1 and all(map(str.isalpha, words)) else ""


def _subjectless(text: str) -> str:
    """Return what is said of a subject; empty where none stands before it."""
    found = _SUBJECT.match(text)
    return found["said"] if found else ""


def numbered(plain: str, options: Sequence[str]) -> int | None:
    """Return the option that a number alone names among ``Figure 1``, ``Figure 2``, ..."""
    found = [_NUMBERED.fullmatch(folded(option)) for option in options]
    given = _NUMBER.fullmatch(folded(plain))
    things = {one and one["thing"] for one in found}
    if not given or None in things or len(things) != 1:
        return None
    thing = things.pop()
    if given["thing"] and not thing.startswith(given["thing"].rstrip(".")):
        return None
    places = [place for place, one in enumerate(found) if one["number"] == given["number"]]
    return places[0] if len(places) == 1 else None


def folded(text: str) -> str:
    """Write a text in lower case, without ends and quotes around it."""
    return re.sub(r"\s+", " ", spelled(text)).strip().casefold().rstrip(".!。; ").strip("\"' ")
