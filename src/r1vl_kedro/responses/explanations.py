"""Sentences behind an answer that leave it as it is: politeness, and a few forms of explanation.

What a writer may say in doubt or jest has no end, so each form is written in words of closed lists.
"""

import re
from math import isclose, prod

from r1vl_kedro.answers.vocabulary import COLOURS
from r1vl_kedro.responses.clauses import Answer, number_of, value_of
from r1vl_kedro.responses.conclusions import known, works
from r1vl_kedro.responses.descriptions import describes

_BLANK = r"[\s.,;:!*_>|$(){}\[\]'\"“”—–\\/<∎□■✓✔☑✅👍🎉🙂😊°]*"
_CLOSES = re.compile(
    rf"{_BLANK}(?:(?:done|q\W?e\W?d|finished|(?:double[- ])?check(?:s|ed)?|verif(?:y|ied)|confirmed"
    r"|correct|right|thanks?(?: you)?(?: for (?:the|your|this|asking|such|a|nice|great|question"
    r"|ask|me|more|reading|\W)*)?|great question|good luck|enjoy|cheers|simple|easy(?: enough)?"
    r"|(?:i )?hope (?:this|that|it)(?: explanation| solution| answer)? "
    r"(?:helps|is (?:correct|right|clear))"
    r"|(?:please )?(?:let me know|feel free to ask|just ask)?(?: ?if you (?:have|need) "
    r"(?:any |more |further |other |a |help|clarification|details|explanation|questions?)+)?"
    r"(?:,? (?:please )?(?:just )?(?:ask|let me know))?"
    r"|(?:the |my |final |short )*(?:answer|solution|result|explanation|reason(?:ing)?|proof|notes?"
    r"|remarks?|verification|method|working|step \d+|steps?)"
    r"|(?:this|that|it)(?: is|['’]s) (?:the |my |our )?(?:final )?(?:answer|result|solution|all|it)"
    r"|that completes the (?:solution|proof)|indeed|exactly|rounded|as (?:required|desired|claimed"
    r"|expected)|endproof|blacksquare|quad|qed|im_end|endoftext|eot_id|end_of_text|asy"
    rf"|(?:end|begin)\{{[a-z*]+\}}|(?<=\\)square)(?!\w){_BLANK})*+",
    re.IGNORECASE,
)
"""What closes a text or heads what follows it; without backtracking, as words repeat in loops."""
_CODE = re.compile(
    r"(?:\[asy\]\s*)?(?://|(?:import|pair|real|int|size|draw|fill|label|dot|path|pen|for|unitsize"
    r"|defaultpen|clip)\b)[^!?]*[;}](?:\[/asy\])?\Z"
)
"""A line of a drawing's code."""


def _any(words: object) -> str:
    return f"(?:{'|'.join(sorted(words))})"  # type: ignore[call-overload]


