"""Whether what follows an answer takes it back, gives another or only explains it."""

import re

from r1vl_kedro.answers.numerals import CARDINALS

_CORRECTS = re.compile(
    r"(?:(?:oh|ah|hmm+|well|um)\b\W*)?(?:wait|actually|in fact|edit|update|nope|oops|sorry|"
    r"correction|on second thoughts?|hold on|just kidding|"
    r"(?:please )?(?:strike|scratch|ignore|disregard|forget|(?:do not|don['’]t) (?:trust|use))"
    r"(?= (?:that|this|it|the)\b)|"
    r"no(?=\s*[,.:;!-]|\s+wait\b|\Z))\b",
    re.IGNORECASE,
)
_CHECKS = re.compile(
    r"(?:hmm+\b\W*)?(?:let(?: me|['’]s| us)\b|(?:re-?)?(?:check|count|calculat|comput|verif)\w*)",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"(?:however|but|although|though|yet|hmm+|or|nevertheless|nonetheless)\b", re.IGNORECASE
)
_WRONG = (
    r"(?:wrong|incorrect|false|mistaken|invalid|impossible|a (?:mistake|typo|slip|joke|lie)|"
    r"an error|nonsense)"
)
_RIGHT = r"(?:right|correct|true|valid|possible)"
_DENIES = re.compile(rf"\b(?:not|never|cannot|{_WRONG}|instead)\b|n['’]t\b", re.IGNORECASE)
_UNFIT = re.compile(
    r"(?:\A\W*|(?<!\S)(?P<subject>\S{1,40}?)\s*)"
    r"(?:(?:is|was|were|must be|seems|['’]s)(?:\s+\w+ly)?"
    rf"\s+(?:{_WRONG}|not\s+(?:\w+ly\s+)?{_RIGHT}|too (?:big|small|large|high|low|many|few|much)"
    r"|what\b[^.;]{1,40}\bmistake|off by|(?:only |just )?an? (?:upper|lower) bound"
    r"|(?:my|our|the|an?)\s+(?:first|old|initial|former|earlier|previous|naive|common)\s+"
    r"(?:answer|result|value|guess|count|idea|thought|choice|mistake))"
    r"|(?:needs? to|has to|must|should) be (?:doubled|halved|corrected|multiplied|divided|adjusted|"
    r"changed|revised)"
    rf"|(?:isn['’]t|wasn['’]t|can(?:not|['’]t) be)\s+(?:\w+ly\s+)?{_RIGHT}"
    r"|(?:cannot|can['’]t|could not|is not|isn['’]t)\s+(?:be\s+)?"
    r"(?:the|our|my)\s+(?:\w+\s+)?(?:answer|solution|result|value|option|choice))\b",
    re.IGNORECASE,
)
"""A subject of which a sentence denies that it is right."""
_ANOTHER = re.compile(
    r"(?:\b(?:(?:correct|right|real|actual|true|final|corrected|revised|better|new)\s+"
    r"(?:answer|value|result|option|choice|one)|answer)\s*"
    r"(?:[:：]|(?<=\s)(?:is|should be|would be|must be)\b)"
    r"|\\boxed\s*\{|\A(?:result|total|ans)\s*[:=])\W*(?P<given>[^\n]*)",
    re.IGNORECASE,
)
_OR_RATHER = re.compile(
    r"(?:in other words|that is to say|i\.e\.|or(?: rather)?|maybe|perhaps|possibly|i mean|"
    r"alternatively)\W+(?!so\b|equivalently\b)"
    r"(?P<given>\S{1,20}(?: \S{1,20})?)\W*",
    re.IGNORECASE,
)
_NO = re.compile(rf"\W*{_WRONG}\W*(?:[,;:.)]|\Z)", re.IGNORECASE)
_POINTERS = frozenset("it this that which answer above result value".split())
_READS_AGAIN = re.compile(
    r"(?:(?:on|upon|after|by)\s+)?(?:(?:a )?(?:closer|second|another) (?:look|inspection|reading)"
    r"|looking (?:again|closer|more closely)|(?:double-|re-?)(?:read|check|examin|count|look|"
    r"consider|inspect|measur)\w*)\b.*\b(?:is|are|was|be|reaches|shows|reads|gives|get)\s+"
    r"(?P<given>\(?[A-Z]\)?|\d+(?:[.,]\d+)*)(?=\W*\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ADMITS = re.compile(
    r"\A\W*(?:oh\W+)?my (?:mistake|bad|error|fault)\s*[:,.;!–—-]"
    r"|\b(?:i|we)\b(?:(?!\b(?:no|not|never)\b|n['’]t\b)[^.;]){0,30}\b(?:mistake|mistaken|error|slip|"
    r"wrong(?:ly)?|miscount\w*|misread|miscalculat\w*|forgot|missed|take (?:it|that|this) back)\b"
    r"|\A\W*(?:is|was)\s*(?:not|n['’]t)\b",
    re.IGNORECASE,
)
_ASSIGNS = re.compile(
    r"\b(?:it['’]s|(?:it|answer)\s+(?:is|must be|may be|might be|could be|should be"
    r"|should have been)"
    r"|(?:gives?|is|get)(?=\s+\S+\s+instead of))\s+"
    r"(?P<number>\d+(?:[.,]\d+)*+)(?=\s*(?:[.,;!]|\Z|instead\b|not\b))",
    re.IGNORECASE,
)
"""Another number as the answer, alone: "it should have been 5", and not "it is 5 cm"."""
_SUPPOSED = re.compile(
    r"\b(?:one|you|some\w*|people|many|we|i) (?:could|might|may|would) (?:\w+ )?"
    r"(?:think|believe|say|guess|assume|expect|argue)\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(?:also|correct|right|better|wrong|answers?|should|could|might|would)\b", re.IGNORECASE
)
_AS_WELL = re.compile(
    r"\b(?:also argue"
    r"|(?:equally|just as) (?:plausible|likely|possible|good|valid|right|correct|well))\b",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\W*\d+(?:[.,]\d+)*\W*")
_CHANGES = re.compile(
    r"\b(?:should have (?:said|written|put|chosen)|more likely|"
    r"i(?:['’]d| would| will) (?:say|pick|choose|go with)|"
    r"(?:chang|revis|correct|updat|amend)\w* (?:my|the|this|it)\b[^.]{0,20} to|"
    r"answer (?:changes to|becomes)|(?:correctly|properly)\b[^.]{0,30} (?:is|gives)|"
    r"(?:please )?read|replace [^.]{1,20} (?:by|with))\s+"
    r"(?P<given>\(?[A-Z]\)?|\d+(?:[.,]\d+)*)(?=\W*\Z|\s+instead\b)",
    re.IGNORECASE,
)
_REVALUED = re.compile(
    r"\basks? for (?:twice|half|double)\b"
    r"|\b(?:which|now|must) (?:we |to )?(?:double|halve|triple)\b",
    re.IGNORECASE,
)
_SO = re.compile(
    r"(?:\b(?:so|thus|hence|therefore|then|giving|making),?\s+"
    r"(?:the (?:answer|result|sum|total(?: \w+)?)\s+(?:is|becomes|equals)\s+)?"
    r"|\A(?:so|thus|hence|therefore|finally|now|consequently|in total|altogether|(?:multiply|add|"
    r"subtract|doubl|divid|includ|correct)\w*)\b(?!.*\b(?:each|every|one)\b)[^.]*"
    r"(?:\b(?:is|are|gives?|get|obtain|find|makes?|equals?)\s+|[=:]\s*))"
    r"(?P<number>\d+(?:[.,]\d+)*)(?:\s?[a-z²³°%]{1,6})?\W*\Z",
    re.IGNORECASE,
)
"""A number that a sentence comes to: "so 8", "Adding the base gives 30"."""
_CALLED_RIGHT = re.compile(
    r"(?<!\S)(?P<subject>\(?[A-Z]\)?|\d+(?:[.,]\d+)*)\s+"
    r"(?:is|was|would be|must be|should be)\s+"
    r"(?:the\s+|our\s+|my\s+)?(?:right|correct|true|actual|final)\b",
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_MARKUP = re.compile(r"</?(?:b|i|u|em|strong|p|br|center)\b[^<>]{0,20}>", re.IGNORECASE)
_LONGEST = 2000


def revises(answer: str, after: str) -> bool:
    """Tell whether the text after an answer takes it back or gives another one.

    Example:
        >>> revises("7", "Wait, that is wrong. It is 8."), revises("7", "We removed 3 of 10.")
        (True, False)
    """
    after = _MARKUP.sub("", after[:_LONGEST])
    sentences = _SENTENCE.split(after.strip(" \n\t*_`$.),;"))
    return any(_revises(answer, one.strip(" \n\t*_`$>-–—#")) for one in sentences if one.strip())


def _revises(answer: str, sentence: str) -> bool:
    if _ADMITS.search(sentence) or _NO.match(sentence):
        return True
    if _REVALUED.search(sentence):
        return True
    if (changes := _CHANGES.search(sentence)) and not _repeats(answer, changes["given"]):
        return True
    for unfit in _UNFIT.finditer(sentence):
        subject = unfit["subject"] or ""
        if subject.lower() in {"", *_POINTERS} or _repeats(answer, subject):
            return True
    assigned = _ASSIGNS.search(sentence)
    if (
        assigned
        and not _repeats(answer, assigned["number"])
        and not _SUPPOSED.search(sentence[: assigned.start()])
    ):
        return True
    again = _READS_AGAIN.match(sentence)
    if again and _words(again["given"]).isdisjoint(_words(answer)):
        return True
    another = _OR_RATHER.fullmatch(sentence) or _ANOTHER.search(sentence)
    if another and not _repeats(answer, another["given"]):
        return True
    other = _AS_WELL.search(sentence) or _ALONE.fullmatch(sentence)
    if other and not _repeats(answer, sentence):
        return True
    denies = bool(_DENIES.search(sentence))
    if _CORRECTS.match(sentence):
        return denies or not _repeats(answer, sentence)
    if _CHECKS.match(sentence):
        if any(f"({number})" in sentence for number in _NUMBER.findall(answer)):  # 2(7) + 1 = 15
            return False
        numbers = _NUMBER.findall(sentence)
        return bool(numbers) and "=" in sentence and numbers[-1] not in _NUMBER.findall(answer)
    if (right := _CALLED_RIGHT.search(sentence)) and not _repeats(answer, right["subject"]):
        return True
    if so := _SO.search(sentence):
        return not _repeats(answer, so["number"])
    return bool(_TURNS.match(sentence) and _CLAIMS.search(sentence)) and (
        denies or not _repeats(answer, sentence)
    )


def _repeats(answer: str, sentence: str) -> bool:
    """Tell whether a sentence holds all numbers of an answer, or all its words."""
    wanted = set(_NUMBER.findall(answer)) or _words(answer)
    return wanted <= _words(sentence) | set(_NUMBER.findall(sentence))


def _words(text: str) -> set[str]:
    words = {word.casefold() for word in _WORD.findall(text)}
    return words | {str(CARDINALS[word]) for word in words & CARDINALS.keys()}
