"""Units of measurement: the one table of the project, and the reader of compound units."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import pi

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: powers of base dimensions, sorted by name, and its size in their base units."""

    dimension: Dimension
    factor: Fraction | float

    def power(self, exponent: int) -> "Unit":
        """Return the unit to an integer power."""
        return Unit(
            tuple((name, n * exponent) for name, n in self.dimension), self.factor**exponent
        )

    def times(self, other: "Unit") -> "Unit":
        """Return the product of two units."""
        powers = dict(self.dimension)
        for name, exponent in other.dimension:
            powers[name] = powers.get(name, 0) + exponent
        kept = tuple(sorted((name, n) for name, n in powers.items() if n))
        return Unit(kept, self.factor * other.factor)


def _unit(dimension: str, factor: str | float = "1") -> Unit:
    powers = []
    for part in dimension.split():
        name, _, exponent = part.partition("^")
        powers.append((name, int(exponent or 1)))
    size = Fraction(factor) if isinstance(factor, str) else factor
    return Unit(tuple(sorted(powers)), size)


_PREFIXES = {
    "T": ("tera", 12), "G": ("giga", 9), "M": ("mega", 6), "k": ("kilo", 3), "h": ("hecto", 2),
    "d": ("deci", -1), "c": ("centi", -2), "m": ("milli", -3), "mu": ("micro", -6),
    "u": ("micro", -6), "n": ("nano", -9), "p": ("pico", -12),
}  # fmt: skip
_ANGLE = 180 / pi
DOLLARS = {
    "A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD", "HK": "HKD", "S": "SGD", "SG": "SGD",
    "NZ": "NZD", "NT": "TWD", "R": "BRL", "MX": "MXN",
}  # fmt: skip
"""What stands before a dollar sign, with the currency that it is then."""
CURRENCIES = (*DOLLARS.values(), *"CHF SEK NOK DKK KRW RUB PLN ZAR THB TRY".split())
# Symbol, names, dimension, factor: all of these take prefixes.
_PREFIXED = [
    ("m", "meter metre", "length", "1"), ("g", "gram gramme", "mass", "1"),
    ("s", "second", "time", "1"), ("A", "ampere amp", "current", "1"),
    ("K", "kelvin", "temperature", "1"), ("mol", "mole", "amount", "1"),
    ("Hz", "hertz", "time^-1", "1"), ("N", "newton", "mass length time^-2", "1000"),
    ("Pa", "pascal", "mass length^-1 time^-2", "1000"),
    ("J", "joule", "mass length^2 time^-2", "1000"),
    ("W", "watt", "mass length^2 time^-3", "1000"), ("C", "coulomb", "current time", "1"),
    ("V", "volt", "mass length^2 time^-3 current^-1", "1000"),
    ("F", "farad", "mass^-1 length^-2 time^4 current^2", "1/1000"),
    ("ohm", "ohm", "mass length^2 time^-3 current^-2", "1000"),
    ("OHM", "", "mass length^2 time^-3 current^-2", "1000"),
    ("S", "siemens", "mass^-1 length^-2 time^3 current^2", "1/1000"),
    ("Wb", "weber", "mass length^2 time^-2 current^-1", "1000"),
    ("T", "tesla", "mass time^-2 current^-1", "1000"),
    ("H", "henry", "mass length^2 time^-2 current^-2", "1000"),
    ("lm", "lumen", "luminous", "1"), ("lx", "lux", "luminous length^-2", "1"),
    ("Bq", "becquerel", "decay time^-1", "1"), ("Sv", "sievert", "dose", "1"),
    ("eV", "electronvolt", "mass length^2 time^-2", "1.602176634e-16"),
    ("L", "liter litre", "length^3", "1/1000"), ("l", "", "length^3", "1/1000"),
    ("cal", "calorie", "mass length^2 time^-2", "4184"),
    ("Wh", "watthour", "mass length^2 time^-2", "3600000"),
    ("bar", "bar", "mass length^-1 time^-2", "100000000"), ("B", "byte", "data", "8"),
    ("bit", "bit", "data", "1"), ("pc", "parsec", "length", "3.0857e16"),
]  # fmt: skip
# Symbols, names, dimension, factor: as they stand.
_PLAIN = [
    ("min", "minute mins", "time", "60"), ("h hr hrs", "hour", "time", "3600"),
    ("sec secs", "", "time", "1"), ("", "day", "time", "86400"), ("wk", "week", "time", "604800"),
    ("mo", "month", "month", "1"), ("yr yrs", "year", "month", "12"),
    ("", "decade", "month", "120"), ("", "century centuries", "month", "1200"),
    ("in", "inch inches", "length", "0.0254"), ("ft", "foot feet", "length", "0.3048"),
    ("yd yds", "yard", "length", "0.9144"), ("mi", "mile", "length", "1609.344"),
    ("nmi", "", "length", "1852"), ("angstrom", "angstrom", "length", "1e-10"),
    ("ly", "lightyear", "length", "9460730472580800"),
    ("lb lbs", "pound", "mass", "453.59237"), ("oz", "ounce", "mass", "28.349523125"),
    ("t", "ton tonne", "mass", "1000000"), ("ha", "hectare", "length^2", "10000"),
    ("ac", "acre", "length^2", "4046.8564224"), ("gal", "gallon", "length^3", "0.003785411784"),
    ("qt", "quart", "length^3", "0.000946352946"), ("pt", "pint", "length^3", "0.000473176473"),
    ("cc", "", "length^3", "1/1000000"), ("", "cup", "length^3", "0.0002365882365"),
    ("floz", "", "length^3", "0.0000295735295625"),
    ("atm", "atmosphere", "mass length^-1 time^-2", "101325000"),
    ("mmHg", "torr", "mass length^-1 time^-2", "133322.387415"),
    ("psi", "", "mass length^-1 time^-2", "6894757.293168"),
    ("Nm", "", "mass length^2 time^-2", "1000"), ("mph", "", "length time^-1", "0.44704"),
    ("kph kmh kmph", "", "length time^-1", "5/18"),
    ("kn", "knot", "length time^-1", "1852/3600"), ("rpm", "", "turn time^-1", "1/60"),
    ("bpm", "", "beat time^-1", "1/60"), ("px", "pixel", "pixel", "1"),
    ("ppm", "", "ppm", "1"), ("ppb", "", "ppm", "1/1000"),
    ("hp", "horsepower", "mass length^2 time^-3", "745699.87158227022"),
    ("rev", "revolution turn", "turn", "1"), ("M", "molar", "amount length^-3", "1000"),
    ("u", "amu dalton", "mass", "1.66053906660e-24"), ("dB", "decibel", "decibel", "1"),
    ("USD $", "dollar buck", "dollar", "1"), ("cent ¢", "cent", "dollar", "1/100"),
    ("EUR €", "euro", "euro", "1"), ("GBP £", "pound quid", "sterling", "1"),
    ("pence", "pence penny pennies", "sterling", "1/100"), ("JPY ¥ 円", "yen", "yen", "1"),
    *((code, "", code, "1") for code in CURRENCIES),
    ("CNY RMB ¥ 元", "yuan renminbi", "yuan", "1"), ("INR Rs ₹", "rupee", "rupee", "1"),
    ("deg", "degree", "angle", "1"), ("rad", "radian", "angle", _ANGLE),
    ("degreesC degC", "celsius centigrade", "celsius", "1"),
    ("degreesF degF", "fahrenheit", "fahrenheit", "1"), ("deg", "degree", "celsius", "1"),
    ("C", "", "celsius", "1"), ("F", "", "fahrenheit", "1"),
    ("", "kilohm", "mass length^2 time^-3 current^-2", "1000000"),
    ("deg", "degree", "fahrenheit", "1"), ("", "unit", "unit", "1"),
    ("毫米", "", "length", "1/1000"),
    ("厘米", "", "length", "1/100"), ("米", "", "length", "1"), ("千米 公里", "", "length", "1000"),
    ("克", "", "mass", "1"), ("千克 公斤", "", "mass", "1000"), ("度", "", "angle", "1"),
    ("秒", "", "time", "1"), ("分 分钟", "", "time", "60"), ("小时", "", "time", "3600"),
    ("天", "", "time", "86400"), ("升", "", "length^3", "1/1000"),
    ("毫升", "", "length^3", "1/1000000"),
    ("岁 年", "", "month", "12"),
]  # fmt: skip
_GENERIC = "unit"
_LOOSE = {
    "KM": "km", "Km": "km", "KMS": "km", "kms": "km", "CM": "cm", "Cm": "cm", "cms": "cm",
    "KG": "kg", "Kg": "kg", "kgs": "kg", "KGS": "kg", "gm": "g", "gms": "g", "ML": "mL",
    "Min": "min", "Hr": "hr", "Hrs": "hr", "Ft": "ft", "kmhr": "kmh", "hz": "Hz", "HZ": "Hz",
    "Khz": "kHz", "KHz": "kHz", "KW": "kW", "Kw": "kW", "KWh": "kWh", "KJ": "kJ", "Kj": "kJ",
    "KB": "kB", "Mhz": "MHz", "cal": "cal", "usd": "USD", "rs": "Rs", "eur": "EUR",
}  # fmt: skip