_THING = r"(?!ends?\b)[a-z]{3,}"
_OF_KIND = rf"(?:{_any(COLOURS)} )?(?:{_any(COLOURS)}|ones|{_THING})"
_IT = r"(?:it|this|that|which|the (?:result|answer|value|count|total|number))"
_WE = r"(?:i|we)(?:'ve| have)?(?: first| then| carefully| simply| just)?"
_FIGURE = r"(?:figure|picture|image|chart|graph|table|diagram|drawing|map|data|legend|plot)"
_SOURCE = (
    rf"(?:the (?:given )?(?:{_FIGURE}|formula|equation|conditions?|requirements?|options)"
    r"(?: given)?|(?:all|both) (?:of )?(?:the )?(?:conditions|equations|requirements))"
)
_IN_IT = rf"(?: (?:in|on|of) the (?:given )?{_FIGURE})"
_KINDS = rf"(?:[a-z]{{3,}} )?{_THING}"
_OBJECTS = (
    rf"(?:(?:all|each|every|both|the)(?: of)?(?: the)? {_KINDS}"
    rf"(?: (?:of|and|in) (?:all |each |every |both |the )*{_THING})?)"
)
_MEASURE = (
    r"the (?:number|sum|product|difference|total|value|amount|count|area|perimeter|volume|length"
    r"|width|height|distance|radius|diameter|angle|slope|average|mean|median|probability|price)"
)
_OPTIONS = r"(?:options?|choices?|answers?|values?|numbers?|letters?|statements?)"
_SIZE = r"(?:large|small|big|high|low|long|short)"
_DENIED = (
    rf"(?:(?:is|are) (?:wrong|incorrect|false|not (?:correct|right|possible|true|the answer)"
    rf"|(?:much |far )?too {_SIZE})"
    r"|(?:do|does)(?: not|n't) (?:fit|match|work|apply)(?: the figure)?"
    r"|(?:can be|is|are) (?:ruled out|excluded|eliminated|rejected|discarded|extraneous)"
    r"|can(?:not|'t) be (?:right|correct|it|true|the answer))"
    rf"(?:,? (?:because|since|as) (?:it|they) (?:is|are) (?:too {_SIZE}|\d+(?: degrees| cm)?))?"
)
_SUPERLATIVE = r"(?:highest|largest|tallest|longest|greatest|biggest|smallest|lowest|shortest)"
_EXPLAINING = (
    rf"{_WE} (?:double-)?(?:counted|checked|verified|added|summed|compared|measured)(?: up)? "
    rf"(?:{_OBJECTS}|it|this|the answer)(?: and added them)?"
    r"(?: once| carefully| in turn| one by one)?",
    rf"{_WE} (?:double-)?checked (?:it|this)(?: twice)?",
    rf"{_WE} (?:multiplied|added|divided|computed) {_MEASURE}(?: (?:by|and|to) {_MEASURE})?"
    rf"(?: and then (?:multiplied|divided) by {_MEASURE})?",
    rf"{_WE} used (?:the|a) (?:formula|theorem|pythagorean theorem)"
    rf"(?: (?:for {_MEASURE}(?: of (?:an?|the) {_THING})?|of pythagoras))?",
    rf"the (?:fact that [a-z]{{1,3}} ?= ?\d+|(?!answer|result){_THING}) (?:was|is) not "
    r"(?:needed|used)",
    rf"{_IT} is an? (?:prime|whole|positive|perfect|natural|rational) "
    r"(?:number|integer|square|cube)",
    r"it is the (?:capital|largest city) of [a-z]+",
    r"we reject the (?:negative|other) (?:solution|root|value)",
    rf"the (?:negative|other) (?:solution|root|value) {_DENIED}",
    rf"(?:{_IT}|everything) (?:matches|agrees with|fits|is consistent with|follows from|satisfies"
    rf"|is in line with|confirms) {_SOURCE}",
    rf"{_IT} (?:matches|works|fits)",
    rf"(?:no {_THING} (?:is|are) hidden|{_WE} counted the front row and the back row)",
    r"the (?:second|third|next) (?:largest|highest|smallest|lowest)(?: \w+)? (?:is|has) \d[\d.]*"
    r"(?: [a-z]+s| people)?",
    rf"(?:it\W+)?as (?:expected|required|desired|shown(?: in {_SOURCE})?)",
    rf"{_IT} (?:is|can be) (?:shown|seen) (?:in|on) {_SOURCE}",
    rf"(?:all|both|each|every|the)(?: of)?(?: the)? {_THING} (?:is|are|was|were) "
    r"(?:counted|included|used)(?: once| row by row| one by one)?",
    rf"(?:the|two|three|all)(?: of the)?(?: two| three)? hidden {_THING} (?:is|are|was|were)"
    r"(?: already| also)? (?:counted|included)(?: in (?:it|this|the count|the total))?"
    r"(?: as well| too)?",
    rf"{_IT} (?:includes|counts) the hidden {_THING}",
    rf"(?:the|all)(?: two| three)? (?:other|remaining)(?: two| three)? {_OPTIONS} {_DENIED}",
    rf"no other {_OPTIONS} (?:fits|works|matches|is (?:possible|correct|right))",
    rf"there are no other {_THING}{_IN_IT}?",
    rf"no other {_THING} (?:is|are) visible{_IN_IT}?",
    r"i(?:'m| am) (?:confident|sure|certain)(?: (?:in|of|about) (?:this|that|it|(?:this|my|the) "
    r"(?:answer|result))| that (?:it|this|that) is (?:right|correct))?",
    rf"{_IT}(?:,? (?:which )?is|,| [-–—]) {_MEASURE}(?: of (?:the |all |all the |both )?"
    rf"(?:{_KINDS}|[a-z]{{1,3}})(?: and (?:the )?{_KINDS})?)?(?: left)?{_IN_IT}?",
    rf"{_IT} is the (?:smallest|largest|least|greatest|only)(?: such| possible)? "
    r"(?:number|value|integer)",
    rf"it (?:more|fewer) {_OF_KIND}(?: than {_OF_KIND})?",
    r"it times as (?:large|long|high|tall|wide|old|fast|much|many|big)",
    rf"(?:according to {_SOURCE},? )?(?:it|this (?:city|country|bar)|the (?:bar|line|slice) "
    rf"(?:for|of) it) (?:has|is|shows) the {_SUPERLATIVE}"
    rf"(?: (?:value|bar|number|percentage|share))?{_IN_IT}?",
)
"""What was counted and checked, what it agrees with, what is included, and that others fail."""
_FORMS = re.compile(
    r"\W*(?:(?:note(?: that)?|so|and|here|also|indeed|finally|because|since|as)\b,? ?)*"
    rf"(?:{'|'.join(_EXPLAINING)})\W*",
    re.IGNORECASE,
)
_SAID = frozenset(re.findall(r"[a-z]+", _FORMS.pattern))
"""Words of the forms; those in their open places are of a working."""
_PLACE = re.compile(r"it(?:,? when| (?:of|in|on|at|for|from|about)) (?P<where>[^\d=]+)\Z")
"""A phrase with which the answer's own sentence goes on: "about point C", "of the whole square"."""
_REACHES = re.compile(
    r"(?:it|its (?:bar|value|line|slice|score|share|percentage)) (?:has|shows|reaches|is(?: at)?)"
    r"(?: a value of)? \$?\d[\d.,]*(?: ?%| [a-z]+s)?[. ]*",
    re.IGNORECASE,
)
"""The amount of a thing that was the answer: "It has 12"."""
_FOLLOWS = re.compile(
    r"\W*(?:(?:this|it|that) (?:follows|is) (?:since|because|as)|to see this,?(?= add| multiply)) "
    r"(?:add|multiply)?",
    re.IGNORECASE,
)
"""What leads to things that are counted."""
_TAKEN = re.compile(r"\b(?:removed|took|taken|subtract\w*)\b", re.IGNORECASE)
_OPERATION = re.compile(r"\bthe (sum|product|difference|quotient)\b", re.IGNORECASE)
_LISTS = re.compile(
    r"[a-z]+(?: [a-z]+)*: (?:none|[A-Z]{1,2}(?:, [A-Z]{1,2})*)\W*"
    rf"|{_any(COLOURS)} is \d+(?:, {_any(COLOURS)} is \d+)+\W*"
)
"""A list of counts alone: "cubes: N, E.", "red is 8, blue is 3."."""
_COUNTS = re.compile(r"\W*[a-z]+(?: [a-z]+)*(?:: (?:[A-Z]{1,2}|none)\b| is \d)")
"""A count of things from which a sum goes on: "cubes: N, E.", "red is 8."."""
_SUM = re.compile(r"(?:(\d+) - (\d+) = |\d+ \+ \d+ = |That is )(\d+)\W*")
"""A line of numbers that goes on from such a list."""
_MOST = re.compile(r"\d+ is the most\W*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def closes(sentence: str) -> bool:
    """Tell whether a sentence is only punctuation, an end mark or a formula of politeness."""
    return bool(_CLOSES.fullmatch(sentence) or _CODE.match(sentence))


def explains(sentence: str, answer: Answer, before: str = "") -> bool:
    """Tell whether a plain sentence behind an answer explains it and states no other value.

    Args:
        before: the sentence before it; a line of numbers goes on from a list of counts.

    Example:
        >>> from r1vl_kedro.responses.clauses import Answer
        >>> [explains(text, Answer("7")) for text in ("We took 3 of 10.", "It shows 8.", "Nah.")]
        [True, False, False]
    """
    sentence = " ".join(sentence.split())
    if _formed(sentence) or _LISTS.fullmatch(sentence):
        return True
    if (place := _PLACE.match(sentence)) and works(place["where"]):
        return True
    if _MOST.fullmatch(sentence):
        return answer.letter
    if _REACHES.fullmatch(sentence):
        return answer.letter or not re.search(r"\d", answer.text)
    if (found := _SUM.fullmatch(sentence)) and _COUNTS.match(before):
        return not answer.number or answer.text.strip() in found.groups()
    own = re.sub(rf"\b{re.escape(answer.text.strip())}\b", "it", sentence)
    if not answer.letter and _formed(own):
        return True
    return (
        _denies_others(sentence, answer)
        or _composes(sentence, answer)
        or describes(sentence, answer)
    )


def _formed(sentence: str) -> bool:
    words = re.findall(r"[a-z]{3,}", sentence.casefold())
    return bool(_FORMS.fullmatch(sentence)) and all(one in _SAID or known(one) for one in words)


def _denies_others(sentence: str, answer: Answer) -> bool:
    """Tell whether a sentence does nothing but deny other values: "it is not 8", "C is wrong"."""
    found = list(answer.found(sentence))
    if not found or any(map(answer.same, map(value_of, found))):
        return False
    for one in reversed(found):
        sentence = f"{sentence[: one.start()]}#{sentence[one.end() :]}"
    return bool(_DENIES.fullmatch(sentence))


_DENIES = re.compile(
    rf"\W*(?:(?:so|note that|and|but|here)\b,? )*(?:(?:{_IT} (?:is |was )?)?not (?:option )?#"
    rf"|(?:option |the answer )?#(?:,? (?:and )?#)* {_DENIED})[^\w#]*",
    re.IGNORECASE,
)


def _composes(sentence: str, answer: Answer) -> bool:
    """Tell whether things counted in a sentence come to the answer: "3 in front and 4 behind"."""
    found = list(answer.found(sentence))
    wanted = number_of(next(iter(answer.values), ""))
    if answer.letter or wanted is None or len(found) < 2:
        return False
    numbers = [number_of(value_of(one)) for one in found]
    for one in reversed(found):
        sentence = f"{sentence[: one.start()]} {sentence[one.end() :]}"
    sentence = re.sub(rf"{_IN_IT}\W*\Z", "", _FOLLOWS.sub("", sentence, count=1))
    words = [word.casefold() for word in _WORD.findall(sentence) if word not in ("i", "I")]
    if None in numbers or not all(map(known, words)):
        return False
    if operation := _OPERATION.search(sentence):
        a, b = numbers[0], numbers[-1]
        results = {
            "sum": a + b,
            "product": a * b,
            "difference": abs(a - b),
            "quotient": a / (b or 1),
        }
        return len(numbers) == 2 and isclose(results[operation[1].lower()], wanted)
    if _TAKEN.search(sentence):
        return len(numbers) == 2 and isclose(abs(numbers[0] - numbers[1]), wanted)
    product = "by" in words or re.search(r"\brows? +of\b", sentence)
    return isclose(prod(numbers) if product else sum(numbers), wanted)
