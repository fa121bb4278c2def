"""Numbers as answers write them: safe arithmetic, units, percent, fractions, decimals."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from r1vl_kedro.mathtext import plain

MAX_LENGTH = 200
MAX_DEPTH = 20
MAX_BITS = 900
MAX_EXPONENT = 512

_UNITS: dict[str, tuple[str, Fraction]] = {}


def _define(dimension: str, table: dict[str, str]) -> None:
    for factor, names in table.items():
        for name in names.split():
            _UNITS[name] = (dimension, Fraction(factor))


_define("length", {
    "1/1000": "mm millimeter millimeters millimetre millimetres",
    "1/100": "cm centimeter centimeters centimetre centimetres", "1/10": "dm decimeter decimeters",
    "1": "m meter meters metre metres", "1000": "km kilometer kilometers kilometre kilometres",
    "0.0254": "inch inches", "0.3048": "ft foot feet", "0.9144": "yd yard yards",
    "1609.344": "mile miles mi",
})  # fmt: skip
_define("mass", {
    "1/1000": "mg", "1": "g gram grams", "1000": "kg kilogram kilograms", "1000000": "tonne tonnes",
    "453.59237": "lb lbs pound pounds", "28.349523125": "oz ounce ounces",
})  # fmt: skip
_define("time", {
    "1": "s sec secs second seconds", "60": "min mins minute minutes",
    "3600": "h hr hrs hour hours", "86400": "day days", "604800": "week weeks",
})  # fmt: skip
_define("volume", {"1/1000": "ml milliliter milliliters", "1": "l liter liters litre litres"})
_define("money dollar", {"1": "usd dollar dollars", "1/100": "cent cents"})
_define("angle", {"1": "degrees degree deg"})
for _name in (
    "year month unit percentage point people person item cube object bar apple student "
    "piece block marble card ball time square edge side face cell tile triangle coin"
).split():
    _UNITS[_name] = (_name, Fraction(1))
    _UNITS[_name + "s"] = (_name, Fraction(1))
for _name, _symbol in {
    "€": "euro", "euro": "euro", "euros": "euro", "eur": "euro", "£": "sterling",
    "¥": "yen", "yen": "yen", "rad": "radian", "radian": "radian", "radians": "radian",
    "mph": "mph", "n": "newton", "j": "joule", "v": "volt", "w": "watt", "hz": "hertz",
    "pa": "pascal", "k": "kelvin",
}.items():  # fmt: skip
    _UNITS[_name] = (_symbol, Fraction(1))

_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen twenty"
        ).split()
    )
}
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3}(?![\w.]))?")
_TOKEN = re.compile(rf"\s*({_NUMBER.pattern}|\*\*|[A-Za-z]+|[-+*/^()])")
_UNIT_TAIL = re.compile(
    r"(?<![A-Za-z])(?:(?P<shape>square|sq|cubic|cu)\.?\s+)?(?P<unit>[A-Za-z€£¥]+)\.?"
    r"(?:\s*\^\s*(?P<power>[23]))?"
    r"(?:\s*(?:/|\bper\b)\s*(?P<per>[A-Za-z]+)(?:\s*\^\s*(?P<per_power>[23]))?)?\s*$"
)
_MIXED = re.compile(r"^(-?)\s*(\d+)\s+(\d+)\s*/\s*(\d+)$")
_CURRENCY = re.compile(r"^\s*(-?)\s*(€|£|¥)\s*(?=[\d.-])")
_MINUS_WORD = re.compile(r"^(?:minus|negative)\s+(?=[^\s-])", re.IGNORECASE)
_TIMES_TEN = re.compile(r"(?<=\d)\s*[xX]\s*(?=10\s*\^)")
_DOLLAR = re.compile(r"^\s*\\?\$\s*[\d.,]+\s*$")


@dataclass(frozen=True, slots=True)
class Value:
    """A number with what its writing tells: exact or not, decimals shown, percent, unit."""

    number: Fraction | float
    decimals: int | None = None
    percent: bool = False
    unit: tuple[str, Fraction] | None = None


class _Arithmetic:
    """Recursive descent over numbers, + - * / ^, brackets, sqrt and pi; every step is bounded."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def sum(self) -> Fraction | float:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ArithmeticError(f"brackets deeper than {MAX_DEPTH}")
        total = self.product()
        while self.peek() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total = _bounded(total + sign * self.product())
        self.depth -= 1
        return total

    def product(self) -> Fraction | float:
        total = self.signed()
        while True:
            token = self.peek()
            if token in ("*", "/"):
                self.take()
                factor = self.signed()
                total = _bounded(total * factor if token == "*" else total / factor)
            elif token and (token[0].isalpha() or token == "("):
                total = _bounded(total * self.power())
            else:
                return total

    def signed(self) -> Fraction | float:
        sign = 1
        while self.peek() in ("+", "-"):
            sign = -sign if self.take() == "-" else sign
        return sign * self.power()

    def power(self) -> Fraction | float:
        base = self.atom()
        if self.peek() not in ("^", "**"):
            return base
        self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ArithmeticError(f"powers deeper than {MAX_DEPTH}")
        exponent = self.signed()
        self.depth -= 1
        return _power(base, exponent)

    def atom(self) -> Fraction | float:
        if self.at >= len(self.tokens):
            raise ArithmeticError("the expression ends early")
        token = self.take()
        if token == "(":
            inner = self.sum()
            if self.peek() != ")":
                raise ArithmeticError("a bracket stays open")
            self.take()
            return inner
        if token == "pi":
            return math.pi
        if token == "sqrt":
            return _power(self.power_of_root(), Fraction(1, 2))
        if token[0].isdigit() or token[0] == ".":
            return _bounded(Fraction(token))
        raise ArithmeticError(f"{token!r} is no number")

    def power_of_root(self) -> Fraction | float:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ArithmeticError(f"roots deeper than {MAX_DEPTH}")
        inner = self.atom()
        self.depth -= 1
        return inner


