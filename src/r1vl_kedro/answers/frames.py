"""The forms in which an option is chosen or described: a closed grammar of clauses.

A clause is read as `clauses.marked` writes it: each mention of an option is one character.
"""

import re
from typing import Literal

from r1vl_kedro.answers.clauses import PLACE
from r1vl_kedro.answers.open_words import is_reason
from r1vl_kedro.answers.vocabulary import (
    AMOUNTS,
    COMPARED,
    DESCRIBING,
    LABELLED,
    MEASURES,
    MODIFIERS,
    SEEN,
    SUBJECTS,
    SUPERLATIVE,
    THINGS,
    VERBS,
)

How = Literal["declared", "cued", "bare", "framed"]
"""Led to by "the answer is", by "I choose", by nothing, by a subject ("the angle is")."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_GOOD = r"(?:correct|right|selected|chosen|final|best|true|most likely|only|required|appropriate)"
_ADVERB = (
    r"(?:clearly|definitely|probably|likely|most likely|therefore|thus|indeed|simply|just|exactly|"
    r"only|obviously|certainly|then|also)"
)
_ANSWER = (
    rf"(?:(?:the|my|our|your|this|its)\s+)?(?:{_GOOD}\s+)*"
    r"(?:answer (?:choice|option)|answer|ans|option|choice|letter|solution|result|selection|"
    r"conclusion|value)"
    r"(?:\s+(?:to|for)\s+(?:the|this)\s+(?:question|problem))?(?:\s+here)?"
)
_BE = (
    r"(?:(?:is|are) (?:painted|coloured|colored|drawn|shown|located|found)(?: in| as| at| on)?"
    r"|(?:is|was|are|=|equals|shows|depicts|contains|will)(?: equal to)?"
    r"|(?:must|should|has to|have to|will|can only|would) be|(?:seems|appears|looks) to be"
    r"|(?:seems|looks) like|looks|corresponds to|belongs to|matches|stays|remains|['’]s)"
    rf"(?:\s+{_ADVERB})*(?![\w])"
)
_IS = rf"(?!would\b|should\b){_BE}"
"""No "would be", which supposes."""
_LEAD = re.compile(
    r"(?:[\W_]*(?:(?:so|thus|hence|therefore|then|and|but|finally|clearly|definitely|certainly|"
    r"obviously|surely|indeed|overall|consequently|accordingly|well|now|ok|okay|sure|only|just|"
    r"simply|exactly|precisely|here|probably|most likely|likely|in conclusion|in summary|in short|"
    r"as a result|ultimately|it follows that|(?:this|that|which) means(?: that)?|note that|"
    r"final answer|looking at it)\b|"
    r"(?:based on|according to|looking at|judging from|given|from|in|on|as per|among|of|"
    r"as (?:shown|seen|indicated|depicted|given|illustrated|(?:we )?can (?:be )?see(?:n)?) "
    r"(?:in|on|by|from))\s+(?:the|this)\s+(?:given\s+|provided\s+|above\s+)?"
    r"(?:figure|picture|image|photo|photograph|graph|chart|diagram|plot|table|map|drawing|"
    r"illustration|data|information|options|choices)(?:\s+(?:above|below|given|shown|provided))?\b"
    r"))*[\W_]*",
    re.IGNORECASE,
)
_DECLARES = re.compile(
    rf"{_ANSWER}(?:\s*[:=]|\s+{_BE}|(?=\s*\Z)(?<!option)(?<!choice)(?<!letter)(?<!value))\W*(?:that\s+)?"
    r"|(?:la|le|die|il|a|o|el)\s+(?:richtige\s+|bonne\s+)?(?:antwort|réponse|respuesta|resposta|"
    r"risposta)(?:\s+corre[ct]+a?)?\s*(?:ist|est|es|é|è|:)\s*(?:(?:la|el|le|die)\b)?\W*"
    r"|[正确最终的]*(?:答案|选项)?(?:应该?)?[是为选][择\W]*",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"{_ANSWER}\W*", re.IGNORECASE)
_CHOOSES = re.compile(
    r"(?:(?:(?:i|we)\s+(?:(?:would|will|should|can|must|am going to)\s+)?|i['’](?:d|ll)\s+)"
    r"(?:say|think|believe|conclude|get|find|obtain|see|have|chose|picked|selected)(?:\s+that)?"
    r"|(?:(?:i|we)\s+(?:(?:would|will|should|can|must|am going to)\s+)?|i['’](?:d|ll)\s+)?"
    r"(?:choose|pick|select|go(?:ing)? (?:with|for))"
    r"|leaving(?: us with)?|(?:(?:which|that|this)\s+)?leaves(?: us with)?"
    r"|i(?: am|['’]?m)\s+(?:\w+ly\s+)?(?:confident|certain|sure|going with)(?:\s+that)?)(?!\w)\s*",
    re.IGNORECASE,
)
_IT = re.compile(
    rf"(?:it|this|that|which|there|they)\s*{_IS}\s*"
    r"|(?:(?:it|they|this)\s+(?:will\s+)?|stays\s+|remains\s+)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"(?P<subject>[a-z][a-z' ’-]*?)\s*(?:(?<=\w)['’]s|\b{_IS})(?:\s+(?:holding|riding|wearing|"
    r"playing|eating|using|carrying|driving|watching))?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\W*(?:ones?\s+)?(?:(?:which|that|it)\s+)?(?:(?:is|equals|option|choice)\W+)*", re.I
)
_IS_IT = re.compile(
    rf"\s+(?:(?:is|was|must be|should be|seems|looks|appears)\s+(?:{_ADVERB}\s+)?(?:to be\s+)?"
    rf"(?:the\s+)?(?:{_GOOD}(?:\s+(?:answer|option|choice|one|solution|statement))?|answer|solution|"
    r"(?:only )?(?:one|option) (?:that|which) (?:fits|works|matches))(?:\s+here)?"
    r"|(?:are|is) (?:true|correct|right)|it is"
    r"|(?:fits|works|matches|satisfies)(?: both| all)?"
    r"(?: the (?:figure|image|graph|data|description|pattern|conditions?|"
    r"requirements?|criteria|equation))?)[\W_]*",
    re.IGNORECASE,
)
_SYMBOL = re.compile(r"[^\w\s.,:;!'’\"“”‘*()\[\]{}✓✔✅☑→⇒∴•–—=°º#-]")
_DETERMINES = frozenset(
    "the a an labeled labelled marked called named that correct right best only final option "
    "choice answer letter number".split()
)
_BEFORE_LABEL = _DETERMINES | LABELLED | AMOUNTS
_BEFORE_TEXT = _DETERMINES | frozenset("in on at".split())
_BESIDE = frozenset(
    "the this that its their his her of in on at from for with each a an behind under above below "
    "between near beside correct".split()
)
_SUBJECT_WORDS = SUBJECTS | MODIFIERS | _BESIDE
_SUBJECT_ENDS = SUBJECTS | SEEN
_PICKS = re.compile(r"\s+(?:is|are|was|were)\s+the\s+(?P<first>\w+)", re.IGNORECASE)
_COLOURED = re.compile(
    rf"\b({'|'.join(sorted(SEEN))}|left|right|top|bottom|middle) ones?\b", re.IGNORECASE
)
_FACT = re.compile(
    r"\b(?:is )?(?:half|twice)(?: of)? (?:the|an?) (?:right )?(?=[a-z])"
    r"|\Awhich (?=is\b)|\bnext (?=to\b)|\b(?:adds?|sums?)(?: up)? to (?:90|180|360)(?:°| degrees)?",
    re.IGNORECASE,
)
"""Numbers that belong to no option: "the angles add to 180"."""
_HAS_MOST = re.compile(r"\s+(?:has|have|had) the \w+ \w+", re.IGNORECASE)
_MATCHES = re.compile(r"\s+(?:matches|fits) (?:the|what is) (?P<what>[a-z ]+)\W*", re.IGNORECASE)
_RELATIVE = frozenset("that which who".split())
_TO_TELL = re.compile(
    r"\s*(?:is |was )?(?:given|provided|available|(?:given )?to (?:answer|tell|determine|decide)"
    r"(?: (?:this|the) question)?)\W*",
    re.IGNORECASE,
)
_COUNTS = frozenset("value number".split()) | COMPARED
_SEEN_OR_SIDES = SEEN | frozenset("left right top bottom upper lower middle".split())
_THINGS_OR_ONE = THINGS | {"one", "ones"}
_DOES = VERBS | {"stays", "remains", "doubles", "halves"}
_PICKED = SUPERLATIVE | SEEN | {"only", "same"}


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return [word.casefold() for word in _WORD.findall(text)]


def described(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Tell whether a text is a description in known words, without numbers.

    Args:
        own: further words that are known, such as those of the chosen option.
    """
    text = _COLOURED.sub(r"\1", _FACT.sub("", text))
    words = words_of(text)
    known = all(word in DESCRIBING or word in own for word in words)
    return bool(words) and known and not re.search(r"[\d=<>?%]", text)


