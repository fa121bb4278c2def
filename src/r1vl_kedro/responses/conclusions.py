"""Sentences behind an answer that come to it once more: "So the area is 4 · 6 = 24."

The value has to end the sentence, and what leads to it may be written in words of a working only
(`WORKING`), which have no denial, supposition or comparison among them.
"""

import re
from collections.abc import Collection, Sequence

from r1vl_kedro.answers import equivalent
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.responses.clauses import Answer, plain, value_of

WORKING = frozenset(CARDINALS) | frozenset(
    # Small words.
    "a an the and as at by for from if in into of off on or out over per since so than that's "
    "then there's through to up us we when with you let let's we'll he it it's its our be can has "
    "down is was were must need needs about above across along among around back behind below "
    # Amounts and their units.
    "cm mm km m kg g sq th one ones whole once more less least half quarter third tenth hundredth "
    "tens hundreds digit multiple root total sum minus plus times negative real double twice "
    # What is done and asked.
    "add added multiply multiplied divided squared increased counting given apply imply including "
    "correct right answer choice option question problem result solution score step view "
    "desired different exactly feasible finally hence longer neighbour only possible "
    "lie rest unshaded again between away".split()
)
"""Words of a working, beside those that are open."""
_IN_LONG = frozenset(
    "not no non all isn't aren't don't doesn't can't didn't cannot neither nor without except "
    "would should could may but however instead otherwise unless still yet again too further even "
    "easily similarly differently either other does do what whose how why asked told wish halves "
    "multiples equivalent inverse missing crossed eliminates fact mirror opposite i am".split()
)
"""Words that tell of the figure in a long working."""

