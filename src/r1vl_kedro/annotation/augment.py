"""Stage 3 by rules: several equivalent phrasings of a key step."""

from __future__ import annotations

import re
from collections.abc import Iterator

from r1vl_kedro.answers.numerals import CARDINALS
from r1vl_kedro.mathtext import plain
from r1vl_kedro.responses import R1VL
from r1vl_kedro.rewards import match_key_steps

_WORDS = [word for word, value in CARDINALS.items() if value <= 20]
_NUMBER_OF = {word: str(value) for word, value in CARDINALS.items() if value <= 20}
_SAID = {
    "<=": "is less than or equal to",
    ">=": "is greater than or equal to",
    "!=": "is not equal to",
    "=": "equals",
    "<": "is less than",
    ">": "is greater than",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
}
_LATEX = {"<=": r"\\leq", ">=": r"\\geq", "!=": r"\\neq", "*": r"\\times"}
_JOINT = re.compile(r"(?<=[\w)%]) ?(<=|>=|!=|[=<>+*/-]) ?(?=[\w(-])")
_SIMPLE = r"(?:\d+(?:\.\d+)?|[A-Za-z])"
_FRACTION = re.compile(rf"(?<![\w/.*^-])({_SIMPLE}) ?/ ?({_SIMPLE})(?![\w/.^*])")
_ANGLE = re.compile(r"(-?\d+(?:\.\d+)?) ?(?:°|degrees?|\^\\circ|\^\{\\circ\})")
_SPLIT = re.compile(r"^([^=<>]+) ?= ?([^=<>]+)$")


def _expressions(key: str) -> Iterator[str]:
    if not _JOINT.search(key) or re.search(r"\w: ", key):
        return
    yield _JOINT.sub(lambda m: m[1], key)
    yield _JOINT.sub(lambda m: f" {_SAID[m[1]]} ", key)
    latex = _FRACTION.sub(r"\\frac{\1}{\2}", key)
    for sign, command in _LATEX.items():
        latex = re.sub(rf" ?{re.escape(sign)} ?", f" {command} ", latex)
    if not re.search(r"[A-Za-z]{2,}", key):
        yield f"${latex}$"
    if "*" in key or "/" in key:
        yield key.replace("*", "×").replace("/", "÷")
    sides = _SPLIT.match(key)
    if sides:
        yield f"{sides[2].strip()} = {sides[1].strip()}"


def _quantities(key: str) -> Iterator[str]:
    if _ANGLE.search(key):
        yield _ANGLE.sub(r"\1°", key)
        yield _ANGLE.sub(r"\1 degrees", key)
        yield _ANGLE.sub(r"$\1^\\circ$", key)
    if re.search(r"\d ?%", key):
        yield re.sub(r"(\d) ?%", r"\1 percent", key)
    money = re.search(r"\$\s?(\d[\d,.]*)", key)
    if money:
        yield key.replace(money[0], f"{money[1]} dollars")


def _number_words(key: str) -> Iterator[str]:
    if _JOINT.search(key) or ":" in key:
        return
    digits = re.findall(r"(?<![\w.,-])\d{1,2}(?![\w.,%°^])", key)
    if len(digits) == 1 and int(digits[0]) < len(_WORDS):
        yield re.sub(r"(?<![\w.,-])\d{1,2}(?![\w.,%°^])", _WORDS[int(digits[0])], key)
    words = key.split()
    spelled = [word for word in words if word.lower() in _NUMBER_OF]
    if len(spelled) == 1 and len(words) > 1:
        yield " ".join(_NUMBER_OF.get(word.lower(), word) for word in words)


def augment(key: str, max_phrasings: int) -> list[str]:
    """Return equivalent phrasings of a key step, itself first.

    Expressions in symbols, in words and in LaTeX, equations also turned round; angles with sign,
    word and LaTeX; percent; numbers up to twenty in digits and in words.

    Example:
        >>> augment("6 / 3 = 2", 4)
        ['6 / 3 = 2', '6/3=2', '6 divided by 3 equals 2', '$\\\\frac{6}{3} = 2$']
    """
    made = [key, *_expressions(key), *_quantities(key), *_number_words(key)]
    tidy = (re.sub(r"\s+", " ", phrasing).strip() for phrasing in made)
    return list(dict.fromkeys(tidy))[:max_phrasings]


def says_the_same(key: str, phrasing: str) -> bool:
    """Tell whether a phrasing, written as a step, earns the key step softly."""
    return match_key_steps(R1VL.render([phrasing]), [[key]])[0]


def numbers_in(phrasing: str) -> list[str]:
    """Return the numbers of a phrasing, number words up to twenty included, sorted."""
    words = re.findall(r"\d+(?:\.\d+)?|[A-Za-z]+", plain(phrasing))
    values = (_NUMBER_OF.get(word.lower(), word) for word in words)
    return sorted(value for value in values if value[0].isdigit())