def choice_of(text: str, letter: bool, said: str, *, only: bool, seen: bool) -> How | None:
    """Return how a clause chooses the option it mentions, or None where it does not.

    Args:
        letter: the option is named by its letter (or both by letter and text).
        said: the text by which it is named; a label may stand before a symbol ("side DA").
        only: no other clause stands beside it; "A is 30" among others says what A is.
        seen: the options may be things seen, which a property picks out ("B is the steepest").
    """
    signs = [found.start() for found in re.finditer(PLACE, text)]
    lead, tail = text[: signs[0]], text[signs[-1] + 1 :]
    if not all(map(_BETWEEN.fullmatch, re.split(PLACE, text[signs[0] + 1 : signs[-1]]))):
        return None
    if _SYMBOL.search(lead + tail) or (not only and re.search(rf"{PLACE} (?:is|=) {PLACE}", text)):
        return None
    if lead.strip() == "A" and re.match(r"[A-Z\d]", said) and not letter:
        return None  # "A London"
    if " and " in said:
        lead = re.sub(r"\bboth\s*\Z", "", lead, flags=re.IGNORECASE)
    verb = said.casefold().split()[0] in _DOES
    how = _how(lead, labels=letter or not re.search(r"[a-z]{3}", said), verb=verb and not letter)
    if how is None or not _ends(tail, how if seen else "framed", letter=letter, said=said):
        return None
    return how


