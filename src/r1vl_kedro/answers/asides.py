"""What stands beside a choice: options that are set aside or described, remarks that leave it."""

import re
from collections.abc import Collection, Sequence

from r1vl_kedro.answers.clauses import LIST, PLACE
from r1vl_kedro.answers.frames import described, words_of
from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.answers.open_words import is_reason, tells
from r1vl_kedro.answers.vocabulary import (
    AMOUNTS,
    COMPARED,
    FIELDS,
    SEEN,
    SMALL,
    SUPERLATIVE,
    THINGS,
    VERBS,
)

END = r"[^\w\ue000-\uf8ff]*"
"""What may end a clause, without the signs of mentions."""
QUANTIFIES = re.compile(r"\W*(?:all|none|both|neither|no|not|cannot)\b", re.IGNORECASE)
"""How a text denies or takes in all options."""
_NUMBER = re.compile(r"\b\d+\b")
_JOIN = frozenset("the a an of in on at to is are and with".split())
_PLACED = re.compile(
    r"\b(?:in|on|at|near) (?:the|an?) (?!(?:left|right|top|bottom|middle|north|south|east|west)\b)"
    r"[a-z]+",
    re.IGNORECASE,
)
"""Where something is: a thing there is not what is asked for."""
_SEVERAL = CARDINALS.keys() - {"one"}
"""Words of numbers that count, as "one" need not."""
_POINTS = frozenset("letter first second third fourth fifth next last following".split())
"""Words that point at an option by its place."""
_MARKS = re.compile(r"(?:[NS]?[EWNS][\s,]*)+")
"""Places on a compass, by which pictures are described."""
_SEEN = "|".join(sorted(SEEN | SUPERLATIVE))
_ATTRIBUTE = re.compile(
    r"\W*(?:(?:that|this|it|which) is\W*)?"
    rf"(?:(?:the|an?) )?(?:only )?(?:(?:{_SEEN})(?: [a-z]+)?)?\W*",
    re.IGNORECASE,
)
"""What is said of the chosen one in a word or two: "the red planet"."""
_VAGUE = frozenset("amount value number data scale term".split())
_NAMING = SEEN | frozenset("small large plus".split())
_SLIP = 2
"""Words of a label that may name another thing of the same kind."""
_THING = r"(?:(?:the|an?|options?|choices?|answers?|letters?|it|is|be|by)\s+)*+"
_ASIDE = (
    r"(?:not(?:\s+(?:correct|right|true|possible|fit|match|work|it|the (?:answer|correct \w+)))?"
    r"|n['’]t(?:\s+(?:be|fit|match|work|it|right|correct))?|cannot(?:\s+hold|\s+be(?:\s+(?:it|right|correct|true))?)?"
    r"|wrong|incorrect|false|out|impossible|excluded|eliminated|ruled out|rejected|invalid"
    r"|too\s+(?:small|large|big|low|high|short|long|few|many|wide|narrow|steep|flat)"
    r"|be (?:excluded|eliminated|ruled out|rejected|wrong))"
)
SET_ASIDE = re.compile(
    rf"(?:(?:\w+ly|and|but|so|then|we|you|i['’]d|i|can|because|since)\b[,\s]*)*+"
    rf"(?:(?:not|neither|nor|it (?:is not|isn['’]t|cannot be|can['’]t be)|rules? out|ruled out|"
    rf"ruling out|eliminat\w+|exclud\w+|reject\w*)\s+{_THING}{LIST}"
    rf"|{_THING}{LIST}(?:\s+(?:ones?|options?))?(?:,?\s*(?:which|that))?\s+"
    r"(?:(?:is|are|was|were|can|could|does|do|looks?|seems?)\s*)?"
    r"(?:(?:both|all|also|clearly|definitely|obviously|certainly|therefore|just|simply|be|to)\s+)*"
    rf"{_ASIDE}){END}",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"(?:all |none of |and )*(?:the )?(?:(?:other|remaining) (?:options?|choices?|answers?|ones)"
    r"|others|rest)\s+(?:(?:is|are|was|were|can|could|does|do|did)\s*)?"
    rf"(?:all |clearly |also )*{_ASIDE}(?:\s+the (?:figure|image|picture|graph|chart|data))?{END}",
    re.IGNORECASE,
)
"""A sentence that sets all others aside."""
WRONG_TOO = re.compile(
    r"\W*(?:which|that|this|it) (?:is|was) (?:\w+ly )?"
    rf"(?:not (?:right|correct|it|possible)|wrong|incorrect|too (?:small|large)){END}",
    re.I,
)
_OTHER_IS = re.compile(
    rf"(?:(?:and|but|note that)\s+)*(?:the )?(?:(?:option|choice|angle|side|point) )?{PLACE}"
    rf"(?:\s+(?:is|would be|=)|:)\s*(?:(?:just|only)\s+)?(?:option\s+)?"
    rf"(?:{PLACE}|half of (?:it|that)|close|"
    r"(?:the |an? |its )(?:(?:common|exterior|outer|right|interior|"
    r"acute|obtuse)\s+)*(?:angle|side|double|half|distractor|trap|decoy|runner-up|supplement|"
    rf"complement)){END}",
    re.IGNORECASE,
)
_OTHERS_ARE = re.compile(
    rf"the (?:other|remaining)(?: (?:ones?|{'|'.join(sorted(THINGS))})s?)? (?:is|are|would be) "
    r"(?:[\ue000-\uf8ff\d.,\s°]|and\b|degrees\b)+"
    r"|the (?:supplement|complement|double|half|exterior angle) (?:is|would be) "
    rf"(?:{PLACE}|[\d.]+){END}",
    re.IGNORECASE,
)
ORDINAL = re.compile(
    r"the (?P<which>\w+)(?: (?:option|choice|answer|one|figure|image|picture|graph|diagram))?"
    r"(?: is(?: the)?(?: (?:correct|right|true))?(?: (?:option|choice|answer|one))?| fits)?\W*",
    re.IGNORECASE,
)
"""An option by its order, and that it is right."""
THAN = re.compile(
    rf"{PLACE} (?:is|are|has|have) (?:much |an? )?(?P<how>[a-z]+)(?: [a-z]+)? than {PLACE}", re.I
)
"""How the chosen option compares with another: "Jupiter is larger than Saturn"."""
OF_IT = re.compile(rf"(?:it|that|this|which) (?:is|would be|equals|gives) {PLACE}{END}", re.I)
"""What an option is that was set aside: "C is wrong because it is 60"."""
_OTHER_IS_FOR = re.compile(
    rf"(?:(?:and|but|note that)\s+)*(?:option |choice )?{PLACE} (?:"
    r"(?:would (?:only )?be (?:right|correct|(?:the (?:right |correct )?)?(?:answer|result)) )?for"
    r"|ignores|forgets|neglects|overlooks|leaves out"
    r"|(?:is|would be|describes|gives|represents)"
    rf"(?= the (?:{'|'.join(sorted(AMOUNTS - _VAGUE))})\b)"
    r") (?P<what>.+)",
    re.IGNORECASE,
)
"""What another option is right for, or leaves out: "A would be right for the perimeter"."""
_NOT_FOR = re.compile(r"(?:and )?not for (?P<what>the .+)", re.IGNORECASE)


