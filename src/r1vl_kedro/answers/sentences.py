"""What a sentence states: the one value in it."""

import re
from functools import lru_cache

from r1vl_kedro.answers.calendar import MONTHS
from r1vl_kedro.answers.leads import leads, without_opening
from r1vl_kedro.answers.nouns import NO_NOUN
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.prose import DENIAL_OR_DOUBT, DENYING, OF_ANOTHER, WRONG
from r1vl_kedro.answers.quantities import COUNTERS, NUMBER, read_quantity
from r1vl_kedro.answers.remarks import harmless
from r1vl_kedro.answers.repeats import without_change
from r1vl_kedro.answers.stated_numbers import (
    AMOUNTS_TO,
    difference_alone,
    left_whole,
    value_stated,
)
from r1vl_kedro.answers.units import read_units

MAX_SENTENCE = 400

_DENIED = re.compile(
    rf"\b(?:{DENIAL_OR_DOUBT}|{OF_ANOTHER}|nothing|none|nobody|but|whether|either|possibly|"
    r"(?-i:may)|wait|instead|rather|except|unlike|other|another|opposite|guess\w*|actually|far)\b"
    r"|\bbefore the\b|\A\W*may\b|\bunequal\b"
    r"|n't\b|\?|不|没|非|否|或|还是|大于|小于|\b(?:nicht|oder|kein\w*|pas|ou|ni|no es)\b",
    re.IGNORECASE,
)
"""Words of denial, doubt and choice, beside those of `prose.WRONG`: a sentence with one states
nothing."""
_COMPARED = re.compile(
    r"(?:%|\bper ?cent)\s*of\s+(?:the\s+)?(?:\d|[A-Za-z]\b)"
    r"|\A\W*(?:max|min)\b|\bto (?:question|problem|exercise) \d|:\s*\Z"
    r"|\b(?:than|too|less|fewer|more|short|off|beyond|exceed\w*|above|below|over|under|nearly|almost|"
    r"twice|thrice|double|triple|half(?!-life)|squared|cubed|root|power|factorial|divided|multiplied|plus|"
    r"doubled|halved|tripled|given that we|"
    r"minus|neg(?:ative)?|"
    r"times|mod|modulo|(?<!in the )ratio(?! of [a-z]+ to [a-z]+ is\b)|least|most|best|worst|"
    r"(?<!add )(?<!adds )(?<!adding )(?<!sums )up to|"
    r"as (?:many|much|few|little) as|"
    r"close to|until|log|ln|sin|cos|tan|sqrt|added|subtract\w*|increase[ds]? by|decrease[ds]? by|"
    r"and a half|and a bit|and some|in (?:tens|hundreds|thousands|millions|billions|dozens)|"
    r"binary|base|divid\w+|"
    r"(?:answer|number|result|total) has|(?:ten|hundred|thousand|million|billion)ths|"
    r"(?:square|cube|third|quarter|percent|multiple|(?<!scale )factor|logarithm|sum|product) of)\b",
    re.IGNORECASE,
)
"""Words of comparison and reckoning: the number beside them is part of another."""
_MONTH = re.compile(
    rf"\b(?:{'|'.join(name[:3] for name in MONTHS)})(?:[a-z]*\b|\b\.?)\s+\d|[A-Za-z]\d",
    re.IGNORECASE,
)
_END = rf"(?:USD |[€£¥])?{NUMBER}(?:\s?%)?"
_FOUND = re.compile(
    r"(?<![\w.^_'])(?:(?:USD |EUR |Rs\.? ?|[€£¥])?(?<![-\d])-?)"
    r"(?:\d{1,2}:[0-5]\d(?!:\d)(?:\s*[ap]\.?m\.?)?|\d{4}-\d\d-\d\d|\d+\s*:\s*\d+(?:\s*:\s*\d+)*"
    rf"|{_END}\s?(?:-|to)\s?{_END}(?![\w-])|\(\d+/\d+\)|\d+\s+\d+/\d+|\d+/\d+|{NUMBER})(?:st|nd|rd|th)?",
    re.IGNORECASE,
)
_WORD_NUMBER = re.compile(
    rf"\b(?:{'|'.join(CARDINALS)})"
    rf"(?:[- ](?:{'|'.join(CARDINALS)}|hundred|thousand|million|dozen))*\b",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r"^-?[ ]?((?:square |cubic |sq\.? |cu\.? )?[A-Za-z%€£¢°][^\s,;:!?()\[\].]*"
    r"(?:(?:\s[a-zA-Z]{1,3}\^\(-?\d\))+|\s+per\s+[A-Za-z]+|\s+(?:points?|[CF])\b)?)"
)
_SPOILT_BEFORE = re.compile(
    r"(?:[\^/+*<>!(_=~]|\b[A-Za-z]\s*-|(?<=\w)-)\s*\Z"
    rf"|{''.join(f'(?<!{word} )' for word in AMOUNTS_TO)}\bto\s+\Z"
    r"|\b(?:after|before|past|since|until|by|without|versus|vs\.?|next to|following|preceding"
    r"|(?:in|from|at) (?:figure|step|page|question|exercise|problem)"
    r"|above|below|(?:one|two|three|four|\d) in(?: every)?)\s+\Z",
    re.IGNORECASE,
)
_SPOILT_AFTER = re.compile(
    r"\s*(?:[\^/*+<>=_!)]|-\s*[A-Za-z](?![A-Za-z])|\.\d)|\d"
    r"|\s+(?:to|hundred|thousand|million|billion|trillion|dozen|of \d|(?:тыс|мил|млн|млрд)\w*)\b"
    r"|\s?(?!I )[a-zA-Z](?![\w'])",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"(?<!\d)({NUMBER}|\b(?:{'|'.join(CARDINALS)}))((?:\s+(?!per\b|percent)[a-z]{{3,}})?)\s+(?:more|additional|extra)(?=\s+(?!than\b|or\b)[a-z])",
    re.IGNORECASE,
)
_MORE_NEEDED = re.compile(r"(\bneed(?:s|ed)? \S+(?: [a-z]+)?) more(?=\W*\Z)")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_YEARS = re.compile(rf"(?:{_YEAR.pattern})\s?(?:-|to)\s?(?:{_YEAR.pattern})")
_YEAR_BEFORE = re.compile(r"\b(?:in|for|of|during|year)\s+(?:the\s+)?(?:year\s+)?\Z", re.IGNORECASE)
_SYMBOL = re.compile(
    r"(?!AM|PM|I\b)(?=\w*[A-Z])\w{2,3}|"
    r"(?!(?:in|on|at|of|to|is|as|by|or|we|he|it|so|if|do|be|up|my|an|no|us|me|am|pm)\b)[a-z]{2}"
)
_HAN_MORE = re.compile(r"\s?[\u4e00-\u9fff]?(?:以[上下内外]|次方|左右|前后|多|余|半|未満|超)")
"""A bound, a rounding or a half behind a count: 5个以上, 5个半."""
_REFERS = re.compile(
    r"\W*(?:see|cf|refer|compare|as (?:\w+ )?(?:in|on|by)|according to|look)\b", re.IGNORECASE
)
_HAN_AFTER = re.compile(r"\s?([\u3040-\u30ff\u4e00-\u9fff]{1,4})")
_NTH = re.compile(r"\d(?:st|nd|rd|th)$", re.IGNORECASE)
_LABEL_BEFORE = re.compile(
    r"(?<!(?:irst|cond|hird|ther) )\b(?:row|column|step|figure|fig\.?|question|problem|table|"
    r"angle|line|bar|stage|level|page|item|day|week|month|case|class|grade|group|box|machine|store|team|"
    r"player|example|pattern|term|bus|round|game|year|test|trial|set|shelf|bag)\s+\Z",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(?:of|in|for) [a-z]{3,} \Z")
_SAYING = re.compile(r"\s(?:is|was|has|had|equals)\b")
"""What stands around the number of a thing: "the mass of block 2 is"."""
_TIME_BEFORE = re.compile(r"\b(?:after|in|within|every|over)\s+\Z", re.IGNORECASE)
_TIME_AFTER = re.compile(r"\s*-?(?:second|minute|hour|day|week|month|year)s?\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\d\s*[(\[](?!/)([^()\[\]\d]*)[)\]]\W*$")
_OF_ALL = re.compile(rf"(?<=\d)\s+of the {NUMBER}(?=\s+[a-z]{{3,}})", re.IGNORECASE)
_OF_THEM = re.compile(rf"^({NUMBER}|(?:{'|'.join(CARDINALS)})) of the (?=[a-z]+s\b)", re.I)
_THRESHOLD = re.compile(
    r"^(?P<kept>(?:(?:there|it|he|she|we|they|i) (?:is|are|was|were|has|have|had|see|count) )?"
    rf"(?:only |exactly |a total of )?(?:{NUMBER}|(?:{'|'.join(CARDINALS)})\b)(?:\s*\(\d+\))?"
    r"(?P<counted>(?: [a-z]{3,}){1,2}?))(?: (?:in|on|of) the [a-z]+)?"
    r"(?P<verb>,? (?:that|which|who|whose|with|have|has|had|are|is|were|was)"
    r"(?: (?:an?|the|is|are|was|were|ha(?:s|ve)|of|(?:value|height|length|price|score|age|number|"
    r"weight|population|percentage|temperature|bar)s?|sales)){0,5}?)? "
    r"(?:above|over|below|under|beyond|at least|at most|exceed(?:s|ed|ing)?"
    r"|(?:more|less|greater|fewer|larger|smaller|higher|lower|taller|longer|older) than)\s+"
    r"(?:\$|USD )?\d[\d.,]*\s?%?(?: [a-z]+)?\W*$",
    re.IGNORECASE,
)
"""A count of what lies beyond a bound: "2 bars are above 50"."""
_SHOWN = re.compile(
    r"^(?:so,? )?(?:the|this|that|its?|our) (?:[a-z]+ ){0,4}(?:shows?|reads?|displays?|represents?|"
    r"indicates?|stands? for) (?:(?:about|exactly|a total of) )?"
    r"(?:(?P<time>(?:half|quarter|[a-z]+) (?:past|to) [a-z]+)"
    rf"|(?P<amount>{NUMBER} (?:hundred|thousand|million|billion|trillion)(?: [a-z]{{3,}})?))\W*$",
    re.IGNORECASE,
)
_STEPS = frozenset("point points percent step steps place places degree degrees".split())
_UNIT_LETTERS = frozenset("mgshlLNJVWKAC")


@lru_cache(maxsize=8192)
def value_in_sentence(plain: str) -> str | None:
    """Return the one number, range, time or ratio in a sentence, with its unit.

    None where there are more.

    It counts unless it is part of a formula (``5x``) or of a bound (``at least 5``), or the
    sentence compares, hedges or denies.

    Example:
        >>> value_in_sentence("There are 14 bars in it"), value_in_sentence("14 or 15")
        ('14 bars', None)
    """
    plain = re.sub(r"\^\((\d)\)", r"^\1", plain)
    plain = difference_alone(plain)
    plain = _MORE_NEEDED.sub(r"\1", plain)
    plain = without_change(_OF_ALL.sub("", plain[: MAX_SENTENCE + 1]))
    plain = without_opening(_MORE.sub(r"\1\2", plain))
    beyond = _THRESHOLD.match(_OF_THEM.sub(r"\1 ", plain))
    if beyond and _counts(beyond["counted"], measured=bool(beyond["verb"])):
        plain = re.sub(r"\s*\(\d+\)", "", beyond["kept"])
    if len(plain) > MAX_SENTENCE or re.search(r"[<>\\{}±|]|!=", plain):
        return None
    if not re.search(r"[^\W\d_]{2}", plain) or any(
        pattern.search(plain) for pattern in (_DENIED, WRONG, _COMPARED, _MONTH)
    ):
        return None
    bracket = _BRACKETED.search(plain)
    if bracket and not (harmless(bracket[1]) or read_units(bracket[1].removeprefix("in "))):
        return None
    found = [one for one in _FOUND.finditer(plain) if not plain.endswith("^(", 0, one.start())]
    found += _WORD_NUMBER.finditer(plain)
    found = _without_adjuncts(plain, found)
    if found and not leads(plain[: found[0].start()]):
        return None
    if any(_NTH.search(one[0]) for one in found):  # "the 7th prime"
        return None
    if found and not any(value_stated(plain, *one.span()) for one in found):
        return None
    if found and not _left_whole(plain, max(found, key=lambda one: one.end())):
        return None
    values = [_value(plain, one) for one in found]
    distinct: dict[object, list[str]] = {}
    units = set()
    for one in values:
        if one is None:
            return None
        quantity = read_quantity(one)
        distinct.setdefault(quantity.number if quantity else one, []).append(one)
        units |= {quantity.units} if quantity and quantity.units else set()
    alone = len(distinct) == 1 and len(units) < 2  # "5 cm. It should be 5 m."
    return max(next(iter(distinct.values())), key=len) if alone else None


def _left_whole(plain: str, last: re.Match[str]) -> bool:
    digits = last[0].rstrip(".")
    rest = plain[last.start() + len(digits) :]
    return left_whole(digits, rest, alone=not re.search(r"\w", plain[: last.start()]))


def shown_value(plain: str) -> str | None:
    """Return the amount or time of day that a sentence reads off its subject.

    None where it says more.

    Example:
        >>> shown_value("The clock shows half past five."), shown_value("It shows 5 or 6.")
        ('half past five', None)
    """
    found = _SHOWN.match(plain)
    if not found or any(pattern.search(plain) for pattern in (_DENIED, WRONG)):
        return None
    said = found["time"] or found["amount"]
    return None if found["amount"] and _COMPARED.search(plain) else said


def _counts(noun: str, *, measured: bool) -> bool:
    """Tell whether words behind a number are counted things: no comparison, and no unit.

    ``measured``: a unit may be counted, as in "seven months are below 20 degrees".
    """
    words = [word for word in noun.lower().split() if word[:3] != "bar"]
    return NO_NOUN.isdisjoint(words) and (
        measured or not any(word in _STEPS or read_units(word) for word in words)
    )


def _without_adjuncts(plain: str, found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return the numbers but for a year ("in 2010, ..."), a time ("after 5 days he ...") and a
    label.

    Where nothing else is left, all of them.
    """
    if len(found) < 2 and not _REFERS.match(plain):
        return found
    kept = [one for one in found if not _is_adjunct(plain, one)]
    return kept if kept or _REFERS.match(plain) else found


def _is_adjunct(plain: str, number: re.Match[str]) -> bool:
    before, after = plain[: number.start()][-20:], plain[number.end() :][:20]
    if _YEAR.fullmatch(number[0]) and _YEAR_BEFORE.search(before):
        return True
    if _YEARS.fullmatch(number[0]) and before.endswith(("from ", "during ", "in ", "period ")):
        return True
    somebody = number[0].lower() == "one" and not plain[: number.start()].strip()
    label = _NUMBERED.search(before) and _SAYING.match(after)
    if somebody or label or _LABEL_BEFORE.search(before) or _NTH.search(number[0]):
        return True
    return bool(_TIME_BEFORE.search(before) and _TIME_AFTER.match(after))


def _value(text: str, found: re.Match[str]) -> str | None:
    """Return a number as it stands in a text, with the unit after it.

    None where it is part of more.
    """
    if spoilt(text, *found.span(), units=True):
        return None
    following = found[0][-1] != "." and _UNIT_AFTER.match(text[found.end() :][:60])
    if following:
        one = f"{found[0]} {following[1].rstrip('.')}"
        letter = len(following[1]) == 1 and following[1].isalpha()
        quantity = read_quantity(one) if not letter or following[1] in _UNIT_LETTERS else None
        if following[0][0] == "-" and not (quantity and quantity.units):
            return None  # "five-sided"
        if quantity:
            return one
        if _SYMBOL.fullmatch(following[1]):
            return None
    han = _HAN_AFTER.match(text[found.end() :][:12])
    if _HAN_MORE.match(text[found.end() :][:12]):
        return None
    if han and not (han[1][0] in COUNTERS or read_units(han[1])):
        return None
    return None if _SPOILT_AFTER.match(text[found.end() :][:60]) else found[0]


def spoilt(text: str, start: int, end: int, *, units: bool = False) -> bool:
    """Tell whether a number is part of a formula: 45 in -45, 2*45, 45/2 and 45x.

    ``units`` leaves what follows it to the caller.
    """
    if _SPOILT_BEFORE.search(text[:start][-20:]):
        return True
    return not units and bool(_SPOILT_AFTER.match(text[end:][:60]))


def compares(text: str) -> bool:
    """Tell whether a text compares or reckons, so that a number in it is part of another."""
    return bool(_COMPARED.search(text))


def denies(plain: str) -> bool:
    """Tell whether a sentence holds a word of denial, doubt or choice."""
    return bool(_DENIED.search(plain) or DENYING.search(plain)) or len(plain) > MAX_SENTENCE
