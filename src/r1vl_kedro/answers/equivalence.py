"""Whether two answers are the same: one function for the outcome reward and for evaluation."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from r1vl_kedro.answers.choices import chosen, chosen_letter
from r1vl_kedro.answers.symbolic import expressions_equal, texts_equal
from r1vl_kedro.answers.values import Value, parse_value, same_value
from r1vl_kedro.mathtext import plain

MAX_ANSWER = 2000
"""Longer answers are compared as strings only."""
MAX_ITEMS = 50

_LEAD = re.compile(
    r"^(?:(?:so|thus|hence|therefore|and|then)\b[\s,]*)*"
    r"(?:(?:(?:the|my|our)\s+)?(?:final\s+|correct\s+|right\s+)?"
    r"(?:answer|option|choice|result|value|solution)\s*(?:is|are|=|:)\s*:?\s*|(?:it|this|that)(?:\s+is|'s)\s+)",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"^\\?[A-Za-z]\w?(?:_\{?\w+\}?)?\s*(?:=|≈|\\approx)\s*")
_SHORT_NAME = re.compile(r"^\s*\$?\s*[A-Za-z]\s*\$?\s*$")
_MARKDOWN = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|`([^`]*)`")
_BOXED = re.compile(
    r"^\s*\$*\s*\\(?:boxed|text|mathrm|mathbf)\s*\{(.*)\}\s*\$*\s*[.]?\s*$", re.DOTALL
)
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"[^\W_]+")
_YES = frozenset({"yes", "true"})
_NO = frozenset({"no", "false"})
_JOINED = re.compile(r"\s*(?:,?\s+(?:and|or)\s+|[,;])\s*", re.IGNORECASE)
_RELATION = re.compile(r"(?<![<>!=])=(?!=)|[<>≤≥]|\\(?:le|ge|leq|geq|lt|gt)\b")
_EQUALS = re.compile(r"~=|(?<![<>!~=])=(?![=>])")
_HEDGE = re.compile(
    r"^(?:(?:about|approximately|approx\.?|around|roughly|exactly)\s+|[~≈]\s*|\\(?:approx|sim)\s*)"
    r"(?=[-−]?[$€£]?[\d.])",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z]\w*(?:\s+[A-Za-z]\w*){0,4}")
_JOINING = re.compile(r"\b(?:and|or|not|no|nor|never|cannot|except|without)\b", re.IGNORECASE)
_INDEX = re.compile(r"(?<=[^\W\d_])_(?=\w)")
_TIMES = re.compile(r"(?<=\d)\s*x\s*(?=\d)")
_LETTERS = frozenset(ascii_uppercase[:10])
_OPEN, _CLOSE = "([{", ")]}"


def equivalent(prediction: str, answer: str, *, options: Sequence[str] | None = None) -> bool:
    """Whether a predicted answer says the same as the reference.

    In this order: normalised strings; with ``options``, the option chosen by letter or text; yes
    or no; numbers with units, percent, fractions and roots; sets, tuples and lists; at last
    math-verify within limits. A prediction that names several options chooses none.

    Args:
        prediction: the answer given, without the reasoning before it.
        answer: the reference: a value, or the letter or text of an option.
        options: option texts, lettered from A; None or empty for an open question.

    Example:
        >>> equivalent("0.5", r"$\\frac{1}{2}$"), equivalent("B: 45", "B", options=["30", "45"])
        (True, True)
        >>> equivalent("A or B", "B", options=["30", "45"])
        False
    """
    if len(prediction) > MAX_ANSWER or len(answer) > MAX_ANSWER:
        return prediction.strip() == answer.strip() != ""
    given, gold = _clean(prediction), _clean(answer)
    if not given or not gold:
        return False
    if options:
        right = _option_index(gold, options)
        if right is not None:
            return chosen(given, options, _same_answer) == right
    elif gold in _LETTERS and chosen_letter(given, ascii_uppercase[:10]) == gold:
        return True
    return _same_answer(given, gold)


def symbolically_equal(text: str, reference: str) -> bool:
    """Whether math-verify finds the same result in two whole texts (published accuracy check)."""
    return texts_equal(text, reference)


def _option_index(gold: str, options: Sequence[str]) -> int | None:
    if gold in options:
        same = [place for place, option in enumerate(options) if option == gold]
        if not (len(gold) == 1 and gold in ascii_uppercase[: len(options)]):
            return same[0]
    if len(gold.strip("(). ")) == 1:
        place = ascii_uppercase.find(gold.strip("(). ").upper())
        if 0 <= place < len(options):
            return place
    return chosen(gold, options, _same_answer)


def _clean(text: str) -> str:
    """The answer without markdown, boxes, surrounding quotes and lead-in words."""
    text = _MARKDOWN.sub(lambda m: m[1] if m[1] is not None else m[2], text).strip()
    boxed = _BOXED.match(text)
    if boxed and boxed[1].count("{") == boxed[1].count("}"):
        text = boxed[1].strip()
    text = text.removeprefix("\\(").removesuffix("\\)").removeprefix("\\[").removesuffix("\\]")
    text = _LEAD.sub("", text.strip(), count=1).strip().strip("\"'“”")
    text = text.rstrip(".。") if not text.endswith("...") else text
    return text.strip()


def _folded(text: str) -> str:
    return _SPACES.sub(" ", plain(text)).strip().casefold().rstrip(".!。 ").strip("\"' ")


def _same_answer(given: str, gold: str) -> bool:
    """Equality of two cleaned answers without options."""
    folded, gold_folded = _folded(given), _folded(gold)
    if not gold_folded:
        return given == gold
    if folded == gold_folded or _squeezed(folded) == _squeezed(gold_folded):
        return True
    if gold_folded in _YES | _NO:
        return _verdict(folded) is (gold_folded in _YES)
    given_value, gold_value = parse_value(given), parse_value(_HEDGE.sub("", gold))
    if given_value is None and gold_value is not None and not _RELATION.search(gold):
        given_value = _result(_HEDGE.sub("", _ASSIGNED.sub("", given)))
    if given_value is not None and gold_value is not None:
        return same_value(given_value, gold_value)
    several = _same_items(given, gold)
    if several is not None:
        return several
    if _RELATION.search(gold) and not _RELATION.search(given):
        return False
    if _RELATION.search(given) and not _RELATION.search(gold) and not _ASSIGNED.match(given):
        return False
    if _SHORT_NAME.match(gold) or _SHORT_NAME.match(given):
        return _ASSIGNED.sub("", folded) == gold_folded
    if (":" in given) != (":" in gold):
        return False
    return expressions_equal(_formula(given), _formula(gold))


def _result(text: str) -> Value | None:
    """The number that an answer gives, alone or as the last side of an equation.

    The sides before it must be names, or have the same value: ``20 - 6 = 14``, ``Area = 25``.
    """
    *before, last = _EQUALS.split(plain(text))
    value = parse_value(last) if before else parse_value(text)
    for side in map(str.strip, before):
        if not side or (_NAME.fullmatch(side) and not _JOINING.search(side)):
            continue
        other = parse_value(_TIMES.sub("*", side))
        if value is None or other is None or not same_value(value, other):
            return None
    return value


def _squeezed(text: str) -> str:
    """Without marks of an index, and without spaces where that loses nothing (not in words)."""
    text = _INDEX.sub("", text)
    return text.replace(" ", "") if not re.search(r"[a-z]{2} +[a-z]{2}", text) else text


def _formula(text: str) -> str:
    r"""The LaTeX of an answer: no dollars, function names as commands."""
    text = text.replace("$", "").replace("√", "\\sqrt").replace("π", "\\pi").replace("·", "\\cdot ")
    return re.sub(r"(?<![\\A-Za-z])(sqrt|pi|sin|cos|tan|log|ln)\b", r"\\\1 ", text).strip()


def _verdict(folded: str) -> bool | None:
    """True for yes, False for no, None where neither or both are said."""
    words = _WORDS.findall(folded)
    said = [word for word in words if word in _YES | _NO]
    if not said:
        return None
    if words[0] in _YES | _NO:
        rest = words[1:3]
        if rest and ((rest[0] in _YES | _NO) or rest[0] in ("or", "and")):
            return None if (words[0] in _YES) != (rest[-1] in _YES) else words[0] in _YES
        return words[0] in _YES
    if len(said) == 1 and "not" not in words:
        return said[0] in _YES
    return None


def _same_items(given: str, gold: str) -> bool | None:
    """Compare sets, tuples, lists and intervals item by item; None where neither is one."""
    given_items, gold_items = _items(_ASSIGNED.sub("", given)), _items(_ASSIGNED.sub("", gold))
    if given_items is None or gold_items is None:
        several = (given_items and len(given_items[1]) > 1) or (
            gold_items and len(gold_items[1]) > 1
        )
        return False if several else None
    if len(given_items[1]) == len(gold_items[1]) == 1 and not (given_items[0] or gold_items[0]):
        return None
    (given_marks, left, given_or), (gold_marks, right, gold_or) = given_items, gold_items
    if len(left) != len(right) or (given_marks and gold_marks and given_marks != gold_marks):
        return False
    if "{}" not in (given_marks, gold_marks) and not (given_or or gold_or):
        return all(_same_item(a, b) for a, b in zip(left, right, strict=True))
    remaining = list(right)
    for item in left:
        place = next((n for n, other in enumerate(remaining) if _same_item(item, other)), None)
        if place is None:
            return False
        del remaining[place]
    return True


def _same_item(given: str, gold: str) -> bool:
    return _same_answer(_ASSIGNED.sub("", given), _ASSIGNED.sub("", gold))


def _items(text: str) -> tuple[str, list[str], bool] | None:
    """Outer brackets ("", "()", "[)", "{}", ...), the items, and whether "or" joins them."""
    text = text.replace("$", "").strip()
    if text.startswith("{") and text.endswith("}"):
        text = f"\\{text[:-1]}\\}}"
    text = plain(text).strip()
    marks = ""
    if len(text) > 1 and text[0] in _OPEN and text[-1] in _CLOSE and _encloses(text):
        marks, text = text[0] + text[-1], text[1:-1].strip()
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"[()\[\]{}]|" + _JOINED.pattern, text, re.IGNORECASE):
        token = found.group()
        if token in _OPEN:
            depth += 1
        elif token in _CLOSE:
            depth -= 1
        elif depth == 0:
            parts.append(text[start : found.start()].strip())
            start = found.end()
    parts.append(text[start:].strip())
    if depth or not all(parts) or len(parts) > MAX_ITEMS:
        return None
    if len(parts) == 1 and marks != "{}":
        return None
    if not marks and any(len(part.split()) > 6 for part in parts):
        return None
    return marks, parts, bool(re.search(r"\bor\b", text, re.IGNORECASE))


def _encloses(text: str) -> bool:
    """Whether the first bracket closes with the last character."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0 and place < len(text) - 1:
            return False
    return depth == 0