def tells_of_others(text: str, letters: str) -> bool:
    """Tell whether a clause says what another option is: "C is the exterior angle".

    Args:
        letters: the signs of options that are named by letter; a text says nothing of itself.
    """
    of_what = _OTHER_IS_FOR.fullmatch(text) or _NOT_FOR.fullmatch(text)
    if of_what and is_reason(of_what["what"], clause=False):
        return not re.search(PLACE, text) or any(sign in letters for sign in text)
    of_one = _OTHER_IS.fullmatch(text) and any(sign in letters for sign in text)
    return bool(of_one or _OTHERS_ARE.fullmatch(text))


REMARK = re.compile(
    r"(?:[✓✔✅☑]|for sure|of course|final answer|(?:i am|i['’]m) (?:sure|certain|confident)"
    r"|i think|i believe|clearly|definitely|an? (?:good|safe) choice|done|q\.?e\.?d\.?"
    r"|thank(?:s| you)|(?:i )?hope (?:this|that|it) helps"
    r"|let me know if you have (?:any |more )*questions"
    r"|is (?:right|correct|the answer)|it (?:fits|matches|works)"
    r"|here['’]s why|explanation|reasoning|reason"
    r"|i (?:have )?(?:computed|counted|checked|measured|calculated|solved|verified) (?:it|this)"
    r"|(?:as )?(?:shown|seen|indicated|depicted|given|illustrated|can be seen|we can see) "
    r"(?:in|on|by|from) (?:the|this) (?:figure|picture|image|graph|chart|diagram|table|map)"
    r"|(?:in|on|from|based on|according to|looking at) (?:the|this) "
    r"(?:figure|picture|image|graph|chart|diagram|table|map)"
    r"|(?:as )?the only (?:feasible|possible|remaining|correct) "
    rf"(?:solution|answer|option|choice)){END}",
    re.IGNORECASE,
)
"""What is said of the choice itself, and leaves it."""


