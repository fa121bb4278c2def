"""From text to comparable tokens: numbers, operators, variables and words, each spelled one way."""

import re
from collections.abc import Sequence

from r1vl_kedro.answers.numerals import CARDINALS, NUMBER_NAMES
from r1vl_kedro.answers.units import read_units
from r1vl_kedro.mathtext import GREEK_NAMES, plain
from r1vl_kedro.rewards.layout import in_sentences

BREAK = "|"
QUESTION = "?"
STEP_END = "\x04"
SENTENCE_ENDS = frozenset({BREAK, QUESTION, STEP_END})
COMMA = ","
ARITHMETIC = frozenset({"+", "-", "*", "/", "^", "+-"})
RELATIONS = frozenset({"=", "<", ">", "<=", ">=", "!=", "~="})
OPERATORS = ARITHMETIC | RELATIONS | {"(", "%", ":", "=>"}
DROPPED_ARTICLES = frozenset({"the", "an"})
DENIERS = frozenset("not never no none nobody wrong incorrect false neither nor without".split())
"""Words that deny what stands near them in the clause."""

EXACT_WORDS = DENIERS | GREEK_NAMES | NUMBER_NAMES | {"sqrt", "inf"}
"""Words where one letter more or less changes the meaning: never matched approximately."""

FACTORS = frozenset("abcdefijknopqrtuvwxyzXYZ(") | {"sqrt", "pi"}
"""What makes a product with the number before it; letters that are also units make none: 5 m."""

_MINUS = "−"
"""The word "minus" until its sign is settled: unlike a hyphen it stays before a word."""
_PHRASES = {
    "must be shown": "must shown", "must be proved": "must proved",
    "must be proven": "must proven", "must be checked": "must checked",
    "must be verified": "must verified", "must be": "is", "must equal": "=", "is equal to": "=",
    "are equal to": "=", "equal to": "=", "equals to": "=", "equals": "=",
    "plus": "+", "minus": _MINUS, "times": "*", "multiplied by": "*", "divided by": "/",
    "to the power of": "^", "squared": "^ 2", "cubed": "^ 3", "square root of": "sqrt",
    "square root": "sqrt", "percent": "%", "per cent": "%", "infinity": "inf",
    "is greater than or equal to": ">=", "greater than or equal to": ">=",
    "is less than or equal to": "<=", "less than or equal to": "<=",
    "is greater than": ">", "greater than": ">", "is less than": "<", "less than": "<",
    "does not equal": "!=", "not equal to": "!=", "is not equal to": "!=",
    "is approximately equal to": "~=", "approximately equal to": "~=", "deg": "degrees",
    "parallel to": "parallel", "perpendicular to": "perpendicular", "sq": "square",
}  # fmt: skip
_BY_FIRST_WORD: dict[str, list[tuple[list[str], list[str]]]] = {}
for _words in sorted(_PHRASES, key=lambda phrase: -len(phrase.split())):
    _entry = (_words.split(), _PHRASES[_words].split())
    _BY_FIRST_WORD.setdefault(_entry[0][0], []).append(_entry)
_OPERATOR_WORDS = frozenset(word for phrase in _PHRASES for word in phrase.split()) - frozenset(
    "is are to of by the does not than or per".split()
)
_NOT = re.compile(r"\b(?:can't|cannot)\b|n't\b")
_IS = re.compile(r"\b(it|that|there|this)['’]s\b")
_CLIPPED = frozenset("isnt arent wasnt werent dont doesnt didnt cant wont hasnt".split())
_SPECIAL = DROPPED_ARTICLES | _CLIPPED | {"x"}
_TOKEN = re.compile(
    r"[^\W\d_]{2,}|\d+(?:\.\d+)?|\.\d+"
    r"|[a-z]_\d+|(?<!\d)[a-z]\d+(?![a-z\d]|\.\d)"
    r"|[^\W\d_]"
    r"|<=|>=|!=|~=|=>|\+-|\*\*|[-+*/^=<>%(),:.;?!\x04]"
)
_MAGNITUDE = re.compile(r"\|\s?([A-Za-z][^|\n=<>]{0,20})\|(?=\s*[=<>])")
_SUFFIXED = re.compile(r"(?<=\w)-(?=(?:ish|free|looking|like)\b)")
"""A hyphen that goes, so that ``red-ish`` is no ``red``."""
_INTERVAL = re.compile(r"([\[(])(\s*-?[\d.]+\s*,\s*-?[\d.]+\s*)([\])])")
_FACTORIAL = re.compile(r"(?<=\d)!(?![=!])")
_SIGNS = str.maketrans(
    {"€": " euro ", "£": " sterling ", "¥": " yen ", "₹": " rupee ", "∥": " is parallel ",
     "⊥": " is perpendicular ", "⟹": " => ", "✗": " wrong ", "✘": " wrong ", "❌": " wrong "}
)  # fmt: skip
_LINES = re.compile(r"\\(parallel|perp)(?![A-Za-z])")
_BESIDE = re.compile(r"(?<=[A-Z])\s*(?:\|\||//)\s*(?=[A-Z])")
_PRIMED = re.compile(
    r"(?<![\w'])([A-Z]{1,3}|[A-Za-z])(?:\s?\^\s?(?=\(?prime))?('{1,3}|\(?(?:prime ?)+\)?)"
    r"(?![A-Za-z])"
)
# Behind a number letter case tells a unit from a factor (5 A, 5a) and mega from milli.
_UNIT_LETTERS = {
    "A": "ampere", "C": "coulomb", "F": "farad", "J": "joule", "K": "kelvin", "N": "newton",
    "V": "volt", "W": "watt",
}  # fmt: skip
_UNIT_LETTER = re.compile(r"(?<=\d)(\s?)([ACFJKNVW])(?!\w|')")
_MEGA = re.compile(r"(?<=\d)(\s?)M(?=(?:W|Hz|J|V|N|Pa|g|m|eV|A|s|L|l)(?!\w))")
_FACTOR_LETTER = re.compile(r"((?<=\d)[XYZ](?!\w|')|(?<![\w'])[XYZ](?=\s?=\s?-?\d*[x-z]\b))")
_LABEL = re.compile(r"(?<=\d)\s?([A-Z]{2})(?!\w|')")
_NO_LABELS = frozenset({"AM", "PM", "AD", "BC", "CE", "US", "UK", "EU", "TV"})
_SPELLINGS = {"**": "^", ".": BREAK, ";": BREAK, "!": BREAK}


