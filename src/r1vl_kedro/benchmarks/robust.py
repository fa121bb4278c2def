"""The default rules: what a careful reader would say of an answer.

The last answer stated counts, letters in either case, numbers with units, separators, percent and
currency; equality of values is `r1vl_kedro.answers.equivalent`. A hedge ("A or B") answers nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from r1vl_kedro.answers import equivalent, parse_value
from r1vl_kedro.benchmarks.compat import REFUSALS

MAX_ANSWER = 2000
MAX_TAIL = 400
MAX_RESPONSE = 20_000
"""Only the end of a longer response is read; an answer stands there."""

_FINAL = re.compile(r"final\s+answer(?:\s+is)?\s*[:：]|final\s+answer\s+is\b", re.IGNORECASE)
_TAG = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.IGNORECASE | re.DOTALL)
_BOX = re.compile(r"\\boxed\s*\{")
_DECLARED = re.compile(
    r"\b(?:correct\s+|right\s+)?(?:(?:answer|option|choice)\s*(?:is|:|=)\s*:?\s*|(?:option|choice)\s+)",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\n\s*#{1,6}\s")
_CLOSING_TAG = re.compile(r"</?(?:think|answer|summary)>", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKUP = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_LABEL = re.compile(r"[(\[{\s'\"$]*([A-Za-z])[)\]}'\"$]*\s*[.:,)\-–]?\s*")
_LETTER_ONLY = re.compile(r"[\s(\[{'\"$*]*(?:\\text\{)?([A-Za-z])[\s)\]}'\"$*.,:;!]*")
_UNDERSCORED = re.compile(r"\d_\d")
_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s*%?")
_PLAIN_NUMBER = re.compile(r"(?<![\d.])(?<!\d[-–])-?\d+(?:\.\d+)?|(?<=\d[-–])\d+(?:\.\d+)?")
_HEDGE = re.compile(r"\bor\b|\?|\bmaybe\b|\bnot\b|n't\b", re.IGNORECASE)
_COPULA = r"\b(?:is|are|was|were|be|equals)\s+(?:the\s+|on\s+|in\s+|a\s+|an\s+)?"
_ARTICLE = re.compile(r"\A(?:the|an?)\s+(?=\w\w)")
_WORD = re.compile(r"[A-Za-z][A-Za-z ]{1,40}")
_PROSE_WORD = re.compile(r"(?<![\\\w])[A-Za-z]{3,}")
PROSE_WORDS = 3
_YES = frozenset({"yes", "yeah", "yep", "true", "correct", "right"})
_NO = frozenset({"no", "nope", "false", "incorrect", "wrong"})
_SAID = re.compile(r"\b(?:yes|yeah|yep|true|no|nope|false|correct|incorrect|right|wrong)\b")
_BOTH = re.compile(r"\b(?:yes|no)\s*(?:/|or|and)\s*(?:yes|no)\b")
_NEGATED = re.compile(r"\b(?:not|n't|cannot|never)\s+(?:\w+\s+)?$")


def stated(raw: str) -> str:
    """The answer a response ends on; the whole text where it marks none.

    Looked for in this order: the last "final answer" (to the end of its section), the last
    ``<answer>`` tag, the last ``\\boxed{}``, ``short answer`` of a JSON object.

    Example:
        >>> stated("The final answer is: 41? The final answer is: 42.\\n\\n### Note:\\nRounded.")
        '42.'
    """
    text = raw.strip()[-MAX_RESPONSE:]
    marks = list(_FINAL.finditer(text))
    if marks:
        text = _SECTION.split(text[marks[-1].end() :], maxsplit=1)[0]
        return unboxed(_CLOSING_TAG.sub("", text).strip())
    tags = _TAG.findall(text)
    if tags and tags[-1].strip():
        return unboxed(tags[-1].strip())
    return unboxed(short_answer(text) or text)


def unboxed(text: str) -> str:
    r"""What stands in the last ``\boxed{...}`` whose braces close; else the text as it is."""
    boxes = list(_BOX.finditer(text))
    if not boxes:
        return text
    start = boxes[-1].end()
    depth = 1
    for place, char in enumerate(text[start : start + MAX_ANSWER], start):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return text[start:place].strip()
    return text


def short_answer(text: str) -> str | None:
    """``short answer`` of a JSON object in the text, or None."""
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end or '"short answer"' not in text:
        return None
    try:
        found = json.loads(text[start : end + 1], strict=False)
    except (ValueError, RecursionError):
        return None
    value = found.get("short answer") if isinstance(found, dict) else None
    return None if value is None else str(value)


def _tail(text: str) -> str:
    """The last sentence of a text without a marked answer."""
    sentences = [part for part in _SENTENCE.split(text[-MAX_TAIL:]) if part.strip()]
    return sentences[-1].strip() if sentences else ""


def readings(text: str) -> list[str]:
    """What to try, in this order: the text, what follows "answer is", its last sentence."""
    if len(text) > MAX_ANSWER:
        text = _tail(text)
    tries = [text]
    declared = list(_DECLARED.finditer(text))
    if declared:
        tries.append(text[declared[-1].end() :].strip())
    if len(text) > 40 or "\n" in text:
        tries.append(_tail(text))
    return [part for part in dict.fromkeys(tries) if part]


def option_verdict(text: str, choices: Mapping[str, str], answer: str) -> bool:
    """Whether the one option that an answer names, by letter or text, is the right one."""
    if any(refusal in text for refusal in REFUSALS):
        return False
    letters = list(choices)
    if answer not in letters:
        return equivalent(text[:MAX_ANSWER], answer, options=list(choices.values()))
    if letters != [chr(ord("A") + k) for k in range(len(letters))]:
        choices = _without_gaps(choices)
    options = list(choices.values())
    for reading in readings(text):
        named = _named_letter(reading, choices)
        if named is not None:
            return named == answer
        if equivalent(reading, answer, options=options):
            return True
        others = [letter for letter in choices if letter != answer]
        if any(equivalent(reading, letter, options=options) for letter in others):
            return False
    return False


def _without_gaps(choices: Mapping[str, str]) -> dict[str, str]:
    """Choices up to the last letter; a missing one gets a text that nothing names."""
    last = max(choices)
    return {
        chr(k): choices.get(chr(k), f"\x00no option {chr(k)}")
        for k in range(ord("A"), ord(last) + 1)
    }


def _named_letter(text: str, choices: Mapping[str, str]) -> str | None:
    """A letter that is the whole answer, or labels the very text of its option."""
    found = _LETTER_ONLY.fullmatch(text)
    if found:
        letter = found[1].upper()
        by_text = [key for key, option in choices.items() if option.strip() == found[1]]
        if len(by_text) == 1:
            return by_text[0]
        return letter if letter in choices else None
    label = _LABEL.match(text)
    if label and label[1].upper() in choices:
        rest = text[label.end() :].strip().rstrip(".").lower()
        if rest and rest == choices[label[1].upper()].strip().lower():
            return label[1].upper()
    return None


def yes_no_verdict(text: str, answer: str, *, letters: bool) -> bool:
    """Whether an answer says yes or no as it should; with `letters`, A is yes and B is no."""
    said = yes_or_no(text, letters=letters)
    return said is not None and said == answer.strip().lower()


def yes_or_no(text: str, *, letters: bool = False) -> str | None:
    """`yes`, `no`, or None where neither or both are said.

    The first word decides where it is one of them; else the only one said; else the last reading.

    Example:
        >>> yes_or_no("Yes, there are no more than two."), yes_or_no("yes/no")
        ('yes', None)
    """
    for reading in readings(_MARKUP.sub("", text)):
        said = _one_yes_or_no(reading, letters)
        if said is not None:
            return said
    return None


def _one_yes_or_no(text: str, letters: bool) -> str | None:
    folded = text.lower().strip()
    if letters:
        label = _LABEL.match(text)
        alone = _LETTER_ONLY.fullmatch(text)
        letter = (alone or label)[1].upper() if (alone or label) else ""
        labelled = alone or (label and re.match(r"\W*(?:yes|no)\b", text[label.end() - 1 :], re.I))
        punctuated = label and re.search(r"[.:,)]", label.group())
        if letter in ("A", "B") and (labelled or punctuated):
            folded = re.sub(r"^\W*[ab]\W+", "", folded) if not alone else ""
            by_letter = "yes" if letter == "A" else "no"
            by_word = _one_yes_or_no(folded, letters=False) if folded else None
            return by_letter if by_word in (None, by_letter) else None
    if _BOTH.search(folded):
        return None
    words = re.findall(r"[a-z']+", folded[:40])
    if words and words[0] in _YES | _NO:
        return "yes" if words[0] in _YES else "no"
    said = [
        match.group() in _YES
        for match in _SAID.finditer(folded)
        if not (match.group() in _YES and _NEGATED.search(folded[: match.start()]))
        and match.group() not in ("right", "wrong")
    ]
    return None if len(set(said)) != 1 else "yes" if said[0] else "no"


def number_in(text: str) -> float | None:
    """The one number that an answer states, or None; a percent sign divides by a hundred."""
    if _UNDERSCORED.search(text) or len(text) > MAX_ANSWER:
        return None
    value = parse_value(text.strip().rstrip("."))
    if value is not None:
        return float(value.number) / (100 if value.percent else 1)
    found = {part.group().strip() for part in _NUMBER.finditer(text)}
    if len(found) != 1:
        return None
    value = parse_value(found.pop().rstrip(",. "))
    return None if value is None else float(value.number) / (100 if value.percent else 1)


def value_verdict(text: str, answer: str) -> bool | None:
    """Whether an answer equals the reference in any reading (numbers, formulas, sets, words).

    None where both are prose of several words and differ: only a judge could tell.
    """
    letter = _LETTER_ONLY.fullmatch(text)
    if letter and len(answer.strip()) == 1 and answer.strip().isalpha():
        return letter[1].upper() == answer.strip().upper()
    for reading in readings(text):
        if _UNDERSCORED.search(reading):
            return False
        if equivalent(reading, answer) or _ends_in(reading, answer):
            return True
        if _bare(reading) == _bare(answer):
            return True
    wanted = parse_value(answer)
    if wanted is None or len(text) > MAX_ANSWER:
        return None if _is_prose(answer) and _is_prose(text) else False
    given = number_in(text)
    scaled = float(wanted.number) / (100 if wanted.percent else 1)
    return given is not None and given == scaled and not _hedged(text)


def _bare(text: str) -> str:
    """Words without a leading article, a closing period and case: "The Nile." is the Nile."""
    return _ARTICLE.sub("", text.strip().lower()).rstrip(" .")


def _ends_in(text: str, answer: str) -> bool:
    """A sentence such as "The capital is Paris." for the word Paris."""
    if not _WORD.fullmatch(answer.strip()) or _hedged(text):
        return False
    ending = rf"{_COPULA}{re.escape(answer.strip())}\W*\Z"
    return bool(re.search(ending, text[-MAX_TAIL:], re.IGNORECASE))


def _is_prose(text: str) -> bool:
    return len(_PROSE_WORD.findall(text[:MAX_ANSWER])) >= PROSE_WORDS


def _hedged(text: str) -> bool:
    return bool(_HEDGE.search(text))


def list_verdict(text: str, values: Sequence[float]) -> bool:
    """Whether the numbers in an answer are these, in this order ("between 2007 and 2008")."""
    if len(text) > MAX_ANSWER:
        return False
    found = [float(part.replace(",", "")) for part in _PLAIN_NUMBER.findall(text)]
    return found == list(values)
