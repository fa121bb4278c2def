"""The default rules: what a careful reader would say of an answer.

The last answer stated counts, letters in either case, numbers with units, separators, percent and
currency; equality of values is `r1vl_kedro.answers.equivalent`. A hedge ("A or B") answers nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from r1vl_kedro.answers import (
    MAX_ANSWER,
    chosen_option,
    equivalent,
    hedges,
    stated_quantity,
    yes_or_no,
)
from r1vl_kedro.answers.mentions import mentions_in
from r1vl_kedro.answers.prose import SENTENCE_END
from r1vl_kedro.answers.sentences import compares
from r1vl_kedro.benchmarks.compat import REFUSALS
from r1vl_kedro.benchmarks.declarations import (
    DECLARED,
    FINAL,
    MAX_TAIL,
    declared,
    readings_of_one,
    without_asides,
)
from r1vl_kedro.responses.around import in_its_sentence
from r1vl_kedro.responses.beside import beside
from r1vl_kedro.responses.boxed import last_box
from r1vl_kedro.responses.revisions import revises, standing
from r1vl_kedro.responses.think_answer import last_tagged

MAX_RESPONSE = 20_000
"""Only the end of a longer response is read; the answer is there."""

_ANSWER_AFTER = re.compile(
    r"\banswer\W{0,4}(?:is\b(?! not\b)|[:：])(?P<answer>.*\w.*)", re.I | re.S
)
_SECTION = re.compile(r"\n\s*#{1,6}\s")
_UNDOES = re.compile(r"\W*(?:it|that|this) (?:is|does|did)(?: not|n['’]t)\b(?!.*\d)", re.IGNORECASE)
_CORRECTS = re.compile(
    r"\b(?:wait|actually|correction|instead|rather|sorry|oops|hmm|but|however|wrong|incorrect|"
    r"mistake\w*|let me|should be)\b|\A\W*no(?:\W*\Z|[,.!:;]|\s+it\b)",
    re.IGNORECASE,
)
"""Words of a sentence behind which another answer replaces the one that is taken back."""
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
_ENTRIES = frozenset({"solution", "explanation", "reasoning", "short answer"})
_POINTS = re.compile(r"(?:it|this|that) (?:is|shows)\b", re.IGNORECASE)
_NUMBERING = re.compile(r"\d+[.)]")
_CLOSING_TAG = re.compile(r"</?(?:think|answer|summary)>", re.IGNORECASE)
_YES_NO = {"A": "yes", "B": "no"}
_PROSE_WORD = re.compile(r"(?<![\\\w])[A-Za-z]{3,}")
PROSE_WORDS = 3
MAX_LINE_WORDS = 3
MAX_LINE = 40
"""Characters of an answer that is read whole, where it is one line."""


def stated(raw: str) -> str:
    """Return the answer a response ends on; the whole text where it marks none.

    Looked for in this order: the last "final answer" to which known words lead (to the end of its
    section, or what stands behind that where it takes the answer back), the last ``<answer>`` tag,
    the last ``\\boxed{}``, ``short answer`` of a JSON object.

    Example:
        >>> stated("The final answer is: 41? The final answer is: 42.\\n\\n### Note:\\nRounded.")
        '42.'
    """
    text = raw.strip()[-MAX_RESPONSE:]
    if marks := declared(FINAL, text):
        said, *later = _SECTION.split(text[marks[-1].end() :].lstrip(), maxsplit=1)
        said = _CLOSING_TAG.sub("", said).strip()
        if said.count("**") % 2:  # the mark is bold too
            said = re.sub(r"\A\*\*\s*|\s*\*\*\Z", "", said)
        return standing(from_last_box(short_answer(said) or said), "\n" + "\n".join(later))
    tagged = last_tagged(text)
    if tagged:
        at = text.rindex(tagged)
        before = _CLOSING_TAG.sub(" ", text[: text.rindex("<", 0, at)])
        after = _CLOSING_TAG.sub("", text[at + len(tagged) :])
        if (left := standing(tagged, beside("", tagged, after)[2])) != tagged:
            return left
        return in_its_sentence(before, from_last_box(tagged), after)
    return from_last_box(short_answer(text) or text)


def from_last_box(text: str) -> str:
    r"""Return the content of the last ``\boxed{...}`` whose braces close; else the text.

    An "Answer:" after the box is part of the answer, and decides. All of it where what follows the
    box takes it back.
    """
    box = last_box(text)
    if box is None:
        return text
    before, said, behind = text[: box.start], box.body.strip(), text[box.end :]
    after = _ANSWER_AFTER.search(behind)
    if after:
        return after["answer"].strip(" \n*_`")
    if (left := standing(said, beside("", said, behind)[2])) != said:
        return left.strip(" }$.")
    return in_its_sentence(before, said, behind)


def short_answer(text: str) -> str | None:
    """Return ``short answer`` of a JSON object in the text, or None.

    None also where the object has other entries than a solution, or text behind takes it back.
    """
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end or '"short answer"' not in text:
        return None
    try:
        found = json.loads(text[start : end + 1], strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not _ENTRIES.issuperset(found):
        return None
    value, behind = found.get("short answer"), text[end + 1 :].strip("` \n")
    return None if value is None or revises(str(value), f"\n{behind}") else str(value)


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def _last_sentence(text: str) -> str:
    return "".join(_sentences(text.strip()[-MAX_TAIL:])[-1:])


def readings(text: str) -> list[str]:
    """List what to try, in this order: the text, the sentence that declares an answer or ends it.

    A sentence is read for the answer where it declares one ("the answer is"), where it is one alone
    (a line or sentence of a few words before prose), or where it is the last one of a working: it
    concludes, or no sentence before it states a quantity.
    What stands behind an answer is read as the outcome reward reads it (`revises`), but for asides;
    where it takes the answer back, the last sentence is read if one corrects: "The answer is 50.
    Actually it is 70."

    Args:
        text: what `stated` returns.
    """
    if len(text) > MAX_ANSWER:
        text = _last_sentence(text)
    sentences = _sentences(text)
    if len(sentences) < 2:
        return readings_of_one(text)
    told, last = _told(sentences), sentences[-1]
    if told is not None:
        place, answer = told
        if not answer:
            return []
        if _CONCLUDES.search(last) and compares(answer):  # "is 5 times larger. So 60."
            return [last]
        behind = without_asides(sentences[place + 1 :], answer)
        if revises(answer, "\n" + " ".join(behind)) or any(map(_UNDOES.match, behind)):
            return [last] if _corrected(behind) else []
        return [answer]
    several = max(len(part.split()) for part in sentences) == 1  # a word each: no last sentence
    brief = len(text) <= MAX_LINE and "\n" not in text and not _POINTS.match(last)
    if several or brief or hedges(text):
        return [text]
    earlier = [] if _CONCLUDES.search(last) else sentences[:-1]
    return [text] if any(stated_quantity(part) is not None for part in earlier) else [text, last]


def _corrected(behind: Sequence[str]) -> bool:
    return any(_CORRECTS.search(part) for part in behind)


def _told(sentences: Sequence[str]) -> tuple[int, str] | None:
    """Return the place of the sentence that gives the answer, and what it gives.

    None where no sentence declares one and the first is none alone; an empty answer where two
    sentences declare different ones.
    """
    found = [
        (place, mark[0], part[mark.end() :].strip(" *_"))
        for place, part in enumerate(sentences)
        for mark in declared(DECLARED, part)[-1:]
    ]
    found = [one for one in found if "answer" in one[1].lower()] or found
    if found:
        between = sentences[found[0][0] + 1 : found[-1][0] + 1]
        values = [stated_quantity(rest) for _, _, rest in found if rest]
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
    if len(others) == 1:  # "B. Nope."
        prose = prose or (stated_quantity(first) is not None and stated_quantity(others[0]) is None)
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
    choices = _without_gaps(choices)
    named = option_named(text, choices)
    return named is not None and choices[named].strip() == choices[answer].strip()


def option_named(text: str, choices: Mapping[str, str]) -> str | None:
    """Return the letter of the one option that an answer names, read as the reward reads it."""
    options = list(choices.values())
    if len(text) > MAX_ANSWER:
        text = _last_sentence(text)
    place = chosen_option(text, options)
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
        if named is not None or mentions_in(text, "AB", []):
            return named is not None and _YES_NO[named] == answer.strip().lower()
    said = yes_or_no(text[-MAX_ANSWER:])
    return said is not None and said == answer.strip().lower()


def value_verdict(text: str, answer: str) -> bool | None:
    """Tell whether an answer equals the reference in any reading (numbers, formulas, sets, words).

    None where both are prose of several words and differ: only a judge could tell.
    """
    if answer.strip(" .").lower() in _YES_NO.values():
        return equivalent(text[-MAX_ANSWER:], answer)
    worded = stated_quantity(answer) is None
    for reading in readings(text):
        further = worded and reading != text and reading == _sentences(text)[-1]
        if further and not (_CONCLUDES.search(reading) or _POINTS.match(reading)):
            continue  # "Canada has the highest value. Mexico has the lowest value."
        if equivalent(reading, answer):
            return True
        if stated_quantity(reading) is not None:  # another one: what follows it is no second try
            return False
    if len(text) <= MAX_ANSWER and _is_prose(answer) and _is_prose(text):
        return None
    return False


def _is_prose(text: str) -> bool:
    return len(_PROSE_WORD.findall(text[:MAX_ANSWER])) >= PROSE_WORDS
