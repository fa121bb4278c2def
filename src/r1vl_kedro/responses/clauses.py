"""Clauses beside a marked answer: whom each is about, whether it denies, which value it states."""

import re
from collections.abc import Iterator
from functools import cached_property

from r1vl_kedro.answers import equivalent
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.responses.vocabulary import (
    DOUBTS,
    FAULTY,
    KINDS,
    LIGHT,
    LINKS,
    NOT,
    NOUNS,
    PERSONS,
    POINTERS,
    REJECTING,
    RIGHT,
    UNREAL,
    VERBS,
    WITHDRAWING,
)

_MARKUP = re.compile(
    r"(?i)</?(?:b|i|u|em|strong|p|br|center)\b[^<>]{0,20}>|[*_`$]+|\\(?:[()\[\]]|boxed\b)"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_NEAR = 40
"""Characters before a value in which it may be denied or counted."""
_PLACE = re.compile(
    r"(?i)(?<=\b(?:on|to|at) the )right\b|\bright(?=[ -](?:angle|triangle|side|hand|prism|cone))"
)
_SENTENCE = re.compile(r"(?<=[.!?;])(?:\s+|\Z)|\n+|</?[a-z]+>")
_CLAUSE = re.compile(
    r"(?:,(?!\d)|[:()\[\]—–]|(?<!\d)\s-\s)\s*"
    r"|\b(?=(?:so|thus|hence|therefore|but|yet|because|since|as|which|while|"
    r"whereas|although|though|if|unless|when|before|giving|leaving|making|"
    r"(?:and|or) (?:it|we|so|i|there|then))\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*(?:['’][^\W\d_]+)?|[=+?]")
_NUMBER = (
    r"(?<![A-Za-z^_{\\\d.,])\d+(?:[.,/]\d+)*(?!\s?[\^_}\\(]|\s?[a-z](?![a-z])|\d)"
    rf"|\b(?:{'|'.join(word for word in CARDINALS if word != 'one')}|(?<=\ba )dozen)\b(?!-)"
)
_LETTER = r"(?<![\w'’])[A-J](?![\w'’]|\()"
_SUM = re.compile(r"[\d.,\s()+*/×·-]{3,60}")
_COUNTED = re.compile(r"(?i)\b(?:than|least|most|from|between|(?<!total )of)\s*\(?\Z")
"""What compares or counts the value behind it, which is no statement of it then."""
_MANY_WOULD = re.compile(
    r"(?i)\b(?:many|some|most|others|people|students)(?: \w+)? (?:would|might|may|could|will)"
    r"(?: \w+){1,2}\W*\Z"
)
_NO_OTHER = re.compile(
    r"(?i)\b(?:no|not|nothing|none|nobody|never|cannot|n['’]t)\b.*"
    r"\b(?:but|other than|except|besides)\s*\Z"
)
"""What affirms what follows it: "no answer other than"."""
_NAMED = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]\w?|[)}\]])\s*=\s*\(?\Z")
_DENIED = re.compile(
    r"(?i)\b(?:not|never|cannot|instead of|rather than|in place of|\w+n['’]t)"
    r"(?:\s+(?:be|equal|to|the|an?|answer|option))*\s*\(?\Z"
)


def plain(text: str) -> str:
    """Return a text without markup, simple fractions written with a slash."""
    text = _FRACTION.sub(r"\1/\2", _MARKUP.sub("", text))
    return _PLACE.sub("", _COMMAND.sub(" ", re.sub(r"\\neq?\b|≠|[✗✘❌❎🚫👎]", " not ", text)))


def sentences(text: str) -> list[str]:
    """Split a plain text into sentences."""
    return _SENTENCE.split(text)


class Answer:
    """An answer, and the values of its kind in other texts: numbers, letters, yes and no."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded = text.casefold()
        self.pattern: re.Pattern[str] | None = None
        if re.match(rf"\W*{_LETTER}(?:\W+[^=]*)?\Z", text):
            self.pattern = re.compile(_LETTER)
        elif re.search(_NUMBER, folded):
            self.pattern = re.compile(_NUMBER, re.IGNORECASE)
        elif re.match(r"\W*(?:yes|no)\b", folded):
            self.pattern = re.compile(r"\b(?:yes|no)\b", re.IGNORECASE)

    @cached_property
    def values(self) -> frozenset[str]:
        """Return what the answer consists of: its values, or all its words."""
        found = {_value(one) for one in self.found(self.text)}
        return frozenset(found or _WORD.findall(self.text.casefold()))

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Return its values as words of a text name them, in lower case."""
        return frozenset(value.casefold() for value in self.values)

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Find the values of the answer's kind in a text."""
        return self.pattern.finditer(text) if self.pattern else iter(())

    def repeated(self, text: str) -> bool:
        """Tell whether a text holds all that the answer consists of."""
        words = {_value(value) for value in self.found(text)}
        return self.values <= words | set(_WORD.findall(text.casefold()))

    def same(self, value: str) -> bool:
        """Tell whether a value is the answer."""
        return value in self.values or (
            bool(re.search(r"[.,/]", value + self.text)) and equivalent(value, self.text)
        )


def _value(found: re.Match[str]) -> str:
    return str(CARDINALS.get(found[0].casefold(), found[0]))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold().replace("’", "'") for word in _WORD.findall(text))


