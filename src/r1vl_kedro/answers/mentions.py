"""What an answer names among several: letters or option texts, asserted, denied or incidental."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LETTER = re.compile(r"(?<![\w'’\\.])([A-Z])(?![\w'’°♭♯#])")
_AS_WORD = re.compile(
    r"\s(?!(?:or|and|is|because|since|as|was|seems|looks|must|not)\b)[A-Za-z][a-z]"
)
_SUBJECT_VERB = re.compile(
    r"\s(?:has|had|shows|contains|represents|depicts|holds|includes|does|to|than|points|lies|wins|"
    r"won|fits|matches|would|will|can)\b"
)
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:not|isn'?t|aren'?t|never|neither|nor|except(?:\s+for)?|excluding|excludes?|unlike|without|"
    r"rul(?:es?|ed|ing)\s+out|eliminat(?:es?|ed|ing)|reject(?:s|ed|ing)?|(?:instead|rather)\s+(?:of|than)|"
    r"other\s+than|apart\s+from|(?:every\w*|any\w*|all|nothing|none|nobody|no)\b[\w\s]{0,20}?\bbut|no|"
    r"non-|against|cannot\s+be|can'?t\s+be|second[- ]best|next\s+best|wrong|false|incorrect)|n't)"
    r"(?:\s+(?:necessarily|the|a|an|be|option|options|answer|choice|letter|letters|it|is|by|in|really|only))*[\s(\"'“:]*\Z",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\A[\s)\"'”]*\?")
_DENIED_AFTER = re.compile(
    r"\A[\s)\"'”]*(?:(?:one|option|answer|choice|letter|\w+\s+one)\s+)?(?:(?:,\s*)?(?:which|this|that)\s+)?(?:is|are|was|were|would\s+be|would|can|could|does|do|must\s+be|seems?|looks?)?\s*"
    r"(?:(?:both|all|also|clearly|definitely|obviously|certainly|surely|therefore|just|simply|be|all\s+of\s+them|each)\s+)*"
    r"(?:not(?!\s+only)\b|n't\b|isn'?t\b|aren'?t\b|wasn'?t\b|can'?t\b|cannot\b|doesn'?t\b|don'?t\b|won'?t\b|never\b|wrong\b|incorrect\b|"
    r"false\b|out\b|impossible\b|excluded\b|eliminated\b|ruled\s+out\b|rejected\b|too\s+\w|invalid\b)",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"(?:\b(?:answer|option|choice|choose|chose|pick|picked|select|selected|leaving|leaves|go\s+with|"
    r"correct\s+(?:one|answer|option|choice)|must\s+be|ans|it\s+is|it's)\b[\s*]*(?:is|are|:|=|was|be|would\s+be|seems\s+to\s+be|"
    r"should\s+be|must\s+be|letter|option|choice)?[\s*:]*(?:is|option|choice|letter)?"
    r"|答案|选项?|选择)(?:是|为|[:：])?[\s(\[*\"'“:]*\Z",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"\A[\s)\]\"'”]*(?:,|/|&|\n|,?\s*\(?\b(?:or|and|as\s+well\s+as)\b)[\s,(\[\"'“]*"
    r"(?:(?:maybe|perhaps|possibly|even|also|option|choice|either|else|alternatively|probably|"
    r"answer|letter)\s+)*[(\[]?\Z",
    re.IGNORECASE,
)
_TERM_BEFORE = re.compile(
    r"(?:\bdegrees|[+*/^√¬~!|∪∩]|[<>=]|\bsqrt\(?|[\w)+*/^-]\(|\d|\\[a-z]+\{?|(?<![A-Za-z]{2})(?<![A-Za-z]{2}\s)[-−])\s*\Z"
)
_TERM_AFTER = re.compile(
    r"\A[)\]]*\s*(?:(?:[+/^<>=!_|∪∩]|\*(?!\*))|\((?=[a-z0-9]\s?[),^+*/-])|[-−](?!\s*[A-Za-z]{2})(?=\S|\s*\d|\s*\Z))|\A\([A-Za-z0-9]|\A\.[A-Za-z](?![A-Za-z])"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|provided|assuming|suppos(?:e|ing))\b[^,;:]*", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\A[A-Z]\.)\s+|\n+")
_WORD = re.compile(r"[^\W\d_]{2}")
_BEGINS = re.compile(r"(?<![\w.])")
_ENDS = re.compile(r"(?![\w']|\.\d)")
_NUMBER_AFTER = re.compile(r"\A(?:[xyz]|pi|sqrt)\b|\A\s+(?:[xyz]|pi|sqrt)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where something is named: which, from where to where, and whether it is denied."""

    which: int
    start: int
    end: int
    denied: bool
    cued: bool
    labels: bool


def letters_in(text: str, letters: str) -> list[Mention]:
    """Find standing capital letters among ``letters``, without articles, pronouns and formulas."""
    found = []
    for match in _LETTER.finditer(text):
        letter = match[1]
        word = letter in "AI" and _AS_WORD.match(text, match.end())
        if letter not in letters or (
            word and not (letter == "A" and _SUBJECT_VERB.match(text, match.end()))
        ):
            continue
        if not _in_formula(text, match.start(), match.end()):
            found.append((letters.index(letter), match.start(), match.end()))
    return classified(text, found)


