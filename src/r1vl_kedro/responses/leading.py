"""What leads to a marked answer in its clause: a denial, a supposition, or another answer.

A box or tag holds the answer by convention, whatever is said before it, unless the words that lead
to it take it for something else.
"""

import re

from r1vl_kedro.answers.prose import PROVISIONAL, WRONG
from r1vl_kedro.responses.clauses import Answer, cut, plain, sentences, value_of

_DENIED = re.compile(
    r"\b(?:not|\w+n['’]t|never|cannot|neither|nor|without|maybe|perhaps|possibly|either|almost"
    r"|nearly|no way)(?:\W+(?:be|is|are|equals?|to|the|an?|that|this|there|it|we|i|answer|option"
    r"|value|number|result|right|correct|choose|pick|write|read|take|put|use|treat|have|give|get|think"
    r"|really|quite|exactly|\w+ly|as|than))*\W*\Z",
    re.IGNORECASE,
)
"""A denial or doubt that reaches the answer behind it: "it cannot be"."""
_FAULTY = re.compile(
    rf"\b(?:{PROVISIONAL}|strike|scrap|disregard|forget|delete|format|example|friend"
    r"|rumou?r|believed|first (?:got|thought)|before the \w+|another \w+)"
    r"(?:\W+\w+){0,6}\W*\Z|\b(?:half|twice|of) the answer\b"
    r"|\b(?:in addition to|besides|apart from|aside from)\b|\bguess\W*\Z",
    re.IGNORECASE,
)
"""Words that call what is behind them something else than the answer."""
_SUPPOSED = re.compile(
    r"\A\W*(?:suppose|assume|imagine|pretend)\b|\bused to be\b"
    r"|\b(?:would|could|might)\b(?!.*\bthen\b)|\b(?:for example|for instance|e\.g)\W*\Z"
    r"|\bwere\b.*\bwould\b",
    re.IGNORECASE,
)
"""Words with which an answer is only supposed: "it would be"; "it would then be" concludes."""
_NEGATED = re.compile(
    r"\b(?:not|no|never|\w+n['’]t|many|(?:number|count|margin) of)\b", re.IGNORECASE
)
"""Words in whose clause a word of denial says nothing of the answer: "the number of wrong ones"."""
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
    clause = next((part for part in reversed(cut(sentence)) if re.search(r"\w", part)), sentence)
    if affirmed(sentence):
        return False
    wrong = WRONG.search(clause) or _FAULTY.search(clause)
    return bool(
        _DENIED.search(clause)
        or (wrong and not _NEGATED.search(clause))
        or _SUPPOSED.search(clause)
    )
