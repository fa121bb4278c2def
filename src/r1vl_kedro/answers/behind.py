"""What stands behind a value: the words that leave it stated, in a closed grammar.

Behind a number comes its unit or what is counted, then only tails of known words: where it is seen
("in the picture"), when ("in 2010", "per day"), what is left ("are left"), what it is for ("to fill
the pool") and that it is the answer ("is the final answer"). Each word becomes one character, its
class, and the order of classes is one pattern; with any other word the value is not stated.
"""

import re
from collections.abc import Iterator

from r1vl_kedro.answers.countables import COUNTABLES
from r1vl_kedro.answers.known_words import BOTH
from r1vl_kedro.answers.nouns import counted, plural
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.prose import WORD
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.answers.vocabulary import AMOUNTS, COLOURS, SUPERLATIVE

_CLASSES = {
    "p": "in on at of from inside within around along for across throughout into about near "
         "beside behind beneath",
    "d": "the this that these those its his her their our each every both all",
    "a": "a an per /",
    "i": "it them me him us you",
    "b": "is are was were can be have has been",
    "x": "final correct right required desired only possible",
    "w": "answer result solution",
    "s": "left remaining remain remains visible hidden shown seen needed required used present "
         "given highlighted marked labeled labelled shaded unshaded colored coloured painted sold "
         "bought eaten drawn available",
    "r": "that which who",
    "W": "with",
    "J": "it them",
    "y": "we you i",
    "V": "see need have count counted found",
    "o": "to",
    "e": "total altogether overall exactly approximately too also only together respectively "
         "each upward upwards downward downwards forward forwards backward backwards ac dc "
         "inclusive",
    "M": "away apart later long wide high tall deep thick old",
    "v": "do make form choose select pick arrange order place put paint color colour fill empty "
         "cover complete finish build write draw get reach go travel walk drive run cross divide "
         "split cut share pay buy sell earn save distribute seat sit line tile read cook bake wash "
         "clean dig solve play win carry transport pack store feed",
    "g": "given whole entire same top bottom left right front back upper lower inner outer middle "
         "large small big great total",
    "n": "total all sum",
    "j": "on for",
    "z": "act acts came come passed voted like likes liked prefer prefers preferred play plays "
         "played own owns speak",
    "K": "satisfies meets fulfils fulfills",
    "u": "second minute hour day week month year seconds minutes hours days weeks months years",
    "h": "monday tuesday wednesday thursday friday saturday sunday",
    "f": "of",
    "k": "number amount count",
    "c": " ".join(COLOURS),
    "t": " ".join(filter(is_open, COUNTABLES - AMOUNTS)),
    "q": " ".join((AMOUNTS | BOTH) - {"number", "count"}),
    "S": " ".join(SUPERLATIVE | {"least"}),
    "A": "capital city country state county continent river mountain lake ocean sea island desert "
         "planet star author writer painter artist composer inventor scientist president king "
         "queen leader founder director captain singer player winner currency language religion "
         "animal metal element gas organ bone colour color bar slice sector segment line curve "
         "category item month day name title place share population income score height",
}  # fmt: skip
"""Classes of words; a word may have several. A noun in the plural is of the class l."""


def _by_word() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in _CLASSES.items():
        for word in words.split():
            found[word] = found.get(word, "") + name
    return found


_CLASSES_OF = _by_word()


def _order(pattern: str) -> re.Pattern[str]:
    """Compile an order of classes: a letter stands for a word of its class, [lt] for one of two."""
    parts = re.findall(r"\[[A-Za-z]+\]|.", pattern.replace(" ", ""))
    spelled = (
        f"(?:[^ ]*[{part.strip('[]')}][^ ]* )" if part[-1].isalpha() or part[-1] in ",]" else part
        for part in parts
    )
    return re.compile("".join(spelled))


