"""What stands behind a value: the words that leave it stated, in a closed grammar.

Behind a number comes its unit or what is counted, then only tails of known words: where it is seen
("in the picture"), when ("in 2010", "per day"), what is left ("are left"), what it is for ("to fill
the pool") and that it is the answer ("is the final answer"). Each word has its classes, and one
pattern says in which order they stand; with any other word the value is not stated.
"""

import re
from collections.abc import Iterator

from r1vl_kedro.answers.countables import COUNTABLES
from r1vl_kedro.answers.known_words import NOUNS_OR_VERBS
from r1vl_kedro.answers.nouns import counted, plural
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.prose import WORD
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.answers.vocabulary import AMOUNTS, COLOURS, SUPERLATIVE
from r1vl_kedro.answers.word_order import lettered, letters_for

_CLASSES = {
    "in": "in on at of from inside within around along for across throughout into about near "
          "beside behind beneath",
    "of": "of",
    "for": "on for",
    "with": "with",
    "to": "to",
    "the": "the this that these those its his her their our each every both all",
    "an": "a an per /",
    "it": "it them",
    "them": "it them me him us you",
    "we": "we you i",
    "which": "that which who",
    "is": "is are was were can be have has been",
    # What is said of an answer or an amount.
    "exact": "final correct right required desired only possible",
    "answer": "answer result solution",
    "total": "total all sum",
    "count": "number amount count",
    "amount": " ".join((AMOUNTS | NOUNS_OR_VERBS) - {"number", "count"}),
    # What things are, and what is said of them.
    "thing": " ".join(filter(is_open, COUNTABLES - AMOUNTS)),
    "colour": " ".join(COLOURS),
    "whole": "given whole entire same top bottom left right front back upper lower inner outer "
             "middle large small big great total",
    "extreme": " ".join(SUPERLATIVE | {"least"}),
    "seen": "left remaining remain remains visible hidden shown seen needed required used present "
            "given highlighted marked labeled labelled shaded unshaded colored coloured painted "
            "sold bought eaten drawn available",
    "altogether": "total altogether overall exactly approximately too also only together "
                  "respectively each upward upwards downward downwards forward forwards backward "
                  "backwards ac dc inclusive",
    "long": "away apart later long wide high tall deep thick old",
    # Verbs: of the writer, of a purpose, of counted things and of conditions that these meet.
    "found": "see need have count counted found",
    "fill": "do make form choose select pick arrange order place put paint color colour fill empty "
            "cover complete finish build write draw get reach go travel walk drive run cross "
            "divide split cut share pay buy sell earn save distribute seat sit line tile read cook "
            "bake wash clean dig solve play win carry transport pack store feed",
    "like": "act acts came come passed voted like likes liked prefer prefers preferred play plays "
            "played own owns speak",
    "satisfies": "satisfies meets fulfils fulfills",
    # Time.
    "unit_of_time": "second minute hour day week month year seconds minutes hours days weeks "
                    "months years",
    "weekday": "monday tuesday wednesday thursday friday saturday sunday",
    # What a name may be: "the capital of France".
    "kind": "capital city country state county continent river mountain lake ocean sea island "
            "desert planet star author writer painter artist composer inventor scientist president "
            "king queen leader founder director captain singer player winner currency language "
            "religion animal metal element gas organ bone colour color bar slice sector segment "
            "line curve category item month day name title place share population income score "
            "height",
}  # fmt: skip
"""The words of each class; a word may have several classes."""
_LETTERS = letters_for(
    [*_CLASSES, "plural", "open", "doing", "done", "number", "year", "capitalised"]
)
"""Beside them: nouns in the plural, open words, those in "-ing" and "-ed", numbers, names."""


def _by_word() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in _CLASSES.items():
        for word in words.split():
            found[word] = found.get(word, "") + _LETTERS[name]
    return found


_LETTERS_OF = _by_word()


