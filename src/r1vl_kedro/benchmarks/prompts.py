"""The inner text of a prompt as R1-VL's evaluation writes it, and the wording around it.

Source: `eval/qwen2_vl/prompt.py` and `model.py` of R1-VL.
"""

from __future__ import annotations

import re

from r1vl_kedro.benchmarks.cells import Row, cell, needed, options_of
from r1vl_kedro.prompts import render_question

_CHINESE = re.compile("[\u4e00-\u9fff]")
_ASK_ENGLISH = "Please select the correct answer from the choices above."
_ASK_CHINESE = "请直接回答选项字母。"
_YES_NO_CHOICES = "\nChoices:\nA: Yes\nB: No"
_PREFIX = "Question: "
_REQUEST = "Please answer yes or no."


def plain_question(row: Row) -> str:
    """Return the question as it is in the file."""
    return needed(row, "question")


def choice_question(row: Row) -> str:
    """Write hint, question and lettered choices; Chinese text gets a Chinese request."""
    hint = cell(row, "hint")
    text = f"Hint: {hint}\n" if hint is not None else ""
    text += f"{_PREFIX}{needed(row, 'question')}\n"
    options = options_of(row)
    if options:
        text += "Choices:\n" + "".join(f"{key}: {value}\n" for key, value in options.items())
        text += _ASK_CHINESE if _CHINESE.search(text) else _ASK_ENGLISH
    return text.rstrip()


def yes_no_question(row: Row) -> str:
    """Write ``A: Yes`` and ``B: No`` in place of a question's request to answer yes or no."""
    question = needed(row, "question")
    if "Please answer yes or no" not in question:
        return question + _YES_NO_CHOICES
    for request in ("Please answer yes or no.", "Please answer Yes or No.", "Yes or No"):
        if request in question:
            return question.replace(request, _YES_NO_CHOICES)
    return question.replace("yes or no", _YES_NO_CHOICES)


def plain_prompt(row: Row) -> str:
    """Write question and options of columns A to Z as in training, without marks and requests."""
    question = needed(row, "question").replace("<image1>", "").replace(_REQUEST, "").strip()
    return render_question(question, list(options_of(row).values()))


def prefixed(text: str) -> str:
    """Put ``Question: `` before an inner text that has it nowhere."""
    return text if _PREFIX in text else _PREFIX + text