def _in_formula(text: str, start: int, end: int) -> bool:
    before, after = text[:start][-12:], text[end:][:12]
    bracketed = before.endswith("(") and after.startswith(")")
    if bracketed:
        return bool(re.search(r"[A-Za-z0-9]\(\Z", before))
    dashed = re.match(r"\A\s+[-−–—]\s", after) or re.match(r"\A[-–—:]\s?[A-Za-z]{2}", after)
    if after.startswith("/") and re.match(r"/[A-Z]\b", after):
        return False  # A/B names two
    if before.endswith("/") and re.search(r"\b[A-Z]/\Z", before):
        return False
    if re.search(r"(?:answer|option|choice|ans)\s*=\s*\Z", before, re.IGNORECASE):
        before = ""
    return bool(_TERM_BEFORE.search(before) or (_TERM_AFTER.match(after) and not dashed))


def classified(text: str, places: Sequence[tuple[int, int, int]]) -> list[Mention]:
    """Pair mentions with what the clause around them does to them.

    A denial holds for a whole list.
    """
    order = sorted(places, key=lambda place: place[1])
    groups: list[list[tuple[int, int, int]]] = []
    for place in order:
        joined = groups and _JOINED.match(text[groups[-1][-1][2] : place[1]])
        if joined:
            groups[-1].append(place)
        else:
            groups.append([place])
    found = []
    for group in groups:
        before, after = text[: group[0][1]][-60:], text[group[-1][2] :][:80]
        before = re.split(r"[.;!?]\s|\n", before)[-1]
        denied = bool(_DENIED_BEFORE.search(before))
        denied = denied or bool(_DENIED_AFTER.match(after) or _ASKED.match(after))
        cued = bool(_CUE.search(before))
        for which, start, end in group:
            labels = bool(
                re.match(r"\A[)\]]?\s*[:.)\]、](?:\s|\Z|[A-Za-z0-9$\\])", text[end:])
            ) and (start == 0 or text[start - 1] in " (\n[")
            found.append(Mention(which, start, end, denied, cued, labels))
    return found


def without_conditions(text: str, letters: str, options: Sequence[str] = ()) -> str:
    """Return a text without the sentences in which a letter or option of words is only supposed.

    Example:
        >>> without_conditions("If not A, then C", "ABC"), without_conditions("C, if x = 5", "ABC")
        ('', 'C, if x = 5')
    """
    if not _CONDITION.search(text):
        return text
    worded = [option for option in options if _WORD.search(option)]
    return " ".join(
        sentence
        for sentence in _SENTENCE.split(text)
        if not any(
            letters_in(one[0], letters) or texts_in(one[0], worded)
            for one in _CONDITION.finditer(sentence)
        )
    )


def asserted(mentions: Sequence[Mention]) -> set[int]:
    """Return what is named and not denied."""
    return {mention.which for mention in mentions if not mention.denied}


def texts_in(text: str, options: Sequence[str]) -> list[Mention]:
    """Return option texts that stand in a text on word boundaries, and not inside a longer
    option's text.

    Both have to be folded by the caller in the same way.
    """
    spans: list[tuple[int, int, int]] = []
    for which, wanted in enumerate(options):
        if wanted and len(wanted) <= len(text):
            worded = bool(_WORD.search(wanted))
            spans += [
                (which, *place)
                for place in _whole(wanted, text)
                if worded or not _is_term(text, *place)
            ]
    kept = [
        span
        for span in spans
        if not any(
            other[0] != span[0] and other[1] <= span[1] and span[2] <= other[2]
            and other[2] - other[1] > span[2] - span[1]
            for other in spans
        )
    ]  # fmt: skip
    return classified(text, kept)


def _whole(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text begins and ends in another, on word boundaries.

    Without a pattern, as one for each option would push all others out of `re`'s cache.
    """
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if _BEGINS.match(text, start) and _ENDS.match(text, end):
            yield start, end
            start = text.find(wanted, end)
        else:
            start = text.find(wanted, start + 1)


def _is_term(text: str, start: int, end: int) -> bool:
    """Tell whether a value is part of a larger one: 45 in -45, 2*45, 45/2, 45 x and 10-45."""
    before, after = text[:start][-12:], text[end:][:12]
    bracket = re.search(r"(?:^|[\s=])\(\Z", before) and after.startswith(")")
    if bracket:
        return False
    head = re.search(
        r"(?:[+*/^]|[<>!]=?|\bsqrt|[\w)+*/^-]\(|(?<![A-Za-z]{2})(?<![A-Za-z]{2} )-)\s*\Z|\s-\Z",
        before,
    )
    tail = re.match(
        r"[)\]]*\s*(?:[+*/^<>!(](?!\s*$)|!|-(?!\s*[a-z]{2}))", after
    ) or _NUMBER_AFTER.match(after)
    return bool(head or tail)
