"""Whether a sentence behind an answer is understood; one that is not leaves the answer undecided.

What a writer may say in doubt or jest has no end. So the default is turned for the sentences in
which it is said: fragments without a verb, what the writer or reader does or has, bids and
judgements about "it", and a last value that nothing leads back to the answer. They are read by
what they may say, and all other sentences by what they may not (`revisions`).
"""

import re
import unicodedata
from collections.abc import Sequence

from r1vl_kedro.answers.prose import WRONG
from r1vl_kedro.responses.vocabulary import words_of

_PLAIN = re.compile(r"\W*[A-Za-z](?:[A-Za-z' ,-]|:(?! [A-Z]))*\W*")
"""A sentence of words alone: no number, formula or quotation."""
_FOREIGN = re.compile(r"[^\W\d_\u0000-\u03ff\u1e00-\u1eff\u2100-\u214f\U0001d400-\U0001d7ff]")
"""A letter that is neither Latin nor Greek."""
_CODE = re.compile(
    r"//|(?:import|pair|real|int|size|draw|fill|label|dot|path|pen)\b[^.!?]*;\Z|[^.!?]*[{}]\Z"
)
"""A line of a drawing's code."""
_ENDINGS = "∎□■✓✔☑✅👍🎉🙂😊°"
_CLOSING_WORDS = 2
_ENGLISH = words_of(
    "a an the is are was were be of to in on at by for from with and or so we it its this that "
    "these those there i you he she they as has have had do does not no each all both one two if "
    "then than let us our can will which when where who what how more most"
)
"""Words of closed classes: a sentence without one is in no language that is read here."""
_PERSON = re.compile(
    r"(?:(?<!letter )(?<!point )(?<!option )\bI\b(?! is\b)|(?<![Ii]f )(?<![Tt]hank )\b[Yy]ou\b)"
    r"(?:['’](?:m|ve|ll|d)\b)?"
    r"(?P<does>(?: [a-z'’]+){1,5})"
)
_BID = re.compile(r"[A-Z][a-z]+ (?:it|this|that)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CLOSING = words_of(
    "done qed thanks thank you ok okay great check checked checks verified verification confirmed "
    "explanation explanations reasoning reason reasons proof note notes remark remarks example "
    "indeed exactly sure hope good luck enjoy welcome cheers simple easy enough similarly likewise "
    "step steps working calculation method approximately approx each total degrees left only yes "
    "correct right true the a final answer answers result results solution so thus hence therefore "
    "since because as where then we get it is this that and in all for question asked rounded "
    "endproof align aligned asy"
)
"""Words of a fragment that closes a text or heads what follows: "Done.", "Thank you!"."""
_CANDID = re.compile(
    r"\W*(?:honestly|frankly|admittedly|truthfully|sadly|regrettably|luckily|rumou?r|legend|strictly|depends|"
    r"to (?:tell|say|speak) (?:you )?the truth|truth is|if (?:only|anything)|between us)\b",
    re.IGNORECASE,
)
"""Beginnings of a sentence with which somebody owns up to something."""
_MOVES = words_of("start begin continue end take choose pick label remove place connect fold cut")
"""What a working tells the reader to do, of verbs that its sentences begin with."""
_VERBS_OF_IT = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|may|must|should|we|i|"
    r"they|you|he|she|left|found|made|got|gave|took|drew|saw|fit|fell|grew|cut|put|met|lay|ran|went|"
    r"came|began|became|stood|held|kept|lost|won|paid|sold|bought|chose|wrote|knew|meant|showed|"
    r"[a-z]{2,}(?:s|ed|ing|en))\b",
    re.IGNORECASE,
)
"""A verb, or what may be one by its ending: a short sentence without one bids or exclaims."""
_OTHERS = words_of("nobody everybody everyone anyone anybody someone somebody ever")
"""Whom no working is about."""
_SKIPPED = words_of(
    "have had did do can could will would may might was were am are also just then now first next "
    "again always only not never n't and to been carefully simply already both should must need"
)
"""Words between a person and what it does."""
_WORKS = re.compile(
    r"(?:count|add|subtract|multipl|divid|doubl|halv|squar|remov|tak|took|check|verif|confirm|comput|"
    r"calculat|solv|us|appl|look|read|see|saw|get|got|find|found|obtain|conclud|compar|measur|"
    r"includ|exclud|ignor|skip|list|draw|drew|writ|wrote|not|know|knew|hav|need|start|began|begin|"
    r"assum|determin|deduc|infer|identif|observ|recall|rearrang|simplif|substitut|"
    r"hop|consider|appreciat|explain|show|follow|work|went|go|think|thought|believ|answer|say|said|"
    r"try|tri|put|set|let|divide|group|sum|cut|pair|match|arriv|reach|end|choos|chose|pick|"
    r"select|trac|estimat|convert|round|eliminat|rul|trust)"
    r"(?:e|es|s|ed|d|ied|ies|ing|ting|y|n|ned|ped|ice|iced|en)?"
)
"""Verbs of a working, by their stems and endings."""
_FEELS = words_of("confident sure certain glad happy convinced able using assuming")
_OWN = words_of(
    "answer answers calculation calculations count result results reasoning working work steps "
    "solution explanation approach method question questions help time understanding own attention "
    "reading choice problem"
)
_BEFORE_ME = words_of("let allow tell tells told gives gave give shows ask for to")
_OPENS = words_of(
    "if since because as when while from by in on at with after before for so then thus hence "
    "therefore and but or not only also like unlike during under over that this it which where "
    "although though until once unless both all is was does did can could will would has had how "
    "what why now here indeed again given without of to than about into upon except"
)
"""Words of closed classes that a sentence opens with: all others before "it" are verbs."""
_BEGINS = (_OPENS | _MOVES) - words_of("and or but not only also again over under")
"""Beginnings of a fragment, but for those that add to what was answered: "and one more"."""
_BIDS = re.compile(
    r"(?:check|verif|confirm|see|not|compar|do|hop|call|solv|work|prov|show|find|comput|calculat|"
    r"remember|recall|consider|explain|draw|illustrat|visuali[sz]|put|using|us|appl|mak|giv|"
    r"repeat|doing|writ|simplif|interpret|express|substitut|read|tell|add|subtract|multipl|"
    r"divid|observ|notic|assum|suppos|rearrang|combin|plug|insert|count|mean|impl|denot|defin|label"
    r"|nam)"
    r"(?:e|es|s|y|ies|ing|ying|ting|ging)?"
)
"""What may be done with "this" without doubt of it."""
_CALLS = re.compile(
    r"\W*(?:and |so |but )?(?:(?:that|this|it)(?: (?:number|answer|value|result|option))?"
    r"|[A-J]|\d+|(?:the|my|our) (?:\w+ )?(?:answer|value|result|option|choice|solution|box))"
    r"(?:['’]s| is| was)(?: \w+ly| just| only| all)*"
    r" (?:an?|the|pure|mere|sheer)\s+(?P<what>.*)",
    re.IGNORECASE | re.DOTALL,
)
_THINGS = re.compile(
    r"\b(?:\w*number|integer|prime|multiple|divisor|factor|square|cube|\w*angle|circle|polygon|"
    r"\w*gon|line|point|segment|ratio|fraction|percentage|power|root|sum|product|difference|"
    r"sequence|series|progression|function|equation|formula|identity|theorem|lemma|property|"
    r"consequence|result|fact|case|rule|law|value|solution|answer|way|method|check|"
    r"application|example|special|direct|simple|standard|well-known|known|necessary|maximum|"
    r"minimum|whole|constant|unit|length|area|volume|distance|time|probability|proportion|"
    r"combination|permutation|count|total|measure|kind|type|part|side|face|edge|vertex|set|"
    r"city|country|colou?r|shape|animal|plant|graph|chart|bar|good|nice|classic|\w*metr\w+|"
    r"capital|name|word|letter|day|month|\w+est|most|least|only|same|one|correct|right|parabola|line|curve|"
    r"\w*gram|\w*hedron|prism|pyramid|cylinder|cone|sphere|\d+\W)",
    re.IGNORECASE,
)
_CONTRASTS = re.compile(
    r"\b(?:on the other hand|(?:in|by) (?:contrast|comparison)|originally|initially|at first|"
    r"before|previously|at the beginning|each|every|per|of the|\d of \d+"
    r"|the (?:other|first|second|third|last)|others|whereas|while|radius|diameter"
    r"|(?:step|case|part|figure|example) \(?\w)\b",
    re.IGNORECASE,
)
"""Words that tell of another value than the one asked for, or of one on the way."""