# Symbols that a prefix and a unit also make: min is no milli-inch, ft no femtotonne.
_CLASHES = {"min": "time", "h": "time", "ft": "length", "pt": "length^3", "mo": "month",
            "kn": "length time^-1", "T": "mass time^-2 current^-1", "mol": "amount"}  # fmt: skip


def _tables() -> tuple[dict[str, list[Unit]], dict[str, list[Unit]]]:
    symbols: dict[str, list[Unit]] = {}
    names: dict[str, list[Unit]] = {}
    for symbol, long, dimension, factor in _PREFIXED:
        base = _unit(dimension, factor)
        for short, (prefix, exponent) in {"": ("", 0), **_PREFIXES}.items():
            size = Unit(base.dimension, base.factor * Fraction(10) ** exponent)
            if not (symbol in ("bit", "bar", "pc") and short in ("h", "d", "c", "p")):
                symbols.setdefault(short + symbol, []).append(size)
            for name in long.split():
                names.setdefault(prefix + name, []).append(size)
    for short_names, long, dimension, factor in _PLAIN:
        unit = _unit(dimension, factor)
        for symbol in short_names.split():
            symbols.setdefault(symbol, []).append(unit)
        for name in long.split():
            names.setdefault(name, []).append(unit)
    symbols |= {loose: symbols[right] for loose, right in _LOOSE.items()}
    for clash, dimension in _CLASHES.items():
        meant = _unit(dimension).dimension
        symbols[clash] = [unit for unit in symbols[clash] if unit.dimension == meant]
    return symbols, names


