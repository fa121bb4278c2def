"""What is said around an answer: markup, lead-ins, remarks."""

import re
from functools import lru_cache

from r1vl_kedro.answers.behind import is_description, is_tail
from r1vl_kedro.answers.known_words import HAN_ASKED
from r1vl_kedro.answers.leads import leads, states_one, tells, without_opening
from r1vl_kedro.answers.prose import SENTENCE_END, hedges
from r1vl_kedro.answers.quantities import read_quantity
from r1vl_kedro.answers.remarks import without_remark
from r1vl_kedro.answers.repeats import restated, result_alone, without_working
from r1vl_kedro.mathtext import INVISIBLE

_SPECIAL = re.compile(r"<\|[a-z_]+\|>|</?(?:answer|think|summary|s|eos|pad)>", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"\*\*(?=\S)([^*]+?)(?<=\S)\*\*|__(?=\S)([^_]+?)(?<=\S)__|`([^`]*)`|(?<!\w)\*(?=\S)([^*]+?)(?<=\S)\*(?!\w)|(?<!\w)_(?=[A-Za-z])([^_\s]+)_(?!\w)"
)
_AT_POINT = re.compile(
    r"(?:^|(?<=\s))(?:at|when|for)\s+[a-z]\s*=\s*-?[\d./]+,?\s+"
    r"(?=(?:is|equals|was|we|the|it)\b|[a-z](?:\([a-z]\))?\s*=)",
    re.IGNORECASE,
)
"""Where a function has its value: "when x = 2, y = 5", "the value at x = 2 is 5"."""
_FENCED = re.compile(r"\A\s*```[a-z]*\n(?P<inside>[^`\n]+)\n```\s*\Z")
_AROUND = (
    ("\\(", "\\)"), ("\\[", "\\]"), ("$", "$"), ("`", "`"), ("“", "”"), ("‘", "’"), ("«", "»"),
)  # fmt: skip
_STRUCK = re.compile(r"~~[^~]{1,60}~~\s*(?=\S)")
_HASHES = re.compile(r"^\s*(?:#{1,6}|[*•])\s+(?=\S)")
_TAIL = re.compile(
    r"^[✓✔☑✅👍🎉→]+\s*(?=\S)|(?<=[\w.)])\s*[✓✔☑✅👍🎉]+$|\s[:;]-?[)D]$|(?<=[\d个])\s*左右$|(?<=[\d)])\s*(?:です|である|だ|입니다|이다|になります)\s*$"
)
_CONCLUSION = re.compile(
    r"(?:[,;.]|\s-)\s+(?:(?:and|but)\s+)?(?:so|hence|thus|therefore|which gives|which makes|"
    r"(?P<same>which is|that is|i\.e\.|namely|=)|giving|making|for a total of|totall?ing|"
    r"(?:we|i) (?:get|find|obtain)|(?P<turned>it (?:is|was)(?= \d)))\s*,?\s+"
    r"(?P<rest>[^,;]{1,60})$"
    r"|\b(?:subtract|remov|tak|deduct)\w*\s[^;.?]{1,60},\s+leaving\s+"
    r"(?P<left>(?:us with )?\d[^,;]{0,40}(?<!aside)(?<!over)(?<!out)(?<!away))$",
    re.IGNORECASE,
)
_RECKONED = re.compile(
    r"^(?!.*\banswer\b)(?:(?:the\s+)?(?:sum|total|product|difference|quotient|average|mean|median|result)\s+(?:of|between)\s"
    r"|(?:if (?:we|you) )?(?:add|subtract|multiply|divid|sum)\w*\s"
    r"|\d[\d.,]*\s+(?:plus|minus|times|and|divided by|multiplied by|\w+ and)\s"
    r"(?!(?:also\s+)?(?:(?:the|my)\s+)?(?:\w+\s+)?answer\b))"
    r"[^.;?]{1,80}?\b(?:is|are|equals?|gives?|makes?|yields?|leaves?|(?:we|you) get|results in)\s+"
    r"(?P<rest>[^,;]{1,40})$",
    re.IGNORECASE,
)
_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{")
_LEAD = re.compile(
    r"^(?:"
    r"(?:so|thus|hence|therefore|and|then|finally|consequently|clearly|ok|okay|"
    r"well|now|sure|in conclusion|"
    r"in summary|as a result|overall)\b(?![-'])[\s,:!]*(?:,|(?=\S))"
    r"|(?:(?:the|my|our|its)\s+)?(?:final\s+|correct\s+|right\s+|best\s+|only\s+)*"
    r"(?:answer|option|choice|result|value|solution|root|total|sum|conclusion|ans)\b\s*"
    r"(?:(?:is|are|was|=|:|equals|would be|should be|must be|seems to be|"
    r"is equal to|will be|comes to)"
    r"(?![A-Za-z])\s*:?\s*(?:that\s+)?)+"
    r"|(?:(?:the|my)\s+)?(?:final\s+)?answer(?:['’]s)?\s+(?=[-(\[{\d])"
    r"|i(?:['’]m| am)\s+(?:\w+ly\s+)?(?:confident|certain|sure)\s+(?:that\s+)?"
    r"(?:it(?:['’]s| is)\s+)?"
    r"|(?:(?:it|this|they)\s+)?(?:stays?|remains?)\s+(?=[a-z]{4,}\W*$)"
    r"|(?:it|this|that|which|there|they|he|she)(?:\s+(?:is|are|was|were|will be|"
    r"must be|would be|ha(?:s|ve)(?!\s+\S+\s+(?:digits?|decimals?)\b))\b|'s\b|'re\b)"
    r"(?:\s+(?:exactly|only|just|about|approximately))?\s*"
    r"|(?:we(?=\s+have)|(?:we|i)(?!\s+have))\s+"
    r"(?:get|have|obtain|find|end up with|are left with|arrive at|see|choose|pick|think|believe|"
    r"would say|say|count|would pick|select|"
    r"conclude|go with)\b\s*(?:that\s+|it\s+is\s+|it's\s+)?"
    r"|(?:giving|making|yielding|totall?ing|namely|i\.?e\.?,?|that is,?|viz\.?|ages?|aged)\s+"
    r"(?=[-\d])"
    r"|(?:no\.|nr\.|#|№|number\b|the number\b)\s*(?=\d)"
    r"|(?:because|since|as)\s+(?=[^,;=]*=\s*[-\d.]+$)"
    r"|(?:since|because|as)\s+[^,;=.?]{1,30}=[^,;=.?]{1,30},\s+(?:then\s+)?(?=[^,;=]*=[^,;=]*$)"
    r"|(?:solving|simplifying|substituting|evaluating|computing|calculating|counting|rearranging)\b"
    r"(?:\s+(?:for|this|the|it|them|all|equation|[a-z]))*,?\s+(?=(?:we|gives?|yields?)\b|[a-z] =)"
    r"|(?:gives?|yields?)\s+(?=\S)"
    r"|both\s+(?=\S.*\band\b)|either\s+(?=\S.*\bor\b)"
    r"|(?:the\s+|a\s+)?(?:city|country|state|river|month|planet|letter|word|colou?r|ratio) of\s+"
    r"(?!the\b)"
    r"|(?:die|la|le|il|a|o|el)\s+(?:(?:richtige|korrekte|endgültige|bonne|mejor)\s+)?(?:antwort|lösung|réponse|respuesta|resposta|"
    r"risposta|solución|ergebnis)(?:\s+corre[ct]+a?)?\s*(?:ist|lautet|est|es|é|è|:)\s*:?"
    r"(?:\s*(?:la|el|le|die)\s+(?=\(?[a-z]\)?\W*$))?"
    r"|(?:答え|回答|정답|답)\s*[はわ은는이가]?\s*[:：]?\s*(?=[\d-])"
    r"|(?:only|just|exactly|precisely|a total of|total of|in total|all in all|roughly)\s*,?\s+"
    r"|(?:about|approximately|approx\.?|around|circa|ca\.)\s+(?=[-\d.]|USD|[€£¥]|[a-z]+\s*$)"
    r"|(?:it|this|they)\s+(?:will\s+|would\s+)?(?=[a-z]{4,}\W*$)"
    r"|(?:->|=>|~=|≈|=|:=)\s*|~\s*(?=[-\d.]|USD|[€£¥])"
    rf"|(?:{HAN_ASKED})+(?:是|为|等于|有)\s*(?=[-\d])"
    r"|(?:the\s+)?year\s+(?=\d{4}\W*$)"
    r"|(?:after|for|in)\s+(?=\d[\d.]*\s?(?:s|secs?|seconds?|min|minutes?|h|hrs?|hours?|days?|weeks?|"
    r"months?|years?)\W*$)"
    r"|after\s+(?:the|this|that)\s+(?:subtraction|removal|addition|change)s?,\s+"
    r"|(?:based on|according to|looking at|from)\s+(?:the|this)\s+(?:\w+\s+)?"
    r"(?:chart|graph|figure|image|table|diagram|picture|plot|map|data),\s+"
    r"|on average,?\s+(?=\d[\d.,]*\W*$)"
    r"|(?:a\s+)?(?:magnitude|length|area|distance|speed|mass)\s+(?=\d)"
    r"|all\s+(?:values|numbers|real numbers|x)(?:\s+of\s+x|\s+x)?"
    r"(?:\s+(?:such that|that are|for which|where))?\s+"
    r"(?=[a-z]\s*[<>]|greater|less|more|at least|at most)"
    r"|solving\s+[^,;.?]*=[^,;.?]*?,?\s+(?:gives|yields|we get|we find)\s+(?=[a-z]\s*=)"
    r"|[^;.?]{1,80}(?:->|=>)\s*(?=[a-z]\s*=[^=]*$)"
    r"|解\s*[:：]\s*|(?:room|house|bus|seat|locker|flight|apartment|route|highway|channel)\s+(?=\d+\W*$)"
    r"|(?:the|this)\s+(?:\w+\s+)?(?:chart|graph|figure|image|table|diagram|picture|plot|map|data)\s+"
    r"(?:shows?|indicates?|reveals?|tells us)\s+that\s+"
    r"|根据[\u4e00-\u9fff]{1,6}[,，]\s*(?!不)"
    r"|(?:(?:正确|最终|最后)?(?:的)?(?:答案?|选项?)|结果|结论|选择|所以|因此|故|共有?|约|总共有?|一共有?)(?:是|为|选|等于)?\s*[,，:：]?\s*"
    r"|(?![^A-Za-z\d]*[不没非])[\u4e00-\u9fff]{0,6}?选\s*[:：]?\s*(?=[A-Za-z])"
    r"|(?:the\s+)?(?:points?|set|interval|pair|vector|coordinates|ratio|range|numbers|roots)\s+"
    r"(?:is\s+|are\s+)?(?=[(\[{\d])"
    r"|(?:the\s+)?(?:equation|function|formula|line|expression)\s+(?:is\s+)?(?=[a-z](?:\([a-z]\))?\s*=)"
    r"|(?:是|为|等于)(?=[\d０-９A-Za-z])"
    r")",
    re.IGNORECASE,
)
_ANSWER_IS = re.compile(r"\banswer\s*(?:is|:|=)\s*:?\s*(?=\S)", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))


