"""What leads to a marked answer: another one, a denial, a supposition, somebody else's claim."""

import re

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.responses.clauses import Answer, Clause, cut, is_not, plain, sentences, value_of
from r1vl_kedro.responses.vocabulary import (
    DOUBTS,
    FAULTY,
    LIGHT,
    NOT,
    NOUNS,
    PERSONS,
    SOURCES,
    UNREAL,
    VERBS,
    WITHDRAWING,
    words_of,
)

_INDEFINITE = re.compile(
    r"(?i)(?:^|[.,;:]\s|\b(?:so|thus|hence|but|and|that)\s)"
    r"(?:an?|another|some|many|most|every|other) "
    r"(?!(?:total|quarter|third|half|fifth)\b)(?P<who>(?:[a-z'-]+ ){1,4})"
    r"(?:puts?|reads?|says?|gets?|sees?|writes?|types?|answers?|thinks?|finds?|chooses?|picks?|"
    r"claims?|reports?|enters?|is|was)\W*\Z"
)
"""A subject that is none of the question's: "a careless pupil puts", "an upper estimate is"."""
_HEARSAY = re.compile(
    r"(?i)\b(?P<who>[a-z]+) (?:says?|said|claims?|claimed|thinks?|thought|believes?|believed|"
    r"reports?|reported|guess(?:es|ed)?|has it)\b(?: that)?[^.;,:!?\d]*\Z"
)
"""What somebody else says: "rumour has it that the answer is"."""
_OTHER_QUESTION = re.compile(
    r"(?i)\b(?:another|other|different|previous|next|earlier|former|last) "
    r"(?:exercise|problem|question|task|test|book|student|person|pupil|reader|riddle)s?\b[^.;?!]*\Z"
    r"|\b(?:twice|thrice|double|triple|half|\w+ times"
    r"|(?:square|root|double|half|inverse|opposite) of) "
    r"(?:the|our|this) (?:\w+ )?(?:answer|result|solution)\b[^.;?!]*\Z"
)
_LED_ASTRAY = re.compile(
    r"(?i)\b(?:of (?:the|our|my|this|that) (?:\w+ )?(?:answer|result|solution) (?:is|was|equals)"
    r"|(?:for (?:example|instance)|e\.g|say|naively|hypothetically|supposedly|allegedly)[.,:]*"
    r"|(?:i|we) (?:first|initially|originally)(?: \w+){1,2}|(?:let['’]s|let us|we|i) pretend\b[^.]*"
    r"|(?:before|prior to) (?:the|my|our|any|this) (?:\w+ )?(?:correction|revision|check)\w*"
    r"|(?:in addition to|besides|apart from|aside from) [^.;]*|no way\b[^.;]*"
    r"|(?:do not|don['’]t|never) (?:read|take|treat|use|write|answer|put|choose|pick)\b[^.;,]*"
    r"|(?:answer|output|response) (?:format|template|box)\b[^.;]*)\W*\Z"
    r"|(?:\A|[.!?]\s+|,\s)were\b[^.!?]*\bwould\b[^.!?]*\Z"
)
"""What leads to an answer without stating it: an example, a first attempt, a part of the answer."""
_HEADING = re.compile(r"(?:\A|[.!?\n])\W*(?P<word>[A-Za-z]+)\W*:\W*\Z")
_HEADS = words_of(
    "area perimeter volume length height width depth radius diameter distance speed time cost "
    "price weight mass age slope angle probability mean median mode range average maximum "
    "minimum sum product difference quotient ratio note thus hence therefore so finally "
    "conclusion output reply"
)
"""Words of amounts that may head an answer, beside what an answer is called: "Area: 7"."""
_HEADER = re.compile(r"^###.*$", re.MULTILINE)
_ANSWER_BEFORE = re.compile(
    r"(?i)\banswer\W{0,3}(?:is\b|[:=])\W{0,4}(?P<value>[^\s,.;*]+)(?=[,.;*]|\s*\n|\s*\Z)"
    r"|(?P<first>[^\s,.;*(]+) is the (?:final |correct )?answer\b"
)
"""An answer that is given before the one that is marked: "The answer is 8, [7]"."""
_NO_OTHER = re.compile(
    r"(?i)\b(?:no|not|nothing|none|nobody|never|cannot|n['’]t)\b.*"
    r"\b(?:but|other than|except|besides)\s*\Z"
)
_MANY_WOULD = re.compile(
    r"(?i)\b(?:many|some|most|others|people|students)(?: \w+)? (?:would|might|may|could|will)"
    r"(?: \w+){1,2}\W*\Z"
)
_STATED = NOUNS - words_of("estimate guess attempt") | words_of(
    "formula expression equation way value root zero"
)
_TEXTS = words_of("which that text problem question theorem law rule formula caption title")
_WORKINGS = words_of("calculation calculations working reasoning choice computation")
_NONE = Answer("")


def another_before(before: str, answer: str) -> str | None:
    """Return another value of the answer's kind that is given as the answer before it, or None.

    Example:
        >>> another_before("The answer is 8. ", "7"), another_before("The answer is 7, ", "7")
        ('8', None)
    """
    read = Answer(plain(answer))
    for given in _ANSWER_BEFORE.finditer(plain(_HEADER.sub("", before))):
        said = (given["value"] or given["first"]).rpartition("=")[2]
        value = next(read.found(said), None)
        if value and not (re.search(r"[-+*/^\\(]", said) or read.same(value_of(value))):
            return value[0]
    return None


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
    parts = [part for part in cut(sentence) if re.search(r"\w", part)] or [sentence]
    clause = Clause(parts[-1], _NONE)
    if affirmed(sentence):
        return False
    words = [word for word in clause.words if not word.endswith("ly") and word != "quite"]
    for word in reversed(clause.words):
        if (is_not(word) and word not in ("none", "nobody")) or word in DOUBTS:
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
    heading = _HEADING.search(plain(before))
    if heading and not _heads(heading["word"].casefold()):
        return True
    counted = not {"number", "many", "count", "margin"}.isdisjoint(words)
    if any(map(WRONG.fullmatch, words)) and NOT.isdisjoint(words) and not counted:
        return True
    if (
        _LED_ASTRAY.search(sentence)
        or _OTHER_QUESTION.search(sentence)
        or _of_somebody_else(clause.text, sentence, words)
    ):
        return True
    supposed = re.match(r"\W*(?:suppose|assume|imagine)\b", clause.text, re.IGNORECASE)
    if supposed or "used to be" in clause.text:
        return True
    return not UNREAL.isdisjoint(words) and "then" not in clause.words


def _heads(word: str) -> bool:
    """Tell whether a word and a colon may head an answer; a plural is a count: "Cubes: 7"."""
    return word != "guess" and (word in LIGHT | _HEADS or word.endswith("s"))


def _of_somebody_else(clause: str, sentence: str, words: list[str]) -> bool:
    """Tell whether an answer is what others would give, or only an impression of the writer's.

    Args:
        clause: the one that leads to the answer, of ``sentence``.
        words: its words, without adverbs.
    """
    if _MANY_WOULD.search(clause):
        return True
    heard = _HEARSAY.search(sentence)
    if heard and heard["who"].casefold() not in PERSONS | SOURCES | _TEXTS:
        return True
    mine = words.index("my") + 1 if "my" in words else 0
    if mine and (_STATED | _WORKINGS).isdisjoint(words[mine : mine + 3]):
        return True  # "my first impression was"
    whose = _INDEFINITE.search(clause)
    return bool(whose) and _STATED.isdisjoint(whose["who"].casefold().split())
