r"""Spelling of an answer: Unicode and LaTeX to one plain notation that loses no meaning.

``mathtext.plain`` serves prose, where ``\overline{AB}`` may be written ``AB``; an answer keeps
decorations, indices, bases, primes and the spaces between digits, because they carry meaning.
"""

import re
import unicodedata

from r1vl_kedro.answers.glyphs import (
    CHARACTERS,
    COMMANDS,
    DECORATION_COMMANDS,
    FUNCTION_COMMANDS,
    NUMBERS,
    SAME_DECORATION,
    WRAPPERS,
)
from r1vl_kedro.answers.layout import in_signs, without_layout
from r1vl_kedro.answers.money import dollars
from r1vl_kedro.answers.numerals import ascii_digits, han_parts
from r1vl_kedro.mathtext import (
    DEGREES,
    GREEK_LETTERS,
    NARROW_SPACE_THOUSANDS,
    SUPERSCRIPT_RUN,
    SUPERSCRIPTS,
    VULGAR_FRACTIONS,
)

MAX_DEPTH = 20

_TABLE = str.maketrans(
    {
        **{letter: f" {name} " for letter, name in GREEK_LETTERS.items()},
        **VULGAR_FRACTIONS,
        **CHARACTERS,
    }
)
_SUBSCRIPT = re.compile(r"[₀₁₂₃₄₅₆₇₈₉]+|[ₐₑₕᵢⱼₖₗₘₙₒₚₛₜᵤᵥₓ]")
_SUBSCRIPT_CHARACTERS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚₛₜᵤᵥₓ", "0123456789aehijklmnopstuvx")

_GREEK_COMMANDS = frozenset(GREEK_LETTERS.values())
_LOG_OF = re.compile(r"\\log_(\{\w+\}|\w)\s*\{([^{}]*)\}")
"""A logarithm whose argument is in braces, which hold it apart from the base: ``\\log_{2}{3}``."""
_TOKENS = re.compile(r"\\(?:[A-Za-z]+|.)|[{}]|[^\\{}]+", re.DOTALL)
_DIGITS_THEN_FRACTION = re.compile(r"(?:^|[^\w.^/*])(?:\d+)\s*$")
_PLUS_MINUS = re.compile(r"\+\s?/\s?-|\+-|\bplus(?:\s+or\s+|\s*/\s*|-or-)minus\b", re.IGNORECASE)
_INFIX = re.compile(r"\{?\s*(\w{1,9})\s*\\(choose|over)(?![A-Za-z])\s*(\w{1,9})\s*\}?")
_DOTTED_CYCLE = re.compile(r"(\d*\.\d*)\\dot\s*\{?(\d)\}?(\d*)\\dot\s*\{?(\d)\}?")
_PREFIXED_OHM = re.compile(r"(?<![A-Za-z])(k|M|m|mu|n)\s+ohm\b")
_PREFIX_MICRO = re.compile(r"(?<=\d)\s*\bmu\s+(?=[FmgsLAVCHlN]\b)")
_DERIVATIVE_ABOVE = re.compile(r"d(?:\^?\d)?\s?[A-Za-z]?")
_DERIVATIVE_BELOW = re.compile(r"d\s?[A-Za-z](?:\^\d)?")
_ORDER = re.compile(r"\(([2-4])\)")
_REPEATING = re.compile(r"(?P<head>\d*\.\d*)\\(?:overline|bar|dot)\s*\{?\s*(?P<cycle>\d+)\s*\}?")
_SEPARATOR = re.compile(r"(?<=\d)\s*(?:\{\s*,\s*\}|\\[,!:;]|,\s*\\!)\s*(?=\d{3}(?!\d))")
_COLOR = re.compile(r"\\(?:text)?color\s*\{[A-Za-z]{1,20}\}")
_ROOT_CHAR = re.compile(r"√\s*(\{)?")
_PER_CENT = re.compile(r"\bper cent\b")
_VECTOR = re.compile(r"\\(?:vec|hat|overrightarrow|mathbf|boldsymbol|bm)(?![a-z])")
_CROSS = re.compile(r"(?<!\d)\\times(?!\s*\d)")
_PLUS_INFINITY = re.compile(r"^\+\s?(?=inf)")
_SEVERAL = re.compile(r"^[^\n,]*[^\s,][^\n,]*,.*$|^\s*[A-Za-z]\s*[|:]")
"""What braces of LaTeX hold where they are meant as those of a set: ``{1, 2}``, ``{x | x > 0}``."""