def clean(text: str) -> str:
    r"""Strip an answer of special tokens, markup, boxes and quotes around it.

    Example:
        >>> clean(r"**\boxed{5} cm**<|im_end|>"), clean('"Paris"')
        ('5 cm', 'Paris')
    """
    text = _FENCED.sub(r"\g<inside>", _SPECIAL.sub(" ", text).translate(_INVISIBLE))
    text = _STRUCK.sub("", _HASHES.sub("", text))
    text = _MARKDOWN.sub(lambda m: next(g for g in m.groups() if g is not None), text).strip()
    text = unboxed(text)
    for _ in range(3):
        before = text
        text = text.strip()
        for left, right in _AROUND:
            if (
                text.startswith(left)
                and text.endswith(right)
                and len(text) > len(left) + len(right)
            ):
                inner = text[len(left) : -len(right)]
                if left not in inner:
                    text = inner.strip()
        if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
            text = text[1:-1].strip()
        if text == before:
            break
    return result_alone(text.strip())


def unboxed(text: str) -> str:
    r"""Return the text with the content of a ``\boxed{...}`` in its place; unclosed ones stay."""
    for _ in range(4):
        found = _BOX.search(text)
        if not found:
            break
        end = _closing(text, found.end())
        if end is None:
            break
        before, after = text[: found.start()].rstrip(), text[end + 1 :].lstrip()
        for left, right in (*_AROUND[:2], ("$$", "$$")):
            if before.endswith(left) and after.startswith(right):
                before, after = before[:-2].rstrip(), after[2:].lstrip()
        parts = (before, text[found.end() : end], after)
        text = " ".join(parts).strip()
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
    """Yield an answer as written, then without what is said around it, step by step.

    Example:
        >>> cores("Thus, there are 7 in total.")
        ('Thus, there are 7 in total', 'there are 7 in total', '7 in total', '7')
    """
    text = _stripped(_answer_alone(_AT_POINT.sub("", without_working(_stripped(plain)))))
    text = without_opening(text)
    found = [text]
    for _ in range(8):
        shorter = _LEAD.sub("", text, count=1)
        if shorter == text:
            shorter = without_remark(text)
        if shorter == text:
            shorter = restated(text)
        if shorter == text:
            shorter = _declared(text)
        if shorter == text:
            shorter = _concluded(text)
        if shorter == text:
            break
        text = _stripped(shorter)
        if not text:
            break
        found.append(text)
    return tuple(found)