def _bounded(number: Fraction | float) -> Fraction | float:
    if isinstance(number, Fraction):
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAX_BITS:
            raise ArithmeticError("the number is too long")
    elif not math.isfinite(number):
        raise ArithmeticError("the number is not finite")
    return number


def _power(base: Fraction | float, exponent: Fraction | float) -> Fraction | float:
    if abs(exponent) > MAX_EXPONENT:
        raise ArithmeticError(f"an exponent beyond {MAX_EXPONENT}")
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if size * abs(exponent.numerator) > MAX_BITS:
                raise ArithmeticError("the power is too long")
            return base**exponent.numerator
        if exponent == Fraction(1, 2) and base >= 0:
            above, below = math.isqrt(base.numerator), math.isqrt(base.denominator)
            if above * above == base.numerator and below * below == base.denominator:
                return Fraction(above, below)
    result = float(base) ** float(exponent)
    if isinstance(result, complex):
        raise ArithmeticError("the power is not real")
    return _bounded(result)


def evaluate(expression: str) -> Fraction | float | None:
    """The value of a plain arithmetic expression, or None where it is none or too large.

    Exact (``Fraction``) while it can be. Nothing is ever handed to Python's ``eval``.

    Example:
        >>> evaluate("2 * (1 + 1/4)"), evaluate("9**9**9")
        (Fraction(5, 2), None)
    """
    if len(expression) > MAX_LENGTH:
        return None
    tokens, at = [], 0
    expression = expression.strip()
    while at < len(expression):
        found = _TOKEN.match(expression, at)
        if not found:
            return None
        tokens.append(found[1])
        at = found.end()
    parser = _Arithmetic(tokens)
    try:
        value = parser.sum()
    except (ArithmeticError, ValueError):
        return None
    return value if parser.at == len(tokens) else None


def _unit_of(text: str) -> tuple[str, tuple[str, Fraction] | None]:
    found = _UNIT_TAIL.search(text)
    if not found or not text[: found.start()].strip():
        return text, None
    name = found["unit"]
    known = _UNITS.get(name.lower()) if len(name) > 1 or name.islower() or name == "€" else None
    if name in ("N", "J", "V", "W", "K", "L"):
        known = _UNITS[name.lower()]
    if known is None or (name in ("n", "j", "v", "w", "k")):
        return text, None
    power = int(found["power"] or {"sq": 2, "cu": 3}.get((found["shape"] or "")[:2].lower(), 1))
    dimension, factor = known
    dimension, factor = f"{dimension}^{power}" if power > 1 else dimension, factor**power
    if found["per"]:
        below = _UNITS.get(found["per"].lower())
        if below is None:
            return text, None
        below_power = int(found["per_power"] or 1)
        dimension += f" per {below[0]}^{below_power}"
        factor /= below[1] ** below_power
    return text[: found.start()].strip(), (dimension, factor)


