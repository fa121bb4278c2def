"""Whether what follows an answer takes it back, gives another or only explains it."""

import re

_CORRECTS = re.compile(
    r"(?:wait|actually|in fact|edit|update|nope|oops|sorry|correction|on second thought|hold on|"
    r"(?:please )?(?:strike|scratch|ignore|disregard|forget)(?= (?:that|this|it|the)\b)|"
    r"no(?=\s*[,.:;!-]))\b",
    re.IGNORECASE,
)
_CHECKS = re.compile(
    r"(?:hmm+\b\W*)?(?:let(?: me|['’]s| us)\b|(?:re-?)?(?:check|count|calculat|comput|verif)\w*)",
    re.IGNORECASE,
)
_TURNS = re.compile(r"(?:however|but|although|though|yet|hmm+|or)\b", re.IGNORECASE)
_WRONG = r"(?:wrong|incorrect|false|mistaken|invalid|impossible|a (?:mistake|typo|slip)|an error)"
_RIGHT = r"(?:right|correct|true|valid|possible)"
_DENIES = re.compile(rf"\b(?:not|never|cannot|{_WRONG}|instead)\b|n['’]t\b", re.IGNORECASE)
_VERDICT = re.compile(
    r"(?:\A\W*|\b(?:that|this|it|which|answer|above|result|value)\s*)"
    r"(?:(?:is|was|were|must be|seems|['’]s)(?:\s+\w+ly)?"
    rf"\s+(?:{_WRONG}|not\s+(?:\w+ly\s+)?{_RIGHT})"
    rf"|(?:isn['’]t|wasn['’]t|can(?:not|['’]t) be)\s+(?:\w+ly\s+)?{_RIGHT})\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:(?:correct|right|real|actual|true|final|corrected|revised|better)\s+"
    r"(?:answer|value|result|option|choice|one)|answer)\s+(?:is|should be|would be|must be)\b\W*"
    r"(?P<given>[^\n]*)",
    re.IGNORECASE,
)
_ADMITS = re.compile(
    r"\b(?:i|we)\b(?:(?!\b(?:no|not|never)\b|n['’]t\b)[^.;]){0,30}\b(?:mistake|mistaken|error|slip|"
    r"wrong(?:ly)?|miscount\w*|misread|miscalculat\w*|forgot|missed|take (?:it|that|this) back)\b"
    r"|\A\W*(?:is|was)\s*(?:not|n['’]t)\b",
    re.IGNORECASE,
)
_ASSIGNS = re.compile(
    r"\b(?:(?:it|answer)\s+(?:is|must be|may be|might be|could be|should be|should have been)"
    r"|(?:gives?|is|get)(?=\s+\S+\s+instead of))\s+"
    r"(?P<number>\d+(?:[.,]\d+)*+)(?=\s*(?:[.,;!]|\Z|instead\b|not\b))",
    re.IGNORECASE,
)
"""Another number as the answer, alone: "it should have been 5", and not "it is 5 cm"."""
_CLAIMS = re.compile(
    r"\b(?:also|correct|right|better|wrong|answers?|should|could|might|would)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_LONGEST = 2000


def revises(answer: str, after: str) -> bool:
    """Tell whether the text after an answer takes it back or gives another one.

    Example:
        >>> revises("7", "Wait, that is wrong. It is 8."), revises("7", "We removed 3 of 10.")
        (True, False)
    """
    sentences = _SENTENCE.split(after[:_LONGEST].strip(" \n\t*_`$.),;"))
    return any(_revises(answer, one.strip(" \n\t*_`$>-–—#")) for one in sentences if one.strip())


def _revises(answer: str, sentence: str) -> bool:
    if _VERDICT.search(sentence) or _ADMITS.search(sentence):
        return True
    assigned = _ASSIGNS.search(sentence)
    if assigned and not _repeats(answer, assigned["number"]):
        return True
    another = _ANOTHER.search(sentence)
    if another and not _repeats(answer, another["given"]):
        return True
    denies = bool(_DENIES.search(sentence))
    if _CORRECTS.match(sentence):
        return denies or not _repeats(answer, sentence)
    if _CHECKS.match(sentence):
        numbers = _NUMBER.findall(sentence)
        return bool(numbers) and "=" in sentence and numbers[-1] not in _NUMBER.findall(answer)
    return bool(_TURNS.match(sentence) and _CLAIMS.search(sentence)) and (
        denies or not _repeats(answer, sentence)
    )


def _repeats(answer: str, sentence: str) -> bool:
    """Tell whether a sentence holds all numbers of an answer, or all its words."""
    wanted = set(_NUMBER.findall(answer)) or {word.casefold() for word in _WORD.findall(answer)}
    return wanted <= {word.casefold() for word in _WORD.findall(sentence)} | set(
        _NUMBER.findall(sentence)
    )