_BRIEF = 8
_TURNING = re.compile(
    r"(?<!\bone )(?<!\bsome )(?<!\bmany )(?<!\bpeople )"
    r"\b(?:should|could|might|may(?! not)|maybe|perhaps|yet|unless|instead|otherwise|pending)\b"
    r"|\bunits? (?:is|are|must|needs?)\b|\banswer needs\b",
    re.IGNORECASE,
)
"""Words that leave an answer open or turn from it."""

_ADDS = re.compile(
    r"\W*(?:and )?(?:add|plus|minus|times|includ(?:e|ing)|exclud(?:e|ing)|subtract|double|halve|"
    r"square|one more|another|don['’]t forget)\b",
    re.IGNORECASE,
)
"""Beginnings of a sentence that goes on to reckon with the answer, unless it names the terms."""
_TERMS = 2
_NUMBERS_ALONE = re.compile(r"(?=.*\d)(?:del )?(?:[^\w]*[A-Za-z]\w?\W*=)?(?:[^\w&^]|\d|[½¼¾⅓⅔])*")
_SUM = re.compile(r"\d\s*[-+*/×·÷]\s*\d|\d\s*=\s*\d")
"""Numbers without a word, which state another value unless they are a sum: "x = 8", "7 8"."""
_STATEMENT = re.compile(
    r"\b(?:statement|claim|assertion) is (?:\w+ly )?"
    r"(?P<said>true|correct|right|false|untrue|wrong|incorrect)\b",
    re.IGNORECASE,
)
_PARTS_OF_FORMULA = re.compile(r"\b(?:signs?|constants?|terms?|exponents?|coefficients?)\b", re.I)
_DESCRIBES = re.compile(
    r"(?:\A\W*|\b(?:in|into|of|the|these|those|with|by|on|from|for|at|all|has|have|are)\s+)"
    r"(?:two|three|[23])\s+[a-z]{3,}",
    re.IGNORECASE,
)
"""Small numbers that only tell of what things are there: "in two rows"."""
_FORMULA = re.compile(r"[&{}^;]|\d\s*[:/]|/\s*\d|\d\s*[-+*×·]\s*\d|=.*=|\w\(")
"""What a line of mathematics or code holds: it is read by its relations alone."""