class Clause:
    """A clause of a sentence beside an answer.

    Attributes:
        words: in lower case.
        ours, others: where the answer and other values are stated; ``final`` whether the last of
            them ends the clause, ``leads`` whether one begins it but for light words.
        denied: whether it is said not to be the answer.
    """

    def __init__(self, part: str, answer: Answer) -> None:
        self.text = part
        self.words = _words(part)
        self.first = self.words[0] if self.words else ""
        self._answer = answer
        found = list(answer.found(part))
        same = [answer.same(_value(one)) for one in found]
        if _SUM.fullmatch(part) and equivalent(f"{answer.text} ({part.strip()})", answer.text):
            same = [True] * len(found)
        leading = [part[max(one.start() - _NEAR, 0) : one.start()] for one in found]
        refused = [bool(_DENIED.search(before)) for before in leading]
        self.denied = any(mine and no for mine, no in zip(same, refused, strict=True))
        stated = [
            (one, mine)
            for one, mine, no, before in zip(found, same, refused, leading, strict=True)
            if not (no or _COUNTED.search(before))
            and (mine or "=" in answer.text or not _NAMED.search(before))
        ]
        self.ours = [one for one, mine in stated if mine]
        self.others = [one for one, mine in stated if not mine]
        of_other = self.others[0].start() if self.others and not self.ours else None
        self._ahead = _words(part[:of_other])
        self.ends_on_ours = bool(stated) and stated[-1][1]
        self.final = bool(stated) and not re.search(r"\w", part[stated[-1][0].end() :])
        self.brief = bool(stated) and len(_words(part[stated[-1][0].end() :])) <= 1
        self.leads = any(
            LIGHT.issuperset(_WORD.findall(part[: one.start()].casefold())) for one, _ in stated[:1]
        )

    @property
    def hedges(self) -> bool:
        """Return whether it leaves open whether the answer or another value is right."""
        pairs = [
            *zip(self.ours, self.others, strict=False),
            *zip(self.others, self.ours, strict=False),
        ]
        return any(re.fullmatch(r"\W*or\W*", self.text[a.end() : b.start()]) for a, b in pairs)

    @property
    def negated(self) -> bool:
        """Return whether any word denies or finds fault."""
        given = {one[0].casefold() for one in self.others}
        return any(_is_not(word) or word in FAULTY for word in self.words if word not in given)

    @property
    def light(self) -> bool:
        """Return whether all words but the last only state it."""
        return LIGHT.issuperset(self.words[:-1])

    @cached_property
    def about(self) -> bool:
        """Tell whether it is about the answer: by its subject, or for want of one."""
        if self.first in ("do", "don't"):
            return not POINTERS.isdisjoint(self.words)
        rest = [word for word in self.words if word not in LINKS and not word.endswith("ly")]
        if not rest or rest[0] == "not" or rest[0] in PERSONS | POINTERS | self._answer.subjects:
            return True
        if rest[0] in ("nobody", "none") and not POINTERS.isdisjoint(rest):
            return True
        if len(rest) <= 2:
            return rest[0] in NOUNS | NOT | FAULTY or bool(WRONG.fullmatch(rest[0]))
        return self.named

    @cached_property
    def named(self) -> bool:
        """Tell whether its subject is what an answer is called: "my final guess", "the answer"."""
        skipped = KINDS | PERSONS | POINTERS | LINKS
        at = next((n for n, word in enumerate(self.words) if word not in skipped), None)
        if at is None or self.words[at] not in NOUNS or self.words[at + 1 : at + 2] == ("of",):
            return False
        follows = " ".join(self.words[at + 1 : at + 2])
        other = any(self._answer.found(follows.upper() if len(follows) == 1 else follows))
        return not other or follows in self._answer.values

    @cached_property
    def denies(self) -> bool:
        """Tell whether its predicate finds fault, or denies that something is right, not both."""
        words = self._ahead
        if not words:
            return False
        negation = next(
            (place for place, word in enumerate(words) if _is_not(word) or word == "least"), None
        )
        for place, word in enumerate(words):
            if "it" in words[:place] and words[place + 1 : place + 2] in (
                ("to",),
                ("for",),
                ("that",),
            ):
                continue  # "it is impossible to"
            object_ = REJECTING.fullmatch(word) and not {"is", "was", "be", "been", "are"} & set(
                words
            )
            if word == words[-1] and len(words) == 1 and word in WITHDRAWING:
                return True
            if (word in FAULTY or WRONG.fullmatch(word)) and not (
                object_ and POINTERS.isdisjoint(words[place + 1 :])
            ):
                return negation is None
        if negation is None:
            return "too" in words[:-1]
        return (
            not RIGHT.isdisjoint(words[negation:]) or words[-1] in ("be", "not") or len(words) == 1
        )


