"""What an answer can be: one value model for rewards, benchmarks and annotation."""

from dataclasses import dataclass, field
from fractions import Fraction

from r1vl_kedro.answers.expression import Formula
from r1vl_kedro.answers.units import Unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what its writing tells.

    Attributes:
        number: exact where it can be.
        decimals: digits after the point of a plain decimal; None for fractions, roots and words.
        percent: a percent sign or word follows.
        units: the meanings of its unit; empty without one.
        noun: the counted thing (``apple``), empty without one.
        cut: an ellipsis follows: the digits go on.
        repeats: written as a repeating decimal.
        of: what an amount is of: ``flour`` in "3 cups of flour"; empty where that is not told.
        tight: the unit cannot be left out: one letter right after the digits (``2m``) may be a
            symbol, and ``5 ft 6 in`` is counted in the last of its units.
    """

    number: Fraction | float
    decimals: int | None = None
    percent: bool = False
    units: tuple[Unit, ...] = ()
    noun: str = ""
    cut: bool = False
    tight: bool = False
    repeats: bool = False
    of: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """From one quantity to another: ``10-20``, ``1990 to 2000``; also a score such as ``3-1``."""

    low: Quantity
    high: Quantity


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A measured value, ``10 ± 2``."""

    centre: Quantity
    spread: Quantity


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes after midnight; ``half`` is am, pm or empty where it is not told."""

    minutes: Fraction
    half: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar; 0 for what is not told, and no name for an untold weekday."""

    year: int
    month: int
    day: int
    weekday: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Parts joined by colons, in their order."""

    parts: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Several values.

    Attributes:
        marks: the brackets around them (``()``, ``[]``, ``{}``), or empty.
        values: in the order written.
        joined: ``and``, ``or`` or empty for commas alone.
        decimal: the other reading of ``3,5``: a decimal comma.
    """

    marks: str
    values: tuple["Value", ...]
    joined: str = ""
    decimal: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Pieces of the real line: (low, low is in, high, high is in), and the variable if named.

    ``bound`` is the quantity of one with a unit ("at least 5 kg"), None for plain numbers.
    """

    pieces: tuple[tuple[Fraction | float, bool, Fraction | float, bool], ...]
    name: str = ""
    bound: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of entries; ``bars`` is a determinant."""

    rows: tuple[tuple["Value", ...], ...]
    bars: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Values by name, in the order written: ``x = 3, y = 5``."""

    values: tuple[tuple[str, "Value"], ...]
    joined: str = ""
    asked: bool = field(default=True, compare=False)
    """Whether a value may stand without its name: "Area = 25", and not "First guess: 25"."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Two formulas joined by ``=``, ``<``, ``<=`` or ``!=``: the sign, and left minus right."""

    sign: str
    difference: Formula


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula with symbols, and how it was written."""

    formula: Formula
    written: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words, each folded to one spelling where it is a word and kept where it is a symbol."""

    words: tuple[str, ...]
    written: str = field(compare=False, default="")


Value = (
    Quantity | Range | Tolerance | Clock | Date | Ratio | Items | Interval | Matrix | Named
    | Relation | Expression | Text
)  # fmt: skip