def _order(pattern: str) -> re.Pattern[str]:
    """Compile an order of classes; each word is the letters of its classes and a space."""
    parts = re.findall(r"\[[A-Za-z]+\]|.", lettered(pattern, _LETTERS))
    spelled = (
        f"(?:[^ ]*[{part.strip('[]')}][^ ]* )" if part[-1].isalpha() or part[-1] in ",]" else part
        for part in parts
    )
    return re.compile("".join(spelled))


_PLACE = (
    "(?: in the? [whole colour seen]* [thing unit_of_time]+ capitalised?"
    " | in [the an]"
    " [whole colour seen plural thing unit_of_time amount kind open doing done]*"
    " [plural thing unit_of_time amount kind open] )"
)
"""A place in known words, or in any words of the world behind an article: "in the harbor"."""
_TAILS = _order(
    rf"(?> ,? (?>"
    rf" (?: which? is+ )? {_PLACE}"  # in the picture, of the whole square, are in the box
    r" | in capitalised capitalised? number?"  # in France, for Tom, of H2
    r" | of the? [whole colour seen open doing done]*"  # of the cubes, of flour, of them
    r" [plural whole them thing amount open]+"
    r" | in it"
    r" | in year to year | in the unit_of_time year | in? year"  # from 2010 to 2014, in 2010
    r" | in weekday | in number unit_of_time"  # on Monday, in 5 hours
    r" | an [unit_of_time thing] | number unit_of_time long"  # per day, 5 days later
    r" | which? is* (?: doing with? [the an]? [whole colour seen doing]*"  # riding bicycles
    rf" [plural thing open]? | done (?= {_PLACE} ) )"  # parked in the street
    r" | which? is* seen+ | which? we found"  # that are left, we see
    r" | in total | altogether"
    r" | for the? [whole colour]* [plural thing]+"  # on books
    r" | (?: in them )? to fill"  # to fill the pool, for him to read
    r" (?: the? [whole colour amount]* [plural thing amount open]+ | them )"
    r" | satisfies the? [whole colour]* plural+"  # satisfies both conditions
    r" ))*+"
)
_ANSWER = _order(
    rf"(?: ,? which )? is the exact*"
    rf" (?: answer | [amount colour whole]* (?: amount (?: {_PLACE} )* | count )"
    rf" | exact? count of the? [whole colour]* plural+ (?: seen | we found )? (?: {_PLACE} )* )"
)
"""What is said of a value: it is the answer, or an amount that is asked for."""
_DESCRIPTION = _order(
    "the? [whole colour seen]* (?: extreme [thing amount kind plural open]* | kind+ )"
    " (?: in the? [whole colour]*"
    " (?: capitalised capitalised? capitalised? | [thing unit_of_time kind]+ | year ) )* ,?"
)
"""What is said of a name: "the capital of France", "largest bar"."""
_OF_A_THING = _order(
    rf"(?: long | to fill"
    rf" | (?: of the? [whole colour seen]* plural+ )? which? like"
    rf" (?: [the an]? [whole colour thing open]* [plural them thing open]+ )? )"
    rf" (?: {_PLACE} | in year )?"
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
    """Return the letters of each word's classes, with a space behind each; "?" for none."""
    return "".join(f"{_letters_of(token)} " for token in _TOKEN.findall(text))


def _letters_of(token: str) -> str:
    if token.isdecimal() and 1500 <= int(token) < 2100:
        return _LETTERS["year"]
    if token[0].isdigit():
        return _LETTERS["number"]
    if token == ",":
        return token
    word = token.lower()
    found = _LETTERS_OF.get(word, "")
    if plural(word) and is_open(word):
        found += _LETTERS["plural"]
    if token[0].isupper():
        return found + _LETTERS["capitalised"]
    if not found and token.islower() and is_open(token):
        ends = (("ing", "doing"), ("ed", "done"), ("", "open"))
        return next(_LETTERS[name] for end, name in ends if token.endswith(end))
    return found or "?"


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
