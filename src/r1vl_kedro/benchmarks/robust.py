"""The default rules: what a careful reader would say of an answer.

The last answer stated counts, letters in either case, numbers with units, separators, percent and
currency; equality of values is `r1vl_kedro.answers.equivalent`. A hedge ("A or B") answers nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from r1vl_kedro.answers import (
    MAX_ANSWER,
    chosen_option,
    equivalent,
    hedges,
    stated_quantity,
    yes_or_no,
)
from r1vl_kedro.answers.prose import SENTENCE_END
from r1vl_kedro.answers.sentences import compares
from r1vl_kedro.benchmarks.compat import REFUSALS
from r1vl_kedro.responses.around import in_its_sentence
from r1vl_kedro.responses.beside import beside
from r1vl_kedro.responses.boxed import last_box_section
from r1vl_kedro.responses.revisions import revises
from r1vl_kedro.responses.think_answer import last_tagged

MAX_TAIL = 400
MAX_RESPONSE = 20_000
"""Only the end of a longer response is read; the answer is there."""

_FINAL = re.compile(r"final\s+answer(?:\s+is)?\s*[:：]|final\s+answer\s+is\b", re.IGNORECASE)
_FORMER = re.compile(
    r"\b(?:previous|earlier|former|old|original|initial|wrong|incorrect|first)\s+(?:final\s+)?\Z",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    r"\b(?:correct\s+|right\s+)?(?:(?:answer|option|choice)\s*(?:is\b(?! not\b)|:|=)\s*:?\s*"
    r"|(?:option|choice)\s+)",
    re.IGNORECASE,
)
_ANSWER_AFTER = re.compile(
    r"\banswer\W{0,4}(?:is\b(?! not\b)|[:：])(?P<answer>.*\w.*)", re.I | re.S
)
_SECTION = re.compile(r"\n\s*#{1,6}\s")
_CORRECTS = re.compile(
    r"\b(?:wait|actually|correction|instead|rather|sorry|oops|hmm|but|however|wrong|incorrect|"
    r"mistake\w*|let me|should be)\b|\A\W*no(?:\W*\Z|[,.!:;]|\s+it\b)"
    r"|\A\W*(?:it|that|this) (?:is|does|did)(?: not|n['’]t)\b(?!.*\d)",
    re.IGNORECASE,
)
"""Words of a sentence that takes back or replaces the answer before it."""
_SECOND = re.compile(r"\b(?:alternatively|another|or|could)\b|\?", re.IGNORECASE)
"""Words of a sentence that sets another answer beside the one before it."""
_CONCLUDES = re.compile(
    r"\A\W*(?:so|thus|hence|therefore|final(?:ly)?|in total|altogether|overall|in conclusion|"
    r"consequently|i (?:choose|pick|think|say|would say)|the (?:total|sum|result|difference)|"
    r"(?:add|subtract|multiply|divid|count|remov|tak|comput|calculat)ing)\b",
    re.IGNORECASE,
)
"""How a sentence begins that ends a working."""
_NO_ANSWER_ALONE = re.compile(
    r"\b(?:is|are|was|were|has|have|see|let|sure|ok|okay|well|sorry|yes or no)\b|[:?]",
    re.IGNORECASE,
)
_LETTER_AND_MORE = re.compile(r"\(?[A-Za-z][).]+\s+\S")
_NUMBERING = re.compile(r"\d+[.)]")
_CLOSING_TAG = re.compile(r"</?(?:think|answer|summary)>", re.IGNORECASE)
_DETERMINER = re.compile(
    r"\W*(?:yes|no)\s+(?!it\b|there\b|the\b|this\b|that\b|they\b)\w", re.IGNORECASE
)
_YES_NO = {"A": "yes", "B": "no"}
_DENYING = re.compile(r"\b(?:not|nor|neither|never|or|maybe|perhaps)\b|n['’]t\b", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"(?<![\d.])(?<!\d[-–])-?\d+(?:\.\d+)?|(?<=\d[-–])\d+(?:\.\d+)?")
_PROSE_WORD = re.compile(r"(?<![\\\w])[A-Za-z]{3,}")
PROSE_WORDS = 3
MAX_LINE_WORDS = 3
MAX_LINE = 40
"""Characters of an answer that is read whole, where it is one line."""


def stated(raw: str) -> str:
    """Return the answer a response ends on; the whole text where it marks none.

    Looked for in this order: the last "final answer" (to the end of its section), the last
    ``<answer>`` tag, the last ``\\boxed{}``, ``short answer`` of a JSON object.

    Example:
        >>> stated("The final answer is: 41? The final answer is: 42.\\n\\n### Note:\\nRounded.")
        '42.'
    """
    text = raw.strip()[-MAX_RESPONSE:]
    if marks := _current(_FINAL, text):
        text = _SECTION.split(text[marks[-1].end() :].lstrip(), maxsplit=1)[0]
        return unboxed(_CLOSING_TAG.sub("", text).strip())
    tagged = last_tagged(text)
    if tagged:
        at = text.rindex(tagged)
        before = _CLOSING_TAG.sub(" ", text[: text.rindex("<", 0, at)])
        after = _CLOSING_TAG.sub("", text[at + len(tagged) :])
        if revises(tagged, beside("", tagged, after)[2]):
            return after
        return in_its_sentence(before, unboxed(tagged), after)
    return unboxed(short_answer(text) or text)


def _current(mark: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Find marks of an answer, but for those of a former one: "the previous answer is"."""
    return [
        one
        for one in mark.finditer(text)
        if not _FORMER.search(text, max(one.start() - 20, 0), one.start())
    ]