_SYMBOLS, _NAMES = _tables()
_TOKEN = re.compile(
    r"\s*(?P<op>/|\*|\bper\b)|\s*\^\s*\(?\s*(?P<power>[-+]?\d)\s*\)?"
    r"|\s*(?P<shape>square|sq|cubic|cu)\b\.?(?=\s*[A-Za-z])"
    r"|\s*(?P<han>平方|立方)|\s*(?P<raised>squared|cubed)\b"
    r"|\s*(?P<word>[A-Za-z]+|[€£¥¢₹元円$]|[\u4e00-\u9fff]{1,3})(?P<digit>[23](?!\d))?\.?|\s*(?P<open>[()])"
)
_RAISED_GROUP = re.compile(r"\([^()]*[\s/*·][^()]*\)\s*\^")
_METRES_PER_SECOND = re.compile(r"\bms\s*\^\s*\(?\s*-")
_FLUID = re.compile(r"\bfl(?:uid\b|\.)?\s*(?:oz|ounces?)\b", re.IGNORECASE)
_TEMPERATURE = re.compile(
    r"\bdegrees?\s*([CFK]|celsius|centigrade|fahrenheit|kelvin)\b", re.IGNORECASE
)
_POWERS = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3, "平方": 2,
           "立方": 3}  # fmt: skip