def spelled(text: str) -> str:
    r"""Write an answer in plain notation; letter case, order, names and decorations stay.

    ``\frac{a}{b}`` becomes ``((a)/(b))``, or ``2 1/2`` after a whole number; ``\sqrt[3]{x}``
    ``root(3)(x)``; set braces ``{ }``; a repeating decimal ``0.(3)``; money ``USD 5``. Linear.

    Example:
        >>> spelled(r"$2\frac{1}{2}$"), spelled(r"0.\overline{3}"), spelled(r"\overline{AB}")
        ('2 1/2', '0.(3)', 'overline(AB)')
    """
    text = in_signs(dollars(text))
    if not text.isascii():
        text = SUPERSCRIPT_RUN.sub(lambda m: f"^({m[0].translate(SUPERSCRIPTS)})", text)
        text = _SUBSCRIPT.sub(
            lambda m: f"_{m[0].translate(_SUBSCRIPT_CHARACTERS)}" + " " * m[0].isalpha(), text
        )
        text = NARROW_SPACE_THOUSANDS.sub("", text)
        text = unicodedata.normalize("NFKC", text.translate(_TABLE)).translate(_TABLE)
        text = han_parts(ascii_digits(text))
        text = _ROOT_CHAR.sub(r"\\sqrt \1", text)
    if "\\" in text or "{" in text or "}" in text:
        text = _SEPARATOR.sub("", DEGREES.sub("°", text))
        if "color" in text:
            text = _COLOR.sub("", text)
        text = without_layout(text)
        if "\\times" in text and _VECTOR.search(text):
            text = _CROSS.sub(r"\\cross", text)  # and no product of numbers
        if "\\log_" in text:
            text = _LOG_OF.sub(r"\\log_\1(\2)", text)
        if "\\choose" in text or "\\over" in text:
            text = _INFIX.sub(
                lambda m: rf"\{'binom' if m[2] == 'choose' else 'frac'}{{{m[1]}}}{{{m[3]}}}", text
            )
        text = _DOTTED_CYCLE.sub(r"\1(\2\3\4)", text)
        text = _REPEATING.sub(r"\g<head>(\g<cycle>)", text)
        text = _latex(_TOKENS.findall(text))
    text = text.replace("°", " degrees ") if "°" in text else text
    if "ohm" in text:
        text = _PREFIXED_OHM.sub(r"\1OHM", text)
    if "per cent" in text:
        text = _PER_CENT.sub("percent", text)
    if "mu" in text:
        text = _PREFIX_MICRO.sub(" mu", text)
    if "+" in text or "lus" in text or "LUS" in text:
        text = _PLUS_MINUS.sub("±", text)
    return _PLUS_INFINITY.sub("", re.sub(r"[^\S\n]+", " ", text).strip())