def _is_not(word: str) -> bool:
    return word in NOT or word.endswith("n't")


def clauses(sentence: str, answer: Answer) -> list[Clause]:
    """Cut a sentence into its clauses with words."""
    found = (Clause(part, answer) for part in _CLAUSE.split(sentence) if part.strip())
    return [clause for clause in found if clause.words]


def affirmed(before: str) -> bool:
    """Tell whether the sentence that leads to an answer sets all others aside.

    Example:
        >>> affirmed("No answer other than "), affirmed("Every answer other than ")
        (True, False)
    """
    return bool(_NO_OTHER.search(before))


def denied(before: str) -> bool:
    """Tell whether the clause that leads to an answer denies it: "It cannot be", "The trap is".

    Example:
        >>> denied("The answer is certainly not "), denied("8 is not right, so it is ")
        (True, False)
    """
    sentence = sentences(plain(before))[-1]
    clause = Clause(_CLAUSE.split(sentence)[-1], Answer(""))
    if affirmed(sentence):
        return False
    words = [word for word in clause.words if not word.endswith("ly") and word != "quite"]
    for word in reversed(clause.words):
        if (_is_not(word) and word not in ("none", "nobody")) or word in DOUBTS:
            return True
        if word not in LIGHT and not word.endswith("ly") and word not in ("than", "quite"):
            break
    lead = next((place for place, word in enumerate(words) if word not in LIGHT), len(words))
    follows = words[lead + 1 : lead + 2]
    faulty = lead < len(words) and (
        words[lead] in FAULTY | WITHDRAWING or WRONG.fullmatch(words[lead])
    )
    if faulty and NOT.isdisjoint(words) and (NOUNS | VERBS | {"out"}).issuperset(follows):
        return True
    if _MANY_WOULD.search(clause.text):
        return True
    supposed = re.match(r"\W*(?:suppose|assume|imagine)\b", clause.text, re.IGNORECASE)
    if supposed or "used to be" in clause.text:
        return True
    unreal = not UNREAL.isdisjoint(words)
    return unreal and bool(re.search(r"\b(?:if|had|unless|without)\b", sentence, re.IGNORECASE))
