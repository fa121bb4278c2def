"""Yes or no: what an answer says, with negation and hedges."""

import re

from r1vl_kedro.answers.prose import clause_around, neutral
from r1vl_kedro.answers.sentences import MAX_SENTENCE
from r1vl_kedro.answers.statements import cores

YES = frozenset({"yes", "yeah", "yep", "true", "correct", "right"})
NO = frozenset({"no", "nope", "false", "incorrect", "wrong"})
_PARTICLES = frozenset({"yes", "yeah", "yep", "no", "nope"})
"""Words that answer alone; the others may be of a noun ("the correct sum")."""

_WHOLE = {
    **dict.fromkeys(("是", "是的", "对", "对的", "正确", "有", "可以"), "yes"),
    **dict.fromkeys(("否", "不", "不是", "不对", "错", "错误", "没有", "不可以"), "no"),
    **dict.fromkeys(("ja", "oui", "sí", "si", "sim", "да", "はい", "네", "예"), "yes"),
    **dict.fromkeys(("nein", "non", "não", "нет", "いいえ", "아니요"), "no"),
    **dict.fromkeys(
        ("certainly", "absolutely", "of course", "definitely", "sure", "indeed", "it is",
         "they are", "it does", "they do", "it can", "there is", "there are"),
        "yes",
    ),
    **dict.fromkeys(
        ("no way", "of course not", "certainly not", "definitely not", "absolutely not",
         "not at all", "not really", "i don't think so", "i do not think so", "probably not",
         "it is not", "it isn't", "they are not", "they aren't", "it does not", "it doesn't",
         "they do not", "they don't", "it cannot", "it can't", "there is not", "there isn't",
         "there are not", "there aren't"),
        "no",
    ),
}  # fmt: skip
_SAID = re.compile(rf"\b(?:{'|'.join(sorted(YES | NO))})\b")
_BOTH = re.compile(
    r"\b(?:yes|no)\s*(?:/|\bor\b|\band\b)\s*(?:yes|no)\b|\b(?:yes\W+no|no\W+yes)\W*\Z|\bneither\b|\byes\W+no\W+yes\b|\bno\W+yes\W+no\b"
)
_NEGATED = re.compile(r"(?:\bnot|n['’]t|\bcannot|\bnever)\s+(?:\w+\s+)?\Z")
_NO_DOUBT = re.compile(r"\b(?:no|without(?: an?y?)?|beyond(?: any)?) doubt\b", re.IGNORECASE)
_DOUBT = re.compile(
    r"\b(?:doubt\w*|hardly|barely|scarcely|unlikely|maybe|perhaps|possibly|might|half|partly|"
    r"partially|almost|if|whether|unless|opposite|contrary|reverse|"
    r"(?:wrong|false|incorrect|not (?:true|correct|right)) (?:to|that))\b"
)
_LAST = re.compile(r"(?<!not a )(?<!not )\b(yes|no)\W*\Z")
_IMPOSSIBLE = re.compile(r"^(?:(?:it|that|this)(?:\s+is|'s)\s+)?(?:not\s+possible|impossible)\b")
_NO_NOUN = re.compile(r"^no\s+(?!\W)[a-z]+")
_IS = re.compile(r"(?:\b(?:is|are|was|were|be)|['’]s)\s+\Z")
_CLAUSE_END = re.compile(r"\s*(?:[.,;!]|\Z|(?:that|because|since)\b)")
_ALONE = re.compile(
    r"(?<!not a )(?<!not )(?<!unlike )\b(?:yes|no)\b(?=\W*(?:\Z|[.,;:]|\d)|\s+(?:sir|madam)\b)"
)
"""A yes or no that is a verdict of its own: not "no more than two", "yes would be wrong"."""
_SUBJECT = re.compile(r"['\"”’]?\s+(?:is|was|would|can|may|might|should)\b(?=\W*\w)")
_EMPHASIS = re.compile(r"\A\W*(?:(?:but|and)\b|a (?:definite|clear|firm|resounding|big)\s*\Z)")
_UNKNOWN = re.compile(
    r"^no[ \t]+\d+\W*\Z|^no\s+(?:comments?\b|objections?\b|(?:one|body) (?:knows|can|could)\b|"
    r"idea|clue|exceptions?|question|problem|matter|wonder|information|data|option|answer|way)\b"
)
_ANSWER_IS = re.compile(r"\banswer\s*(?:is|:|=)\s*(?=\W*(?:yes|no)\b)", re.IGNORECASE)
_LABEL = re.compile(
    r"^[(\[{\s'\"$]*([A-Ja-j])(?:[)\]}.:,]|\s+[-–]|\s+(?=\())\s*[(]?\s*(?=(?:yes|no|true|false)\b)",
    re.I,
)
_MARKUP = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_HEDGED = re.compile(
    r"\A\W*(?:(?:it|that|this)\s+(?:could|might|may)\s+be|sometimes|(?:yes|no)\s*\?|true\s+that"
    r"|no\.\s*\d|no\s+(?:need|more than|less than|fewer than)"
    r"|(?:none|nothing|nobody)\b.*\b(?:wrong|false|incorrect)"
    r"|(?:yes|no)\W+(?:but\s+)?(?:only\s+)?(?:if|unless|provided)\b"
    r"|(?:yes|no)\W+(?:(?:just )?(?:kidding|joking)|i lied"
    r"|(?:scratch|strike|forget|ignore) (?:that|this|it))\b)"
    r"|\A\W*(?:(?!yes|no)\w+\s+)?(?:yes|no)\s+(?:is|was|would be|can|could|cannot|may|might|should)"
    r"\b.*\b(?:wrong|false|incorrect|excluded|ruled out)"
    r"|\b(?:hard|difficult|tempting) to say\b|\bwould be (?:yes|no|true|false) if\b"
    r"|\byes\b.*(?:[,;.]|but|and)\s*no\s+(?:on|in|at|for)\b"
    r"|\bno\b.*(?:[,;.]|but|and)\s*yes\s+(?:on|in|at|for)\b",
    re.IGNORECASE | re.DOTALL,
)
"""What names a verdict without giving it: conditions, questions, numbers ("No. 5"), two halves."""
_REACH = 40
_LONGEST = 2000


