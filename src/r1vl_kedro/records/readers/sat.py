"""SAT (arXiv 2412.07755): its own rows, and those that VisualThinker-R1-Zero made of them.

The latter (arXiv 2503.05132) are ``{"messages": [user, assistant], "images": [path]}`` with the
user turn ``<image> Answer in natural language. Q Choose between the following options: a, b or c``
and the right option's text as the answer. SAT's own rows are ``{"question", "answers",
"correct_answer", "images"}``, perhaps with a ``question_type``, and become the same question. Only
rows of one image are read there; others are set aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.prompts import MAX_OPTIONS
from r1vl_kedro.records.marks import marks_problem, placed
from r1vl_kedro.records.questions import bare_answer
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.readers.mulberry import MulberryRow
from r1vl_kedro.records.rejections import Unusable
from r1vl_kedro.records.rows import RecordFile, images_of, is_texts, row_id
from r1vl_kedro.records.schema import RawRecord, option_letter
from r1vl_kedro.responses import THINK_ANSWER

REQUEST = "Answer in natural language."
CHOOSE = "Choose between the following options:"
_OR, _COMMA = " or ", ", "


def options_in(text: str, answer: str) -> list[str]:
    """Read options from ``a, b or c``; the answer tells which ``or`` divides the last two.

    Returns:
        The options, of which the answer is one; [] where there is no such reading.

    Example:
        >>> options_in("on the desk or shelf or on the floor", "on the desk or shelf")
        ['on the desk or shelf', 'on the floor']
    """
    words = text.strip().removesuffix(".").split(_OR)
    for last in range(len(words) - 1, max(len(words) - MAX_OPTIONS, 0), -1):
        before, after = _OR.join(words[:last]), _OR.join(words[last:])
        options = [one.strip() for one in (*before.split(_COMMA), after)]
        if all(options) and answer in options:
            return options
    return []


def ask(question: str, options: Sequence[str]) -> str:
    """Write a question with its options as VisualThinker-R1-Zero asks it."""
    listed = _OR.join([_COMMA.join(options[:-1]), options[-1]])
    return f"{REQUEST} {question} {CHOOSE} {listed}"


def _of_messages(row: Mapping[str, Any]) -> tuple[str, str, list[str], str, Any]:
    parsed = MulberryRow.from_json(row)
    question, found, listed = parsed.question.rpartition(CHOOSE)
    if not found:
        raise ValueError(f"the question {parsed.question!r:.120} has no {CHOOSE!r}")
    question = question.strip().removeprefix(REQUEST).strip()
    answer = bare_answer(parsed.response)
    options = options_in(listed, answer)
    if not options:
        raise _no_option(answer, listed.strip())
    return parsed.user, question, options, answer, parsed.images


def _no_option(answer: str, options: str | list[str]) -> Unusable:
    detail = f"answer {answer!r:.80} is none of the options {options!r:.100}"
    return Unusable("answer_not_in_options", detail)


def _of_columns(row: Mapping[str, Any]) -> tuple[str, str, list[str], str, Any]:
    question, options, answer = (row.get(key) for key in ("question", "answers", "correct_answer"))
    texts = isinstance(question, str) and isinstance(answer, str)
    if not texts or not is_texts(options) or len(options) < 2:
        raise ValueError(
            f"question, answers and correct_answer are {(question, options, answer)!r:.120}; "
            "wanted text, two texts or more, and text"
        )
    if answer not in options:
        raise _no_option(answer, options)
    given = row.get("images", row.get("image"))
    return question, placed(question, options), options, answer, given


@dataclass(frozen=True)
class SATFile(RecordFile):
    """The records of a file of SAT in either form.

    A path gives the answer and no more, so that SFT, which learns paths, learns the answer alone.

    Args:
        lettered: options become those of the record, and the answer a letter; else they are part
            of the question, as published, and the answer is a text.
    """

    source: str = "sat"
    lettered: bool = False

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `RecordFile.read`."""
        parts = _of_messages(row) if "question" not in row else _of_columns(row)
        user, question, options, answer, given = parts
        images, paths = images_of(given, "images", root)
        identity = row_id(row.get("id"), paths, index)
        problem = marks_problem(user, len(images), needed="question" not in row)
        if len(images) > 1:
            problem = ("several_images", f"{len(images)} images; rows of one image are read")
        kind = row.get("question_type")
        return RawRecord(
            id=identity,
            images=images,
            question=question if self.lettered else ask(question, options),
            options=options if self.lettered else (),
            answer=option_letter(options.index(answer)) if self.lettered else answer,
            solution=THINK_ANSWER.render([f"It is {answer}."], answer),
            family=kind if isinstance(kind, str) and kind else "sat",
            source=self.source,
            problem=problem,
        )


READERS["sat"] = SATFile
