"""VLMEvalKit's matching rules, of December 2024 (`paper`) and of August 2026 (`head`).

They are kept with their quirks, for comparison with published numbers. Source of every rule:
VLMEvalKit's `utils/matching_util.py`, `utils/mathv.py`, `utils/vqa_eval.py` and `utils/yorn.py`,
and R1-VL's `eval/qwen2_vl/model.py` for the cut of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from r1vl_kedro.benchmarks.arithmetic import Number, arithmetic, close
from r1vl_kedro.responses.r1vl import ANSWER_HEADER

Era = Literal["paper", "head"]

MARKER = ANSWER_HEADER.removeprefix("### ")
REFUSALS = (
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
)
_OPTION_PUNCTUATION = str.maketrans(dict.fromkeys(".()[],:;!*#{}", " "))
_DECLARED = re.compile(r"(?i)(?:correct\s+)?answer\s+is\s+\**([ABCD])\**")
_LAST_TOKENS = 4
_YES_NO_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_DIGIT_COMMA = re.compile(r"\d,\d")
_PERIOD = re.compile(r"(?!<=\d)(\.)(?!\d)")
_MAX_PERIODS = 32  # upstream passes re.UNICODE, which is 32, where the count belongs
_MAX_LATEX = 100
_BOXED = re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}")
_MAX_BRACKETS = 10
_LATEX_COMMAND = re.compile(r"\\[a-z]+")
_RATIONAL_COMMANDS = frozenset(
    r"\frac \dfrac \tfrac \cfrac \cdot \times \div \left \right \displaystyle".split()
)


def cut(raw: str) -> str:
    """Return what R1-VL scores: the text after the marker where it occurs exactly once.

    Case-sensitive; otherwise the whole text, as it is.
    """
    parts = raw.split(MARKER)
    return parts[1].strip() if len(parts) == 2 else raw


def prediction(raw: str) -> str:
    """Return what scoring reads: the cut answer, and ``nan`` for an empty one.

    Upstream keeps predictions in a table, from which pandas reads an empty cell as NaN.
    """
    return cut(raw) or "nan"


def infer_option(text: str, choices: Mapping[str, str], era: Era) -> str | None:
    """Return the one option that an answer names by letter, else by text; Z for a refusal.

    Upstream's `can_infer`. None where the answer names no option, or several.
    """
    return _by_letter(text, choices, era) or _by_text(text, choices, era)


def _by_letter(text: str, choices: Mapping[str, str], era: Era) -> str | None:
    if "Failed to obtain answer via API" in text:
        return None
    if any(refusal in text for refusal in REFUSALS):
        return "Z"
    tokens = text.translate(_OPTION_PUNCTUATION).split()
    named = [letter for letter in choices if letter in tokens]
    if len(named) == 1:
        if era == "paper" or tokens.index(named[0]) >= len(tokens) - _LAST_TOKENS:
            return named[0]
    elif not named and "Z" in tokens:
        return "Z"
    if era == "head":
        declared = _DECLARED.search(text)
        if declared and declared[1].upper() in choices:
            return declared[1].upper()
    return None


def _by_text(text: str, choices: Mapping[str, str], era: Era) -> str | None:
    text = text.lower()
    if era == "head" and len(text) > 2 * sum(map(len, choices.values())):
        return None
    named = [letter for letter, option in choices.items() if option.lower() in text]
    return named[0] if len(named) == 1 else None


def option_verdict(text: str, choices: Mapping[str, str], answer: str, era: Era) -> bool | None:
    """Tell whether the option inferred is the right one; None where none can be inferred."""
    letter = infer_option(text, choices, era)
    return None if letter is None else letter == answer


def yes_or_no(text: str) -> str | None:
    """Return Yes or No where exactly one of the two occurs, else None (`YOrN_Extraction`)."""
    text = text.lower()
    joined = bool(_DIGIT_COMMA.search(text))
    out = text
    for mark in _YES_NO_PUNCTUATION:
        spaced = joined or f"{mark} " in text or f" {mark}" in text
        out = out.replace(mark, "" if spaced else " ")
    words = _PERIOD.sub("", out, count=_MAX_PERIODS).split()
    yes, no = "yes" in words, "no" in words
    return None if yes == no else "Yes" if yes else "No"


def yes_no_verdict(text: str, answer: str) -> bool | None:
    """Tell whether the word stated is the answer; None where neither or both are."""
    stated = yes_or_no(text)
    return None if stated is None else stated.lower() == answer.lower()


def _to_float(text: str) -> float | None:
    try:
        return float(text.rstrip("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None


def relaxed(target: str, prediction: str) -> bool:
    """Accept numbers within 5 % of the target, else equality in lower case (Masry et al. 2022)."""
    wanted, given = _to_float(target), _to_float(prediction)
    if given is not None and wanted:
        return abs(given - wanted) / abs(wanted) <= 0.05
    return prediction.lower() == target.lower()


def math_equal(prediction: str, answer: str) -> bool:
    """Compare as MATH-Vision's `is_equal`: same text, Python arithmetic, or LaTeX rationals.

    Upstream evaluates the prediction in a scope where `a` is the right answer, so that the
    prediction ``a`` equals every numeric answer; kept, without evaluating anything.
    """
    prediction, answer = prediction.lower().strip(), answer.lower().strip()
    if prediction == answer:
        return True
    wanted = arithmetic(answer)
    if wanted is not None and _same(arithmetic(prediction, {"a": wanted}), wanted):
        return True
    wanted = latex_value(answer)
    if wanted is None:
        return False
    return prediction == "a" or _same(latex_value(prediction), wanted)


def _same(given: Number | None, wanted: Number) -> bool:
    return given is not None and close(given, wanted)


@lru_cache(maxsize=4096)
def latex_value(text: str) -> Number | None:
    """Return the value of a rational number in LaTeX; None for anything else or too long.

    Of a text with one box the content is read, as `latex2sympy` does.
    """
    boxes = _BOXED.findall(text)
    text = (boxes[0] if len(boxes) == 1 else text).strip()
    if not text or len(text) > _MAX_LATEX:
        return None
    if any(command not in _RATIONAL_COMMANDS for command in _LATEX_COMMAND.findall(text)):
        return None
    rest = _LATEX_COMMAND.sub("", text)
    if any(char.isalpha() for char in rest) or not any(char.isdigit() for char in rest):
        return None
    if text.count("^") > 1 or sum(map(text.count, "([{")) > _MAX_BRACKETS:
        return None
    if text.strip("+-").replace(".", "", 1).isdigit():
        return arithmetic(text)
    return arithmetic(_sympy_text(text))


def _sympy_text(text: str) -> str:
    """Spell a LaTeX number as sympy does, not worked out; empty where it does not parse."""
    from latex2sympy2_extended import latex2sympy

    try:
        return str(latex2sympy(text))
    except Exception:  # noqa: BLE001  the parser raises bare Exception for any syntax error
        return ""