def _how(lead: str, *, labels: bool, verb: bool) -> How | None:
    """Return how the words before an option lead to it."""
    if re.search(r"\d", lead):
        return None
    rest = lead[_LEAD.match(lead).end() :]
    how: How = "bare"
    if found := _DECLARES.match(rest):
        how = "declared"
    elif found := _CHOOSES.match(rest):
        how = "cued"
    if found:
        rest = rest[found.end() :]
        if how == "cued" and (found := _DECLARES.match(rest)):
            how, rest = "declared", rest[found.end() :]
    if found := _IT.match(rest):
        rest = rest[found.end() :]
    elif how == "bare" and (found := _SUBJECT.match(rest)) and _is_subject(found["subject"]):
        how, rest = "framed", rest[found.end() :]
    elif how == "bare" and verb and _is_subject(rest):
        return "framed"
    return how if (_BEFORE_LABEL if labels else _BEFORE_TEXT).issuperset(words_of(rest)) else None


def _is_subject(text: str) -> bool:
    if text.casefold() == "the remaining one":
        return True
    words = words_of(text)
    return bool(words) and words[-1] in _SUBJECT_ENDS and _SUBJECT_WORDS.issuperset(words)


def _ends(tail: str, how: How, *, letter: bool, said: str) -> bool:
    """Tell whether the words behind an option leave it chosen."""
    if not re.search(r"\w", tail) or _IS_IT.fullmatch(tail):
        return True
    words = words_of(tail)
    if (matched := _MATCHES.fullmatch(tail)) and is_reason(matched["what"], clause=False):
        return True
    if not letter and words:
        if words[0] in _RELATIVE and is_reason(f"it {tail}", clause=True):
            return not re.search(r"\d", said + tail)
        if "information" in said and _TO_TELL.fullmatch(tail):
            return True
        if re.search(r"\d", said):
            bare = tail.strip(" .!°º")
            return not bare or (MEASURES.issuperset(words_of(bare)) and not re.search(r"\d", bare))
        if said.casefold().split()[-1] in _SEEN_OR_SIDES and words[0] in _THINGS_OR_ONE:
            behind = tail[tail.find(words[0]) + len(words[0]) :]
            if len(words) == 1 or _IS_IT.fullmatch(behind):
                return True
    if not words or how != "bare" or re.search(r"\d", tail) or not described(tail, _COUNTS):
        return False
    if found := _PICKS.match(tail):
        first = found["first"].casefold()
        if letter:
            return first in _PICKED
        return (first in _PICKED or first in THINGS) and " of " not in tail
    if not letter:
        return bool(_HAS_MOST.match(tail)) and words[2] in SUPERLATIVE
    return words[0] in VERBS and words[0] not in ("is", "are")


def is_lead(text: str) -> bool:
    """Tell whether a clause only leads to a choice: "so the answer", "based on the figure"."""
    if re.search(PLACE, text):
        return False
    rest = text[_LEAD.match(text).end() :]
    forms = (_DECLARES, _CHOOSES, _IT, _NAMED)
    return not re.search(r"\w", rest) or any(form.fullmatch(rest) for form in forms)