def is_number(token: str) -> bool:
    """Tell whether a token is a number, sign included."""
    return token[-1:].isdigit() and (token[0].isdigit() or token[0] == "-")


def is_variable(token: str) -> bool:
    """Tell whether a token is a single letter, or one with a number attached (``x1``)."""
    return token[:1].isalpha() and (len(token) == 1 or token[1].isdigit())


def is_word(token: str) -> bool:
    """Tell whether a token is matched approximately: two letters or more, and no special word."""
    return len(token) > 1 and token.isalpha() and token not in EXACT_WORDS


def is_operand(token: str) -> bool:
    """Tell whether a value can end with this token: a number, a variable or a closing bracket."""
    return is_number(token) or is_variable(token) or token == ")"


def _spell(token: str) -> str:
    if token[0].isdigit() or (token[0] == "." and len(token) > 1):
        if "." in token:
            whole, _, fraction = token.partition(".")
            fraction = fraction.rstrip("0")
            whole = whole.lstrip("0") or "0"
            return f"{whole}.{fraction}" if fraction else whole
        return token.lstrip("0") or "0" if token[0] == "0" else token
    if len(token) > 2 and token[1] == "_":
        return token[0] + token[2:]
    return token


def tokenise(text: str) -> list[str]:
    """Split a text into comparable tokens: one spelling, signs bound to their numbers.

    Clause and sentence ends come out as ``,`` and ``|``; articles ``the`` and ``an`` go; brackets
    around one operand or around words go; a hyphen between words goes; so does Markdown's emphasis.

    Example:
        >>> tokenise(r"The area is $\\frac{6}{3} \\times 2.50$, not -4 cm.")
        ['area', 'is', '6', '/', '3', '*', '2.5', ',', 'not', '-4', 'cm', '|']
    """
    text = in_sentences(text)
    if "|" in text or "!" in text:
        text = _FACTORIAL.sub(" factorial", _MAGNITUDE.sub(r" abs \1", text))
    if "||" in text or "//" in text:
        text = _BESIDE.sub(" is parallel ", text)
    if "\\p" in text:
        text = _LINES.sub(
            lambda m: f" is {'parallel' if m[1] != 'perp' else 'perpendicular'} ", text
        )
    if "[" in text or "]" in text:
        text = _INTERVAL.sub(_interval, text)
    if "-" in text:
        text = _SUFFIXED.sub("", text)
    if not text.isascii():
        text = text.translate(_SIGNS)
    text = _lowered(_cased(plain(text)))
    if "'s" in text or "’s" in text:
        text = _IS.sub(r"\1 is", text)
    if "n't" in text or "cannot" in text:
        text = _NOT.sub(lambda m: "can not" if m[0].startswith("can") else " not", text)
    raw = _TOKEN.findall(text)
    if not _OPERATOR_WORDS.isdisjoint(raw):
        raw = _spell_operators(raw)
    if not CARDINALS.keys().isdisjoint(raw):
        raw = _in_digits(raw)
    return _settle(raw)


def _interval(found: re.Match[str]) -> str:
    """Return an interval whose ends are named, where one is closed: ``[2, 5)``."""
    ends = found[1] + found[3]
    if ends == "()":
        return found[0]
    first, last = ("closed" if end in "[]" else "open" for end in ends)
    return f" {first} {found[2]} {last} "