def yes_or_no(text: str) -> str | None:
    """Read ``yes``, ``no``, or None where neither or both are said.

    What follows "answer is" decides, else the first word, else the only one said.

    Example:
        >>> [yes_or_no(text) for text in ("Yes, no more than two.", "No doubt, yes.", "yes/no")]
        ['yes', 'yes', None]
    """
    text = _MARKUP.sub("", text[-_LONGEST:]).strip()
    if _HEDGED.search(text):
        return None
    whole = text.strip(" 。.!！").replace("’", "'").lower()
    if whole in _WHOLE:
        return _WHOLE[whole]
    if whole.endswith("?"):
        return None
    declared = list(_ANSWER_IS.finditer(text))
    if declared:
        said = _said(text[declared[-1].end() :])
        if said:
            return said
    for reading in dict.fromkeys((text, cores(text[:MAX_SENTENCE])[-1])):
        said = _said(_LABEL.sub("", reading))
        if said:
            return said
    return None


def _said(text: str) -> str | None:
    folded = _NO_DOUBT.sub("", text.lower()).strip(" \n\t,\"'$(){}[]")
    if _BOTH.search(folded):
        return None
    if _IMPOSSIBLE.match(folded):
        return "no"
    last = _LAST.search(folded)
    begins = _first_word(folded)
    noun = bool(_NO_NOUN.match(folded))  # "no text on the left, so yes"
    if begins and (_takes_back(folded, begins) or len({*_ALONE.findall(folded)}) > 1):
        return None
    if begins and not (noun and last and last[1] == "yes"):
        return begins if last is None or last[1] == begins else None
    if _DOUBT.search(folded) or (_UNKNOWN.match(folded) and "yes" not in folded):
        return None
    if noun:
        folded = folded[3:]
    said = {_affirms(match, folded) for match in _SAID.finditer(folded)} - {None}
    return None if len(said) != 1 else "yes" if said.pop() else "no"


_SECOND = re.compile(
    r"\W*[a-z]+\W+(?:(?:that|this|it|which|"
    r"(?:the|this) (?:statement|claim|answer))(?:\s+is|['’]s)\s+)?"
    r"(?:(?:hence|so|thus|therefore|or|and)\s+)?(?:\w+ly\s+)?(?P<said>true|correct|right|false|wrong|incorrect)\b(?=\s*(?:[.,;!]|\Z))"
)


_SHORT = re.compile(
    r"\W*[a-z]+\W+(?:(?:need|actually|but|wait|hmm)\W+)*(?:it|that|this|they|there|he|she)\s?"
    r"(?:['’]s|\s*(?:is|are|was|were|does|do|did|ca|can|could|will|would|has|have))"
    r"(?P<not>\s*not|n['’]t)?"
    r"(?:\s+(?:be|true|correct|right|possible|so|the case(?: here)?|(?:seem|look|appear) so"
    r"|look like (?:it|that)))?\W*\Z"
)
"""A short sentence behind a verdict: "Yes, it is not"; "No, it does"."""


def _takes_back(text: str, said: str) -> bool:
    """Tell whether the words behind a yes or no say the other: "Yes, that is false"."""
    if re.fullmatch(r"\W*[a-z]+\W+not\W*", text):
        return True
    second = _SECOND.match(text)
    if second:
        return (second["said"] in YES) != (said == "yes")
    short = _SHORT.match(text)
    return bool(short) and bool(short["not"]) == (said == "yes")


def _first_word(text: str) -> str | None:
    """Return what the first word says; an adjective before a noun ("Right angle") says nothing."""
    found = re.match(r"\W*([a-z]+)", text)
    if not found or _UNKNOWN.match(text) or re.match(r"\W+(?:is|would)\b", text[found.end() :]):
        return None
    word = found[1]
    if word not in _PARTICLES and not _CLAUSE_END.match(text, found.end()):
        return None
    return "yes" if word in YES else "no" if word in NO else None


def _affirms(word: re.Match[str], text: str) -> bool | None:
    """Tell whether a word says yes, with a "not" before it turned round.

    None where it says neither.
    """
    before = text[: word.start()][-_REACH:]
    negated = bool(_NEGATED.search(before))
    clause = clause_around(text, word.start(), word.end())[0]
    if word.group() in _PARTICLES:
        if not neutral(_EMPHASIS.sub("", clause)) or _SUBJECT.match(text, word.end()):
            return None  # "far from yes", "'yes' would be false"
    elif re.search(r"\b(?:yes|no)\b", clause):
        return None  # "saying no is wrong"
    if word.group() not in _PARTICLES:  # "on the right", "the correct sum"
        predicate = negated or _IS.search(before)
        if not predicate or not _CLAUSE_END.match(text, word.end()):
            return None
    if word.group() == "no" and re.match(r"\s+[a-z]", text[word.end() :]):
        return None  # "there is no difference"
    if negated and word.group() in ("yes", "no"):
        return None
    return (word.group() in YES) != negated
