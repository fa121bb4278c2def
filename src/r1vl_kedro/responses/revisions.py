"""Whether what follows an answer takes it back, gives another or only explains it.

Each clause says one of five things of the answer. A denial or a correction ends the reading; what a
working comes to counts only where the text ends on it, and what a condition, a reason, somebody
else or a comparison would have is working.
"""

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from r1vl_kedro.responses.clauses import Answer, Clause, clauses, plain, sentences
from r1vl_kedro.responses.understanding import (
    contradicts,
    is_settled,
    leads_back,
    numbers_alone,
    rewrites,
    understood,
)
from r1vl_kedro.responses.vocabulary import (
    ANEW,
    ASKS,
    LIGHT,
    LINKS,
    OBJECTS,
    OPERATION,
    PERSONS,
    POINTERS,
    UNFINISHED,
    UNREAL,
    VERBS,
    WITHDRAWING,
    words_of,
)


class _Says(Enum):
    """What a clause says of an answer."""

    WORKING = auto()
    OURS = auto()
    COMES_TO_ANOTHER = auto()
    CORRECTS = auto()
    DENIES = auto()


_LONGEST = 2000
"""Characters behind an answer that are read, and at the end of the text."""
_ASKED = re.compile(r"\s*\?(?!\s*(?:yes|indeed)\b)", re.IGNORECASE)
_ENDED = re.compile(r"[^\w\n.!?;]*(?:[.!?;]\s|\n)")
"""The end of the sentence or line of an answer, right behind it."""
_GOES_ON = re.compile(r"[ \t}]*[,(]?[ \t]*\(?[a-z\d]")
_TAKES_BACK = words_of("hmm hm oh wait nope oops whoops sorry kidding") | WITHDRAWING
_TURNS = words_of("but however although though yet nevertheless or")
_REASONS = words_of("because since as while whereas when before")
_CONDITIONS = words_of("if unless assuming provided supposing")
_CONCLUDES = words_of("so thus hence therefore then finally giving leaving making altogether =")
_SOMEBODY = words_of("some people many") | UNREAL
_USUAL = words_of("tempting common frequent frequently often typical")
_FAVOURED = words_of(
    "right correct plausible likely better best possible valid fits works argue prefer equally "
    "fine acceptable"
)
_COUNTED = re.compile(r"\bpossible [a-z]+s\b|(?:est|most|mum) possible\b", re.IGNORECASE)
_MEETS = words_of("meets satisfies matches wins")
_ONLY = words_of("only first second also too neither not")
_GIVES = words_of("gives gave yields makes shows leads")
_ELSEWHERE = words_of("for with without if otherwise")
_CONFIRMS = words_of("confirms confirm verifies verify checks supports agrees")
_WRITTEN = words_of("what written meant put said answered")
_CORRECT = words_of("correct true actual real final")
_BEING = words_of("is are be was it's")
_PLUS = re.compile(
    r"\s*(?:(?:plus|minus|times|give or take)\s+(?:\d|an?\b|the\b)"
    r"|give or take|and (?:a (?:half|third|quarter)|then some|a bit)\b)",
    re.IGNORECASE,
)
_COMES = re.compile(r"\b(?:is|are|makes?|gives?|equals?)\b|=")
_BROUGHT = re.compile(r"\b(?:it|this|that)(?: up| down)? (?:in)?to\s*\Z", re.IGNORECASE)
_IN_ALL = re.compile(r"\W*(?:[a-z]+ )?(?:in all|in total|altogether|overall)\W*\Z", re.IGNORECASE)
_OUGHT = re.compile(r"\b(?:should|must|ought to)\b", re.IGNORECASE)


def revises(answer: str, after: str) -> bool:
    r"""Tell whether the text behind an answer denies it, doubts it or gives another one.

    Example:
        >>> revises("7", "\nWait, that is wrong. It is 8."), revises("7", "\nWe removed 3 of 10.")
        (True, False)
    """
    if not after.strip():
        return False
    long = len(after) > 2 * _LONGEST
    after = plain(f"{after[:_LONGEST]}\n{after[-_LONGEST:]}" if long else after)
    if _ASKED.match(after):
        return True
    goes_on, attached = bool(_GOES_ON.match(after)), not _ENDED.match(after)
    read, ends, clear, settled = Answer(plain(answer)), _Says.OURS, True, True
    for place, text in enumerate(sentences(after.strip(" \n\t.),;:-–—#>{}"))):
        text = text.strip(" \n\t>-–—#")
        sentence = _Sentence(read, text, goes_on=goes_on and not place)
        said = sentence.says()
        if said in (_Says.CORRECTS, _Says.DENIES) or contradicts(text, read.text):
            return True
        whole = not (sentence.goes_on or (attached and not place))
        if whole and not understood(text, repeats=read.repeated(text)):
            return True
        ends = ends if said is _Says.WORKING else said
        if sentence.valued and not sentence.goes_on:
            clear = read.repeated(text) or leads_back(sentence.passed, text)
        if not sentence.goes_on:
            other = read.formula and rewrites(text, answer)
            kept = is_settled(text, letter=read.letter) and not other
            back = sentence.parts and sentence.parts[-1].ends_on_ours
            more = any(part.others for part in sentence.parts) or not {*"½¼¾⅓⅔"}.isdisjoint(text)
            back = back and not (more and numbers_alone(text))
            settled = back or (kept and (settled or read.repeated(text)))
    return ends is _Says.COMES_TO_ANOTHER or not (clear and settled)