def _in_digits(raw: list[str]) -> list[str]:
    """Return number words as digits: ``six``, ``twenty-one``; ``one`` alone may be a pronoun."""
    out: list[str] = []
    position = 0
    while position < len(raw):
        number = CARDINALS.get(raw[position])
        position += 1
        if number is None or number == 1:
            out.append(raw[position - 1])
            continue
        ahead = position + (raw[position : position + 1] == ["-"])
        unit = CARDINALS.get(raw[ahead], 0) if ahead < len(raw) else 0
        if number >= 20 and 0 < unit < 10:
            number, position = number + unit, ahead + 1
        out.append(str(number))
    return out


def _cased(text: str) -> str:
    """Spell out what letter case tells before it goes: units, products with labels, primes."""
    if "'" in text or "prime" in text:
        text = _PRIMED.sub(
            lambda m: m[1] + " prime" * max(m[2].count("'"), m[2].count("prime")), text
        )
    if text.islower():
        return text
    text = _MEGA.sub(r"\1mega", text)
    text = _UNIT_LETTER.sub(lambda m: m[1] + _UNIT_LETTERS[m[2]], text)
    return _LABEL.sub(
        lambda m: m[0] if m[1] in _NO_LABELS or read_units(m[1]) else f" * {m[1]}", text
    )


def _lowered(text: str) -> str:
    """Return a text in lower case but for a factor, ``2X``, and ``Y`` of ``Y = 2x``."""
    if text.islower():
        return text
    parts = _FACTOR_LETTER.split(text)
    return "".join(part if odd % 2 else part.lower() for odd, part in enumerate(parts))


def _spell_operators(raw: list[str]) -> list[str]:
    """Return the word operators as symbols, the longest phrase first."""
    out = []
    position = 0
    while position < len(raw):
        for words, symbols in _BY_FIRST_WORD.get(raw[position], ()):
            difference = words[0] in ("less", "greater") and out and out[-1][-1].isdigit()
            if raw[position : position + len(words)] == words and not difference:
                out += symbols
                position += len(words)
                break
        else:
            out.append(raw[position])
            position += 1
    return out


def _settle(raw: list[str]) -> list[str]:
    """Decide what only the neighbours tell: signs, hyphens, brackets, ``x`` as a product."""
    raw.append(BREAK)
    out: list[str] = [BREAK]
    sign = False
    for position, token in enumerate(raw[:-1]):
        previous = out[-1]
        if token.isalpha():
            if token in _SPECIAL:
                if token in DROPPED_ARTICLES:
                    continue
                if token in _CLIPPED:
                    token = "not"
                elif is_number(previous) and raw[position + 1][0].isdigit():
                    token = "*"
            out.append(token)
        elif token[-1].isdigit():
            out.append("-" + _spell(token) if sign else _spell(token))
            sign = False
        elif token in ("+", "-", _MINUS):
            following = raw[position + 1]
            word_follows = following.isalpha() and len(following) > 1 and token != _MINUS
            token = "-" if token == _MINUS else token
            if is_operand(previous):
                if token == "+" or not word_follows:
                    out.append(token)
            elif following[-1].isdigit() and not following[0].isalpha():
                sign = token == "-"
                if token == "+" and previous[0].isalpha():
                    out.append(token)
            elif token == "+" or previous in OPERATORS or not word_follows:
                out.append(token)
        elif token == "(":
            if not (len(raw[position + 1]) > 1 and raw[position + 1].isalpha()):
                out.append(token)
        elif token == ")":
            if len(out) > 2 and out[-2] == "(" and is_operand(previous):
                if is_number(out[-3]) and is_number(previous):  # 3(4), and six (6) is told once
                    out[-2:] = ["*", previous] if out[-3] != previous else []
                else:
                    del out[-2]
            elif not (len(previous) > 1 and previous.isalpha()) and previous != BREAK:
                out.append(token)
        elif token == ":":
            between = is_number(previous) and raw[position + 1][0].isdigit()
            out.append(token if between else COMMA)
        elif token == "*" and (is_number(previous) or previous == "pi"):
            if raw[position + 1] not in FACTORS:  # 2 * x is 2x
                out.append(token)
        else:
            out.append(_SPELLINGS.get(token, token))
    return out[1:]


def phrase_tokens(phrase: str) -> tuple[str, ...]:
    """Split a key step's phrasing into tokens, without punctuation that only separates words."""
    tokens = tokenise(phrase)
    while tokens and tokens[-1] in (BREAK, COMMA):
        tokens.pop()
    while tokens and tokens[0] in (BREAK, COMMA):
        tokens.pop(0)
    return tuple(token for position, token in enumerate(tokens) if not _skippable(tokens, position))


def _skippable(tokens: Sequence[str], position: int) -> bool:
    token = tokens[position]
    if token == COMMA:
        return is_word(tokens[position - 1]) or is_word(tokens[position + 1])
    return token == "a" and position + 1 < len(tokens) and is_word(tokens[position + 1])
