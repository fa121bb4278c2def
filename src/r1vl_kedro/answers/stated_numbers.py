"""Numbers in prose: whether a sentence states the one at a place."""

import re

from r1vl_kedro.answers.nouns import NO_NOUN, counted
from r1vl_kedro.answers.prose import COPULA, DENYING, NEUTRAL, WORD, clause_around, neutral
from r1vl_kedro.answers.remarks import harmless
from r1vl_kedro.answers.units import read_units

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
_PREDICATE = re.compile(
    rf"\s*(?:{COPULA}|seems?|looks?|appears?|turn(?:s|ed)|has been|"
    r"(?:should|would|can|must|may) be)"
    r"\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(
    r"\s*(?:also\s+)?(?:the|our|my|its)\s+(?:\w+\s+)?(?:number|value|total|answer|result|"
    r"sum|length|"
    r"area|height|amount|age|cost|price|count|measure|volume|width|perimeter|radius|"
    r"maximum|minimum|"
    r"largest|smallest|average|mean|median|mode)\b",
    re.IGNORECASE,
)
_SINGULAR = re.compile(r"1|one|\d+[^\d.,]+\d.*", re.I)
"""One, a part, a range or a score, behind which a noun may be in the singular: "4-2 win"."""
_BEHIND = (NEUTRAL - NO_NOUN) | frozenset("when if each more red".split())
"""Words with which a clause goes on behind a number that counts nothing."""
_TOWARDS = re.compile(
    r"\s*(?:(?:up|down|for|back)(?:wards?)?|left|right|north|south|east|west|AC|DC)\W*\Z"
)
"""A direction behind a unit: "6 m/s downward"."""
_VERB = re.compile(
    r"[a-z]+(?:ed|ing)|won|win|lost|fell|grew|sold|made|seen|agree|fail|(?-i:[A-Z]{1,2})", re.I
)
_SHARE = re.compile(r"\s?(?:%|per ?cent\b|pct\b)")
_CHANGES = frozenset(
    "increase decrease rise drop growth decline reduction discount chance probability profit tax "
    "interest more higher".split()
)
"""What a percentage may be in the singular: "a 7% increase"."""
_COPULAS = frozenset("is are was were has have equals remain remains".split())
_PLACE = re.compile(
    r"\s*(?:(?:of|in|on|at|for|with|from)\s+(?:the|this|that|these|it|each|both)\b|of [a-z]{3}|"
    r"per (?:an? )?(?!mill|thous|hund)[a-z]+\W*\Z|to [a-z]+ (?:the|an?|it)\b)",
    re.I,
)
"""Where, of what, per what or for what purpose: "3 hours to fill the pool"."""
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
    predicate = _PREDICATE.match(after)
    if predicate and not (neutral(predicate["rest"]) or _NAMED.match(predicate["rest"])):
        return False
    if _ARTICLE.search(before) and not _COUNTED.match(after):
        return False
    words = [word.casefold() for word in WORD.findall(before)]
    one = bool(_SINGULAR.fullmatch(text[start:end]))
    if text[end - 1] != "." and not _goes_on(after, one=one, alone=not words):
        return False
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


def _goes_on(after: str, *, one: bool, alone: bool) -> bool:
    """Tell whether what follows a number in its clause leaves it: a counted thing, a unit or
    neutral words.

    ``alone``: nothing stands before the number.
    """
    share = _SHARE.match(after)
    after = after[share.end() :] if share else after
    words = WORD.findall(after.partition("\n")[0])
    if not words or not re.match(r"\s?[A-Za-z]", after):
        return not re.match(r"['’]s\b", after)  # "7's multiple"
    if phrase := counted(words, one=one):
        rest = words[phrase:]
        return not alone or len(rest) != 1 or neutral(rest[0]) or bool(_VERB.fullmatch(rest[0]))
    if words[0] != "per" and read_units(words[0]):
        after = after.lstrip()[len(words.pop(0)) :]
        if not alone or not words or _TOWARDS.search(after):
            return True
    if share and words[0].lower() in _CHANGES:
        return True
    if words[0].lower() in _COPULAS:
        return True
    if words[0].lower() not in _BEHIND:
        return False
    return not alone or neutral(after) or bool(_PLACE.match(after))


_REMARK = re.compile(r"\s*(?:[,;:]|(?<!\^)[(\[](?!/)|(?<=\s)[-–—](?=\s))\s*(?P<said>[^\n]*)")
_CLOSING = re.compile(
    r"\W*(?:done|verified|checked|q\.?e\.?d|thank(?:s| you)\b.*|great question|"
    r"(?:i )?hope (?:this|that|it) helps|"
    r"(?:that|this|it)(?: is|['’]s) (?:the|my|our) (?:final |correct )?answer|"
    r"(?:that|this|it) (?:follows|is clear|(?:is|can be) (?:seen|read|shown)) (?:from|in|by|on) .*|"
    r"i am (?:very |quite )?(?:confident|sure)(?: (?:in|of|about) (?:this|the|my) answer)?)\W*",
    re.IGNORECASE,
)
"""Sentences that close a text behind its value."""
_LOOSE = re.compile(
    r"\A\s*(?:in|on|at|for)\s+an?\s|\sto be\s"
    r"|\s(?:in|on|at|for|from|with|under)\s+(?!(?:the|this|that|these|those|its?|his|her|their|our|"
    r"my|your|each|every|all|both|any|an?|one|two|three|four|total|length|width|height|depth|area|"
    r"volume|school|class|size|value|which|whom|between)\b|[A-Z\d]|\w+s\b|\w+ing\b)",
)
"""An adverbial without a determiner behind a number: "7 at first", "7 in theory"."""


def left_whole(rest: str) -> bool:
    """Tell whether what follows a number in its sentence leaves it as it is: "cubes in the box".

    Example:
        >>> left_whole(" cubes in the box. Done."), left_whole(", nope"), left_whole(" in theory")
        (True, False, False)
    """
    sentence, *further = re.split(r"(?:(?<=[\w)])|\A)[.!](?:\s+|\Z)|\s\.\s|\n", rest)
    if not all(not one.strip() or _CLOSING.fullmatch(one) for one in further):
        return False
    remark = _REMARK.search(sentence)
    for said in re.split(r",\s+", remark["said"]) if remark else ():
        if re.match(r"(?:so|hence|thus|therefore|which means)\b", said):
            break
        if re.search(r"\w", said) and not harmless(said):
            return False
    return not _LOOSE.search(sentence[: remark.start()] if remark else sentence)
