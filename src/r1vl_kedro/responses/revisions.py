"""Whether the text behind an answer leaves it standing.

It is read from its end, sentence by sentence. One that only explains (`explanations`) is passed
over; the first other one decides: the answer stands where that sentence comes to it once more.
"""

import re
from collections.abc import Sequence

from r1vl_kedro.answers import equivalent
from r1vl_kedro.responses.clauses import Answer, Clause, clauses, plain, sentences
from r1vl_kedro.responses.explanations import closes, explains, opens

_LONGEST = 2000
"""Characters behind an answer that are read, and at the end of the text."""
_GOES_ON = re.compile(
    r"(?:[ \t})$*]|\\[)\],;!])*[-,(\[]?[ \t]*(?:\(?[a-z\d=]|\\(?:text|times|cdot))"
)
"""The sentence of the answer goes on behind it."""
_ASKED = re.compile(r"\s*\?(?!\s*(?:yes|indeed)\b)", re.IGNORECASE)
_ENDS = re.compile(r"(?:[\s.,;$\]]|\\[\])])+\Z")
_TERM = re.compile(r"\s*[\d.]+(?:\s*[-+*/×·]\s*[\d.]+)+\W*")
_WORDED = re.compile(r"[A-Za-z]{2}")
_DENIED = re.compile(r"\b(?:none|not|no)\W*?(?:[.!;]\s|\n|\Z)", re.IGNORECASE)
"""A sentence that ends on a bare denial."""
_ESCAPED = re.compile(r"\\n(?![a-z])|\\text\s*\{[.,\s]*\}")
_PART = re.compile(
    r"[,:;(]\s*|\b(?=(?:so|thus|hence|therefore|then|and|which|giving|leaving|making|that|or)\b)"
    r"|(?<==)|(?<=≈)|\\(?:\[|\(|(?:[Ll]ong)?[Rr]ightarrow\b|implies\b|approx\b)|\$\$?|&=?",
    re.IGNORECASE,
)
"""Where what a sentence comes to may begin."""
_BULLET = re.compile(
    r"\A(?:[-#]+\s+|\**(?:explanation|reasoning|reason|justification)\**\s*:\**\s*)(?=\S)",
    re.IGNORECASE,
)
"""A bullet or a heading before a sentence, which says nothing itself."""
_COMPARED = re.compile(
    r"\A[ \t$]*(?:more|fewer)(?: [a-z]+){1,4}(?= than\b|\W*\Z)(?: than(?: [a-z]+){1,5})?"
)
"""What a number behind a mark counts by how much there is more of it."""
_PARTS = 8
"""Ends of a sentence that are compared with the answer, from the last."""
_UNDECIDED = "undecided"
"""What is left of an answer with a text behind it that is not understood."""
_REPLACES = re.compile(
    r"\b(?:wait|actually|correct\w*|instead|sorry|no|should|so|thus|hence|therefore|answer|result|edit"
    r"|total|final|mean|better|must)\b",
    re.IGNORECASE,
)
"""Words of a text that gives another answer in place of the one before it."""
_CONCLUDES = re.compile(
    r"\b(?:so|thus|hence|therefore|altogether|finally|in total|in all)\b", re.IGNORECASE
)


def revises(answer: str, after: str, options: Sequence[str] | None = None) -> bool:
    r"""Tell whether the text behind an answer denies it, doubts it or gives another one.

    What is not understood does: an answer stands behind which nothing is said, nothing but
    explanations, or what comes back to it.

    Args:
        options: of a multiple-choice question; without them a letter says nothing of a value.

    Example:
        >>> revises("7", "\nWait, that is wrong. It is 8."), revises("7", "\n3 + 4 gives 7.")
        (True, False)
    """
    if not after.strip():
        return False
    if _ASKED.match(after) or _DENIED.search(after):
        return True
    if len(after) > 2 * _LONGEST:
        after = f"{after[:_LONGEST]}\n{after[-_LONGEST:]}"
    after = _ESCAPED.sub("\n", after)
    read = Answer(plain(answer))
    goes_on = bool(_GOES_ON.match(after))
    parts = sentences(after)
    for place in reversed(range(len(parts))):
        attached = goes_on and not place
        said = parts[place] if attached else parts[place].strip(" \n\t>–—")
        said = _BULLET.sub("", said)
        said = _COMPARED.sub("", said) if attached else said
        if closes(said):
            continue
        if _comes_to(f"{answer}{said}" if attached else said, answer, read, options):
            return attached and Clause(plain(said), read).negated
        before = parts[place - 1] if place else ""
        if not explains(plain(f"it{said}" if attached else said), read, before):
            return True
    return False


def standing(answer: str, after: str) -> str:
    """Return what the text behind an answer leaves of it: it, that text in its place, or no answer.

    Example:
        >>> [standing("7", text) for text in ("Done.", "No, it is 8.", "It shows 8.")]
        ['7', 'No, it is 8.', 'undecided']
    """
    if not revises(answer, after):
        return answer
    named = Answer(plain(answer)).letter and re.search(r"[a-z]{2}", after)  # an option by its text
    return after.strip() if named or _REPLACES.search(after) else _UNDECIDED


def _comes_to(
    sentence: str, answer: str, read: Answer, options: Sequence[str] | None = None
) -> bool:
    """Tell whether a sentence ends on the answer: "so the area is 24 square inches"."""
    if sentence.endswith(":"):
        return False
    begins = [0, *(found.end() for found in _PART.finditer(sentence))][-_PARTS:]
    tails = dict.fromkeys(_bare(sentence[place:]) for place in begins)
    if any(tail and equivalent(tail, answer, options=options) for tail in reversed(tails)):
        return not Clause(plain(sentence), read).denied
    parts = clauses(plain(sentence), read)
    if parts and _TERM.fullmatch(parts[-1].text) and parts[-1].ends_on_ours:
        return True  # "(that is, 10 - 3)"
    concludes = _CONCLUDES.search(sentence)
    last = Clause(plain(sentence[concludes.start() :] if concludes else sentence), read)
    if not read.plain or not last.ends_on_ours or last.negated or not _WORDED.search(sentence):
        return False
    return bool(concludes or (last.brief and opens(sentence)))


def _bare(text: str) -> str:
    """Return the end of a sentence without what stands around its formula."""
    text = _ENDS.sub("", text).lstrip(" $(")
    return text.rstrip(")") if text.count(")") > text.count("(") else text
