"""Numbers in prose: whether a sentence states the one at a place."""

import re

from r1vl_kedro.answers.behind import goes_on, is_tail
from r1vl_kedro.answers.prose import DENYING, NEUTRAL, WORD, clause_around
from r1vl_kedro.answers.remarks import harmless

_VERBS = frozenset(
    (
        "need needs needed pay pays paid cost costs take takes took use uses used eat eats ate buy "
        "buys bought sell sells sold earn earns earned save saves saved spend spends spent receive "
        "receives received collect collects collected contain contains contained hold holds held "
        "show shows showed count counts counted total totals totaled reach reaches reached weigh "
        "weighs weighed measure measures measured travel travels traveled walk walks walked drive "
        "drives drove run runs ran require requires required want wants read reads score scores "
        "scored won produce produces produced calculate estimate plant planted drink drank keep "
        "keeps kept bring brings brought bake bakes baked sit sits stand stands cover covers work "
        "works worked charge charges charged form forms become becomes include includes cut cuts "
        "flew fly flies go goes went swim swims swam ride rides rode last lasts lasted gain gains "
        "gained jump jumps jumped fill fills filled wins own owns owned carry carries play plays "
        "played visit visited "
        "represent represents represented indicate indicates display displays depict depicts "
        "everyone exist exists up still more another but"
    ).split()
)
_AMOUNT_OF = re.compile(
    r"\b(?:total|value|length|height|width|depth|area|volume|radius|diameter|perimeter|number|"
    r"amount|factor|speed|rate|distance|probability|average|mean|median|mode|range|cost|price|"
    r"weight|mass|age|size|score|answer|result|circumference|slope|angle|measure|maximum|minimum|temperature|"
    r"difference|profit|force|voltage|current|pressure|energy|power|resistance|charge|"
    r"capacity|velocity|acceleration|momentum|work|frequency|population|degree|coefficient|"
    r"consists?|made up)\s+of\s*\Z|\b(?:continues?|goes on) with\s*\Z",
    re.IGNORECASE,
)
_BIDDING = frozenset(
    "remove replace forget drop delete ignore skip omit change move erase swap strike cancel "
    "dismiss take subtract add".split()
)
"""Verbs that bid to do something with the number behind them: "remove the 5"."""
_OBJECTS = frozenset("him her them us me".split())
_DIGITS = re.compile(r"\s*(?:digits?|decimals?|point)\b", re.IGNORECASE)
_ENDS_IN = re.compile(r"\b(?:end|begin|start)(?:s|ing)? (?:in|on|with)\s*\Z", re.IGNORECASE)
_LIKE = re.compile(
    r"(?<!look )(?<!looks )(?<!seems )\b(?:like|such as)\s+(?:(?:the|an?)\s+)?\Z", re.IGNORECASE
)
_DANGLING = frozenset("of from with for as by per than".split())
AMOUNTS_TO = (
    "equal equals comes amounts up out evaluates simplifies reduces sum sums corresponds".split()
)
"""Words with which "to" leads to the value of something: "equal to", "comes to"."""
_LEADS = frozenset(AMOUNTS_TO) | frozenset(
    "come came adds corresponding leads points pointing refers rounds rounded equivalent according "
    "works goes".split()
)
"""Words with which "to" may lead to what is stated: "rounded to", "according to"."""
_SINGULAR = re.compile(r"1|one|\d+[^\d.,]+\d.*", re.I)
"""One, a part, a range or a score, behind which a noun may be in the singular: "4-2 win"."""
_ARTICLE = re.compile(r"\b(?:an?|the)\s+\Z", re.I)
_COUNTED = re.compile(r"\s?(?:[a-z]{2,}|%|°|-)", re.I)
"""Of a number behind an article: "the 7 cubes" is a count, "the 7" and "a 7" are figures."""


def value_stated(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence states the number at a place: it has, is or reckons it.

    Example:
        >>> value_stated("He needs 5 boxes", 9, 10), value_stated("I distrust 5", 11, 12)
        (True, False)
    """
    before, after = clause_around(text, start, end)
    if DENYING.search(f"{before} {after}") or _DIGITS.match(after):
        return False
    if _LIKE.search(before) or _ENDS_IN.search(before):
        return False
    if _ARTICLE.search(before) and not _COUNTED.match(after):
        return False
    words = [word.casefold() for word in WORD.findall(before)]
    while words and words[-1] in _OBJECTS:
        words.pop()
    if _BIDDING.intersection(words[:1]):
        return False
    if not words or _AMOUNT_OF.search(before):
        return True
    last = words[-1]
    if last == "to" and not _LEADS.intersection(words[-2:-1]):
        return False  # "parallel to DA"
    return last not in _DANGLING and (last in NEUTRAL or last in _VERBS)


_REMARK = re.compile(r"\s*(?:[,;:]|(?<!\^)[(\[](?!/)|(?<=\s)[-–—](?=\s))\s*(?P<said>[^\n]*)")
_CLOSING = re.compile(
    r"\W*(?:|done|verified|checked|q\.?e\.?d|thank you|thanks|great question|"
    r"(?:i )?hope (?:this|that|it) helps|"
    r"(?:that|this|it)(?: is|['’]s) (?:the|my|our) (?:final |correct )?answer|"
    r"i am (?:very |quite )?(?:confident|sure)(?: (?:in|of|about) (?:this|the|my) answer)?)\W*",
    re.IGNORECASE,
)
"""Sentences that close a text behind its value."""
_FOLLOWS = re.compile(
    r"\s*(?:this|that|it) (?:follows|is clear|(?:is|can be) (?:seen|read|shown))(?= )",
    re.IGNORECASE,
)
_SO_MUCH = re.compile(
    r"so (?:the [a-z]+|he|she|it|they|we) (?:needs?|has|have|gets?|earns?|pays?|saves?|costs?)"
    r" that (?:much|many)\W*\Z",
    re.IGNORECASE,
)
_SCRAPS = re.compile(
    r"(?:[\W\d]*\b(?:answer|by|chart|final|image|is|inst|of|scene|small|step|things|think)\b)*[\W\d]*",
    re.IGNORECASE,
)
"""Words of a prompt that are repeated behind a value."""


def left_whole(number: str, rest: str, *, alone: bool) -> bool:
    """Tell whether what follows a number in its sentence leaves it as it is: "cubes in the box".

    ``alone``: nothing stands before the number.

    Example:
        >>> left_whole("7", " cubes in the box. Done.", alone=True)
        True
        >>> left_whole("7", ", nope", alone=True), left_whole("7", " in theory", alone=True)
        (False, False)
    """
    sentence, *further = re.split(r"(?:(?<=[\w)])|\A)[.!](?:\s+|\Z)|\s\.\s|\n", rest)
    for one in further:
        seen = _FOLLOWS.match(one)
        if not (_CLOSING.fullmatch(one) or (seen and is_tail(one[seen.end() :]))):
            return False
    remark = _REMARK.search(sentence)
    for said in re.split(r",\s+", remark["said"].rstrip(")] ")) if remark else ():
        if re.search(r"\w", said) and not (harmless(said) or is_tail(said) or _SO_MUCH.match(said)):
            return False
    if alone and _SCRAPS.fullmatch(rest):
        return True
    kept = sentence[: remark.start()] if remark else sentence
    return goes_on(kept, one=bool(_SINGULAR.fullmatch(number)))
