"""Formulas as answers write them, read with their symbols as they are."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile

from r1vl_kedro.answers.tokens import DECORATIONS, FUNCTIONS, Unreadable, literal, tokens_of

MAX_DEPTH = 30

Tree = tuple  # ("number", value) | ("symbol", name) | (operation, operand, ...)

_BRACKETS = {"(": ("", ")"), "⌊": ("floor", "⌋"), "⌈": ("ceil", "⌉")}
_SINGLE_ARGUMENT = frozenset("fgFGPOh")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: its tree, the symbols in it, and whether signs of symbols matter (``|x|``)."""

    tree: Tree
    symbols: frozenset[str] = frozenset()
    signed: bool = False

    def minus(self, other: "Formula") -> "Formula":
        """Return the difference of two formulas."""
        symbols = self.symbols | other.symbols
        return Formula(("-", self.tree, other.tree), symbols, self.signed or other.signed)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.at = self.depth = 0
        self.symbols: set[str] = set()
        self.signed = self.inside_abs = False

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"deeper than {MAX_DEPTH} brackets")

    def sum(self) -> Tree:
        self.deeper()
        total = self.product()
        while self.peek() in ("+", "-") and self.kind() == "op":
            sign = self.peek()
            self.at += 1
            total = (sign, total, self.product())
        self.depth -= 1
        return total

    def product(self) -> Tree:
        total = self.signed_factor()
        while self.at < len(self.tokens):
            kind, token = self.tokens[self.at]
            if kind == "op" and token in ("*", "/"):
                self.at += 1
                factor = self.signed_factor()
                total = (token, total, self.below(total, factor) if token == "/" else factor)
            elif kind in ("mixed", "number") and self.tokens[self.at - 1][1] != "!":
                raise Unreadable("a number after another factor")
            elif (
                kind in ("word", "number")
                or token in ("(", "⌊", "⌈")
                or (token == "|" and self.opens_abs())
            ):
                total = ("*", total, self.power())
            else:
                break
        return total

    def below(self, above: Tree, first: Tree) -> Tree:
        """Return what stands below a slash: symbols without a sign between them stay together.

        ``a/bc`` is a/(bc), and ``1/2x`` and ``(a+b)/2h`` have a fraction for coefficient.
        """
        fraction = _is_amount(first) and (_is_amount(above) or above[0] in ("+", "-"))
        if fraction or self.tokens[self.at - 1][1] == ")":
            return first
        while self.kind() == "word" and self.peek() not in FUNCTIONS:
            first = ("*", first, self.power())
        return first

    def opens_abs(self) -> bool:
        return not self.inside_abs and self.tokens[self.at - 1][1] != "|"

    def signed_factor(self) -> Tree:
        sign = 1
        while self.peek() in ("+", "-") and self.kind() == "op":
            sign = -sign if self.peek() == "-" else sign
            self.at += 1
        factor = self.power()
        return factor if sign > 0 else ("neg", factor)

    def power(self) -> Tree:
        base = self.postfix(self.atom())
        if self.peek() not in ("^", "**"):
            return base
        self.at += 1
        self.deeper()
        exponent = self.signed_factor()
        self.depth -= 1
        if base[0] == "^" and exponent[0] != "number":
            self.signed = True  # (x^2)^(1/2) is |x|
        return ("^", base, exponent)

    def postfix(self, tree: Tree) -> Tree:
        while self.at < len(self.tokens):
            if self.peek() == "!":
                if self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][1] == "!":
                    raise Unreadable("a double factorial")
                tree = ("!", tree)
            elif self.kind() == "word" and self.peek() == "degrees":
                tree = ("*", tree, ("symbol", "degrees"))
                self.symbols.add("degrees")
            else:
                break
            self.at += 1
        return tree

    def atom(self) -> Tree:
        if self.at >= len(self.tokens):
            raise Unreadable("the formula ends early")
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return ("number", literal(token))
        if kind == "mixed":
            whole, above, below = map(int, re.split(r"\s+|/", token))
            if not below:
                raise Unreadable("a division by zero")
            return ("number", whole + Fraction(above, below))
        if token in _BRACKETS:
            name, closing = _BRACKETS[token]
            inner = self.sum()
            self.expect(closing)
            return (name, inner) if name else inner
        if token == "|":
            self.inside_abs, self.signed = True, True
            inner = self.sum()
            self.expect("|")
            self.inside_abs = False
            return ("abs", inner)
        if kind == "word":
            return self.symbol(token)
        raise Unreadable(f"{token!r} where a value should be")

    def expect(self, token: str) -> None:
        if self.peek() != token:
            raise Unreadable(f"{token!r} is missing")
        self.at += 1

    def symbol(self, name: str) -> Tree:
        index = self.marks()
        if name in ("sqrt", "root"):
            return self.root(name, index)
        if name == "log" and index.startswith("_"):
            return ("log", self.base(index[1:].strip("()")), self.argument())
        if name == "binom" and not index:
            self.expect("(")
            above = self.sum()
            self.expect(";")
            below = self.sum()
            self.expect(")")
            return ("binom", above, below)
        if name in DECORATIONS and not index:
            return self.marked(name)
        if name in FUNCTIONS and not index.startswith("'"):
            return self.function(name, index)
        if name == "inf":
            raise Unreadable("infinity is no value")
        if name in ("pi", "e", "i") and not index:
            return ("constant", name)
        name += index
        if self.peek() == "(" and self.is_function(name):
            return ("call", name, self.bracket())
        self.symbols.add(name)
        return ("symbol", name)

    def base(self, text: str) -> Tree:
        """Return the base of a logarithm."""
        if text.isdigit():
            return ("number", Fraction(text))
        if text != "e":
            self.symbols.add(text)
        return ("constant" if text == "e" else "symbol", text)

    def is_function(self, name: str) -> bool:
        """Tell whether a symbol before a bracket is a function.

        ``f(2x)``, ``P(A)``, ``E(X^2)``, ``T(n-1)``, ``y(0)``, not ``n(N-n)``.
        """
        if name == "g" and self.at > 1 and self.tokens[self.at - 2][1] == "m":
            return False  # mg(1 - k)
        if name.rstrip("'") in ("f", "g", "F", "G", "O") or "'" in name:
            return True
        held = {*takewhile(")".__ne__, (token for _, token in self.tokens[self.at + 1 :]))}
        known = {"T": "n", "S": "n", "E": "XY", "V": "XY"}.get(name, "")
        if held & {*known} or (name in "yuvws" and all(token.isdigit() for token in held)):
            return True
        inside, behind = self.tokens[self.at + 1 : self.at + 3], self.tokens[self.at + 3 :][:1]
        single = name[0] in _SINGLE_ARGUMENT or behind == [("op", "^")]
        return single and [t for _, t in inside[1:]] == [")"] and inside[0][0] in ("word", "number")

    def bracket(self) -> Tree:
        """Return what brackets hold; a power behind them is one of the function's value."""
        self.expect("(")
        inner = self.sum()
        self.expect(")")
        return inner

    def marks(self) -> str:
        marks = ""
        while self.kind() in ("index", "prime"):
            marks += self.peek().replace("(", "").replace(")", "")
            self.at += 1
        return marks

    def root(self, name: str, index: str) -> Tree:
        if index:
            raise Unreadable("a root with an index")
        order: Tree = ("number", Fraction(2))
        if name == "root":
            order = self.atom()
        radicand = self.atom() if self.peek() == "(" else self.power()
        if radicand[0] == "^" and order[1] not in (3, 5, 7, 9):
            self.signed = True
        return ("^", radicand, ("/", ("number", Fraction(1)), order))

    def marked(self, name: str) -> Tree:
        """Return a decorated symbol, ``bar(x)``: a symbol of its own, named with all it holds."""
        start = self.at
        self.expect("(")
        depth = 1
        while depth and self.at < len(self.tokens):
            depth += (self.peek() == "(") - (self.peek() == ")")
            self.at += 1
        inside = "".join(token for _, token in self.tokens[start : self.at])
        self.symbols.add(name + inside)
        return ("symbol", name + inside)

    def argument(self) -> Tree:
        """Return what a function without brackets takes.

        The factors up to a sign or another function.
        """
        if self.peek() == "(":
            return self.bracket()
        factor = self.signed_factor()
        while self.kind() in ("word", "number") and self.peek() not in FUNCTIONS:
            factor = ("*", factor, self.power())
        return factor

    def function(self, name: str, index: str) -> Tree:
        if index:
            raise Unreadable(f"{name} with an index")
        exponent = None
        if self.peek() == "^":
            self.at += 1
            exponent = self.signed_factor()
            if exponent == ("neg", ("number", Fraction(1))):
                if f"arc{name}" not in FUNCTIONS:
                    raise Unreadable("an inverse function")
                name, exponent = f"arc{name}", None
        if name == "abs":
            self.signed = True
        value: Tree = (name, self.argument())
        return value if exponent is None else ("^", value, exponent)


def _is_amount(tree: Tree) -> bool:
    """Tell whether a tree has no symbols."""
    if tree[0] in ("number", "constant", "symbol", "call"):
        return tree[0] in ("number", "constant")
    return all(map(_is_amount, tree[1:]))


@lru_cache(maxsize=8192)
def parse(text: str) -> Formula:
    """Read a formula in plain notation.

    Raises:
        Unreadable: the text is none, or larger than the limits.
    """
    if len(text) > 2000:
        raise Unreadable("the formula is too long")
    parser = _Parser(text)
    tree = parser.sum()
    if parser.at < len(parser.tokens):
        raise Unreadable(f"{parser.peek()!r} is left over")
    return Formula(tree, frozenset(parser.symbols), parser.signed)
