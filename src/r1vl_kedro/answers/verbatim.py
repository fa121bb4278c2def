"""Which option an answer writes out: to the letter, else but for case, number, tense or subject."""

import re
from collections.abc import Sequence

from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.nouns import singular
from r1vl_kedro.answers.places import folded
from r1vl_kedro.answers.words import fold, squeezed

_SEGMENT = re.compile(r"^\\?overline\s*[({]?([A-Z]{2})[)}]?$")
_OVER_TIME = re.compile(r"(?<=[a-z]s) over time\W*$")
_UNTOLD = re.compile(
    r"(?:(?:there is )?(?:not enough|insufficient) information"
    r"|(?:it )?(?:cannot|can not) be (?:determined|told))(?: (?:given|to (?:tell|determine|say)"
    r"|from (?:the|this) (?:given )?(?:information|figure|data)))?"
)
_PRONOUN = re.compile(r"^(?:it|they) (?:will |would )?(?=[a-z]{4,}\W*$)", re.I)
_WILL = re.compile(r"^(?:it|they|this|he|she) (?:would|will|must|should) (?!be\b|have\b|not\b)")
_OF_PRONOUN = re.compile(r"^(?:it|they|this|that) (?=[a-z])")
_SUBJECT = re.compile(
    r"^(?:(?:it|they)|the(?: (?!of\b|never\b|not\b|only\b|\w+ly\b)[a-z]+){1,3}?) (?:(?:is|are) )?"
    r"(?P<said>(?:at |in )?[a-z]{3,}(?: [a-z]+)*)$"
)
_REMAIN = re.compile(r"\bremains?\b")
_OF_SUBJECT = re.compile(r"^the [a-z]+ (?=[a-z]{4,}s\.?$)", re.I)  # the line rises


def verbatim(plain: str, options: Sequence[str]) -> int | None:
    """Return the option whose text this is: to the letter, else but for the case of words.

    None where two options are alike to that degree, unless all their texts are the same.

    Example:
        >>> verbatim("Decreasing", ["increases", "decreases"]), verbatim("45", ["30"])
        (1, None)
    """
    written = [spelled(option) for option in options]
    plain = _OVER_TIME.sub("", _SEGMENT.sub(r"\1", plain))
    for form in (
        squeezed,
        fold,
        _caseless,
        _unordered,
        _undetermined,
        _singular,
        _stem,
        _predicate,
        _tenseless,
    ):
        wanted = form(plain)
        if not wanted:
            continue
        places = [place for place, option in enumerate(written) if form(option) == wanted]
        if form is _stem and _OF_SUBJECT.match(plain):  # the volume is not the mass
            places = [place for place in places if not _OF_SUBJECT.match(written[place])]
        if places:
            return places[0] if len({squeezed(written[p]) for p in places}) == 1 else None
    return None


def _caseless(text: str) -> str:
    """Return a text of words without case and spaces; empty for one with symbols or short words."""
    words = fold(text)
    return " ".join(words).casefold() if all(len(w) > 2 or w.islower() for w in words) else ""


def _undetermined(text: str) -> str:
    """Return one word for what cannot be told; empty for anything else."""
    return "undetermined" if _UNTOLD.fullmatch(" ".join(fold(text)).casefold()) else ""


def _unordered(text: str) -> tuple[str, ...]:
    """Return the two things that "and" joins, in any order; empty for anything else."""
    words = fold(text)
    return tuple(sorted(words[::2])) if len(words) == 3 and words[1] == "and" else ()


def _singular(text: str) -> str:
    """Return a single word in the singular; empty for anything else."""
    words = fold(text)
    alone = len(words) == 1 and words[0].isalpha() and len(words[0]) > 2
    return singular(words[0].casefold()) if alone else ""


def _stem(text: str) -> str:
    """Return a single word without the ending of its tense or number; empty for anything else."""
    words = fold(_PRONOUN.sub("", _OF_SUBJECT.sub("", text)))
    if len(words) != 1 or len(words[0]) < 5 or not words[0].isalpha():
        return ""
    return re.sub(r"(?:ing|ed|es|s|e)$", "", words[0].casefold())


def _predicate(text: str) -> str:
    """Return what a subject does or will do: "it would remain the same"; empty for one word."""
    words = _WILL.sub("", " ".join(fold(text)).casefold()).split()
    if len(words) < 2 or len(words[0]) < 4 or not all(word.isalpha() for word in words):
        return ""
    verb = words[0].removesuffix("s")
    return " ".join(["stay" if verb == "remain" else verb, *words[1:]])


def _tenseless(text: str) -> str:
    """Return a clause without its tense: "the mass will increase" as "the mass increases"."""
    words = fold(text)
    return _without_tense(words) if all(map(str.islower, words)) else ""


def _without_tense(words: Sequence[str]) -> str:
    """Return several words without "will" and the s of verbs and plurals; empty for all else."""
    kept = [word for word in words if word not in ("will", "would")]
    known = len(kept) > 1 and all(map(str.isalpha, kept))
    bare = (word if word in ("is", "this") else word.removesuffix("s") for word in kept)
    return " ".join(bare) if known else ""


def predicated(plain: str, options: Sequence[str]) -> int | None:
    """Return the option that says of its subject what an answer does.

    ``It stays the same`` for "The mass stays the same", ``at rest`` for "The object is at rest".
    """
    given = _stays(plain)
    said = _without_tense(_OF_PRONOUN.sub("", given).split())
    of_another = _subjectless(_without_tense(given.split()))
    places = [
        place
        for place, option in enumerate(options)
        if (predicate := _subjectless(whole := _without_tense(_stays(option).split())))
        and (
            said in (predicate, f"is {predicate}")
            or (_OF_PRONOUN.match(whole) and of_another == predicate)
        )
    ]
    return places[0] if len(places) == 1 else None


def _stays(text: str) -> str:
    """Return a text in lower case without commas; to remain is to stay."""
    return _REMAIN.sub("stay", folded(text).replace(",", ""))


def _subjectless(text: str) -> str:
    """Return what is said of a subject; empty where none stands before it."""
    found = _SUBJECT.match(text)
    return found["said"] if found else ""
