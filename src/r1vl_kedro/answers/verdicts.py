"""Yes or no: what an answer says, in a closed grammar of clauses and open words."""

import re

from r1vl_kedro.answers.asides import REMARK
from r1vl_kedro.answers.clauses import Clause, clauses_of
from r1vl_kedro.answers.frames import described, is_lead, words_of
from r1vl_kedro.answers.open_words import is_reason
from r1vl_kedro.answers.vocabulary import COMPARED, SMALL

_YES = frozenset("yes yeah yep yup true correct right accurate".split())
_NO = frozenset("no nope nah false incorrect wrong untrue inaccurate".split())
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
         "i believe so", "i guess so", "it seems so", "it does seem so", "it appears so"),
        "yes",
    ),
    **dict.fromkeys(
        ("no way", "i do not think so", "i doubt it", "impossible", "it is impossible"), "no"
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
    r"^(?:the answer is )?\(?[a-j](?:[)\]}.:,]+|\s+[-–]|\s+(?=\())\s*(?=\(?"
    r"(?:yes|no|true|false)\b)"
)
_BEHIND = re.compile(r"\s*[(\[][a-j][)\]]\W*\Z")
_SUBJECT_NEXT = re.compile(
    r"\b(yes|no)(?= (?:it|they|there|this|that|he|she|the|we|i|you|because|since)\b)"
)
_IDIOM = re.compile(
    r"(?:no|without(?: an?y?)?|beyond(?: any)?) (?:doubt|problem|question|difference)"
    r"(?: about (?:it|that))?|it's not a (?:yes|no)"
    r"|no (?:other )?[a-z]+ (?:came|comes) close"
    r"|not (?:just|only) (?:that|(?:a |an )?[a-z]+(?: but(?: also)? [a-z]+)?)"
)
_PREFIX = re.compile(
    r"(?:(?:so|thus|hence|therefore|then|and|but|well|ok|okay|indeed|notably|clearly|certainly|"
    r"definitely|absolutely|obviously|surely|actually|really|of course|afraid|finally|overall|"
    r"in conclusion|in fact|(?:most )?(?:likely|probably))\b\s*)*"
    r"(?:(?:i|we)(?:'m|'d| am| would| can| will| must)*\s*(?:say|think|believe|guess|claim|"
    r"conclude|afraid|confident|sure|certain)(?: that)?(?: it is| it's)?\s*"
    r"|(?:(?:the|my|our|your) )?(?:(?:final|correct|right|short|best) )*"
    r"(?:answer|result|conclusion|verdict)"
    r"(?: to (?:the|this) question)?\s*"
    r"(?:(?:is|seems|seems to be|must be|would be|should be)\b|:|=)?\s*"
    r"|question:?\s*)?"
    r"(?:(?:most )?(?:likely|probably|clearly|definitely|certainly|simply|just|therefore|thus)\s*)*"
)
"""What leads to a verdict."""
_SUBJECT = re.compile(
    r"(?:it|this|that|they|the (?:given )?(?:statement|claim|assertion|proposition|conjecture|"
    r"sentence|description|caption|equation))"
    r"(?:'s|'re| (?:is|are|seems|looks|appears|must be|does|do|can|has|have))"
    r"(?: (?:to be|be|clearly|definitely|probably|certainly|indeed|absolutely|perfectly|completely|"
    r"totally|also|still|therefore|thus|likely|a|an|clear|definite|firm))*\s*|"
    r"(?:a |an )?(?:clear |definite |firm |resounding )?"
)
"""Of what a verdict is said: "it is", "the statement is", "a clear"."""
_SAYS = re.compile(
    rf"(?P<not>not (?:quite |really |at all )?)?(?P<said>{'|'.join(sorted(_YES | _NO))})"
    r"(?: (?:sir|madam|indeed|definitely)| that (?P<claim>.+))?"
)
_NOT = re.compile(
    r"not(?: (?:really|at all|yet|anymore|possible|the case|so|likely))?|no longer"
    r"|there (?:is|are) not(?: any)?|there (?:is|are) none|none|never"
)
_THERE_IS_NO = re.compile(r"there (?:is|are) (?:no|not any) (?P<thing>[a-z ]+)")
_OF_PARTICLE = re.compile(
    r"(?P<other>yes|no) (?:is|would be) (?:the )?(?:wrong|incorrect|false)(?: answer| choice)?"
)
_PARTICLE = re.compile(r"\b(?:yes|yeah|no|nope)\W*\Z")
_SUPPOSES = re.compile(r"\b(?:seems?|looks?|appears?|first)\b")
_POINTS_AT = re.compile(r"(?:it|this|that)(?:'s| is) (?:wrong|incorrect|false|untrue)|right")
_DENIES = re.compile(
    r"\b(?:not|no|none|never|nothing|neither|zero|0(?![.,]\d)|differs?|absent|used to)\b"
)
_DENIES_NOTHING = re.compile(
    r"\bno(?: (?:more|less|fewer) than\b| other\b|thing else\b)|\bany other\b"
)
_AFFIRMS = re.compile(
    r"\b(?:do|does|did|holds?|confirms?|agrees?|match(?:es)?|fits?|works?|applies|proves?|proven|exists?|"
    r"(?:is|are|can be) (?:[a-z]+ly )?(?:shown|seen|visible|present|in fact|indeed))\b"
    r"|\b(?:is|are|was|were|so|case|one|there|here|it|this)\Z"
)
"""What behind "no" would say yes, were nothing denied: "all of them do", "there is one"."""
_OPPOSITE = re.compile(r"the opposite (?:holds|is (?:true|the case))")
_NUMBERED = re.compile(
    r"the (?:correct |right |actual )?(?:answer|result|value|sum|total|number)(?: to .+)? is "
    r"(?:not )?\d[\d.,]*"
)
_PICTURE = re.compile(r"\b(?:image|picture|photo|figure)\Z")
_HARMLESS = re.compile(
    r"(?<=the )(?:right\b|correct (?=[a-z]))|(?<=to )right\b|\bright (?=(?:angle|triangle)s?\b)"
    r"|\b(?:(?:i|we)(?: can)? see|can|will|but|any|total|sum|it's|that's|them|"
    r"differently|slightly|[a-hj-z])\b"
    r"|\b(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten)\b|[<>=°\"“”]"
)
"""What may stand in a statement beside open words."""
_LEAVES_OPEN = re.compile(r"\b(?:i|me|my|we|us|or|depends?|in part)\b")
_LONGEST = 2000