def understood(sentence: str, *, repeats: bool) -> bool:
    """Tell whether a sentence that begins behind an answer is understood as it is.

    Args:
        repeats: it holds the answer.

    Example:
        >>> [understood(text, repeats=False) for text in ("Done.", "Nah.", "I added both.")]
        [True, False, True]
    """
    words = tuple(word.casefold().replace("’", "'") for word in _WORD.findall(sentence))
    if not words:
        return not any(unicodedata.category(one) == "So" for one in sentence if one not in _ENDINGS)
    if repeats or _CODE.match(sentence):
        return True
    if _FOREIGN.search(sentence) or _CANDID.match(sentence):
        return False
    bids = words[0] in _MOVES or _BIDS.fullmatch(words[0])
    foreign = not bids and _ENGLISH.isdisjoint(words) and not re.search(r":|\d\W+\d", sentence)
    if foreign and len(words) > _CLOSING_WORDS and not _FORMULA.search(sentence):
        return max(map(len, words)) == 1 or _CLOSING.issuperset(words)
    if len(words) <= 2 and _PLAIN.fullmatch(sentence):
        return _CLOSING.issuperset(words)
    if len(words) <= 6 and _PLAIN.fullmatch(sentence) and not _VERBS_OF_IT.search(sentence):
        if words[0] == "let's":
            words = words[1:]
        known = words[0] in _BEGINS or _CLOSING.issuperset(words)
        return known or bool(_BIDS.fullmatch(words[0]))
    return _of_persons(sentence, words) and _of_it(sentence, words)