def unboxed(text: str) -> str:
    r"""Return the content of the last ``\boxed{...}`` whose braces close; else the text.

    An "Answer:" after the box is part of the answer, and decides. All of it where what follows the
    box takes it back.
    """
    box = last_box_section(text)
    if box is None:
        return text
    before, said, behind = text[: box.start], box.body.strip(), text[box.end :]
    after = _ANSWER_AFTER.search(behind)
    if after:
        return after["answer"].strip(" \n*_`")
    if revises(said, beside("", said, behind)[2]):
        return behind.strip(" }$.")
    return in_its_sentence(before, said, behind)


def short_answer(text: str) -> str | None:
    """Return ``short answer`` of a JSON object in the text, or None."""
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end or '"short answer"' not in text:
        return None
    try:
        found = json.loads(text[start : end + 1], strict=False)
    except (ValueError, RecursionError):
        return None
    value = found.get("short answer") if isinstance(found, dict) else None
    return None if value is None else str(value)


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def readings(text: str, reads: Callable[[str], object] | None = None) -> list[str]:
    """List what to try, in this order: the text, the sentence that declares an answer or ends it.

    A sentence is read for the answer where it declares one ("the answer is"), where it is one alone
    (a line or sentence of a few words before prose), or where it is the last one of a working: it
    concludes, or no sentence before it states anything that `reads` (default: a quantity) finds.
    After a declared answer no sentence is, unless it corrects: "The answer is 50. Actually it is
    70."

    Args:
        text: what `stated` returns.
        reads: what an answer of the wanted kind is in a sentence, None where there is none.
    """
    if len(text) > MAX_ANSWER:
        text = "\n".join(_sentences(text[-MAX_TAIL:])[-1:])
    reads = reads or stated_quantity
    sentences = _sentences(text)
    if len(sentences) < 2:
        declared = _current(_DECLARED, text)
        tail = text[declared[-1].end() :].strip() if len(declared) == 1 else text
        return [part for part in dict.fromkeys((text, tail)) if part]
    told, last = _told(sentences, reads), sentences[-1]
    if told is not None:
        place, answer = told
        behind = " ".join(sentences[place + 1 :])
        if _SECOND.search(behind):
            return []
        concludes = _CONCLUDES.search(last) and compares(answer)  # "is 5 times larger. So 60."
        tried = last if concludes or _corrected(sentences[place + 1 :]) else answer
        return [tried] if answer else []
    several = max(len(part.split()) for part in sentences) == 1  # a word each: no last sentence
    if several or hedges(text) or not (len(text) > MAX_LINE or "\n" in text):
        return [text]
    earlier = [] if _CONCLUDES.search(last) else sentences[:-1]
    return [text] if any(reads(part) is not None for part in earlier) else [text, last]


def _corrected(behind: Sequence[str]) -> bool:
    return any(_CORRECTS.search(part) for part in behind)