class _Reader:
    """Recursive descent over LaTeX tokens; groups deeper than ``MAX_DEPTH`` are left out."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def sequence(self, *, closing: bool) -> str:
        out: list[str] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == "}":
                if closing:
                    return "".join(out)
                out.append("\2")
            elif token == "{":
                group = self.group()
                out.append(f"\1{group}\2" if _SEVERAL.search(group) else group)
            elif token[0] == "\\":
                out.append(self.command(token[1:], out))
            else:
                out.append(self.plain(token))
        return "\1" * (closing and bool(out)) + "".join(out)  # "{7"

    def plain(self, token: str) -> str:
        if token.rstrip()[-1:] in ("^", "_") and self.at < len(self.tokens):
            following = self.tokens[self.at]
            if following == "{":
                self.at += 1
                inside = self.group().strip()
                head, mark = token.rstrip()[:-1], token.rstrip()[-1]
                if inside in ("'", "''", "'''") and mark == "^":
                    return head + inside
                order = _ORDER.fullmatch(inside)
                if order and mark == "^" and head[-1:].isalpha():  # f^{(3)}
                    return head + "'" * int(order[1])
                if (
                    mark == "_"
                    and (inside.isdigit() or inside.isalpha())
                    and not self.digit_follows()
                ):
                    return f"{head}_{inside} " if inside[-1].isalpha() else f"{head}_{inside}"
                return f"{head}{mark}({inside})"
            if following == "\\prime":
                self.at += 1
                return token.rstrip()[:-1] + "'"
        return token.replace("~", " ") if "~=" not in token else token

    def digit_follows(self) -> bool:
        """Tell whether a digit comes next, which an index without brackets would take in."""
        return self.at < len(self.tokens) and self.tokens[self.at][:1].isdigit()

    def group(self) -> str:
        self.depth += 1
        inner = self.sequence(closing=True) if self.depth <= MAX_DEPTH else self.skipped()
        self.depth -= 1
        return inner

    def skipped(self) -> str:
        depth = 1
        while self.at < len(self.tokens) and depth:
            depth += (self.tokens[self.at] == "{") - (self.tokens[self.at] == "}")
            self.at += 1
        return "\\deep"

    def argument(self) -> str:
        """Return the next group, command or single character."""
        while self.at < len(self.tokens) and not self.tokens[self.at].strip():
            self.at += 1
        if self.at == len(self.tokens):
            return ""
        token = self.tokens[self.at]
        if token == "{":
            self.at += 1
            return self.group().strip()
        if token[0] == "\\":
            self.at += 1
            self.depth += 1
            inner = self.command(token[1:], []).strip() if self.depth <= MAX_DEPTH else "\\deep"
            self.depth -= 1
            return inner
        if token == "}":
            return ""
        token = token.lstrip()
        self.tokens[self.at] = token[1:]
        if not token[1:]:
            self.at += 1
        return token[0]

    def order(self) -> str | None:
        """Return the order of a root in brackets, such as ``[3]``."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        found = re.match(r"\s*\[([^\[\]]{1,9})\]", token)
        if not found:
            return None
        self.tokens[self.at] = token[found.end() :]
        if not self.tokens[self.at]:
            self.at += 1
        return found[1]

    def command(self, name: str, before: list[str]) -> str:
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            above, below = self.argument(), self.argument()
            if above.isdigit() and below.isdigit():
                if before and _DIGITS_THEN_FRACTION.search("".join(before[-3:])[-40:]):
                    return f" {above}/{below} "
                return f"({above}/{below})"
            if _DERIVATIVE_ABOVE.fullmatch(above) and _DERIVATIVE_BELOW.fullmatch(below):
                return f" {above}/{below} "
            return f"(({above})/({below}))"
        if name == "sqrt":
            order, radicand = self.order(), self.root_argument()
            return f" sqrt({radicand})" if order is None else f" root({order})({radicand})"
        if name in ("binom", "tbinom", "dbinom"):
            return f" binom({self.argument()};{self.argument()})"
        if name in ("pmod", "pod"):
            return f" (mod {self.argument()})"
        if name in ("phantom", "hphantom"):
            return " " * bool(self.argument())
        if name in DECORATION_COMMANDS:
            inside = self.argument()
            if name == "underline" and len(inside) > 1:
                return inside
            unit = name == "vec" and inside in ("i", "j", "k")
            return f" {'hat' if unit else SAME_DECORATION.get(name, name)}({inside})"
        if name == "underset":
            return f" underset({self.argument()},{self.argument()})"
        if name == "mathbb":
            inside = self.argument()
            return NUMBERS.get(inside, inside)
        if name in WRAPPERS:
            return self.argument_text()
        if name in COMMANDS:
            return COMMANDS[name]
        if name.lower() in _GREEK_COMMANDS or name.lower() in FUNCTION_COMMANDS:
            return f" {name} "
        return f" \\{name} " if name.isalpha() else name

    def root_argument(self) -> str:
        """Return what a root stands over: a group, or a bracket, number or letter after it."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        number = re.match(r"\s*(\d+(?:\.\d+)?)", token)
        bracket = re.match(r"\s*\(((?:[^()]|\([^()]*\))*)\)", token)
        found = number or bracket
        if not found or (number and re.match(r"\\sqrt", token)):
            return self.argument()
        self.tokens[self.at] = token[found.end() :]
        if not self.tokens[self.at]:
            self.at += 1
        return found[1]

    def argument_text(self) -> str:
        """Return the argument of ``\\text``: its spaces at the ends stay."""
        while self.at < len(self.tokens) and not self.tokens[self.at].strip():
            self.at += 1
        if self.at < len(self.tokens) and self.tokens[self.at] == "{":
            self.at += 1
            return self.group()
        return self.argument()


def _latex(tokens: list[str]) -> str:
    text = _Reader(tokens).sequence(closing=False)
    return text.replace("\1", "{").replace("\2", "}")
