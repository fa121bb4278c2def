"""The one option that a text chooses: a closed grammar of the clauses around what it names.

A clause chooses an option where it holds nothing but the option's letter or text and words that
leave it stated (`prose.NEUTRAL`); it sets options aside in a few known forms. Every other clause is
a working before a cued answer ("so", "the answer is"), a reason or a sentence of its own behind
one, or nothing is chosen.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
_SHORTEST = 4
"""Words of a sentence that may stand behind an answer as its explanation."""


@dataclass
class Choice:
    """What a text says of the options.

    Attributes:
        place: the one chosen; None where none is.
        several: two are named against each other, or the chosen one is denied.
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


class _Reader:
    """Reads the clauses of one text in order; `found` is the result, the rest what was read so far.

    `_take` sorts each clause: it chooses (`_choose`), sets options aside, explains what is chosen
    (`_explains`), or is not understood.
    """

    def __init__(
        self,
        text: str,
        named: dict[str, Mention],
        value: Callable[[str], int | None],
        own: Sequence[frozenset[str]] | None,
        letters: str,
    ) -> None:
        self.text, self.named = text, named
        self.value, self.own = value, own
        self.standing = re.compile(rf"(?<![\w'’])(?![AI]\s[a-z])[{letters}](?![A-Za-z0-9'’])")
        """A letter that is no mention: more is said than is understood."""
        self.found = Choice()
        self.working = False
        """A clause stands before that is not understood: only a cued choice counts."""
        self.mentioned = False  # such a clause names options or denies
        self.several = False
        """Options are named together, or one under a condition: no other rule may choose."""
        self.clash = False
        """Two options are named against each other: only a declared answer counts."""
        self.cued = self.declared = False
        """The choice is led to by "so", "I choose" or the like; by "the answer is"."""
        self.spelt: set[bool] = set()
        """How the chosen option is named: by its letter, by its text."""
        self.kept = ""
        """A reason, a condition ("if") or an explanation ("text") up to the sentence's end."""

    def _which(self, text: str) -> set[int]:
        return {self.named[sign].which for sign in text if sign in self.named}

    def read(self, clauses: Sequence[Clause]) -> Choice:
        found, skipped = self.found, False
        for clause, behind in zip_longest(clauses, clauses[1:]):
            if skipped:
                skipped = False
                continue
            if clause.kind in ("end", "ask"):
                self.kept = ""
            if clause.kind in ("reason", "if"):
                self.kept = clause.kind
            if self.declared and behind and (clause.kind, behind.kind) == ("end", "label"):
                skipped = True
                continue  # "C: the exterior angle"
            skipped = bool(behind and WRONG_TOO.match(behind.text) and self._which(clause.text))
            if skipped:
                found.aside |= self._which(clause.text)
            elif not self._take(clause, only=len(clauses) == 1):
                return Choice(None, True, found.aside)
        if found.place in found.aside or (found.place is None and (self.several or self.clash)):
            return Choice(None, True, found.aside)
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
            self.several = self.several or found.place is not None or bool(named)
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
                self.several = self.working = self.mentioned = True
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
                self.several = True
            found.letters |= {
                one.which for sign in text if (one := self.named.get(sign)) and one.letter
            }
            return True
        if not self._explains(clause, named):
            found.place, self.clash = None, True
        return not (self.clash and self.declared)

    def _described(self, text: str, *, only: bool) -> bool:
        """Tell whether a clause among others says of a letter what its option is: "A is 30"."""
        signs = [self.named[sign].letter for sign in text if sign in self.named]
        return not only and signs == [True, False] and bool(re.search(rf"{PLACE} is {PLACE}", text))

    def _plain(self, text: str) -> bool:
        """Tell whether a clause names its options and nothing else is in it that tells."""
        signs = [at for at, char in enumerate(text) if char in self.named]
        if not signs:
            return (
                neutral(text, _ADDED)
                and bool(_PLAIN.fullmatch(text))
                and not (DANGLING.search(text) or self.standing.search(text))
            )
        if SAYS.fullmatch(text):
            return True
        lead, rest = text[: signs[0]], text[signs[-1] + 1 :]
        between = re.split(PLACE, text[signs[0] + 1 : signs[-1]]) if len(signs) > 1 else []
        several = len(self._which(text)) > 1
        if not several and not all(map(_BETWEEN.fullmatch, between)):
            return False
        if several and not all(neutral(one, ("or", "and", "either")) for one in between):
            return False
        if not _PLAIN.fullmatch(lead + rest) or re.search(r"\d", lead + rest):
            return False
        if (
            UNFIT.search(lead)
            or DANGLING.search(lead)
            or FURTHER.match(rest)
            or self.standing.search(lead + rest)
        ):
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
        found.place, self.several = place, False
        self.spelt |= {self.named[sign].letter for sign in clause.text if sign in self.named}
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
        if self.standing.search(text):
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
            ends = [self.named[sign].which for sign in text if sign in self.named][-1] == place
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