def parse_value(text: str) -> Value | None:
    r"""Read an answer as one number, or None.

    Takes thousands separators, percent, currency, units, degrees, mixed numbers, LaTeX fractions
    and roots, multiples of pi, scientific notation, number words up to twenty, and a sign in words.

    Example:
        >>> parse_value(r"$\frac{1}{2}$ cm").number
        Fraction(1, 2)
    """
    if len(text) > MAX_LENGTH:
        return None
    dollars = bool(_DOLLAR.match(text))
    body = _TIMES_TEN.sub("*", _MINUS_WORD.sub("-", plain(text).strip()))
    unit = ("money dollar", Fraction(1)) if dollars and text.strip()[-1] != "$" else None
    currency = _CURRENCY.match(body)
    if currency:
        unit = _UNITS.get(currency[2])
        body = currency[1] + body[currency.end() :]
    percent = False
    for sign in ("%", "percent", "per cent"):
        if body.endswith(sign):
            body, percent = body[: -len(sign)].strip(), True
            break
    if unit is None and not percent:
        body, unit = _unit_of(body)
    mixed = _MIXED.match(body)
    if mixed and int(mixed[4] or 0):
        sign = -1 if mixed[1] else 1
        number: Fraction | float | None = sign * (
            int(mixed[2]) + Fraction(int(mixed[3]), int(mixed[4]))
        )
    elif (word := body.lower().removeprefix("-")) in _NUMBER_WORDS:
        number = Fraction(_NUMBER_WORDS[word] * (-1 if body[0] == "-" else 1))
    else:
        number = evaluate(body)
    if number is None:
        return None
    literal = re.fullmatch(r"[-+]?\s*(?:\d*\.(\d*)|\d+)", body)
    decimals = len(literal[1] or "") if literal else None
    return Value(number, decimals, percent, unit)


def same_value(given: Value, gold: Value) -> bool:
    """Whether a given number is the reference: equal, or equal as far as its decimals show.

    A missing unit or percent sign is no error; a different one is, unless it converts. Rounding is
    accepted at two decimals or more of the reference, and at three digits of the given number
    where the reference has no finite decimals.
    """
    pairs = [(given.number, gold.number)]
    if given.unit and gold.unit:
        if given.unit[0] != gold.unit[0]:
            return False
        if given.unit[1] != gold.unit[1]:
            return _close(given.number * given.unit[1], gold.number * gold.unit[1])
    if given.percent != gold.percent and not (given.unit or gold.unit):
        pairs.append((_share(given), _share(gold)))
    return any(_close(a, b) or _rounded(a, b, given, gold) for a, b in pairs)


def _share(value: Value) -> Fraction | float:
    return value.number / 100 if value.percent else value.number


def _close(first: Fraction | float, second: Fraction | float) -> bool:
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return first == second
    return math.isclose(first, second, rel_tol=1e-6, abs_tol=1e-9)


def _rounded(
    given: Fraction | float, gold: Fraction | float, as_given: Value, as_gold: Value
) -> bool:
    if (given, gold) != (as_given.number, as_gold.number) or abs(given) + abs(gold) > 1e15:
        return False
    difference = abs(float(given) - float(gold))
    shown, wanted = as_given.decimals, as_gold.decimals
    if (wanted or 0) >= 2 and (shown is None or shown >= wanted):
        return difference <= _half_a_digit(wanted)
    if shown is None or shown < 2:
        return False
    if wanted is None and _unending(gold):
        digits = len(str(int(abs(float(given)) * 10**shown + 0.5)))
        return digits >= 3 and difference <= _half_a_digit(shown)
    return 3 <= shown < (wanted or 0) and difference <= _half_a_digit(shown)


def _half_a_digit(decimals: int) -> float:
    return 0.5 * 10.0**-decimals * (1 + 1e-9)


def _unending(number: Fraction | float) -> bool:
    if not isinstance(number, Fraction):
        return True
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below > 1