def _told(sentences: Sequence[str], reads: Callable[[str], object]) -> tuple[int, str] | None:
    """Return the place of the sentence that gives the answer, and what it gives.

    None where no sentence declares one and the first is none alone; an empty answer where two
    sentences declare different ones.
    """
    found = [
        (place, mark[0], part[mark.end() :].strip(" *_"))
        for place, part in enumerate(sentences)
        for mark in _current(_DECLARED, part)[-1:]
    ]
    found = [one for one in found if "answer" in one[1].lower()] or found
    if found:
        between = sentences[found[0][0] + 1 : found[-1][0] + 1]
        values = [reads(rest) for _, _, rest in found if rest]
        place, _, rest = found[-1]
        if any(value != values[-1] for value in values[:-1]) and not _corrected(between):
            return place, ""
        if rest:
            return place, rest
        if place + 1 < len(sentences):
            return place + 1, sentences[place + 1]
    first, *others = sentences
    alone = len(first.split()) <= MAX_LINE_WORDS and not _NO_ANSWER_ALONE.search(first)
    prose = any(len(part.split()) > MAX_LINE_WORDS for part in others)
    numbered = sum(bool(_NUMBERING.fullmatch(part)) for part in sentences) > 1
    if alone and prose and not numbered and not _CONCLUDES.search(others[-1]):
        return 0, first
    return None


def option_verdict(text: str, choices: Mapping[str, str], answer: str) -> bool:
    """Tell whether the one option that an answer names, by letter or text, is the right one."""
    if any(refusal in text for refusal in REFUSALS):
        return False
    if answer not in choices:
        return equivalent(text[:MAX_ANSWER], answer, options=list(choices.values()))
    letters = list(choices)
    if letters != [chr(ord("A") + k) for k in range(len(letters))]:
        choices = _without_gaps(choices)
    named = option_named(text, choices)
    return named is not None and choices[named].strip() == choices[answer].strip()


def option_named(text: str, choices: Mapping[str, str]) -> str | None:
    """Return the letter of the one option named in an answer's first reading that names one."""
    options = list(choices.values())
    named = partial(chosen_option, options=options)
    place = next((at for at in map(named, readings(text, named)) if at is not None), None)
    if "\n" not in text and _LETTER_AND_MORE.match(text) and len(_sentences(text)) == 2:
        behind = named(_sentences(text)[1])  # "A. The angle is 45." with 45 as B
        return None if place is None or behind not in (place, None) else list(choices)[place]
    return None if place is None else list(choices)[place]


def _without_gaps(choices: Mapping[str, str]) -> dict[str, str]:
    """Fill choices up to the last letter; a missing one gets a text that nothing names."""
    last = max(choices)
    return {
        chr(k): choices.get(chr(k), f"\x00no option {chr(k)}")
        for k in range(ord("A"), ord(last) + 1)
    }


def yes_no_verdict(text: str, answer: str, *, letters: bool) -> bool:
    """Tell whether an answer is yes or no as it should; with `letters`, A is yes and B is no."""
    if letters:
        named = option_named(text, _YES_NO)
        if named is not None:
            return _YES_NO[named] == answer.strip().lower()
    first, *others = readings(text, yes_or_no) or [""]
    tries = [first, *(other for other in others if not _DETERMINER.match(other))]  # "No cat is."
    said = next(filter(None, map(yes_or_no, tries)), None)
    return said is not None and said == answer.strip().lower()


def value_verdict(text: str, answer: str) -> bool | None:
    """Tell whether an answer equals the reference in any reading (numbers, formulas, sets, words).

    None where both are prose of several words and differ: only a judge could tell.
    """
    verdict = answer.strip(" .").lower() in _YES_NO.values()
    for reading in readings(text, yes_or_no if verdict else stated_quantity):
        if equivalent(reading, answer):
            return True
        if stated_quantity(reading) is not None:  # another one: what follows it is no second try
            return False
    if len(text) <= MAX_ANSWER and _is_prose(answer) and _is_prose(text):
        return None
    return False


def _is_prose(text: str) -> bool:
    return len(_PROSE_WORD.findall(text[:MAX_ANSWER])) >= PROSE_WORDS


def list_verdict(text: str, values: Sequence[float]) -> bool:
    """Tell whether the numbers in an answer are these, in this order ("between 2007 and 2008")."""
    if len(text) > MAX_ANSWER:
        return False
    stating = [part for part in SENTENCE_END.split(text) if _PLAIN_NUMBER.search(part)]
    if any(_DENYING.search(part) for part in stating):
        return False
    found = [float(part.replace(",", "")) for part in _PLAIN_NUMBER.findall(text)]
    return found == list(values)
