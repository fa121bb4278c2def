"""The one option that a text chooses: a closed grammar of the clauses around what it names.

A clause chooses an option where it holds nothing but the option's letter or text and words that
leave it stated (`prose.NEUTRAL`); it sets options aside in a few known forms. Every other clause is
a working before a cued answer ("so", "the answer is"), a reason or a sentence of its own behind
one, or nothing is chosen.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from r1vl_kedro.answers.clauses import DANGLING, FURTHER, PLACE, UNFIT, Clause, clauses_of, marked
from r1vl_kedro.answers.contrast import (
    ALL,
    NOT,
    OTHERS,
    RIVAL,
    SAYS,
    SET_ASIDE,
    SETS_APART,
    WRONG_TOO,
    said_of,
    without_contrasts,
)
from r1vl_kedro.answers.mentions import Mention, mentions_in
from r1vl_kedro.answers.places import other_ordinal
from r1vl_kedro.answers.prose import CUE, NEGATES, WORD, WRONG, neutral

_PLAIN = re.compile(r"[\w\s'’\"“”*_.!✓✔✅☑→•–—#-]*")
_DECLARES = re.compile(r"\b(?:answer|final)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\W*(?:(?:which|that|it)\s+)?(?:(?:is|equals|option|choice)\W+)*", re.I)
_UNREAL = re.compile(r"\b(?:would|should)\b", re.IGNORECASE)
_POINTS = re.compile(r"(?:this|that) (?:is|was)\b", re.IGNORECASE)
_SAID = re.compile(r"[^\W\d_]{3}|[a-z]{2}")
_JOINS = re.compile(r"\b(?:also|too|as well|another|maybe|perhaps|might|could|equally|or)\b", re.I)
_OF_IT = re.compile(r"\b(?:it|this|that)\b", re.IGNORECASE)
_APPOSED = re.compile(r"(?:the|an?|which|as|in|at|with)\b", re.IGNORECASE)
_ADDED = frozenset("good yes shows show depicts points photo description rationales let's".split())
_STANDING = re.compile(r"(?<![\w'’])(?![AI]\s[a-z])([A-Z])(?![A-Za-z0-9'’])")
_SHORTEST = 4
"""Words of a sentence that may stand behind an answer as its explanation."""


@dataclass
class Choice:
    """What a text says of the options.

    Attributes:
        place: the one chosen; None where none is.
        several: some are named together, against each other or under a condition, or the chosen
            one is denied: none is chosen, and no other rule may choose.
        aside: those set aside.
        letters: those whose letters stand in a clause that is not understood.
    """

    place: int | None = None
    several: bool = False
    aside: set[int] = field(default_factory=set)
    letters: set[int] = field(default_factory=set)


def choice(
    text: str,
    letters: str,
    options: Sequence[str] | None = None,
    value: Callable[[str], int | None] = lambda _: None,
) -> Choice:
    """Read which option a text chooses, by letter or by text.

    Args:
        letters: those of the options.
        options: their texts; None where they are not known.
        value: the option of equal value to a few words, if there is one.
    """
    text = re.sub(PLACE, " ", text)  # a private sign of its own, such as a bullet of Word
    joined, named = marked(text, mentions_in(text, letters, options or ()))
    joined, aside = without_contrasts(joined)
    own = None if options is None else [*map(_words, options)]
    reader = _Reader(text, named, value, own, letters)
    reader.found.aside |= {named[sign].which for sign in aside if sign in named}
    return reader.read(clauses_of(joined))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in WORD.findall(text))


@dataclass
class _Reader:
    """Reads the clauses of one text in order; `found` is the result, the rest what was read so far.

    `_take` sorts each clause: it chooses (`_choose`), sets options aside, explains what is chosen
    (`_explains`), or is not understood.
    """

    text: str
    named: dict[str, Mention]
    value: Callable[[str], int | None]
    own: Sequence[frozenset[str]] | None
    letters: str
    found: Choice = field(default_factory=Choice)
    working: bool = False
    """A clause stands before that is not understood: only a cued choice counts."""
    mentioned: bool = False
    """Such a clause names options or denies."""
    clash: bool = False
    """Two options are named against each other: only a declared answer counts."""
    cued: bool = False
    """The choice is led to by "so", "I choose" or the like."""
    declared: bool = False
    """The choice is led to by "the answer is"."""
    spelt: set[bool] = field(default_factory=set)
    """How the chosen option is named: by its letter, by its text."""
    kept: str = ""
    """A reason, a condition ("if") or an explanation ("text") up to the sentence's end."""

    def _mentions(self, text: str) -> list[Mention]:
        return [self.named[sign] for sign in text if sign in self.named]

    def _which(self, text: str) -> set[int]:
        return {one.which for one in self._mentions(text)}

    def _stands(self, text: str) -> bool:
        """Tell whether a letter stands there that is no mention: more is said than understood."""
        return any(letter in self.letters for letter in _STANDING.findall(text))

    def read(self, clauses: Sequence[Clause]) -> Choice:
        found = self.found
        pairs = zip_longest(clauses, clauses[1:])
        for clause, behind in pairs:
            if clause.kind in ("end", "ask"):
                self.kept = ""
            if clause.kind in ("reason", "if"):
                self.kept = clause.kind
            if self.declared and behind and (clause.kind, behind.kind) == ("end", "label"):
                next(pairs)  # "C: the exterior angle"
            elif behind and WRONG_TOO.match(behind.text) and (named := self._which(clause.text)):
                found.aside |= named
                next(pairs)
            elif not self._take(clause, only=len(clauses) == 1):
                return replace(found, place=None, several=True)
        if found.place in found.aside or (found.place is None and self.clash):
            return replace(found, place=None, several=True)
        return found

    def _take(self, clause: Clause, *, only: bool) -> bool:
        """Take in a clause; False where it leaves nothing chosen."""
        found, text = self.found, clause.text
        named = self._which(text)
        if clause.asked:
            self.working = self.working or bool(named)
            return found.place is None
        if clause.kind == "ask" and text.lower() == "no":
            self.working = False
            return True
        if self.kept == "if":
            found.several = found.several or found.place is not None or bool(named)
            self.kept = self.kept if named or found.place is not None else ""
            found.place, self.working = None, True
            return True
        if not named and OTHERS.match(text):
            return True
        if named and SET_ASIDE.fullmatch(text):
            found.aside |= named
            return True
        unknown = clause.kind == "label" and self.own is None
        if found.place is not None and (unknown or (clause.kind, named) == ("end", {found.place})):
            self.kept = "text"
            if text.lower() in ("no", "false"):
                return True
        rival = self.kept == "reason" and found.place not in named and RIVAL.search(text)
        if found.place is not None and (rival or other_ordinal(text, found.place)):
            return False
        if self._plain(text):
            if len(named) > 1:
                if self.kept == "reason" and found.place is not None:
                    return True
                found.several = self.working = self.mentioned = True
                return found.place is None
            if named and not self._described(text, only=only):
                return self._choose(named.pop(), clause)
            return True
        if found.place is None:
            self.working = True
            self.kept = "if" if ALL.fullmatch(text) else self.kept
            against = WRONG.search(text) or NEGATES.search(text)
            self.mentioned = self.mentioned or bool(named or against)
            if named and UNFIT.search(text) and neutral(re.sub(PLACE, " ", text), _ADDED):
                found.several = True
            found.letters |= {one.which for one in self._mentions(text) if one.letter}
            return True
        if not self._explains(clause, named):
            found.place, self.clash = None, True
        return not (self.clash and self.declared)

    def _described(self, text: str, *, only: bool) -> bool:
        """Tell whether a clause among others says of a letter what its option is: "A is 30"."""
        by_letter = [one.letter for one in self._mentions(text)]
        return (
            not only
            and by_letter == [True, False]
            and bool(re.search(rf"{PLACE} is {PLACE}", text))
        )

    def _plain(self, text: str) -> bool:
        """Tell whether a clause names its options and nothing else is in it that tells."""
        signs = [at for at, char in enumerate(text) if char in self.named]
        if not signs:
            return (
                neutral(text, _ADDED)
                and bool(_PLAIN.fullmatch(text))
                and not (DANGLING.search(text) or self._stands(text))
            )
        if SAYS.fullmatch(text):
            return True
        lead, rest = text[: signs[0]], text[signs[-1] + 1 :]
        between = re.split(PLACE, text[signs[0] + 1 : signs[-1]])
        several = len(self._which(text)) > 1
        if several and not all(neutral(one, ("or", "and", "either")) for one in between):
            return False
        if not several and not all(map(_BETWEEN.fullmatch, between)):
            return False
        around = lead + rest
        if not _PLAIN.fullmatch(around) or re.search(r"\d", around) or self._stands(around):
            return False
        if UNFIT.search(lead) or DANGLING.search(lead) or FURTHER.match(rest):
            return False
        if neutral(lead, _ADDED) and neutral(rest, _ADDED):
            return True
        whole = f"{lead}B{rest}"
        return not several and said_of(whole, signs[0], signs[0] + 1)

    def _choose(self, place: int, clause: Clause) -> bool:
        found = self.found
        declared = clause.kind == "answer" or bool(_DECLARES.search(clause.text))
        alone = (clause.kind, len(clause.text)) == ("start", 1)
        cued = declared or alone or clause.kind == "so" or bool(CUE.search(clause.text))
        if self.kept == "reason" and clause.kind != "so" and not declared and place != found.place:
            self.working = True
            return found.place is None or not (cued or len(clause.text) == 1)
        apart = clause.kind == "end" and len(clause.text) > 1 and not self.mentioned
        unread = self.working and not apart
        if found.place is None and ((unread and not cued) or (self.clash and not declared)):
            return True
        if found.place not in (place, None):
            if self.declared:
                return False
            if not declared:
                found.place, self.clash = None, True
                return True
        self.cued = cued or (self.cued and found.place == place)
        self.declared = self.declared or declared
        found.place, found.several = place, False
        self.spelt |= {one.letter for one in self._mentions(clause.text)}
        return True

    def _explains(self, clause: Clause, named: set[int]) -> bool:
        """Tell whether a clause behind an answer may stand there."""
        place, text = self.found.place, clause.text
        whole = re.sub(
            PLACE, lambda sign: self.text[self.named[sign[0]].start : self.named[sign[0]].end], text
        )
        sentence = clause.kind in ("end", "label") and len(whole.split()) >= _SHORTEST
        named_by_value = clause.kind in ("label", "dash", "end") and not (self.cued and sentence)
        if named_by_value and (equal := self.value(whole)) is not None:
            return equal == place
        if (other := NOT.sub("", whole)) != whole and self.value(other) not in (None, place):
            return True  # "It increases, it does not decrease"
        if self._stands(text):
            return False
        against = WRONG.search(text) or NEGATES.search(text) or _JOINS.search(text)
        if place in named and (against or _UNREAL.search(text)):
            return False
        if self.kept == "reason":
            return not (WRONG.search(text) and _OF_IT.search(text))
        if not named and (against or _POINTS.match(text)):
            return False
        if named - {place}:
            self.kept = "text"
            ends = self._mentions(text)[-1].which == place
            about = SETS_APART.match(text)
            apart = ends or (about and (not about["said"] or self.named[about["said"]].letter))
            return bool(self.cued and sentence and apart and not _JOINS.search(text))
        if self.kept == "text" or not _SAID.search(text):
            return True
        self.kept = "text" if sentence or self._of_options(clause.kind, whole) else ""
        return self.kept == "text" or (len(self.spelt) > 1 and bool(_APPOSED.match(text)))

    def _of_options(self, kind: str, text: str) -> bool:
        """Tell whether a text has options' words only, or behind a label some of the chosen's."""
        words, own = _words(text), self.own[self.found.place] if self.own else frozenset()
        slip = words & own or (len(words) <= 2 and _plural(words) and _plural(own))
        known = kind in ("label", "end", "dash") and words <= frozenset().union(*self.own or ())
        return known or bool(kind == "label" and slip)


def _plural(words: frozenset[str]) -> bool:
    return any(len(word) > 3 and word.endswith("s") for word in words)