def yes_or_no(text: str) -> str | None:
    """Read ``yes``, ``no``, or None where neither or both are said.

    A clause is a verdict where nothing but a yes or no and known words are in it. It comes first,
    or concludes ("so", "the answer is", a sentence of its own); what follows it does not
    contradict.

    Example:
        >>> [yes_or_no(text) for text in ("Yes, no more than two.", "No doubt, yes.", "yes/no")]
        ['yes', 'yes', None]
    """
    text = _MARKUP.sub("", text[-_LONGEST:]).strip(" \n\t。.!！").replace("’", "'").lower()
    if text in _WHOLE:
        return _WHOLE[text]
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
    alone = _THERE_IS_NO.fullmatch(clauses[0].text) if len(clauses) == 1 else None
    if alone:
        seen = described(alone["thing"]) and not _PICTURE.search(alone["thing"])
        return "no" if seen else None
    verdict, supposed, free, questioned = None, False, False, False
    for clause in clauses:
        words = clause.text.strip(" \"'$(){}[]")
        if clause.kind == "if":
            return None
        said = None if clause.asked else _said(words)
        answers = clause.kind in ("answer", "but") or "answer" in words
        concludes = answers or (clause.kind in ("so", "end", "ask", "label") and not questioned)
        if said and verdict and not answers and _POINTS_AT.fullmatch(words):
            return None  # "No. That is wrong.", "Yeah, right"
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
            free = free or not (
                _IDIOM.fullmatch(words) or _PREFIX.fullmatch(words) or is_lead(words)
            )
        elif verdict == "no" and clause.kind == "dash" and _OPPOSITE.fullmatch(words):
            pass  # and not "No. The opposite is true."
        elif not _follows(words, verdict, reason=clause.kind in ("reason", "as")):
            return None
    return verdict


def _said(words: str) -> str | None:
    """Return the verdict that a clause is; None for any other clause."""
    if words in _WHOLE:
        return _WHOLE[words]
    rest = words[_PREFIX.match(words).end() :]
    subject = _SUBJECT.match(rest)
    said = rest[subject.end() :].strip()
    if _NOT.fullmatch(said):
        return "no"
    found = _SAYS.fullmatch(said)
    if not found or (
        found["claim"] and (_DENIES.search(found["claim"]) or not _plain(found["claim"]))
    ):
        return None
    if found["said"] in _PARTICLES:
        return None if found["not"] else _sign(found["said"])
    bare = not subject[0].strip() and not found["not"] and words != found[0]
    return None if bare else _sign(found["said"], turned=bool(found["not"]))


def _plain(words: str, *, clause: bool = True) -> bool:
    """Tell whether words, but for denials, only state (``clause``) or describe something."""
    left = _HARMLESS.sub(" ", _DENIES.sub(" ", words.replace("can be", "is")))
    if not re.search(r"[a-z]", left):
        return len(words) > 1  # no letter of an option
    if SMALL.issuperset(words_of(left)) or _LEAVES_OPEN.search(left):
        return False
    return is_reason(f"so {left}", clause=clause) or described(left, COMPARED)


def _sign(word: str, *, turned: bool = False) -> str:
    return "yes" if (word in _YES) != turned else "no"


def _follows(words: str, verdict: str, *, reason: bool) -> bool:
    """Tell whether a clause may stand behind a verdict: an idiom, or a plain statement.

    Behind "yes" one that does not deny, behind "no" one that does or says what is there instead.
    """
    if not words or _IDIOM.fullmatch(words) or REMARK.fullmatch(words):
        return True
    if other := _OF_PARTICLE.fullmatch(words):
        return other["other"] != verdict
    if _PARTICLE.search(words):
        return False
    words = _DENIES_NOTHING.sub("", words)
    denies = bool(_DENIES.search(words))
    if not reason and (denies if verdict == "yes" else not denies and _AFFIRMS.search(words)):
        return False
    return bool(_NUMBERED.fullmatch(words)) or _plain(
        words, clause=not (reason or denies or words.startswith("they "))
    )
