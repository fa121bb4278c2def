"""The one option that a text chooses: a closed grammar of the clauses around what it names.

A clause chooses an option in one of the forms of `frames`, or sets options aside. Before a choice
that concludes ("so", "the answer is") may stand a working; behind it only what is known to leave
it: its own text, what sets others aside, a description or reason in known words. Anything else
takes the choice back, unless an option is declared once more.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from r1vl_kedro.answers.asides import (
    OF_IT,
    ORDINAL,
    OTHERS,
    QUANTIFIES,
    REMARK,
    SET_ASIDE,
    THAN,
    WRONG_TOO,
    misnamed,
    tells_of_one,
    tells_of_others,
)
from r1vl_kedro.answers.clauses import PLACE, Clause, clauses_of, marked
from r1vl_kedro.answers.contrast import NOT, without_contrasts
from r1vl_kedro.answers.frames import How, choice_of, described, is_lead
from r1vl_kedro.answers.mentions import Mention, mentions_in
from r1vl_kedro.answers.model import Text
from r1vl_kedro.answers.numerals import ORDINALS
from r1vl_kedro.answers.reader import read
from r1vl_kedro.answers.vocabulary import COMPARED

_STANDING = re.compile(r"(?<![\w'’])(?![AI]\s[a-z])([A-Z])(?![A-Za-z0-9'’])")
"""A letter that stands in a text as a label does, and not as a word ("A cat")."""
_FORMULA = re.compile(r"[=+*/^|]")
_VALUED = re.compile(
    r"(?:(?:we|i)\s+(?:get|find|have|obtain)|it is|the [a-z]+ is)\s+[-\d.,/]+\W*", re.IGNORECASE
)
_WHICH = re.compile(r"(?:which|that) is\b", re.IGNORECASE)
_UNTOLD = re.compile(r"\W*(?:(?:option|choice|figure|graph)\s+)?\W?[A-Z]\W*", re.IGNORECASE)
"""The text of an option that says nothing but its letter."""
_SUM = re.compile(r"[\d\s.,()+*/×·=°-]+|\d+(?: (?:plus|minus|times) \d+)+ (?:is|=|equals) \d+")
"""A number or a sum, which is the value of the option where the options are not known."""


@dataclass
class Choice:
    """What a text says of the options.

    Attributes:
        place: the one chosen; None where none is.
        several: some are named together, against each other or under a condition, or what is said
            behind the chosen one takes it back: none is chosen, and no other rule may choose.
        aside: those set aside.
        letters: those whose letters stand in a clause that is not understood.
        unread: there is such a clause.
    """

    place: int | None = None
    several: bool = False
    aside: set[int] = field(default_factory=set)
    letters: set[int] = field(default_factory=set)
    unread: bool = False


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
    if options and all(map(_UNTOLD.fullmatch, options)):
        options = None
    text = re.sub(PLACE, " ", text)  # a private sign of its own, such as a bullet of Word
    joined, named = marked(text, mentions_in(text, letters, options or ()))
    joined, aside = without_contrasts(joined)
    reader = _Reader(text, named, value, options, letters)
    reader.found.aside |= {named[sign].which for sign in aside if sign in named}
    return reader.read(clauses_of(joined))


@dataclass
class _Reader:
    """Reads the clauses of one text in order; `found` is the result, the rest what was read."""

    text: str
    named: dict[str, Mention]
    value: Callable[[str], int | None]
    options: Sequence[str] | None
    letters: str
    found: Choice = field(default_factory=Choice)
    how: How | None = None
    """How the option was chosen."""
    only: bool = False
    """The text is one clause."""
    working: bool = False
    """A sentence before is no plain description: only a cued choice counts."""
    undescribed: bool = False
    """A clause of this sentence is no plain description."""
    free: bool = False
    """A clause of any words stands before in the same sentence."""
    supposed: bool = False
    """The sentence supposes something."""
    reason: bool = False
    """The clause belongs to a reason."""
    valued: bool = False
    """The clause before states a number: "We get 18"."""
    told: bool = False
    """The clause before explains the choice."""
    asked: set[int] = field(default_factory=set)
    """The options that the question before names."""
    lost: bool = False
    """A choice was taken back: only a declared one counts."""

    @property
    def _letters(self) -> str:
        """The signs of mentions by letter."""
        return "".join(sign for sign, one in self.named.items() if one.letter)

    def _mentions(self, text: str) -> list[Mention]:
        return [self.named[sign] for sign in text if sign in self.named]

    def _whole(self, text: str) -> str:
        return re.sub(
            PLACE, lambda sign: self.text[self.named[sign[0]].start : self.named[sign[0]].end], text
        )

    def read(self, clauses: Sequence[Clause]) -> Choice:
        found, place = self.found, 0
        self.only = len(clauses) == 1
        while place < len(clauses):
            clause, *rest = clauses[place : place + 2]
            behind = rest[0] if rest else None
            place += 1
            named = {one.which for one in self._mentions(clause.text)}
            if behind and named and WRONG_TOO.fullmatch(behind.text):
                found.aside |= named
                place += 1
            elif (
                behind
                and found.place not in {None, *named}
                and behind.kind == "label"
                and not self._mentions(behind.text)
                and tells_of_others(f"{clause.text}: {behind.text}", self._letters)
            ):
                place += 1  # "C: the exterior angle"
            elif not self._take(clause, named):
                return Choice(None, True, found.aside, found.letters)
        if self.lost or found.place in found.aside:
            return Choice(None, True, found.aside, found.letters)
        return found

    def _take(self, clause: Clause, named: set[int]) -> bool:
        """Take in a clause; False where it leaves nothing chosen."""
        found, text, kind = self.found, clause.text, clause.kind
        if kind in ("start", "end", "ask", "label"):
            self.working = self.working or self.undescribed
            self.free = self.undescribed = self.reason = self.supposed = False
        elif kind in ("so", "answer", "but"):
            self.reason = self.supposed = False
        self.reason = self.reason or kind in ("reason", "as")
        if kind == "if" or (self.supposed and kind != "so"):
            self.supposed = self.free = self.undescribed = True
            found.several = found.several or found.place is not None or bool(named)
            found.place = None
            return True
        if clause.asked:
            self.asked = named
            self.free = self.undescribed = self.free or bool(named)
            return found.place is None
        if kind == "ask" and text.lower() == "no":
            found.aside |= self.asked
            self.working = False
            return True
        if not (named or re.search(r"\w", text)):
            return found.place is None or not re.search(r"[^\s.,;:!*_~✓✔✅☑👍🎉→-]", text)
        stray = len(text) == 1 and text in ascii_uppercase and text not in self.letters
        if stray and found.place is None:
            return True  # the letter of no option
        if OTHERS.fullmatch(text):
            return True
        if named and SET_ASIDE.fullmatch(text):
            found.aside |= named
            return found.place not in named
        if found.place not in {None, *named} and (
            tells_of_others(text, self._letters) or (named <= found.aside and OF_IT.fullmatch(text))
        ):
            return True
        how = self._how(text, named)
        if how is not None and not (
            self.reason
            and found.place not in named
            and (found.place is not None or how in ("framed", "bare"))
        ):
            return self._choose(named.pop(), clause, how)
        if kind == "as" and how == "framed" and found.place is None:
            self.reason = False
            return True  # "As volume increases, pressure decreases"
        if found.place is not None:
            if not self._explains(clause, named):
                self._lose()
            self.told = True
            return True
        if not (
            is_lead(text) or (self.reason and kind != "as") or (self.reason and described(text))
        ):
            found.unread = True
            self.free, self.valued = True, bool(_VALUED.fullmatch(text))
            self.undescribed = self.undescribed or bool(named) or not described(text)
            found.letters |= {one.which for one in self._mentions(text) if one.letter}
            found.several = found.several or (len(named) > 1 and not _FORMULA.search(text))
        return True

    def _lose(self) -> None:
        self.found.place, self.lost, self.free, self.undescribed = None, True, True, True

    def _how(self, text: str, named: set[int]) -> How | None:
        if len(named) != 1:
            return None
        by = self._mentions(text)
        said = self.text[by[-1].start : by[-1].end]
        seen = not any(re.search(r"\d", option) for option in self.options or ())
        how = choice_of(text, any(one.letter for one in by), said, only=self.only, seen=seen)
        if re.search(r"\d", said) and self.value(self._whole(text)) not in (None, *named):
            return None
        return how

    def _choose(self, place: int, clause: Clause, how: How) -> bool:
        found = self.found
        concludes = clause.kind in ("so", "answer", "but")
        declared = how == "declared" or clause.kind == "answer"
        if found.place is None:
            if self.lost and not declared:
                return True
            if (
                self.free and not concludes and not (self.valued and _WHICH.match(clause.text))
            ) or (self.working and not (concludes or how in ("declared", "cued"))):
                self.free = self.undescribed = True
                return True
        elif found.place != place:
            if not (declared or (concludes and self.how == "framed")):
                self._lose()
                return True
            if self.how != "framed":
                return False
        found.place, found.several, self.lost, self.told = place, False, False, False
        self.how = "declared" if declared else "cued" if concludes else how
        return True

    def _explains(self, clause: Clause, named: set[int]) -> bool:
        """Tell whether a clause behind a choice leaves it."""
        place, text = self.found.place, clause.text
        if clause.kind == "reason":
            text = re.sub(r"\b(ha(?:s|ve)) no\b", r"\1", text)
        whole = self._whole(text)
        if REMARK.fullmatch(text):
            return True
        told = ORDINAL.fullmatch(text)
        if told and (which := ORDINALS.get(told["which"].casefold())):
            return which == place + 1
        if (equal := self.value(whole)) is not None:
            return equal == place
        if (other := NOT.sub("", whole)) != whole and self.value(other) not in (None, place):
            return True  # "It increases, it does not decrease"
        if (compared := THAN.fullmatch(text)) and self.named[text[0]].which == place:
            return compared["how"].casefold() in COMPARED
        if clause.kind == "label" and self.options and misnamed(text, place, self.options):
            return True
        if (
            QUANTIFIES.match(text)
            or named - {place}
            or any(letter in self.letters for letter in _STANDING.findall(text))
        ):
            return False
        if self.options is None and (
            (clause.kind in ("label", "dash") and not isinstance(read(whole), Text))
            or _SUM.fullmatch(whole)
        ):
            return True  # the value of the option
        said, on = (whole, re.sub(PLACE, "it", text)), self.told and clause.kind == "dash"
        return tells_of_one(*said, place, self.options, reason=self.reason, goes_on=on)