def is_settled(sentence: str, *, letter: bool) -> bool:
    """Tell whether a sentence has no word that denies, doubts or turns what was answered.

    Args:
        letter: the answer is a letter, to which a working never comes back: only short sentences
            without a number are read so.
    """
    if letter and (len(_WORD.findall(sentence)) > _BRIEF or re.search(r"\d", sentence)):
        return True
    if _ADDS.match(sentence) and len(re.findall(r"\d+", sentence)) < _TERMS:
        return False
    alone = numbers_alone(sentence)
    asks = sentence.rstrip(" \"')").endswith("?")
    return not (alone or asks or _TURNING.search(sentence))


def contradicts(sentence: str, answer: str) -> bool:
    """Tell whether a sentence calls the statement false behind a yes, or true behind a no.

    Example:
        >>> [contradicts("The statement is false.", answer) for answer in ("Yes", "No")]
        [True, False]
    """
    found = _STATEMENT.search(sentence)
    said = re.match(r"\W*(yes|no|true|false)\b", answer, re.IGNORECASE)
    true = found and found["said"].casefold() in ("true", "correct", "right")
    return bool(found and said) and true != (said[1].casefold() in ("yes", "true"))


def rewrites(sentence: str, formula: str) -> bool:
    """Tell whether a sentence writes another formula, or speaks of a part of one.

    Example:
        >>> rewrites("So y = x^2.", "x^2+1"), rewrites("So it is x^2 + 1.", "x^2+1")
        (True, False)
    """
    bare = re.sub(r"[\s$\\{}]", "", sentence)
    if re.sub(r"[\s$\\{}]", "", formula) in bare:
        return False
    return bool(re.search(r"[\d^=+]", sentence) or _PARTS_OF_FORMULA.search(sentence))


def numbers_alone(sentence: str) -> bool:
    """Tell whether a sentence is a number or several without a word, and no sum.

    Example:
        >>> [numbers_alone(text) for text in ("x = 8", "7 -> 8", "10 - 3 = 7", "8 cubes")]
        [True, True, False, False]
    """
    return bool(_NUMBERS_ALONE.fullmatch(sentence)) and not _SUM.search(sentence)


def _of_persons(sentence: str, words: Sequence[str]) -> bool:
    """Tell whether what the writer or reader does, has or is belongs to a working."""
    if not _OTHERS.isdisjoint(words):
        return False
    for found in _PERSON.finditer(sentence):
        following = next(
            (one for one in found["does"].casefold().split() if one not in _SKIPPED), ""
        )
        if not (_WORKS.fullmatch(following) or following in _FEELS or following.endswith("ly")):
            return False
    for place, word in enumerate(words):
        if word in ("my", "your") and _OWN.isdisjoint(words[place + 1 : place + 4]):
            return False
        if word == "me" and _BEFORE_ME.isdisjoint(words[max(place - 2, 0) : place]):
            return False
    return True


def _of_it(sentence: str, words: Sequence[str]) -> bool:
    """Tell whether a bid about "it", or what "it" is called, is one of a working."""
    first = words[0]
    known = first in _OPENS or first.endswith(("ly", "ing")) or _BIDS.fullmatch(first)
    if _BID.match(sentence) and not known:
        return False
    called = _CALLS.match(sentence)
    return not called or bool(_THINGS.search(called["what"]))


def leads_back(values: Sequence[str], sentence: str) -> bool:
    """Tell whether the last values behind an answer belong to what it comes from.

    They do where there are several, or where the sentence tells of something else.

    Args:
        values: those that the sentence states, the answer not among them.

    Example:
        >>> leads_back(["10", "3"], "We took 3 of 10."), leads_back(["8"], "It shows 8 of them.")
        (True, False)
    """
    if values and values[-1][0].isalpha():
        return bool(WRONG.search(sentence))
    return len(set(values)) != 1 or any(
        pattern.search(sentence) for pattern in (_CONTRASTS, WRONG, _DESCRIBES, _FORMULA)
    )
