"""What leads to a value in its sentence: a subject that is asked for, behind known openings.

The grammar is closed, and so are its words (`known_words`): "In 2010 the number of red cubes is"
leads to a value, "The placeholder is", "Miscounting, it is" and whatever else is not known do not.
Each word becomes one character, its class, and the order of classes is one pattern.
"""

import re
from functools import lru_cache

from r1vl_kedro.answers import known_words as known
from r1vl_kedro.answers.nouns import plural, singular
from r1vl_kedro.answers.open_words import is_open
from r1vl_kedro.answers.tokens import DECORATIONS, FUNCTIONS
from r1vl_kedro.answers.vocabulary import AMOUNTS, THINGS
from r1vl_kedro.mathtext import GREEK_LETTERS

_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*%?|[^\W\d_]+(?:-[^\W\d_]+)*|['’]s\b|[^\s]")
_UNKNOWN = "otherwise "
"""A word that is none of those known."""
_PHRASES = [
    (re.compile(pattern, re.IGNORECASE), spelled)
    for pattern, spelled in (
        (r"['’]s (?=(?:exactly|only|about)?\s*\Z)", " is "),
        (r"\b(?:is|are) (?:equal|equivalent) to\b|\bevaluates to\b|\bsimplifies to\b", "is"),
        (r"\b(?:comes?|came|works?|worked|turns?|turned) (?:out )?to (?:be\b)?", "is "),
        (r"\b(?:adds?|sums?|amounts?|totals?|reduces?|rounds|rounded) (?:up |down )?to\b", "is"),
        (r"\b(?:is|are) (?:given by|found to be|calculated to be)\b", "is"),
        (r"\b(?:will|must) be\b|\bmust equal\b|\bwill\s*\Z", "is"),
        (r"\b(answers?|result|solution) (?:should|would) be\b", r"\1 is"),
        (
            r"\b(?:number|value|(?:question )?mark|angle|length|area|perimeter|total|sum)"
            r" should be\b",
            "number is",
        ),
        (r"\b(?:should|would|will|must) (need|take|cost|require|receive|pay|earn|save)\b", r"\1s"),
        (r"\b(?:question mark|(?:ones|units|tens|missing) digit)\b", "number"),
        (r"\ba(?= (?:is|equals|and|=))", "AB"),
        (r"\b(?:seems?|appears?) to be\b", "is"),
        (r"\bcorresponds to\b|\b(?:intersect|meet|cross)(?:s|es)? at\b", "is"),
        (r"\b(?:you|we|i) (?:should|can|will) (?=get|find|obtain|see|count)\b", "we "),
        (r"\b(?:moves|travels) with\b|\b(?:are|is) in the ratio(?: of)?\s*\Z", "has"),
        (
            r"\b(?:travels|travelled|traveled|lasts|lasted|runs|ran|walks|walked|works|worked|drives"
            r"|drove|rides|rode|flies|flew|sleeps|slept|plays|played|stays|stayed) for\s*\Z",
            "has",
        ),
        (r"\A\W*based on\b", "in"),
        (r"\b(?:is|are) (?:labell?ed|marked)(?: as)?\s*\Z", "is"),
        (r"(?<=\bof )plant (?=\d)", "tree "),
        (r"\b(?:accelerates?|moves?|travels?|is moving|is travell?ing) at\b", "has"),
        (r"\bconsists? of\b|\bis made up of\b|\bcontinues? with\b", "has"),
        (r"\b(?:end|ends) up with\b|\b(?:are|is|am) left with\b|\barrive at\b", "have"),
        (r"\b(?:smallest|largest|greatest|least|maximum|minimum|only) possible\b", "only"),
        (
            r"\b(?:who|that) (?:likes?|prefers?|plays?|drinks?|eats?|chose|choose|speaks?|owns?"
            r"|study|voted for) (?:(?:both|only) )?(?:an? )?[a-z]+(?: and (?:an? )?[a-z]+)?\b",
            "shown",
        ),
        (
            r"\ba (?:length|width|height|depth|distance|area|volume|perimeter|radius|diameter|mass"
            r"|weight|speed|velocity|force|price|cost|value|probability|slope|temperature) of\s*\Z",
            "a total of",
        ),
        (r"\A\W*(?:will|must)\b", _UNKNOWN),  # a question
        (r"\b(?:in|on|at|from|for) the next\b", _UNKNOWN),
        (
            r"\b(?:first|second|third|last|next) "
            r"(?=(?:count|total|value|sum|score|amount|average)s?\b)",
            _UNKNOWN,
        ),
        (r"\bnumber of (?:the|this|that) [a-z]+(?<!s)(?= (?:is|was|equals)\b)", _UNKNOWN),
        (
            r"\b(?:root|square|cube|inverse|factor) of (?!.*\b(?:equation|function|expression"
            r"|matrix|polynomial|[a-z])\b)",
            _UNKNOWN,
        ),
        (r"\b(leaves?) us with\b", r"\1"),
        (r"\b(?:occurs|occurred|happens|happened|takes place|took place)\b", "is"),
        (r"(?<=[a-z]{3} )(?:starts|begins|ends|opens|closes|arrives|departs)(?= at\b)", "is"),
        (r"\b[a-zA-Z]\([^()]{1,6}\)", "AB"),
        (r"\b(gives?|makes?|leaves?|takes?|costs?) (?:us|me|him|her|them|you)\b", r"\1"),
        (r"\A\W*(?:(?:yes|no|sorry)(?:,|\W*\Z))", "so,"),
        (r"\bmore precisely\b|\bfinal (?:count|tally)\b", "total"),
        (
            r"\b(?:angle|arc|line|segment|side|edge|triangle|square|point) (?-i:[A-Z]{1,4}|\d)\b",
            "AB",
        ),
        (r"(?<=\banswer|lution) (?:to|of) (?:the|this) (?:question|problem|equation|system)\b", ""),
        (
            r"\b(?:(?:we|i) (?:can )?(?:see|find|know|conclude|note|think|believe)|it follows"
            r"|note|notice|(?:this|which) means|the (?:chart|graph|figure|image|table|diagram"
            r"|picture) (?:shows|tells us|indicates)) that\b"
            r"|\bthis means\b|\bi (?:think|believe)\b",
            "so",
        ),
    )
]
_CLASSES = {
    **dict.fromkeys(known.NAMES, "N"),
    **dict.fromkeys(known.TOLD, "k"),
    **dict.fromkeys("half twice".split(), "K"),
    **dict.fromkeys(known.WAYS, "y"),
    **dict.fromkeys(known.DOING, "g"),
    **dict.fromkeys(filter(is_open, THINGS), "t"),
    **dict.fromkeys(AMOUNTS, "q"),
    **dict.fromkeys(known.HAVE, "v"),
    **dict.fromkeys(known.FIND, "f"),
    **dict.fromkeys(known.BOTH, "z"),
    **dict.fromkeys(known.ANSWERS, "w"),
    **dict.fromkeys(known.MODIFIERS, "a"),
    **dict.fromkeys(known.EXTREMES, "l"),
    **dict.fromkeys(known.EXACT, "r"),
    **dict.fromkeys(known.ADVERBS, "e"),
    **dict.fromkeys(known.DETERMINERS, "d"),
    **dict.fromkeys(known.COUNTS, "n"),
    **dict.fromkeys("it there here they he she we you which".split(), "i"),
    "i": "j", "them": "N",
    **dict.fromkeys("this that these those both".split(), "D"),
    **dict.fromkeys("is are was were equals = : ≈ ~=".split(), "b"),
    **dict.fromkeys("from for between to with by within per after under".split(), "p"),
    **dict.fromkeys("in on at".split(), "I"),
    **dict.fromkeys("each every all".split(), "E"),
    **dict.fromkeys("and finally clearly overall consequently actually".split(), "h"),
    **dict.fromkeys("so thus hence therefore".split(), "H"),
    **dict.fromkeys("since because".split(), "S"),
    **dict.fromkeys("my your".split(), "m"),
    **dict.fromkeys("a an".split(), "A"),
    **dict.fromkeys(",.;()", ","),
    **dict.fromkeys("plus minus times + - * × < >".split(), "c"),
    **dict.fromkeys("fell rose began grew lies stands".split(), "W"),
    "one": "u", "of": "o",
}  # fmt: skip
"""The class of each known word; of a word with two uses, that of the last line."""

_DET = "[dDmAE]?"
_WORDS = "[eHarnulzqts]"
_OPEN = "(?:(?<=[dDAE'])[earnulzqtsyOPW]*[OPW][earnulzqtsyOPW]*)"
"""Any words of the world behind an article: "the gas released", "each ticket"."""
_RUN = rf"(?:{_OPEN}|(?=[eHarnu]*(?:[qztls]|(?<=n)P|(?<=[rl])u)){_WORDS}++(?:(?<=n)P)?)"
_KNOWN_OBJECT = rf"{_DET}(?:N++|(?=[eHaru]*[qztlsyn])[eHarnulzqtsy]++)"
_OBJECT = rf"(?:{_KNOWN_OBJECT}|{_DET}{_OPEN}|[OW]*[OPW]|[dD]a+)"
_OF = rf"o(?:[Og]|t(?=A))?{_DET}(?:N++|[eHarnulzqtsyOPW]*+(?<=[qztlsanyOPW]))(?:[chH]++{_OBJECT})?"
_KNOWN_AT = rf"(?:I|p(?![dD]?z)){_KNOWN_OBJECT}(?:[chH]{_KNOWN_OBJECT})?"
_AT = rf"(?:I|p(?![dD]?z)){_OBJECT}(?:[chH]{_OBJECT})?"
_OWNER = rf"(?:{_DET}[arOW]*[tNOP]+|m)'"
_NOUN = rf"(?:{_OWNER})?{_DET}{_RUN}(?:(?<=[qlzsaOPWt]){_OF})?+[aOW]*+(?:{_AT})*+[aOW]*"
_ANSWER = r"[dDm]?(?:[reH]*wq?(?:o[ns]+(?:c[ns]+)*)?|r(?=b))(?:ps)?"
_DONE = r"p?g(?:[earnuldDAEqztsNyPpIcohHk]|,(?=[ns]))*"
_TO = "[eH]*(?:l?I[dDA]?|[dDA]?(?:[arlqz]*(?:[qz]o?|l))?)[eH]*"
_SINCE = "S(?!(?:[iD]|d?z)b[^,]*n)(?:[^xOWwr]|r(?=[tql]))+"
_OPENING = rf"(?>[eHh],?|{_KNOWN_AT},?|{_SINCE},|{_DONE}(?:,|(?=[ij]))|{_ANSWER}b|[^xOWPwH]+H,?)"
_CLAUSE = (
    rf"(?:(?:{_NOUN}|{_ANSWER}|[iDuE]|(?<![dDAE])N+)v?[eH]*b{_TO}"
    rf"|(?![dD]?[sn]W)(?:{_NOUN}|[iDu](?=b)|N+)[eH]*(?:b[OWalvk]|(?<=W)|W)I[dD]?"
    rf"|(?:{_NOUN}|[iDuE]|(?<![dDAE])N+|{_DONE})[eH]*(?:[vz]|(?<=z)){_TO}"
    rf"|[ij]?f{_TO}|b?[eH]*(?:I[dDA]?|[dDA]?)[eH]*|p?A?[ar]*zq?o)"
)
_LEAD = re.compile(rf"(?:{_OPENING})*{_CLAUSE}")
_OPENS = re.compile(
    rf"(?:(?=.*[qztlNyg])(?:{_KNOWN_AT}|{_DONE})|[pI][dD]?q?n(?<!,)|{_SINCE}),", re.DOTALL
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
    r"(?:[^xOWPwrK]|K(?=o[dD]?[nsqt])|r(?=[tql])|w(?=o)|(?<=[nuo])P|(?<=[nuo][ar])P)*"
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
    """Return a sentence as one character a word, ``x`` for a word that is not known."""
    for pattern, spelled in _PHRASES:
        text = pattern.sub(spelled, text)
    found = ""
    for place, token in enumerate(_TOKEN.findall(text)):
        word = re.sub(r"\A[a-z]-(?=[a-z]{4})", "", token.lower())  # y-intercept
        if word in ("'s", "’s"):
            found += "'"
        elif token == "I" or (token == "A" and not place):
            found += _CLASSES[word]
        elif word[0].isdigit():
            found += "n"
        elif _SYMBOL.fullmatch(token):
            found += "s"
        elif kind := _CLASSES.get(word) or _CLASSES.get(singular(word)):
            numbered = word in ("number", "numbers") and found.endswith("t")
            found += "x" if numbered else kind  # "the page number"
        elif place and token[0].isupper() and token[1:].islower():
            found += "N"
        elif token not in "\"“”*'":
            found += _open_class(word)
    return found


def _open_class(word: str) -> str:
    """Return the class of a word of no list; ``W`` for one that may be the verb of an event."""
    if not is_open(word):
        return "x"
    return "P" if plural(word) else "W" if word.endswith("ed") else "O"


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
    return bool(_TELLS.fullmatch(classes)) and (counted or "P" not in classes)


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