def misnamed(text: str, place: int, options: Sequence[str]) -> bool:
    """Tell whether the text of an option stands there but for a word: "B: green things"."""
    if re.search(PLACE, text):
        return False
    words, own = frozenset(words_of(text)), frozenset(words_of(options[place]))
    alike = words & own or (len(words) <= _SLIP and _plural(words) and _plural(own))
    return bool(alike) and all(word in _NAMING or _plural([word]) for word in words)


_DONE = re.compile(
    r"\A(?:i|we)(?: have)? (?:measured|counted|compared|checked|read|calculated|computed|used)\b",
    re.IGNORECASE,
)
"""What the writer did, behind which stands a thing: "I counted the tiles"."""


def tells_of_one(
    text: str, of_it: str, place: int, options: Sequence[str] | None, *, reason: bool, goes_on: bool
) -> bool:
    """Tell whether a clause behind a choice is a statement that names no other option.

    It may have no word of another option, nor another word of the options' field: "it falls"
    behind "increases". Beside numbers it has no number, and only a reason may compare.

    Args:
        of_it: the same with "it" for what is chosen.
        goes_on: from a statement, so that it may have no verb.
    """
    text, of_it = (_DONE.sub("it has", one) for one in (text, of_it))
    whole = not (reason or goes_on)
    if options is None:
        known = described(re.sub(r"\bit\b", "", of_it))
        return known or tells(of_it, compares=reason, whole=whole)
    said = [frozenset(words_of(option)) for option in options]
    own, words = said[place], frozenset(words_of(text))
    rivals = frozenset().union(*said) - own - _JOIN | _POINTS
    fields = frozenset().union(*(field for field in FIELDS if any(field & one for one in said)))
    order = [word for word in words_of(options[place]) if word in words]
    if words <= own and order != words_of(text):
        return False  # "CD is longer than AB"
    kind = frozenset(words_of(_PLACED.sub("", text))) & fields
    if reason and not own & COMPARED:
        kind -= COMPARED
    if words & rivals or _stems(kind) - _stems(own):
        return False
    numeric = any(re.search(r"\d", option) for option in options)
    if not numeric and (
        _ATTRIBUTE.fullmatch(text) or ("nw" not in fields and _MARKS.fullmatch(text))
    ):
        return True
    counts = re.search(r"\d|\bthan\b", of_it) or words & _SEVERAL
    if not (numeric and counts) and tells(
        of_it, compares=reason or not numeric, whole=whole or (numeric and not reason)
    ):
        return True
    named = words & VERBS if numeric else _stems(words - SMALL) & _stems(own)
    text = text if numeric else _NUMBER.sub(" ", text)
    return bool(reason or named) and described(text, own)


def _stems(words: Collection[str]) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in words)


def _plural(words: Collection[str]) -> bool:
    return any(len(word) > 3 and word.endswith("s") for word in words if word not in VERBS)
