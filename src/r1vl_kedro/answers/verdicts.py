"""Yes or no: what an answer says, in a closed grammar of clauses."""

import re

from r1vl_kedro.answers.clauses import DANGLING, Clause, clauses_of
from r1vl_kedro.answers.prose import OF_ANOTHER, neutral

YES = frozenset("yes yeah yep yup true correct right accurate".split())
NO = frozenset("no nope nah false incorrect wrong untrue inaccurate".split())
_PARTICLES = frozenset("yes yeah yep yup no nope nah".split())
"""Words that answer alone; the others say something of a subject ("it is correct")."""

_WHOLE = {
    **dict.fromkeys(("是", "是的", "对", "对的", "正确", "有", "可以"), "yes"),
    **dict.fromkeys(("否", "不", "不是", "不对", "错", "错误", "没有", "不可以"), "no"),
    **dict.fromkeys(("ja", "oui", "sí", "si", "sim", "да", "はい", "네", "예"), "yes"),
    **dict.fromkeys(("nein", "non", "não", "нет", "いいえ", "아니요"), "no"),
    **dict.fromkeys(
        ("certainly", "absolutely", "of course", "definitely", "sure", "indeed", "it is",
         "they are", "it does", "they do", "it can", "there is", "there are", "i think so",
         "i believe so", "i guess so"),
        "yes",
    ),
    **dict.fromkeys(
        ("no way", "of course not", "certainly not", "definitely not", "absolutely not",
         "not at all", "not really", "i don't think so", "i do not think so", "probably not",
         "it is not", "it isn't", "they are not", "they aren't", "it does not", "it doesn't",
         "they do not", "they don't", "it cannot", "it can't", "there is not", "there isn't",
         "there are not", "there aren't", "i doubt it", "impossible", "it is impossible"),
        "no",
    ),
}  # fmt: skip
_TEXT = re.compile(r"\\text(?:bf|it)?\s*\{([^{}]*)\}")
_MARKUP = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_ASKS = re.compile(
    r"^(?:(?:please )?(?:answer|say|choose)[: ]*)?"
    r"(?:yes\s?(?:/|or)\s?no|true\s?(?:/|or)\s?false)\s*[:?]\s*"
)
"""The form of the question, repeated."""
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}\b)")
_NUMBER = re.compile(r"no\.?\s*\d")
_LABEL = re.compile(
    r"^\(?[a-j](?:[)\]}.:,]+|\s+[-–]|\s+(?=\())\s*(?=\(?"
    r"(?:yes|no|true|false)\b)"
)
_BEHIND = re.compile(r"\s*[(\[][a-j][)\]]\W*\Z")
_SUBJECT_NEXT = re.compile(
    r"\b(yes|no)(?= (?:it|they|there|this|that|he|she|the|we|i|you|because|since)\b)"
)
_IDIOM = re.compile(
    r"(?:no|without(?: an?y?)?|beyond(?: any)?) (?:doubt|problem|question|difference)"
    r"(?: about (?:it|that))?|it's not a (?:yes|no)"
    r"|not (?:just|only)\b.*"
)
_SAYS = re.compile(
    rf"(?P<lead>[a-z'\s]*?)(?P<not>\bnot (?:quite |really |at all )?)?\b"
    rf"(?P<said>{'|'.join(sorted(YES | NO))})"
    r"(?: (?:sir|madam|indeed|definitely)| that (?!.*\b(?:true|false|not|no)\b).*)?"
)
_NOT = re.compile(
    r"(?P<lead>[a-z'\s]*?)\bnot(?: (?:really|at all|yet|anymore|possible|the case|so|"
    r"likely))?|no longer"
)
_THERE_IS_NO = re.compile(
    r"there (?:is|are) (?:no|not any) "
    r"(?!yes|doubt|question|way|reason|problem|need|secret|\w+ing\b)"
    r"[a-z]+(?: [a-z]+){0,3}"
)
_OF_ANOTHER = re.compile(rf"\b(?:{OF_ANOTHER})\b")
_PARTICLE = re.compile(r"\b(?:yes|yeah|no|nope)\W*\Z")
_COPULA = re.compile(r"(?:\b(?:is|are|be|seems|looks|appears)|'s)(?: [a-z]+ly)*\s*\Z")
_UNREAL = re.compile(
    r"^(?:is|are|does|do)\b|\b(?:would(?! say)|were|was|been|had|can|should|let|"
    r"like|they|he|she)\b"
)
_ADDED = frozenset(
    "that's there's ok okay notably absolutely perfectly completely totally clear definite firm "
    "afraid guess claim".split()
)
_SUPPOSES = re.compile(r"\b(?:seems?|looks?|appears?|first)\b")
_CLAIM = r"(?:the|this|that) (?:statement|claim|assertion|proposition|conjecture|sentence)"
_DENIES = re.compile(
    r"the (?:opposite|reverse|contrary|negation) (?:is|holds|applies)\b"
    rf"|(?:[a-z]+ly )?(?:{_CLAIM}|it|there|this|that|they|he|she|we|i|you)(?:'s| [a-z]+)?"
    r"(?: [a-z]+ly)? (?:not?|never|none|nothing)\b"
    r"(?! (?:just|only|other|more|less|else|doubt|a no)\b)"
)
_AFFIRMS = re.compile(
    r"(?:(?:of course|[a-z]+ly|indeed) )?"
    r"(?:(?:it|there|this|that|they|he|she)(?:'s| (?:is|are|does|do|can|has|have|will))"
    rf"|{_CLAIM} (?:is|does|holds|applies|stands))"
    r"(?: (?:one|some|so|there|here|the case))?"
)
_OPENS = re.compile(
    r"(?!(?:no|not|never|none|nothing|or|except|unless|once|only|in part|hardly|yes)\b)"
)
_LONGEST = 2000
_SHORTEST = 3
"""Words of a clause that may stand behind a verdict."""