_PLACE = "(?: p d? [gcs]* [tu]+ C? | p [da] [gcsltuqAOIE]* [ltuqAO] )"
"""A place in known words, or in any words of the world behind an article: "in the harbor"."""
_TAILS = _order(
    rf"(?> ,? (?>"
    rf"(?:r? b+)? {_PLACE}"  # in the picture, of the whole square, are in the box
    r"| p C C? N?"  # in France, for Tom, of H2
    r"| f d? [gcsOIE]* [lgitqO]+"  # of the cubes, of flour, of the total, of them
    r"| p J"  # in it
    r"| p Y o Y | p d u Y | p? Y"  # from 2010 to 2014, in the year 2010, in 2010
    r"| p h | p N u | a [ut] | N u M"  # on Monday, in 5 hours, per day, a day
    rf"| r? b* (?:I W? [da]? [gcsI]* [ltO]?"  # riding bicycles
    rf" | E (?={_PLACE}))"  # parked in the street
    r"| r? b* s+ | r? y V"  # that are left, we see
    r"| p n | e"  # in total, altogether
    r"| j d? [gc]* [lt]+"  # on books
    r"| (?:p i)? o v (?: d? [gcq]* [ltqO]+ | i )"  # to fill the pool
    r"| K d? [gc]* l+"  # satisfies both conditions
    r"))*+"
)
_ANSWER = _order(
    rf"(?:,? r)? b d x* (?: w | [qcg]* (?: q (?:{_PLACE})* | k )"
    rf" | x? k f d? [gc]* l+ (?:s | y V)? (?:{_PLACE})* )"
)
"""What is said of a value: it is the answer, or an amount that is asked for."""
_DESCRIPTION = _order(
    "d? [gcs]* (?: S [tqAlO]* | A+ ) (?: p d? [gc]* (?: C C? C? | [tuA]+ | Y ))* ,?"
)
"""What is said of a name: "the capital of France", "largest bar"."""
_OF_A_THING = _order(
    rf"(?: M | o v | (?:f d? [gcs]* l+)? r? z (?:[da]? [gctO]* [litO]+)? ) (?:{_PLACE} | p Y)?"
)
"""What stands behind a unit or a thing: "5 cm long", "3 days to finish", "5 boys like tea"."""
_DOING = re.compile(r"\s\w+(?:ing|ed)\b")
"""Behind a bare number what is done may be done to it: "7 doubled"."""
_TOKEN = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]+|[^\s]")
_SHARE = re.compile(
    r"\s?(?:%|per ?cent\b|percentage points?\b|pct\b\.?)"
    r"(?:\s(?:chance|probability|discount|increase)\b)?"
)
_SCRIPT = re.compile(r"\s?[\u3040-\u30ff\u4e00-\u9fff]{1,4}")
_QUOTE = re.compile(r"[\"'”’]")
_SINGULARS = re.compile(
    r"\s(?:degrees? (?:angle|arc|turn|rotation)|(?:age )?(?:group|range|interval|class|category))\b"
)
"""What an angle or a range may be called: "a 45-degree angle", "the 10-20 group"."""
_WAYS = re.compile(r"\s(?:possible |different |distinct )?ways in which [A-Za-z ]{1,60}\Z")


def _classes(text: str) -> str:
    found = []
    for token in _TOKEN.findall(text):
        word = token.lower()
        if token.isdigit() and 1500 <= int(token) < 2100:
            found.append("Y")
        elif token[0].isdigit():
            found.append("N")
        elif token == ",":
            found.append(",")
        else:
            known = _CLASSES_OF.get(word, "") + ("l" if plural(word) and is_open(word) else "")
            if not known and token.islower() and is_open(token):
                known = "I" if token.endswith("ing") else "E" if token.endswith("ed") else "O"
            found.append(known + ("C" if token[0].isupper() else "") or "?")
    return "".join(f"{one} " for one in found)


def is_tail(text: str) -> bool:
    """Tell whether words behind a value leave it as it is.

    Example:
        >>> is_tail("in the picture"), is_tail("in the wrong picture"), is_tail("is the answer")
        (True, False, True)
    """
    said = _classes(text.rstrip(" .!").replace(" as well", " too"))
    return bool(_TAILS.fullmatch(said) or _ANSWER.fullmatch(said))


def says_it_is_the_answer(text: str) -> bool:
    """Tell whether words behind a value call it the answer or an amount that is asked for.

    Example:
        >>> says_it_is_the_answer("the number of cubes"), says_it_is_the_answer("the first guess")
        (True, False)
    """
    return bool(_ANSWER.fullmatch(_classes(f"is {text}".rstrip(" ."))))


def is_description(text: str) -> bool:
    """Tell whether words behind a name say what it is.

    Example:
        >>> is_description("the capital of France"), is_description("the weakest candidate")
        (True, False)
    """
    return bool(_DESCRIPTION.fullmatch(_classes(text.rstrip(" ."))))


def goes_on(rest: str, *, one: bool) -> bool:
    """Tell whether what follows a number in its clause leaves it stated.

    Args:
        rest: the text from the end of the number's digits.
        one: the number is one, a part or a range, behind which a noun may be in the singular.

    Example:
        >>> goes_on(" red cubes are left", one=False), goes_on(" is what I first got", one=False)
        (True, False)
    """
    if rest[:1] == "-":
        rest = f" {rest[1:]}"
    if _WAYS.match(rest):
        return True
    return any(
        (is_tail(rest[end:]) and (end or not _DOING.match(rest)))
        or (end and _OF_A_THING.fullmatch(_classes(rest[end:])))
        for end in _measures(rest, one=one)
    )


def _measures(rest: str, *, one: bool) -> Iterator[int]:
    """Yield where a unit or a counted thing behind a number may end, with nothing first."""
    yield 0
    if quote := _QUOTE.match(rest):
        yield quote.end()
    if script := _SCRIPT.match(rest):
        yield script.end()
    if share := _SHARE.match(rest):
        yield share.end()
    if thing := _SINGULARS.match(rest):
        yield thing.end()
    words = list(WORD.finditer(rest))
    if words and words[0][0].lower() in COLOURS:
        yield words[0].end()
    if words and (phrase := counted([word[0] for word in words], one=one)):
        yield words[phrase - 1].end()
    for end in [found.end() for found in re.finditer(r"\s*[^\s,;:!?]+", rest)][:4]:
        unit = rest[:end].strip().rstrip(".")
        if read_units(unit) or read_units(unit.removeprefix("in ")):
            yield end
