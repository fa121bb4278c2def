"""Clauses beside a marked answer: whom each is about, whether it denies, which value it states."""

import re
from collections.abc import Iterator
from functools import cached_property

from r1vl_kedro.answers import equivalent
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.responses.vocabulary import (
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
    WITHDRAWING,
)

_MARKUP = re.compile(
    r"(?i)</?(?:b|i|u|em|strong|p|br|center)\b[^<>]{0,20}>|[*_`$]+|\\(?:[()\[\]]|boxed\b)"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}")
_BOXED = re.compile(r"\\boxed\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_NEAR = 40
"""Characters before a value in which it may be denied or counted."""
_PLACE = re.compile(
    r"(?i)(?<=\b(?:on|to|at) the )right\b|\bright(?=[ -](?:angle|triangle|side|hand|prism|cone))"
)
_MATTER = re.compile(r"\b(?:possible|true|so|sure|clear) (?:for|to|that)\b.*")
"""What is said not to be so: "it is not possible for both to be hidden"."""
_SENTENCE = re.compile(r"(?<=[.!?;])(?!(?<=\d!)\s+[a-z])(?:\s+|\Z)|\n+|</?[a-z]+>")
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
_LETTER = r"(?<![\w'’])(?<!\b[A-Z] )[A-J](?![\w'’]|\(| [A-Z]\b)"
_SUM = re.compile(r"=?[\d.,\s()+*/×·-]{3,60}")
_COUNTED = re.compile(r"(?i)\b(?:than|least|most|from|between|(?<!total )of)\s*\(?\Z")
"""What compares or counts the value behind it, which is no statement of it then."""
_NAMED = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]\w?|[)}\]])\s*=\s*\(?\Z")
_VARIABLE = re.compile(r"(?<![A-Za-z\\])[a-z](?![A-Za-z])(?! [a-z]{2})")
_WORDS_OF_A_KIND = (
    "left right", "up down upward downward upwards downwards", "north south east west",
    "increase increases increased increasing decrease decreases decreased decreasing rise rises "
    "rising fall falls falling constant", "larger smaller bigger equal", "longer shorter",
    "higher lower", "above below", "before after", "inside outside", "positive negative zero",
    "even odd", "acute obtuse", "convex concave", "parallel perpendicular", "rational irrational",
    "clockwise counterclockwise anticlockwise", "true false", "more fewer less",
    "red green blue yellow black white purple orange brown gray grey pink cyan",
)  # fmt: skip
"""Words of which one is the answer and another would be a different one."""
_NAME = r"(?:(?<=\bis )|(?<=\bbe )|(?<=\bwas ))(?!The\b)[A-Z][a-z]{2,}\b"
_LABELS = re.compile(
    r"(?:\b(?:points?|vertex|vertices|angles?|lines?|nodes?|sides?|edges?|segments?|circles?|rays?|"
    r"centre|center|corner|cube|face|from|through|at|to|of|and|on|in|with|than)|,)\s*\Z",
    re.IGNORECASE,
)
"""What makes a letter behind it the name of a thing in the figure."""
_BEFORE_NOUN = KINDS | PERSONS | POINTERS | LINKS
"""Words that may stand before what an answer is called."""
_DENIED = re.compile(
    r"(?i)\b(?:not|never|cannot|instead of|rather than|in place of|\w+n['’]t)"
    r"(?:\s+(?:be|equal|to|the|an?|answer|option))*\s*\(?\Z"
)


def plain(text: str) -> str:
    """Return a text without markup, simple fractions written with a slash."""
    text = _BOXED.sub(r" \1 ", _FRACTION.sub(r"\1/\2", text))
    text = _MARKUP.sub("", text).replace("’", "'")
    return _PLACE.sub("", _COMMAND.sub(" ", re.sub(r"\\neq?\b|≠|[✗✘❌❎🚫👎]", " not ", text)))


def sentences(text: str) -> list[str]:
    """Split a plain text into sentences."""
    return _SENTENCE.split(text)


class Answer:
    """An answer, and the values of its kind in other texts: numbers, letters, yes and no."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded = text.casefold()
        words = frozenset(_WORD.findall(folded))
        self.pattern: re.Pattern[str] | None = None
        self.worded = False
        self.letter = bool(re.match(rf"\W*{_LETTER}(?:\W+[^=]*)?\Z", text))
        if self.letter:
            self.pattern = re.compile(_LETTER)
        term = text.rpartition("=")[2]
        self.formula = bool(_VARIABLE.search(term) and re.search(r"[\d+*/^-]", term))
        if self.letter:
            pass
        elif re.search(_NUMBER, folded):
            self.pattern = re.compile(_NUMBER, re.IGNORECASE)
        elif re.match(r"\W*(?:yes|no)\b", folded):
            self.pattern = re.compile(r"\b(?:yes|no(?! [a-z]))\b", re.IGNORECASE)
        elif one := next((k for k in _WORDS_OF_A_KIND if len(words & {*k.split()}) == 1), None):
            self.pattern = re.compile(rf"\b(?:{'|'.join(one.split())})\b", re.IGNORECASE)
        elif re.fullmatch(r"\W*[A-Z][a-z]{2,}\W*", text):
            self.pattern, self.worded = re.compile(_NAME), True
        else:
            self.worded = True

    @cached_property
    def values(self) -> frozenset[str]:
        """Return what the answer consists of: its values, or all its words."""
        found = {value_of(one) for one in self.found(self.text)}
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
        words = {value_of(value) for value in self.found(text)}
        return self.values <= words | set(_WORD.findall(text.casefold()))

    def same(self, value: str) -> bool:
        """Tell whether a value is the answer."""
        return value in self.values or (
            bool(re.search(r"[.,/]", value + self.text)) and equivalent(value, self.text)
        )


def value_of(found: re.Match[str]) -> str:
    """Return a value that was found as it is written, number words in digits."""
    word = found[0].casefold()
    return str(CARDINALS.get(word, word if len(word) > 1 else found[0]))


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
        same = [answer.same(value_of(one)) for one in found]
        if _SUM.fullmatch(part) and equivalent(f"{answer.text} ({part.strip(' =')})", answer.text):
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
        return any(is_not(word) or word in FAULTY for word in self.words if word not in given)

    @property
    def unexplained(self) -> list[str]:
        """Return the other values it leaves standing: numbers, or a word or letter at its end."""
        if self.ours or self.negated or not self.others:
            return []
        last = self.others[-1]
        if last[0][0].isalpha() and last[0].casefold() not in CARDINALS:
            named = len(last[0]) == 1 and _LABELS.search(self.text[: last.start()])
            return [value_of(last)] if self.final and not named else []
        return [value_of(one) for one in self.others]

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
        at = next((n for n, word in enumerate(self.words) if word not in _BEFORE_NOUN), None)
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
            (place for place, word in enumerate(words) if is_not(word) or word == "least"), None
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
        ahead = _MATTER.sub("", " ".join(words[negation:])).split()
        return not RIGHT.isdisjoint(ahead) or words[-1] in ("be", "not") or len(words) == 1


def is_not(word: str) -> bool:
    """Tell whether a word negates."""
    return word in NOT or word.endswith("n't")


def cut(sentence: str) -> list[str]:
    """Cut a sentence where a clause ends."""
    return _CLAUSE.split(sentence)


def clauses(sentence: str, answer: Answer) -> list[Clause]:
    """Cut a sentence into its clauses with words."""
    found = (Clause(part, answer) for part in cut(sentence) if part.strip())
    return [clause for clause in found if clause.words]
