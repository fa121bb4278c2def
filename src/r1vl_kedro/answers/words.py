"""Words of an answer: letter case folds in words and never in symbols."""

import re
import unicodedata
from functools import lru_cache
from itertools import zip_longest

from r1vl_kedro.answers.numerals import ORDINALS
from r1vl_kedro.answers.tokens import FUNCTIONS
from r1vl_kedro.mathtext import GREEK_NAMES

_TOKEN = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*'*|[^\w\s]|_", re.UNICODE)
_SMALL = frozenset(
    ("no is it up of on to at by we he in or an as so if me my go do be us am ok").split()
)
_ARTICLES = frozenset({"a", "an", "the"})
_ENDINGS = ".!。;,: "
_PAIRS = re.compile(r"^(?:([A-Za-z])(?i:\1))+$")
_FACTORIAL = re.compile(r"(?:\A|\d)[a-z]{1,2}!+\Z|\d[A-Z]!+\Z")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_BRAND = 5  # iPhone, YouTube: shorter ones are formulas, NaCl
_RANKS = {f"{rank}th": word for word, rank in ORDINALS.items()} | {
    "1st": "first", "2nd": "second", "3rd": "third",
}  # fmt: skip
_ACCENTED = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")
_SAME = {"solutions": "solution", "infinity": "inf", "infinite": "infinitely"}
_GOES_ON = re.compile(r"(?:,\s*|\.\d+)\.{3}\Z")  # 1, 2, ... is no 1, 2
_TITLE = re.compile(r"\b(Mr|Mrs|Ms|Dr|St|Prof|Jr|Sr|vs)\.(?=\s)")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}[A-Za-z]?")


def fold_word(word: str) -> str:
    """Return one spelling of a word.

    Symbols, formulas and genotypes (``Aa``, ``AaBb``) stay as they are.

    A word has three letters or more (or is a common one of two) and the case of a word: lower,
    Capitalised or UPPER.

    Example:
        >>> [fold_word(word) for word in ("Monday", "NO", "CO", "Aa", "pV")]
        ['monday', 'no', 'CO', 'Aa', 'pV']
    """
    if not word.isascii() and len(unicodedata.normalize("NFC", word)) > 1:  # ŷ is no y
        word = unicodedata.normalize("NFC", _ACCENTED.sub("", unicodedata.normalize("NFD", word)))
    bare = word.replace("'", "").replace("’", "")
    if not bare.isalpha():
        if word.casefold() in _RANKS:
            return _RANKS[word.casefold()]
        return word if any(char.isdigit() for char in bare) else word.casefold()
    if bare.lower() in GREEK_NAMES and not bare.isupper():
        return word  # Delta is no delta
    cased = bare.islower() or bare.isupper() or (bare[0].isupper() and bare[1:].islower())
    mixed = not cased and len(bare) < _BRAND
    if bare.isascii() and not bare.isupper() and len(bare) > 2 and not _VOWEL.search(bare):
        return word  # mgh
    if bare.isascii() and (len(bare) < 2 or mixed or _PAIRS.match(bare)):
        return word
    if bare.isascii() and len(bare) == 2 and bare.lower() not in _SMALL:
        return word
    return _SAME.get(word.casefold(), word.casefold())


@lru_cache(maxsize=8192)
def fold(text: str, *, symbols: bool = False) -> tuple[str, ...]:
    """Return the words of a text, folded, without quotes around it, final punctuation and articles.

    ``symbols`` keeps the case of everything up to three letters, as in the name of a segment.

    Example:
        >>> fold("The Nile."), fold("f'(x)") == fold("f(x)")
        (('nile',), False)
    """
    text = text.strip()
    for quote in ("'", '"', "`"):
        if len(text) > 2 and text[0] == text[-1] == quote:
            text = text[1:-1].strip()
    text = _TITLE.sub(r"\1", text)
    text = _DOTTED.sub(lambda m: m[0].replace(".", ""), text)
    ended = text if _GOES_ON.search(text) else text.rstrip(_ENDINGS)
    spoken = len(ended) > 1 and ended[-1].isalpha() and ended.casefold() in _SMALL
    worded = len(ended) > 1 and ended[-1].isalpha() and not _FACTORIAL.search(text.rstrip(". "))
    if "!" in text[len(ended) :] and not (spoken or worded):
        ended += "!" * text[len(ended) :].count("!")  # a factorial
    words = [
        word if symbols and len(word) <= 3 else fold_word(word) for word in _TOKEN.findall(ended)
    ]
    words = [
        word
        for word, after in zip_longest(words, words[1:])
        if not (word == "," and after in ("and", "or"))
    ]
    while len(words) > 1 and words[0].lower() in _ARTICLES:
        symbol = len(words[1]) == 1 or words[1] in FUNCTIONS or words[1] in GREEK_NAMES
        if symbol and words[0] in ("A", "a"):
            break
        words = words[1:]
    if words[:1] == ["infinitely"] and words[1:] in (["many", "solution"], ["solution"], []):
        words = ["infinitely", "many"]
    if words == ["dne"]:
        return ("does", "not", "exist")
    if words[:2] == ["no", "solution"] and words[2:] in (["exist"], ["exists"]):
        return ("no", "solution")
    return tuple(words)


def as_one_word(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with those joined by hyphens as one: ``counter-clockwise``.

    All else as it is.
    """
    kept: list[str] = []
    for word in words:
        if len(kept) > 1 and kept[-1] == "-" and word.isalpha() and kept[-2].isalpha():
            kept[-2:] = [kept[-2] + word]
        else:
            kept.append(word)
    return tuple(kept)


def as_product(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return single letters as one product: ``m a`` as ``ma``."""
    return ("".join(words),) if all(len(word) == 1 for word in words) else words


def in_singular(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a single word without a plural's s: ``Republicans`` as ``Republican``."""
    word = words[0] if len(words) == 1 else ""
    plural = len(word) > 4 and word.isalpha() and word.islower() and word[-2] not in "suiy"
    return (word.removesuffix("s"),) if plural else words


def unhyphenated(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without the hyphens between them.

    ``South-East`` as ``South East``, ``x-axis``.
    """
    return tuple(
        word
        for place, word in enumerate(words)
        if not (
            word == "-"
            and 0 < place < len(words) - 1
            and words[place - 1].isalpha()
            and words[place + 1].isalpha()
            and len(words[place + 1]) > 2
        )
    )


_JOINTS = re.compile(r"(?<=[^\W_]) +(?=[^\W_])|(?<=\d,) +(?=\d{3}(?!\d))")
_LETTERS = re.compile(r"[A-Za-z](?: [A-Za-z])+")
_SHORT_POWER = re.compile(r"([\^_])\((\w+|[-+])\)(?![^\W_])")
_INDEX = re.compile(r"(?<=[^\W\d_])_(?=\d)")


def squeezed(text: str) -> str:
    """Return a text without spaces and marks of an index that carry no meaning; letter case stays.

    Spaces between letters or digits stay: ``1 2`` is not ``12``.

    Example:
        >>> squeezed("H_2 O + CO_2") , squeezed("1 2")
        ('H2 O+CO2', '1 2')
    """
    if _LETTERS.fullmatch(text):  # m g h
        return text.replace(" ", "")
    text = _INDEX.sub("", _SHORT_POWER.sub(r"\1\2", text))
    text = _JOINTS.sub("\1", text).replace(" ", "").replace("\1", " ")
    return text if _GOES_ON.search(text) else text.rstrip(".")