@dataclass
class _Sentence:
    """A sentence behind an answer, and what the clauses read so far make of the next one.

    Attributes:
        goes_on: the answer is its subject.
        anew, turned: it reads again, or had a "but": another value in it corrects.
        supposed, reason: what is said depends on a condition, or explains.
        rival: another value was named, which "it" may point to.
        light: nothing but words that state came before; ``headed``: or the answer as subject.
    """

    answer: Answer
    text: str
    goes_on: bool
    turned: bool = False
    supposed: bool = False
    reason: bool = False
    rival: bool = False
    operates: bool = False
    light: bool = True
    headed: bool = True
    valued: bool = False
    passed: list[str] = field(default_factory=list)

    def says(self) -> _Says:
        """Tell what the sentence says of the answer, by its last clause that says something."""
        self.parts = clauses(self.text, self.answer)
        while len(self.parts) > 1 and _TURNS.issuperset(self.parts[-1].words):
            self.parts.pop()  # "8, though"
            self.turned = True
        self.anew = bool(ANEW.search(self.text))
        said = _Says.WORKING
        if OBJECTS.search(self.text) and not self.text.casefold().startswith(("if ", "because ")):
            return _Says.DENIES
        for place, one in enumerate(self.parts):
            about = self._about(one, place)
            told = self._denial(one, place, about=about)
            if told is _Says.DENIES and not self._so_ours(place):
                return told
            if said is _Says.CORRECTS and one.first in _TURNS and one.denies:
                said = _Says.WORKING  # "C seems plausible, but it is not"
            self.valued = self.valued or bool(one.ours or one.others)
            if told is _Says.WORKING and not self._depends(one, place):
                told = self._value(one, place, about=about)
                self.passed += one.unexplained if told is _Says.WORKING else ()
                self.light = self.light and (LIGHT.issuperset(one.words) or self.anew)
                self.headed = self.headed if place else self.light or about
            said = said if told is _Says.WORKING or said is _Says.CORRECTS else told
        values = [one for one in self.parts if one.others and not one.negated]
        asked = ASKS.search(self.text) and values and not any(one.ours for one in self.parts)
        if asked and values[-1].final and said is _Says.WORKING:
            return _Says.COMES_TO_ANOTHER  # "part (b), which is asked, gives 9"
        if any(_begins_anew(one) for one in self.parts):
            given = said in (_Says.COMES_TO_ANOTHER, _Says.CORRECTS)
            return _Says.DENIES if given or not self.answer.repeated(self.text) else _Says.WORKING
        return said

    def _about(self, one: Clause, place: int) -> bool:
        """Tell whether a clause is about the answer, given the clauses before it."""
        self.turned = self.turned or one.first in _TURNS
        self.supposed = self.supposed and one.first not in _TURNS | _CONCLUDES
        about = one.about or (self.goes_on and (one.first in _TURNS or self._predicate(one, place)))
        about = about or (one.first == "which" and (self.goes_on or self.turned))
        of_rival = self.rival and one.first in _TURNS
        self.rival = self.rival or bool(one.others)
        return about and not of_rival

    def _so_ours(self, place: int) -> bool:
        """Tell whether a later clause concludes the answer: "This is not possible, so it is 8"."""
        last = self.parts[-1]
        concludes = last.first in _CONCLUDES and last.ends_on_ours and not last.negated
        return place < len(self.parts) - 1 and concludes

    def _predicate(self, one: Clause, place: int) -> bool:
        return self.goes_on and not place and one.first not in _REASONS

    def _denial(self, one: Clause, place: int, *, about: bool) -> _Says:
        """Tell whether a clause denies the answer, leaves it open or favours another value."""
        if not self.supposed and one.first != "if":
            bid = [word for word in one.words if word not in LINKS][:2]
            operation = bid and OPERATION.fullmatch(bid[0])
            undone = operation and not operation["ing"] and POINTERS & {*bid[1:]}
            if one.denied or (undone and not one.ours) or (self.anew and one.denies):
                return _Says.DENIES
            if about and (one.denies or UNFINISHED.search(one.text)):
                return _Says.DENIES
        if self._predicate(one, place) and (
            UNREAL & {*one.words} or one.first in _CONDITIONS or _PLUS.match(one.text)
        ):
            return _Says.DENIES
        total = one.others and _IN_ALL.match(one.text[one.others[-1].end() :])
        if self.goes_on and place and total and not one.ours:
            return _Says.CORRECTS  # "7, counting only the front, and 12 in all"
        if self.goes_on and place and one.others and one.leads and _ELSEWHERE & {*one.words[1:2]}:
            return _Says.DENIES  # "8 with it"
        if (self.turned or (self.rival and place)) and ASKS.search(one.text) and not one.ours:
            return _Says.DENIES  # "but the question asks for faces"
        favoured = one.others and not one.negated and _FAVOURED & {*one.words}
        favoured = favoured and not _COUNTED.search(one.text)
        favoured = favoured or (one.leads and _MEETS & {*one.words} and not _ONLY & {*one.words})
        if favoured and (one.leads or one.final) and (not one.ours or "both" in one.words):
            return _Says.CORRECTS
        return _Says.WORKING

    def _depends(self, one: Clause, place: int) -> bool:
        """Tell whether a clause holds under a condition, gives a reason or is somebody else's."""
        words = {*one.words}
        self.supposed = self.supposed or one.first == "if" or bool(_USUAL & words)
        self.supposed = self.supposed or (one.first in ("you", "one") and not self.anew)
        self.supposed = self.supposed or (one.first == "when" and place > 0)
        self.supposed = self.supposed or (
            one.first == "to" and one.words[1:2] not in ((), ("the",)) and not self.anew
        )
        self.operates = (
            self.operates
            or one.first in ("plus", "minus")
            or any(map(OPERATION.fullmatch, one.words[:5]))
        )
        self.operates = self.operates or (
            one.first.endswith("ing") and bool(_GIVES & words) and not one.ours
        )
        self.reason = one.first in _REASONS or (self.reason and one.first == "and")
        somebody = one.first not in PERSONS and bool(_SOMEBODY & words)
        return self.supposed or somebody or (self.reason and not self.anew)

    def _value(self, one: Clause, place: int, *, about: bool) -> _Says:
        """Tell which value a clause states."""
        rest = one.text[one.ours[-1].end() :] if one.ours else ""
        if one.hedges or (_PLUS.match(rest) and not _COMES.search(rest)):
            return _Says.CORRECTS  # "seven plus the hidden one"
        if one.ours and one.others and one.others[-1].start() > one.ours[-1].end():
            between = one.text[one.ours[-1].end() : one.others[-1].start()]
            if one.final and not one.negated and _OUGHT.search(between):
                return _Says.CORRECTS  # "the 7 above should read 9"
        if one.ends_on_ours or (one.ours and not self.operates and not (self.anew and one.others)):
            return _Says.OURS
        if one.negated or one.words[-1] in POINTERS:  # "6 from 15 leaves this"
            return _Says.WORKING
        if one.others and self.anew:
            return _Says.CORRECTS
        if one.others:
            alone = one.leads and one.final and self.light and place == len(self.parts) - 1
            alone = alone or (one.leads and len(self.parts) == 1 and one.brief)
            headed = self.headed or not place or one.first not in VERBS
            operates = self.operates and not _CONFIRMS & {*one.words}
            states = operates or alone or (headed and _states(one, place, about=about))
            ends = one.final or one.brief
            turns = self.turned and ends and (about or place == len(self.parts) - 1)
            return _Says.COMES_TO_ANOTHER if states or turns else _Says.WORKING
        corrected = self.anew or self.turned or _CORRECT & {*one.words[1:2]}
        worded = self.answer.worded and (one.about or corrected) and _BEING & {*one.words[:4]}
        if worded and corrected and not self.answer.repeated(one.text):
            return _Says.CORRECTS  # "Actually, it must be Lyon"
        return _Says.WORKING


def _begins_anew(one: Clause) -> bool:
    """Tell whether a clause begins like a correction: "Wait", "Hold on", "Oh no"."""
    if one.words[:2] == ("hold", "on") or one.words in (("no",), ("oh", "no"), ("no", "wait")):
        return True
    return bool(_TAKES_BACK & {*one.words[:2]}) and not one.negated


def _states(one: Clause, place: int, *, about: bool) -> bool:
    """Tell whether a clause states its last value as what is asked for."""
    words = one.words
    if _BROUGHT.search(one.text[: one.others[-1].start()]):
        return True
    stating = LIGHT | _WRITTEN
    if one.leads and one.others and words[1:] and stating.issuperset(words[1:]):
        return True  # "9 it is", "nine is what I should have written"
    if one.first in _CONCLUDES:
        if not place and {"each", "every"}.isdisjoint(words):
            return one.final or len(words[-1]) <= 2
        return one.leads or (one.final and one.light)
    if one.named and one.final and words[-2] in VERBS:
        return True
    return one.final and one.light and about and len(words) > 1