def _declared(text: str) -> str:
    """Return what follows the last "the answer is" of a sentence; else the text as it is."""
    found = list(_ANSWER_IS.finditer(text))
    if not found or not leads(SENTENCE_END.split(text[: found[-1].end()])[-1]):
        return text  # "the second best answer is"
    return text[found[-1].end() :]


def _answer_alone(text: str) -> str:
    """Return a sentence with "the answer is" without those that only tell more of the answer."""
    said, *further = SENTENCE_END.split(text)
    told = [_TOLD.match(one) for one in further if _ANSWER_IS.search(said)]
    what = ("" if one is None else one["said"] or "in total" for one in told)
    known = all(one and (is_description(one) or is_tail(one)) for one in what)
    return said if told and known else text


def _concluded(text: str) -> str:
    """Return what a sentence ends on: ``3 rows of 4, so 12``; else the text as it is.

    What comes before may not ask, nor the conclusion deny.
    """
    found = _CONCLUSION.search(text) or _RECKONED.match(text)
    if not found:
        return text
    rest = found.groupdict().get("left") or found["rest"]
    if found.groupdict().get("same"):
        return _same_again(text[: found.start()].strip(), rest) or text
    said = text[: found.start()]
    if _NOT_THE_END.search(rest) or "?" in said:
        return text
    if found.groupdict().get("turned"):
        if not _TURNED.search(said):
            return text  # "20. It is 4 numbers"
        denied = _NOT.search(said)
        said = _TURNED.sub("", said).replace("answer", "number")
        if not denied and states_one(said):
            return text
    elif read_quantity(said) is not None or states_one(said) or re.fullmatch(r"(?!we\b)\w+", said):
        return text
    if hedges(text):
        return text
    if found.re is _CONCLUSION:
        return rest if tells(said or text[: -len(rest)]) else text
    if (worked := _SUM.match(text)) and without_working(f"{rest} ({worked[0]})") != rest:
        return text  # "3 plus 3 is 7"
    reckoned = tells(text[: -len(rest)], counted=False)
    if not reckoned or _NOT.search(text) or re.search(r"\b(?:it|this|that)\b", text):
        return text
    return rest


