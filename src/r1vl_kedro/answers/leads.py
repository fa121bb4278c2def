"""What leads to a value in its sentence: a subject that is asked for, behind known openings.

The grammar is closed, and so are its words (`known_words`): "In 2010 the number of red cubes is"
leads to a value, "The placeholder is", "Miscounting, it is" and whatever else is not known do not.
Each word has a class, and one pattern over the classes says in which order they lead.
"""

import re
from functools import lru_cache

from r1vl_kedro.answers.known_words import CLASSES
from r1vl_kedro.answers.lead_phrases import in_known_words
from r1vl_kedro.answers.nouns import plural, singular
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.tokens import DECORATIONS, FUNCTIONS
from r1vl_kedro.answers.word_order import lettered, letters_for
from r1vl_kedro.mathtext import GREEK_LETTERS

_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*%?|[^\W\d_]+(?:-[^\W\d_]+)*|['’]s\b|[^\s]")
_LETTERS = letters_for([*CLASSES, "symbol", "open", "plural", "unknown"])
"""Beside the classes of known words: symbols, open words, those in the plural and the unknown."""
_CLASS_OF = {word: name for name, words in CLASSES.items() for word in words}

_OPEN_WORD = "open plural event"
_QUALIFIER = "adverb modifier exact number one"
_HEAD = "amount noun_or_verb thing extreme symbol"
_KNOWN = f"{_QUALIFIER} {_HEAD}"
_DET = "[the this my an each]?"
_ANY = f"[{_KNOWN} way {_OPEN_WORD}]"
_OPEN = f"(?: (?<=[the this an each']) {_ANY}* [{_OPEN_WORD}] {_ANY}* )"
"""Any words of the world behind an article: "the gas released", "each ticket"."""
_RUN = (
    rf"(?: {_OPEN} | (?=[so {_QUALIFIER}]*"
    rf" (?: [{_HEAD}] | (?<=number) plural | (?<=[exact extreme]) one ))"
    rf" [so {_KNOWN}]++ (?: (?<=number) plural )? )"
)
"""Known words up to a noun: "total number", "3 cubes", "last one"."""
_KNOWN_OBJECT = (
    rf"{_DET} (?: name++ | (?=[so adverb modifier exact one]* [{_HEAD} way number])"
    rf" [so way {_KNOWN}]++ )"
)
_OBJECT = (
    rf"(?: {_KNOWN_OBJECT} | {_DET} {_OPEN} | [open event]* [{_OPEN_WORD}] | [the this] modifier+ )"
)
_OF = (
    rf"of (?: [open doing] | thing (?=an) )? {_DET}"
    rf" (?: name++ | [so way {_KNOWN} {_OPEN_WORD}]*+"
    rf" (?<=[{_HEAD} modifier number way {_OPEN_WORD}]) ) (?: [plus and so]++ {_OBJECT} )?"
)
_WHERE = r"(?: in | from (?! [the this]? noun_or_verb ))"
_KNOWN_AT = rf"{_WHERE} {_KNOWN_OBJECT} (?: [plus and so] {_KNOWN_OBJECT} )?"
_AT = rf"{_WHERE} {_OBJECT} (?: [plus and so] {_OBJECT} )?"
"""Where, when and by what: "in the picture", "after 5 years"."""
_OWNER = rf"(?: {_DET} [modifier exact open event]* [thing name open plural]+ | my )'"
_NOUN = (
    rf"(?: {_OWNER} )? {_DET} {_RUN}"
    rf" (?: (?<=[amount extreme noun_or_verb symbol modifier {_OPEN_WORD} thing]) {_OF} )?+"
    rf" [modifier open event]*+ (?: {_AT} )*+ [modifier open event]*"
)
_ANSWER = (
    r"[the this my]? (?: [exact adverb so]* answer amount?"
    r" (?: of [number symbol]+ (?: plus [number symbol]+ )* )? | exact (?=is) ) (?: from symbol )?"
)
_DONE = (
    rf"from? doing (?: [{_KNOWN} the this an each name way plural from in plus of and so told]"
    r" | , (?=[number symbol]) )*"
)
"""What was done: "by adding 3 and 4"."""
_TO = (
    r"[adverb so]* (?: extreme? in [the this an]? | [the this an]?"
    r" (?: [modifier exact extreme amount noun_or_verb]*"
    r" (?: [amount noun_or_verb] of? | extreme ) )? ) [adverb so]*"
)
"""What may stand between a verb and its value: "exactly", "at", "a total of"."""
_SINCE = (
    r"since (?! (?: [pronoun this] | the? noun_or_verb ) is [^,]* number )"
    r" (?: [^unknown open event answer exact] | exact (?=[thing amount extreme]) )+"
)
_OPENING = (
    rf"(?> [adverb so and] ,? | {_KNOWN_AT} ,? | {_SINCE} ,"
    rf" | {_DONE} (?: , | (?=[pronoun writer]) ) | {_ANSWER} is"
    rf" | [^unknown {_OPEN_WORD} answer so]+ so ,? )"
)
_WHO = r"[pronoun this one each] | (?<![the this an each]) name+"
_CLAUSE = (
    rf"(?: (?: {_NOUN} | {_ANSWER} | {_WHO} ) have? [adverb so]* is {_TO}"  # the area is
    r" | (?! [the this]? [symbol number] event )"  # the most rain fell on
    rf" (?: {_NOUN} | [pronoun this one] (?=is) | name+ ) [adverb so]*"
    r" (?: is [open event modifier extreme have told] | (?<=event) | event ) in [the this]?"
    rf" | (?: {_NOUN} | {_WHO} | {_DONE} ) [adverb so]*"  # Maria has
    rf" (?: [have noun_or_verb] | (?<=noun_or_verb) ) {_TO}"
    rf" | [pronoun writer]? find {_TO}"  # we find
    r" | is? [adverb so]* (?: in [the this an]? | [the this an]? ) [adverb so]*"  # on the
    r" | from? an? [modifier exact]* noun_or_verb amount? of )"  # for a total of
)
_LEAD = re.compile(lettered(rf"(?: {_OPENING} )* {_CLAUSE}", _LETTERS))
_OPENS = re.compile(
    lettered(
        rf"(?: (?= .* [amount noun_or_verb thing extreme name way doing])"
        rf" (?: {_KNOWN_AT} | {_DONE} ) | [from in] [the this]? amount? number | {_SINCE} ) ,",
        _LETTERS,
    )
)
_COMMA = re.compile(r"(?=[A-Za-z])[^.;:?!\n]{3,80}?,\s+(?!leaving|giving|making|so\b|which)(?=\S)")
_ONE = re.compile(
    r"\W*(?:so )?(?:(?:it|this|that|there|the (?:total|number)) (?:is|are|equals)(?: equal to)?"
    r"|equal to) [\w.]+(?: [a-z]+s)?\W*",
    re.IGNORECASE,
)
_LONGEST = 60
"""Words before a value that are read."""
_TELLS = re.compile(
    lettered(
        r"(?: [^unknown open event plural answer exact half] | exact (?=[thing amount extreme])"
        r" | half (?= of [the this]? [number symbol amount thing] ) | answer (?=of)"
        r" | (?<=[number one of]) plural | (?<= [number one of] [modifier exact] ) plural )*",
        _LETTERS,
    )
)
_OPERATOR = re.compile(
    rf"\\[a-z]+|\b(?:lim|{'|'.join(sorted({*GREEK_LETTERS.values()}))})(?![a-z])"
    rf"|\b(?:{'|'.join(sorted(DECORATIONS))})(?=\s?\()"
    r"|\b(?:[abcd]{3}|[xyz]{3}|[pqr]{3}|[mnp]{3})\b",
    re.IGNORECASE,
)
_FUNCTION = re.compile(rf"\b(?:{'|'.join(sorted(FUNCTIONS - {'root'}))})(?![a-z])")
_INDEX = re.compile(r"_\s?(?:(\w+)|\(([^()]*)\))")
_SYMBOL = re.compile(r"[A-Z]{1,4}\d?'*|(?![aI]\b)[a-zA-Z]\d?'*|[a-z]_\w|\d+[a-z]")


def _classes(text: str) -> str:
    """Return a sentence as one letter a word, that of its class; stops are "," and "'s" is "'"."""
    found = ""
    for place, token in enumerate(_TOKEN.findall(in_known_words(text))):
        word = re.sub(r"\A[a-z]-(?=[a-z]{4})", "", token.lower())  # y-intercept
        if word in ("'s", "’s"):
            found += "'"
        elif token in ",.;()":
            found += ","
        elif token not in "\"“”*'" or token == "*":
            found += _LETTERS[_class_of(word, token, first=not place, behind=found[-1:])]
    return found


def _class_of(word: str, token: str, *, first: bool, behind: str) -> str:
    """Return the class of a word, given as it stands in the text too, and the letter before it."""
    if token == "I" or (token == "A" and first):
        return _CLASS_OF[word]
    if word[0].isdigit():
        return "number"
    if _SYMBOL.fullmatch(token):
        return "symbol"
    if word in ("number", "numbers") and behind == _LETTERS["thing"]:  # "the page number"
        return "unknown"
    if known_class := _CLASS_OF.get(word) or _CLASS_OF.get(singular(word)):
        return known_class
    if not first and token[0].isupper() and token[1:].islower():
        return "name"
    if not is_open(word):
        return "unknown"
    return "plural" if plural(word) else "event" if word.endswith("ed") else "open"


@lru_cache(maxsize=8192)
def leads(text: str) -> bool:
    """Tell whether the words before a value are a subject that is asked for, with known openings.

    Sentences before it tell of the same by known words.

    Example:
        >>> leads("In 2010 it was"), leads("At first it was"), leads("Tom says it is")
        (True, False, False)
        >>> leads("So the answer is"), leads("Twice the answer is"), leads("The hint is")
        (True, False, False)
    """
    *earlier, last = re.split(r"(?<=\w)[.!?;]\s|\n", text)
    classes = _classes(last)
    return len(classes) <= _LONGEST and bool(_LEAD.fullmatch(classes)) and all(map(tells, earlier))


def without_opening(text: str) -> str:
    """Return a sentence without a known opening up to its first comma; else as it is.

    Example:
        >>> without_opening("After removing 3 cubes, 7 are left"), without_opening("At first, 7")
        ('7 are left', 'At first, 7')
    """
    found = _COMMA.match(text)
    return text[found.end() :] if found and _OPENS.fullmatch(_classes(found[0])) else text


def tells(text: str, *, counted: bool = True) -> bool:
    """Tell whether a text is made of known words and numbers, and things ``counted`` by them.

    Example:
        >>> tells("3 rows of 4 cubes"), tells("one row was forgotten")
        (True, False)
    """
    classes = _classes(text)
    return bool(_TELLS.fullmatch(classes)) and (counted or _LETTERS["plural"] not in classes)


def states_one(text: str) -> bool:
    """Tell whether a clause gives a value and no working: "It is 8", before ", so 7".

    Example:
        >>> states_one("So there are 8 cubes"), states_one("The radius is 8")
        (True, False)
    """
    return bool(_ONE.fullmatch(text))


def asked_for(name: str) -> bool:
    """Tell whether a name of a value is a symbol or words for what is asked for.

    Example:
        >>> asked_for("total number of cubes"), asked_for("first guess"), asked_for("f ( x )")
        (True, False, True)
    """
    name = _INDEX.sub(_known_index, name)
    bare = " ".join(re.sub(r"[^\w',]", " ", _OPERATOR.sub("", name)).split())
    worked = _FUNCTION.sub("", bare)
    if worked != bare:
        return not re.search(r"[A-Za-z]", worked.replace("degrees", ""))
    return (
        not re.search(r"[^\W\d_]{3,}", bare)
        or leads(re.sub(" should\\Z", " should be", bare))
        or leads(f"{bare} is")
    )


def _known_index(found: re.Match[str]) -> str:
    """Leave out an index of letters or known words: ``v_(max)``; others stay as words."""
    said = found[1] or found[2]
    return "" if len(said) < 3 or tells(said) else f" {said}"
