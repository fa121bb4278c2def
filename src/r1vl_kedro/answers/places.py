"""Options that an answer points at by their order, number or colour."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.numerals import ORDINALS
from r1vl_kedro.answers.vocabulary import COLOURS

_ORDINAL = re.compile(
    r"^(?:the\s+)?(first|second|third|fourth|fifth|sixth|1st|2nd|3rd|[4-6]th|last)"
    r"(?:\s+(option|choice|answer|one|figure|graph|image|picture|panel|diagram|plot))?\W*$",
    re.I,
)
_NUMBERED = re.compile(r"(?P<thing>[a-z]{3,}) (?P<number>\d+)")
_NUMBER = re.compile(r"(?:(?P<thing>[a-z]{3,}\.?) ?)?(?P<number>\d+)")
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


def coloured(plain: str, options: Sequence[str]) -> int | None:
    """Return the colour among colours that a thing is said to have: ``the blue car``."""
    folds = [folded(option) for option in options]
    if not all(option.split()[-1:] and option.split()[-1] in COLOURS for option in folds):
        return None
    found = _COLOURED.match(folded(plain))
    return folds.index(found[1]) if found and found[1] in folds else None


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
