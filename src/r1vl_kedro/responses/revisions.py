"""Whether the text behind an answer leaves it standing.

It is read from its end, sentence by sentence. One that only explains (`explanations`) is passed
over; the first other one decides: the answer stands where that sentence comes to it once more.
"""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from r1vl_kedro.answers import chosen_option, equivalent, yes_or_no
from r1vl_kedro.responses.clauses import Answer, plain, sentences, value_of
from r1vl_kedro.responses.conclusions import comes_to, comes_to_another, known, reckoned, works
from r1vl_kedro.responses.explanations import closes, explains

_LONGEST = 2000
"""Characters behind an answer that are read, and at the end of the text."""
_GOES_ON = re.compile(
    r"(?:[ \t})$*]|\\[)\],;!])*[-,(\[]?[ \t]*(?:\(?[a-z\d=]|\\(?:text|times|cdot))"
)
"""The sentence of the answer goes on behind it."""
_ASKED = re.compile(r"\s*\?(?!\s*(?:yes|indeed)\b)", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:none|not|no)\W*?(?:[.!;]\s|\n|\Z)", re.IGNORECASE)
"""A sentence that ends on a bare denial."""
_ESCAPED = re.compile(r"\\n(?![a-z])|\\text\s*\{[.,\s]*\}")
_HEADING = re.compile(
    r"\A(?:[-#(]+\s*|[^\S\n]*(?:\**(?:explanation|reasoning|reason|justification|note|remark"
    r"|working|(?:let me |to |double[- ])?(?:check|verify|checking|verification)(?: this| it)?"
    r"|in other words|that is|i\.e\.|(?:or,? )?(?:equivalently|in words)|in fact|indeed|step \d+"
    r"|thus)\**\s*[:,]\**|(?:it|this|that) (?:(?:follows|comes) from(?= [\d(])|is because))\s*)+"
    r"(?=\S)",
    re.IGNORECASE,
)
"""A bullet or a heading before a sentence, which says nothing itself."""
_UNDECIDED = "undecided"
"""What is left of an answer with a text behind it that is not understood."""
_SPEAKS = re.compile(
    r"(?<![\w$] )(?<![\w$])I\b(?! [A-Z]\b)"
    r"|\b(?i:my|me|(?<!of the )(?<!desired )(?<!our )answer|options?)\b(?! is[\W_]*\Z)"
)
"""The writer or the answer, of which what leads to a value says nothing."""
_FINAL = re.compile(
    r"\W*(?:(?:so|thus|hence|therefore|finally|altogether)\b,? )?(?:(?:the|my|our) )?(?:(?:final"
    r"|correct|right) )?(?:answer|it|there)(?:['’]s| (?:is|are)\b)",
    re.IGNORECASE,
)
"""A sentence that gives the answer in so many words decides whatever is said before it."""
_WORKED = 30
"""Words of a long working, which may lead to the answer in any words but such."""
_OPENS = frozenset("note suppose recall first after".split())
"""Words that begin a working, beside those in which it comes to its value."""
_SO = re.compile(r"\b(?:so|thus|hence|therefore|must|total|altogether|gives?)\b", re.IGNORECASE)
"""Words that come to a value."""
_ABOUT_IT = frozenset("it this that these its it's that's so or and".split())
_REPLACES = re.compile(
    r"\b(?:wait|actually|correct\w*|instead|sorry|no|should|so|thus|hence|therefore|answer|result|edit"
    r"|total|final|mean|better|must)\b",
    re.IGNORECASE,
)
"""Words of a text that gives another answer in place of the one before it."""


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
    if _ASKED.match(after) or (_DENIED.search(after) and yes_or_no(answer) != "no"):
        return True
    if len(after) > 2 * _LONGEST:
        after = f"{after[:_LONGEST]}\n{after[-_LONGEST:]}"
    after = _ESCAPED.sub("\n", after)
    read = Answer(plain(answer))
    goes_on = bool(_GOES_ON.match(after))
    parts = sentences(after)
    long = len(re.findall(r"\w+", after)) >= _WORKED and _opens(after)
    passed = False
    for place in reversed(range(len(parts))):
        attached = goes_on and not place
        said = parts[place] if attached else parts[place].strip(" \n\t>–—")
        text = said.lstrip(" ,$(-") if attached else said
        bare = _HEADING.sub("", text)
        if attached := attached and bare == text:
            bare = said
        if closes(bare):
            continue
        if comes_to(f"{answer}{bare}" if attached else bare, answer, options, long=long):
            led = long and not any(map(_SPEAKS.search, parts[:place]))
            return not (led or _FINAL.match(bare) or _leads(parts[:place], bare, read))
        if not attached and _chosen_still(bare, answer, options):
            continue
        told = works(bare, long=True) or (passed and not _SPEAKS.search(bare))
        settled = passed and not _SO.search(bare)
        if long and told and (settled or not comes_to_another(bare, read, options)):
            passed = True
            continue
        before = parts[place - 1] if place else ""
        if not explains(plain(f"it{bare}" if attached else bare), read, before):
            return True
    own = read.letter or any(read.same(value_of(one)) for one in read.found(plain(after)))
    return passed and not own


def _chosen_still(said: str, answer: str, options: Sequence[str] | None) -> bool:
    """Tell whether an option, a yes or a no stands with a sentence behind it on its own line."""
    if options:
        mine = chosen_option(answer, options)
        return mine is not None and mine == chosen_option(
            f"{ascii_uppercase[mine]}. {said}", options
        )
    verdict = yes_or_no(answer)
    return verdict is not None and verdict == yes_or_no(f"{verdict}. {said}")


def _opens(after: str) -> bool:
    """Tell whether a text begins as a working does, and not with what is said of the answer."""
    first = re.search(r"[\w']+", plain(after))
    word = first[0].casefold() if first else ""
    begins = word in _OPENS or known(first[0]) or len(word) == 1 if first else False
    return begins and word not in _ABOUT_IT


def _leads(parts: Sequence[str], last: str, read: Answer) -> bool:
    """Tell whether sentences lead to the last one: "The front row has 4. So 4 + 3 = 7."."""
    if any(map(_SPEAKS.search, parts)):
        return False
    return all(map(works, parts)) and _goes_into(parts, last, read)


def _goes_into(parts: Sequence[str], last: str, read: Answer) -> bool:
    """Tell whether the value on which each sentence ends is the answer, or used in a later one."""
    used = read.values | {value_of(one) for one in read.found(plain(last))}
    for part in reversed(parts):
        values = [value_of(one) for one in read.found(plain(part))]
        if values and values[-1] not in used and not reckoned(part):
            return False
        used |= {*values}
    return True


def standing(answer: str, after: str, options: Sequence[str] | None = None) -> str:
    """Return what the text behind an answer leaves of it: it, that text in its place, or no answer.

    Example:
        >>> [standing("7", text) for text in ("Done.", "No, it is 8.", "It shows 8.")]
        ['7', 'No, it is 8.', 'undecided']
    """
    if not revises(answer, after, options):
        return answer
    other = _REPLACES.search(after) and not equivalent(after.strip(), answer, options=options)
    return after.strip() if other else _UNDECIDED