def _named(word: str) -> list[Unit]:
    """Return the meanings of one word or symbol: symbols by case, names in any case and number."""
    if word in _SYMBOLS:
        return _SYMBOLS[word]
    lower = word.lower()
    if len(lower) > 2 and not re.fullmatch(r"[a-z]+[A-Z].*", word):
        for name in (lower, lower.removesuffix("s"), lower.removesuffix("es")):
            if name in _NAMES:
                return _NAMES[name]
    return []


@lru_cache(maxsize=4096)
def read_units(text: str) -> tuple[Unit, ...]:
    """Return the meanings of a unit as written, none where it is no unit.

    Several for an ambiguous one: ``pounds`` is mass or money, ``degrees`` an angle or a
    temperature. Powers, products and quotients are read (``m s^(-1)``, ``sq. cm``, ``g/mol``).

    Example:
        >>> read_units("km/h")[0] == read_units("kilometers per hour")[0], read_units("apples")
        (True, ())
    """
    text = _TEMPERATURE.sub(lambda m: f"degrees{m[1][0].upper()}", text.strip())
    text = _METRES_PER_SECOND.sub("m s^(-", _FLUID.sub("floz", text.replace("degreesK", "K")))
    found: list[Unit] = [Unit((), Fraction(1))]
    at, sign, shape, last, held = 0, 1, 1, 0, 1
    previous: list[Unit] = []
    if not text or len(text) > 40 or _RAISED_GROUP.search(text):
        return ()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if not token:
            return ()
        at = token.end()
        if token["op"]:
            if not last and token["op"] == "*":
                return ()
            sign = -1 if token["op"] in ("/", "per") else 1
        elif token["shape"] or token["han"]:
            shape = _POWERS[token["shape"] or token["han"]]
        elif token["open"]:  # J/(kg K)
            held = sign if token["open"] == "(" else 1
        elif token["power"] or token["raised"]:
            exponent = int(token["power"]) if token["power"] else _POWERS[token["raised"]]
            if not last or abs(exponent) > 4 or not exponent:
                return ()
            extra = exponent - 1
            found = [u.times(p.power(last * extra)) for u, p in zip(found, previous, strict=True)]
            last = 0
        else:
            meanings = _named(token["word"])
            sign = held if held < 0 else sign
            power = sign * shape * int(token["digit"] or 1)
            if not meanings:
                return ()
            pairs = [(u, m) for u in found for m in meanings][:12]
            found = [u.times(m.power(power)) for u, m in pairs]
            previous, last = [m for _, m in pairs], (sign if power == sign else 0)
            sign, shape = 1, 1
    whole = previous and not text.endswith("/") and text.count("(") == text.count(")")
    return tuple(found) if whole else ()


def same_dimension(first: Unit, second: Unit) -> bool:
    """Tell whether two units measure the same.

    "units" without a name measure lengths of their power.

    Example:
        >>> same_dimension(read_units("square units")[0], read_units("cm^2")[0])
        True
    """
    if first.dimension == second.dimension:
        return True
    generic = next(
        (u for u in (first, second) if u.dimension[:1] and u.dimension[0][0] == _GENERIC), None
    )
    other = second if generic is first else first
    lengths = other.dimension and other.dimension[0][0] in ("length", _GENERIC)
    if generic is None or len(generic.dimension) > 1:
        return False
    power = generic.dimension[0][1]
    if is_generic(other):  # units are no square units
        return False
    return bool(lengths and len(other.dimension) == 1 and other.dimension[0][1] == power)


def is_generic(unit: Unit) -> bool:
    """Tell whether a unit is "units", without a name."""
    return any(name == _GENERIC for name, _ in unit.dimension)