_BEGINS = re.compile(
    r"\b(?=(?:so|thus|hence|therefore|then|which|giving|leaving|that is|sum)\b)"
    r"|\b(?:is|are|be|has|have|needs?|gives?|makes?|leaves?|means?|equals|matches|obtain|get|find|length"
    r"|located in|called|named|sum(?= \d)"
    r"|(?:equal|rounds|closest|closer) to)\b"
    r"(?: only| exactly)?(?=\W*\S)|(?<==)"
    r"|\A\W*(?:the )?(?:final |right |correct )?answer:"
    r"|\\(?:\[|(?:[Ll]ong)?[Rr]ightarrow\b|implies\b)|&=?",
    re.IGNORECASE,
)
"""Where the value that a sentence comes to may begin."""
_PLACES = 8
"""Ends of a sentence that are compared with the answer, from the last."""
_IN_UNIT = re.compile(r"(?i)\bin ([a-z]{1,12})\b")
_TERM = re.compile(r"[\d.,]+(?: ?[-+*/×·] ?[\d.,]+)+")
_PART = re.compile(r"\b(?:half|twice) (?:of )?(?=\d)", re.IGNORECASE)
_CONCLUDES = re.compile(
    r".*(?:\A|[,;:.)}]|\band|\bor)\W*\b(?:so|thus|hence|therefore)\b", re.IGNORECASE | re.DOTALL
)
"""What stands before a conclusion: in a long working it may be in any words."""
_CLAUSE_ENDS = re.compile(r",\s|\s(?:in which|than|and|when|since|or|which|as)\s")
"""Where a clause of a long working ends."""
_CALLED = re.compile(
    r"\s+is (?:the )?(?:final |correct |right )?(?:answer|correct|right|result)\W*\Z", re.IGNORECASE
)
_ENDS = re.compile(r"(?:[\s.,;$\]✓✔]|\\[\])])+\Z")
WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}(?:['’][A-Za-z]+)*|\bI\b")
_SYMBOL = re.compile(r"(?!NOT|NO|IF|OR)[A-Z]{2,5}|sin|cos|tan|cot|log|ln")
"""Names of what is drawn between points, and functions."""
_SUBJECT = re.compile(
    r"(?:\A|[,;:.]|\b(?:so|thus|hence|therefore|and|that|then))\W*(?:the |our |my )?(?:final "
    r"|correct |right |required |desired )?(?:answer|result)(?: to (?:the|this)(?: \w+){1,2})?"
    r"(?: is\b|:)?\W*(?:(?:(?<![A-Za-z])[A-Za-z](?![A-Za-z])|[^A-Za-z,:])*[=≈]\W*)?\Z",
    re.IGNORECASE,
)
_ITS_OWN = re.compile(
    r"\b(?:answer|option|choice|result|right|correct)s?\b"
    r"(?! (?:angle|triangle|circular|prism|cone))"
    r"|\b(?:of|and|to) (?:this|it|that)\b(?! (?!is\b)\w)",
    re.IGNORECASE,
)
"""The answer as something else than the subject: "the sum of the answer and 3"."""
_ITS_ANSWER = re.compile(r"\b(?:option|choice)s?\b|\b(?:the|my|this) answer\b", re.IGNORECASE)
_SIDE = re.compile(r"[,;:]|\b(?:so|thus|hence|therefore|then|that|and|or|have|get|obtain|gives)\b")
_MULTIPLE = re.compile(r"\d\s*[a-z]|[a-z]\s*(?:\^|[-+*/]|\d)|\\?(?:sqrt|log|ln|frac)\W*[a-z]|\|")
"""A side of an equation that is reckoned from one symbol: "2x = 14" is not x."""


def comes_to(
    sentence: str, answer: str, options: Sequence[str] | None = None, *, long: bool = False
) -> bool:
    """Tell whether a sentence ends on an answer, to which nothing but a working leads.

    Args:
        options: of a multiple-choice question; the sentence may end on the option's value.
        long: whether it ends a long working: what stands before its "so" is not read then.

    Example:
        >>> comes_to("So the area is 4 * 6 = 24.", "24"), comes_to("The hint gives 24.", "24")
        (True, False)
    """
    if sentence.endswith(":"):
        return False
    sentence = _CALLED.sub("", sentence)
    begins = [found.end() for found in _BEGINS.finditer(sentence)][-_PLACES:]
    own = frozenset(WORD.findall(f"{answer} {_option(answer, options)}".casefold()))
    own |= {"true", "false", "statement", "claim"} if own & {"yes", "no"} else own
    solved = reckoned(sentence[: sentence.rfind("=") + 1])
    for place in [*reversed(begins), 0]:
        lead, value = sentence[:place], _bare(sentence[place:])
        if long and place and (ends := _CLAUSE_ENDS.search(sentence, place)):
            value = _bare(sentence[place : ends.start()])
        if long and (found := _CONCLUDES.match(lead)):
            lead = lead[found.end() :] or "so"
        sides = not place and "=" in value and not re.search(r"[A-Za-z]", value)
        if not value or sides or solved or not works(lead or sentence, own, long=long):
            continue
        term = _TERM.fullmatch(value) and re.search(r"\d", answer)
        if term and equivalent(f"{answer} ({value})", answer):
            return True
        unit = next(
            (one for one in _IN_UNIT.findall(plain(lead or sentence)) if read_units(one)), ""
        )
        if equivalent(f"{value} {unit}" if unit and place else value, answer, options=options):
            return bool(place) or not unit
    return False


def comes_to_another(sentence: str, answer: Answer, options: Sequence[str] | None = None) -> bool:
    """Tell whether a sentence has another value of the answer's kind, or ends on another option."""
    if answer.letter and options:
        ends = {_bare(sentence[one.end() :]) for one in _BEGINS.finditer(sentence)}
        others = [one for one in options if one.strip() != _option(answer.text, options).strip()]
        if any(end and equivalent(end, one) for end in ends for one in others):
            return True
    said = plain(sentence)
    return any(not answer.same(value_of(one)) for one in answer.found(said)) or "?" in said


def _option(answer: str, options: Sequence[str] | None) -> str:
    """Return the text of the option that a letter stands for; empty where it stands for none."""
    found = re.match(r"\W*([A-J])\b", answer)
    place = "ABCDEFGHIJ".index(found[1]) if found else 0
    return options[place] if found and options and place < len(options) else ""


def works(lead: str, own: Collection[str] = (), *, long: bool = False) -> bool:
    """Tell whether nothing but words of a working (or of the answer) leads to a value."""
    own = {*own, *_IN_LONG} if long else own
    said = _SUBJECT.sub("", _PART.sub("", plain(lead)))
    return not (_ITS_ANSWER if long else _ITS_OWN).search(said) and all(
        known(word) or word.casefold() in own for word in WORD.findall(said)
    )


def reckoned(lead: str) -> bool:
    """Tell whether what equals the value is reckoned from one symbol, or was something else.

    "So 2x = 14", and "x = 8 or x = 7".
    """
    side = _SIDE.split(plain(lead))[-1].partition("=")[0]
    name = side.strip()
    given = (
        rf"(?:\A|[,;:.]|\b[a-z]{{2,}})\s*{re.escape(name)} *= *-?\d[\d.]* *(?:[,;]|\b(?:or|and)\b)"
    )
    if name and re.search(given, plain(lead), re.I):
        return True
    symbols = set(re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", side))
    named = re.search(r"\b(?:is|are|be)\b", side)
    return len(symbols) == 1 and not named and bool(_MULTIPLE.search(side))


def known(word: str) -> bool:
    """Tell whether a word is one of a working, or a symbol."""
    if _SYMBOL.fullmatch(word):
        return True
    word = word.casefold().replace("’", "'").removesuffix("'s")
    return (
        not WORKING.isdisjoint({word, word.removesuffix("s")})
        or is_open(word)
        or bool(re.fullmatch(r"(?!no|me|my)[a-z]{2}", word))
    )


def _bare(text: str) -> str:
    """Return the end of a sentence without what stands around its formula."""
    text = _ENDS.sub("", text).lstrip(" $(")
    text = re.sub(r"\A\\[(\[]\s*", "", text)
    return text.rstrip(")") if text.count(")") > text.count("(") else text