def yes_or_no(text: str) -> str | None:
    """Read ``yes``, ``no``, or None where neither or both are said.

    A clause is a verdict where nothing but a yes or no and known words are in it. It comes first,
    or concludes ("so", "the answer is", a sentence of its own); what follows it does not
    contradict.

    Example:
        >>> [yes_or_no(text) for text in ("Yes, no more than two.", "No doubt, yes.", "yes/no")]
        ['yes', 'yes', None]
    """
    text = _MARKUP.sub("", text[-_LONGEST:]).strip().replace("’", "'").lower()
    whole = text.strip(" 。.!！")
    if whole in _WHOLE:
        return _WHOLE[whole]
    if _NUMBER.match(text):
        return None
    text = _SEPARATOR.sub("", text)  # "yes, 1,000 is right"
    text = _ASKS.sub("", _TEXT.sub(r"\1", text)).strip(" \n\t,\"'$(){}[]")
    text = (
        text.replace("n't", " not")
        .replace("ca not", "can not")
        .replace("cannot", "can not")
        .replace("can not be", "is not")
    )
    text = _SUBJECT_NEXT.sub(r"\1,", _BEHIND.sub("", _LABEL.sub("", text)))
    return _read(clauses_of(text))


def _read(clauses: list[Clause]) -> str | None:
    if len(clauses) == 1 and _THERE_IS_NO.fullmatch(clauses[0].text):
        return "no"
    verdict, supposed, free, reason, questioned = None, False, False, False, False
    for place, clause in enumerate(clauses):
        words = clause.text.strip(" \"'$(){}[]")
        reason = clause.kind == "reason" or (reason and clause.kind not in ("end", "ask", "so"))
        if clause.kind == "if":
            return None
        said = None if clause.asked else _said(words)
        answers = clause.kind == "answer" or "answer" in words
        concludes = answers or (clause.kind in ("so", "end", "ask") and not questioned)
        if said and (concludes or not (free or questioned)):
            if verdict not in (None, said) and not (supposed and answers):
                return None
            verdict, supposed = said, bool(_SUPPOSES.search(words))
        elif said:
            return None
        elif clause.asked:
            if verdict:
                return None
            questioned = questioned or "yes" in words.split() or bool(_PARTICLE.search(words))
        elif verdict is None:
            questioned = questioned or "yes" in words.split()
            free = free or not (_IDIOM.fullmatch(words) or neutral(words, _ADDED))
        elif place > 1 and words.startswith("not "):
            pass  # "No, it is a cat, not a dog"
        elif not (reason or _follows(words, verdict)):
            return None
        reason = reason or words.startswith(("not just", "not only"))
    return verdict


def _said(words: str) -> str | None:
    """Return the verdict that a clause is; None for any other clause."""
    if words in _WHOLE:
        return _WHOLE[words]
    found = _NOT.fullmatch(words)
    if found and _known(found["lead"] or ""):
        return "no"
    found = _SAYS.fullmatch(words)
    if not found or not _known(found["lead"]):
        return None
    if found["said"] in _PARTICLES:
        return None if found["not"] else _sign(found["said"])
    if found["lead"].strip() and not found["not"] and not _COPULA.search(found["lead"]):
        return None
    return _sign(found["said"], turned=bool(found["not"]))


def _known(lead: str) -> bool:
    return neutral(lead, _ADDED) and not (_UNREAL.search(lead) or DANGLING.search(lead))


def _sign(word: str, *, turned: bool = False) -> str:
    return "yes" if (word in YES) != turned else "no"


def _follows(words: str, verdict: str) -> bool:
    """Tell whether a clause may stand behind a verdict: it says something else, of a subject."""
    if _IDIOM.fullmatch(words) or not words or _OF_ANOTHER.search(words):
        return True
    if verdict == "yes" and _DENIES.match(words) and "no other" not in words:
        return "else" in words
    if verdict == "no" and _AFFIRMS.fullmatch(words):
        return False
    if other := re.match(r"(yes|no) (?:is|would)\b", words):
        return other[1] != verdict  # "No, yes is the wrong answer"
    if _PARTICLE.search(words):
        return False
    first = re.match(r"no (?:other|more|less|fewer)\b", words)
    return bool(first) or (bool(_OPENS.match(words)) and len(words.split()) >= _SHORTEST)
