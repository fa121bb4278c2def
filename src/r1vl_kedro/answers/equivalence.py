"""Whether two answers are the same: one function for the outcome reward and for evaluation."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from r1vl_kedro.answers.amounts import SAME
from r1vl_kedro.answers.assertion import LETTERS, said_of_it, statement_end
from r1vl_kedro.answers.budget import budget
from r1vl_kedro.answers.choices import chosen
from r1vl_kedro.answers.comparison import difference, without_name
from r1vl_kedro.answers.formulas import is_formula, read_expression
from r1vl_kedro.answers.letters import letter_only
from r1vl_kedro.answers.model import Expression, Items, Named, Quantity, Range, Ratio, Text, Value
from r1vl_kedro.answers.notation import spelled
from r1vl_kedro.answers.nouns import ends_on_a_verb
from r1vl_kedro.answers.reader import form, read
from r1vl_kedro.answers.repeats import restated
from r1vl_kedro.answers.sentences import shown_value, value_in_sentence
from r1vl_kedro.answers.statements import clean, cores
from r1vl_kedro.answers.units import Unit, read_units
from r1vl_kedro.answers.verdicts import yes_or_no
from r1vl_kedro.answers.words import fold, squeezed

MAX_ANSWER = 2000
"""Longer answers are compared as strings only."""

_LABEL = re.compile(r"^\(?[A-J][.:)]\)?\s+(?=[-\d$][^:,;]*$)")
"""The letter before a value where nobody asked for one: "A: 17"."""
_LETTER = re.compile(r"[A-Z]'?")
_POINTS = frozenset("midpoint centroid center centre vertex intersection point".split())
_RATIO_IS = re.compile(r"\bratio of [a-z]+ to [a-z]+ is\b", re.IGNORECASE)
_PRODUCT = re.compile(r"^[A-Za-z]{2,3}$")
_SEGMENT = re.compile(r"^overline\((?P<ends>[A-Z]{2})\)$")
"""The bar of a segment over its two ends, which may be left out."""
_ENDS_ALONE = re.compile(r"^(?:the )?(?:line )?(?:segment|side) |\.$")
_UNIT_BEHIND = re.compile(r"(?P<formula>.*[\w)]) (?P<unit>[A-Za-z]{2,}[\w^/()]*)\.?")
_NOTHING = re.compile(
    r"^(?:none(?: (?:is|are))?(?: left| remain(?:s|ing)?)?"
    r"|there (?:is|are|were) none"
    r"|none[;,.:] there (?:is|are|were) (?:no|zero|0)(?: such)?(?:(?: [a-z]+)? [a-z]+s)?"
    r"|(?:there (?:is|are|were|will be) )?(?:no|none)(?:(?: [a-z]+)? (?:[a-z]+s|people|children))?"
    r"(?: are| is)? (?:left|remain(?:s|ing)?)"
    r")\W*$",
    re.IGNORECASE,
)
_DOMAIN = re.compile(
    r"(?P<value>[^,;]+[^\s,;])\s*[,;(]\s*(?:where |for |with |if )?"
    r"[a-z]\s*(?:!=\s*-?\d[\d/.]*|∈\s*real numbers)\)?\.?"
)
"""A formula and where it holds: ``1/x, x != 0``."""
_DIGITS = re.compile(r"[-\d.,]+")
"""A number alone, which a sentence states or not (`value_in_sentence`)."""
_YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}


def equivalent(prediction: str, answer: str, *, options: Sequence[str] | None = None) -> bool:
    """Tell whether a predicted answer says the same as the reference.

    Both are read as values (number, range, date, set, interval, formula, words, ...) and compared
    by kind; with ``options``, by the option that each names. What cannot be decided is no.

    Args:
        prediction: the answer given, without the reasoning before it.
        answer: the reference: a value, or the letter or text of an option.
        options: option texts, lettered from A; None or empty for an open question.

    Example:
        >>> equivalent("0.5", r"$\\frac{1}{2}$"), equivalent("B: 45", "B", options=["30", "45"])
        (True, True)
        >>> equivalent("A or B", "B", options=["30", "45"]), equivalent("35-44", "25-34")
        (False, False)
    """
    return explain(prediction, answer, options=options) == SAME


def explain(prediction: str, answer: str, *, options: Sequence[str] | None = None) -> str:
    """Explain why a predicted answer is not the reference, in a few words; empty where it is.

    Example:
        >>> explain("60 m", "60 cm"), explain("x = 5, y = 3", "x = 3, y = 5")
        ('another number', 'x: another value among them')
    """
    if len(prediction) > MAX_ANSWER or len(answer) > MAX_ANSWER:
        same = prediction.strip() == answer.strip() != ""
        return SAME if same else f"longer than {MAX_ANSWER} characters, and not the same text"
    with budget():
        given, gold = clean(prediction), clean(answer)
        if not given or not gold:
            return "no answer"
        if options:
            right = _option_index(gold, options)
            if right is not None:
                place = chosen(given, options, _same)
                if place is None:
                    return "no option is named, or several"
                same = place == right or options[place].strip() == options[right].strip()
                return SAME if same else f"option {ascii_uppercase[place]} is named"
        elif len(gold) == 1 and gold.upper() in LETTERS:
            letter = letter_only(spelled(given), LETTERS)
            bare = cores(spelled(given))[-1] == letter  # "G" is not the symbol g, "(D)" is d
            if letter == gold or (letter == gold.upper() and not bare):
                return SAME
            if gold in LETTERS and (letter or spelled(given) != gold):
                return f"option {letter} is named" if letter else "no letter is named, or several"
        return _explain_open(given if options else _LABEL.sub("", given), gold)


def read_answer(text: str) -> Value:
    """Return the value that an answer states, markup and what is said around it left out.

    A text of more than ``MAX_ANSWER`` characters is a text.

    Example:
        >>> read_answer("**about 5 cm**").number
        Fraction(5, 1)
    """
    return read(clean(text)) if len(text) <= MAX_ANSWER else Text((text,), text)


def stated_quantity(text: str) -> Quantity | None:
    """Return the one quantity that an answer states, alone or in a sentence.

    None where there are more.

    Example:
        >>> stated_quantity("There are 14 cubes.").noun, stated_quantity("more than 14 cubes")
        ('cube', None)
    """
    value = without_name(read_answer(text))
    if isinstance(value, Items) and value.decimal:
        return value.decimal
    if isinstance(value, Quantity):
        return value
    if isinstance(value, Text) and len(text) <= MAX_ANSWER:
        inner = value_in_sentence(spelled(clean(text)))
        found = form(inner) if inner else None
        return found if isinstance(found, Quantity) else None
    return None


def chosen_option(text: str, options: Sequence[str]) -> int | None:
    """Return the index of the option that an answer names; None where it names none or several.

    Example:
        >>> chosen_option("so it is (B)", ["30", "45"]), chosen_option("30 or 45", ["30", "45"])
        (1, None)
    """
    if len(text) > MAX_ANSWER:
        return None
    with budget():
        given = clean(text)
        return chosen(given, options, _same) if given else None


def _option_index(gold: str, options: Sequence[str]) -> int | None:
    if gold in options:
        same = [place for place, option in enumerate(options) if option == gold]
        if not (len(gold) == 1 and gold in ascii_uppercase[: len(options)]):
            return same[0]
    bare = gold.strip("(). ")
    if len(bare) == 1:
        place = ascii_uppercase.find(bare.upper())
        if 0 <= place < len(options):
            return place
    return chosen(gold, options, _same)


def _same(given: str, gold: str) -> bool:
    return _explain_open(clean(given), clean(gold)) == SAME


def _explain_open(given: str, gold: str) -> str:
    """Explain why two cleaned answers without options differ; empty where they do not."""
    ours, theirs = spelled(given), spelled(gold)
    if not theirs:
        return SAME if given == gold else "no answer"
    worded = not (is_formula(ours) or is_formula(theirs))  # M g h is not m g h
    worded = worded and any(char.isalpha() for char in ours)
    if squeezed(ours) == squeezed(theirs) or (worded and fold(ours) == fold(theirs) != ()):
        return SAME
    verdict = _YES_NO.get(" ".join(fold(theirs)))
    if verdict:
        said = yes_or_no(ours if "\\" in given else given)
        return SAME if said == verdict else f"says {said}" if said else "says neither yes nor no"
    if ends_on_a_verb(ours):
        return "a verb behind the value"
    wanted = read(gold)
    value = read(given)
    ends = without_name(value)
    if isinstance(wanted, Ratio) and isinstance(ends, Range) and _RATIO_IS.search(ours):
        value = Ratio((ends.low, ends.high))
    if _by_symbol(value, wanted):
        return difference(without_name(value), without_name(wanted))
    reason = difference(value, wanted)
    if reason == SAME:
        return SAME
    defined = isinstance(wanted, Expression | Named) and _DOMAIN.match(ours)
    if defined and difference(read(defined["value"]), wanted) == SAME:
        return SAME
    bare = isinstance(value, Range) and not (value.high.units or value.high.noun)
    if isinstance(wanted, Ratio) and bare and re.search(r"(?<!from )\b\S+ to ", ours):
        return difference(Ratio((value.low, value.high)), wanted)
    if isinstance(value, Expression) and isinstance(wanted, Text) and _PRODUCT.match(theirs):
        return difference(value, read_expression(f"({theirs})+0") or wanted)
    if (segment := _SEGMENT.match(theirs)) and _ENDS_ALONE.sub("", ours) == segment["ends"]:
        return SAME
    if isinstance(value, Expression) != isinstance(wanted, Expression):
        sides = [_as_formula(one, text) for one, text in ((value, ours), (wanted, theirs))]
        if None not in sides and difference(*sides) == SAME:
            return SAME
    measured = [_measured(one, text) for one, text in ((value, ours), (wanted, theirs))]
    if Text in (type(value), type(wanted)) and None not in measured:
        (formula, unit), (right, other) = measured
        return "another unit" if unit and other and unit != other else difference(formula, right)
    if "~=" in ours and isinstance(value, Quantity | Named):
        exact = form(cores(ours.rpartition("~=")[0].strip())[-1])
        if exact is not None and difference(exact, wanted) == SAME:
            return SAME  # 5/8 ~= 0.63
    if isinstance(wanted, Text) or (isinstance(value, Text) and _LETTER.fullmatch(theirs)):
        return said_of_it(ours, theirs, reason)
    if isinstance(value, Text):
        if isinstance(wanted, Quantity) and not wanted.number and _NOTHING.match(ours):
            return SAME
        inner = value_in_sentence(restated(ours.rstrip(" .")))
        if inner is None:
            inner = shown_value(ours)
        if inner is None and (end := statement_end(ours)):
            formula = end[0] in "([{" or (is_formula(end) and not _DIGITS.fullmatch(end))
            inner = end if formula else None
        found = form(inner) if inner else None
        return reason if found is None else difference(found, wanted)
    return reason


def _by_symbol(value: Value, wanted: Value) -> bool:
    """Tell whether words name a point that has a letter for its name in the reference: M."""
    if not (isinstance(value, Named) and isinstance(wanted, Named)):
        return False
    alone = value.asked and len(value.values) == len(wanted.values) == 1
    (name, point), (symbol, _) = value.values[0], wanted.values[0]
    letter = len(symbol) == 1 and symbol.isupper()
    return alone and letter and name in _POINTS and isinstance(point, Items)


def _as_formula(value: Value, text: str) -> Expression | None:
    """Read what may be a number with a unit as a formula: ``2 pi h`` is no two pi hours there."""
    if isinstance(value, Expression):
        return value
    return read_expression(text) if isinstance(value, Quantity | Range) else None


def _measured(value: Value, text: str) -> tuple[Expression, tuple[Unit, ...]] | None:
    """Read a formula with the unit behind it, if any: ``x/2 cm``."""
    if isinstance(value, Expression):
        return value, ()
    found = _UNIT_BEHIND.fullmatch(text)
    units = read_units(found["unit"]) if found else ()
    formula = read_expression(found["formula"].strip()) if found and units else None
    return None if formula is None else (formula, units)