def _same_again(said: str, again: str) -> str | None:
    """Return what is said twice ("60, that is 5 dozen") or worked out ("3 + 4, that is 7").

    None where a value is followed by another one.
    """
    if _NOT_THE_END.search(again) or not re.search(r"\d|\A(?i:the)\b", said):
        return None
    if read_quantity(said) is None:
        return again
    twice = f"{said} ({again})"
    return said if restated(twice) != twice else None


_SUM = re.compile(r"\d[\d.]*(?: (?:plus|minus|times) \d[\d.]*)+(?= (?:is|equals|makes|gives) )")
_TURNED = re.compile(r"\A\W*(?:since|because|as)\b|\b(?:not|wrong|incorrect|no)\b|n['’]t\b", re.I)
_NOT_THE_END = re.compile(r"\b(?:other|rest|else|twice|thrice|doubled|halved|squared)\b", re.I)
"""Words of a conclusion about something else: "8, so the other one is 12"."""
_TOLD = re.compile(
    r"(?:it|they|this|that|these)\s+"
    r"(?:(?:has|have|shows?|represents?|reaches|contains?)\s+\d[\d.,]*%?(?: [a-z]+s)?"
    r"|(?:is|are)\s+(?P<said>[^\d]*))\W*\Z",
    re.IGNORECASE,
)
"""What is told of an answer in a sentence behind it: "The answer is Peru. It has 12." """
_NOT = re.compile(r"\b(?:not|no|never|cannot|or|than)\b|n't\b", re.IGNORECASE)


def _stripped(text: str) -> str:
    text = _TAIL.sub("", text.strip())
    while len(text) > 1 and text[-1] in ".,;:。" and not text.endswith("..."):
        if re.search(r"(?:\b[A-Za-z]\.){2,}$", text):
            break
        text = text[:-1].rstrip()
    return text
