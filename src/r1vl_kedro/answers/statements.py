"""What is said around an answer: lead-ins, hedges, remarks; and the one value in a sentence."""

import re
from functools import lru_cache

from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.quantities import NUMBER, read_quantity

_SPECIAL = re.compile(r"<\|[a-z_]+\|>|</?(?:answer|think|summary|s|eos|pad)>", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"\*\*(?=\S)([^*]+?)(?<=\S)\*\*|__(?=\S)([^_]+?)(?<=\S)__|`([^`]*)`|(?<!\w)\*(?=\S)([^*]+?)(?<=\S)\*(?!\w)|(?<!\w)_(?=[A-Za-z])([^_\s]+)_(?!\w)"
)
_HASHES = re.compile(r"^\s*#{1,6}\s+")
_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{")
_WRAPPER = re.compile(r"^\s*\\(?:text|mathrm|mathbf|textbf|mbox)\s*\{([^{}]*)\}\s*$")
_LEAD = re.compile(
    r"^(?:"
    r"(?:so|thus|hence|therefore|and|then|finally|consequently|clearly|ok|okay|"
    r"well|now|in conclusion|"
    r"in summary|as a result|overall)\b(?![-'])[\s,:]*(?:,|(?=\S))"
    r"|(?:(?:the|my|our|its)\s+)?(?:final\s+|correct\s+|right\s+|best\s+)*"
    r"(?:answer|option|choice|result|value|solution|total|sum|conclusion|ans)\b\s*"
    r"(?:(?:is|are|was|=|:|equals|would be|should be|must be|seems to be|"
    r"is equal to|will be|comes to)"
    r"(?![A-Za-z])\s*:?\s*(?:that\s+)?)+"
    r"|(?:it|this|that|which|there|they|he|she)(?:\s+(?:is|are|was|were|will be|"
    r"must be|would be|has|have)\b|'s\b|'re\b)"
    r"(?:\s+(?:exactly|only|just|about|approximately))?\s*"
    r"|(?:we|i)\s+(?:get|have|obtain|find|see|choose|pick|think|believe|"
    r"would say|say|count|would pick|select|"
    r"conclude|go with)\b\s*(?:that\s+|it\s+is\s+|it's\s+)?"
    r"|(?:only|just|exactly|precisely|a total of|total of|in total|all in all|roughly)\s*,?\s+"
    r"|(?:about|approximately|approx\.?|around|nearly|almost)\s+(?=[-\d.]|USD|[€£¥]|[a-z]+\s*$)"
    r"|(?:~=|~|≈|=|:=)\s*"
    r"|(?:答案|结果|结论|选项?|选择|所以|因此|故|共有?|约|总共|一共)(?:是|为|选|等于)?\s*[:：]?\s*"
    r"|(?:是|为|等于)(?=[\d０-９A-Za-z])"
    r")",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:[\s,;]+(?:since|because|as|where|given|for|due to|so that|"
    r"which)\b(?!\s+(?:long|many|much))\s.*"
    r"|[\s,]+(?:in total|altogether|overall|in all|total|only|approximately|"
    r"approx\.?|roughly|respectively)"
    r"|\s*[(\[](?:[a-z][a-z .]*|approx\.?|units?)[)\]]|\s*[.!]?\s*therefore.*"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
_RESTATED = re.compile(r"^(?P<first>[^()\[\]]{1,40}?)\s*\((?P<second>[^()]{1,40})\)$")
_COPULA = re.compile(
    r"^(?P<subject>(?:the|this|that|its|our|my|his|her|a|an)?\s*(?:[A-Za-z][\w'-]*\s+){1,9}?)"
    r"(?:is|are|was|were|will be|will|equals|becomes|be)\s+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_COPULA_TAIL = re.compile(r"^(?:called|named|known as|in|on|at|the|a|an)\s+(?=\w\w)", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|except|without|nothing|none|but|wrong|incorrect|false|"
    r"unless|if|or|either|maybe|perhaps|possibly|might|could|may|wait|unlikely|than|instead|rather)\b"
    r"|n't\b|\?|不|没|非|否",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:or|either|maybe|perhaps|possibly|might|could|may|wait|unlikely|not|never|neither|nor|cannot|except|"
    r"no|wrong|incorrect|actually|unless|without|but)\b|n't\b|\?|不|没",
    re.IGNORECASE,
)
_END = rf"(?:USD |[€£¥])?{NUMBER}(?:\s?%)?"
_FOUND = re.compile(
    rf"(?<![\w.^_'])(?:(?:USD |EUR |Rs\.? ?|[€£¥])?(?<![-\d])"
    rf"-?)(?:\d{{1,2}}:[0-5]\d(?:\s*[ap]\.?m\.?)?"
    rf"|\d{{4}}-\d\d-\d\d|\d+\s*:\s*\d+(?:\s*:\s*\d+)*|{_END}\s?(?:-|to)\s?{_END}(?![\w-])|\d+\s+\d+/\d+|\d+/\d+"
    rf"|{NUMBER})(?:st|nd|rd|th)?",
    re.IGNORECASE,
)
_WORD_NUMBER = re.compile(
    rf"\b(?:{'|'.join(word for word in CARDINALS)})"
    rf"(?:[- ](?:{'|'.join(CARDINALS)}|hundred|thousand|million|dozen))*\b",
    re.IGNORECASE,
)
_AFTER_WORDS = re.compile(
    r"^-?\s?((?:square |cubic |sq\.? |"
    r"cu\.? )?[A-Za-z%€£¢°][^\s,;:!?()\[\].]*(?:\s+per\s+[A-Za-z]+|\s+(?:points?|[CF])\b)?)"
)
_SPOILT_BEFORE = re.compile(
    r"(?:[\^/+*<>!(_=]|~|\b[A-Za-z]\s*-|(?<=\w)-)\s*\Z|\b(?:least|most|than|over|under|above|below|beyond|"
    r"log|ln|sin|cos|tan|sqrt|root|nearly|almost|between|plus|minus|times|twice|"
    r"double|half|triple|up to|close to|"
    r"(?:square|cube|half|third|quarter|double|root|percent|multiple|factor|"
    r"power|logarithm|sum|product|%|ratio) of|"
    r"(?<!equal )(?<!equals )(?<!comes )(?<!amounts )(?<!up )"
    r"(?<!corresponds )(?<!belongs )to)\s+\Z",
    re.IGNORECASE,
)
_SPOILT_AFTER = re.compile(
    r"\s*(?:[\^/*+<>=_!)]|-\s*[A-Za-z](?![A-Za-z])|\.\d)|\d|\s+(?:plus|minus|times\s+[\dxyz]|squared|cubed|"
    r"factorial|and a half|at least|at most|or more|or less|more than|less than|"
    r"to|hundred|thousand|"
    r"million|billion|trillion|dozen|of \d|mod)\b|\s?[a-zA-Z](?![\w'])",
    re.IGNORECASE,
)
_UNIT_LETTERS = frozenset("mgshlLNJVWKAC")
MAX_SENTENCE = 400


def clean(text: str) -> str:
    r"""An answer without special tokens, markup, boxes and quotes around it.

    Example:
        >>> clean(r"**\boxed{5} cm**<|im_end|>"), clean('"Paris"')
        ('5 cm', 'Paris')
    """
    text = _SPECIAL.sub(" ", text).translate(_INVISIBLE)
    text = _HASHES.sub("", text)
    text = _MARKDOWN.sub(lambda m: next(g for g in m.groups() if g is not None), text).strip()
    text = unboxed(text)
    for _ in range(3):
        before = text
        text = text.strip()
        for left, right in (
            ("\\(", "\\)"),
            ("\\[", "\\]"),
            ("$", "$"),
            ("`", "`"),
            ("“", "”"),
            ("‘", "’"),
        ):
            if (
                text.startswith(left)
                and text.endswith(right)
                and len(text) > len(left) + len(right)
            ):
                inner = text[len(left) : -len(right)]
                if left not in inner:
                    text = inner.strip()
        wrapped = _WRAPPER.match(text)
        text = wrapped[1].strip() if wrapped else text
        if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
            text = text[1:-1].strip()
        if text == before:
            break
    return text.strip()


_INVISIBLE = {ord(char): None for char in "\u200b\u200c\u200d\u2060\ufeff\0\u00ad"}


def unboxed(text: str) -> str:
    r"""The text with the content of a ``\boxed{...}`` in its place; unclosed ones stay."""
    for _ in range(4):
        found = _BOX.search(text)
        if not found:
            break
        end = _closing(text, found.end())
        if end is None:
            break
        text = f"{text[: found.start()]}{text[found.end() : end]}{text[end + 1 :]}"
    return text


def _closing(text: str, start: int) -> int | None:
    depth = 1
    for place in range(start, len(text)):
        char = text[place]
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return place
    return None


@lru_cache(maxsize=8192)
def cores(plain: str) -> tuple[str, ...]:
    """An answer as written, then without what is said around it, step by step.

    Example:
        >>> cores("Thus, there are 7 in total.")
        ('Thus, there are 7 in total', 'there are 7 in total', '7 in total', '7')
    """
    text = _stripped(plain)
    found = [text]
    for _ in range(8):
        shorter = _LEAD.sub("", text, count=1)
        if shorter == text:
            shorter = _REMARK.sub("", text, count=1)
        if shorter == text:
            shorter = _restated(text)
        if shorter == text:
            break
        text = _stripped(shorter)
        if not text:
            break
        found.append(text)
    return tuple(found)


def _stripped(text: str) -> str:
    text = text.strip()
    while len(text) > 1 and text[-1] in ".,;:。" and not text.endswith("..."):
        if re.search(r"(?:\b[A-Za-z]\.){2,}$", text):
            break
        text = text[:-1].rstrip()
    return text


def _restated(text: str) -> str:
    """``five (5)``: the second writing where both have one value; else the text as it is."""
    found = _RESTATED.match(text)
    if not found:
        return text
    first, second = read_quantity(found["first"]), read_quantity(found["second"])
    if first is None or second is None or first.number != second.number:
        return text
    return found["first"] if first.units or first.noun or not second.units else found["second"]


def value_in_sentence(plain: str) -> str | None:
    """The one number, range, time or ratio in a sentence, with its unit; None where there are more.

    It counts unless it is part of a formula (``5x``), of a bound (``at least 5``), or the sentence
    hedges or denies.

    Example:
        >>> value_in_sentence("There are 14 bars in it"), value_in_sentence("14 or 15")
        ('14 bars', None)
    """
    if len(plain) > MAX_SENTENCE or _HEDGE.search(plain) or re.search(r"[<>\\{}±|]|!=", plain):
        return None
    if not re.search(r"[^\W\d_]{2}", plain):
        return None
    found = list(_FOUND.finditer(plain)) + list(_WORD_NUMBER.finditer(plain))
    if not found:
        return None
    values = {_value(plain, one) for one in found}
    if None in values:
        return None
    distinct = {}
    for one in values:
        if one:
            quantity = read_quantity(one)
            distinct.setdefault(quantity.number if quantity else one, []).append(one)
    if len(distinct) != 1:
        return None
    return max(next(iter(distinct.values())), key=len)


def _value(text: str, found: re.Match[str]) -> str | None:
    before, after = text[: found.start()][-14:], text[found.end() :][:60]
    if _SPOILT_BEFORE.search(before):
        return None
    following = _AFTER_WORDS.match(after)
    if following:
        one = f"{found[0]} {following[1].rstrip('.')}"
        letter = len(following[1]) == 1 and following[1].isalpha()
        if (not letter or following[1] in _UNIT_LETTERS) and read_quantity(one):
            return one
    if _SPOILT_AFTER.match(after):
        return None
    return found[0]


def statement_end(plain: str) -> str | None:
    """What a sentence says of its subject (``The capital is Paris``), or None where it denies."""
    if _DENIED.search(plain) or len(plain) > MAX_SENTENCE:
        return None
    found = _COPULA.match(plain)
    if not found:
        return None
    return _COPULA_TAIL.sub("", _stripped(found["rest"]))
