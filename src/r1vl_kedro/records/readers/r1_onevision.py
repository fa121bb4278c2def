r"""R1-Onevision's forms (arXiv 2503.10615): its SFT file, and rows for RL.

An SFT row is ``{"messages": [user, assistant], "images": [...]}``; the assistant turn is
``<think>...</think>`` and what follows, where the answer stands in ``<answer>``, in a box, or
behind ``Answer:``. A row for RL is ``{"image", "conversations": [human, gpt],
"accu_reward_method"}``, the gpt turn being the answer alone. What its answer is checked by becomes
the label ``check``, which the reward ``checked`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from r1vl_kedro.answers import stated_quantity
from r1vl_kedro.prompts import IMAGE_MARK
from r1vl_kedro.records.questions import bare_answer, read_question
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.readers.mulberry import MulberryFile, MulberryRow
from r1vl_kedro.records.schema import RawRecord, RecordsError
from r1vl_kedro.responses import BOXED, THINK_ANSWER, grammar_of
from r1vl_kedro.rewards.checked import CHECKS

METHOD = "accu_reward_method"
"""The key of a row that names how its answer is checked."""
BY_ANSWER = "by_answer"
"""A reader's ``check`` that chooses by a row's answer."""
_HINT = re.compile(r"^[ \t]*((?:<image>\s*)*)Hint:.*?(?=\bQuestion:)", re.DOTALL)
_STATED = re.compile(
    r"(?:^|[\s*#>(])answer(?:\s{1,8}is\b)?[\s*]{0,8}[:：][\s*]{0,8}([^\n]+)",
    re.IGNORECASE,
)
_THOUGHT = "</think>"
_LEAD = re.compile(r"^\s*(?:final\s+)?answer\s*[:：]\s*", re.IGNORECASE)
_LETTER = re.compile(r"\(?[A-Z]\)?\.?\Z")


def with_tagged_answer(text: str) -> str:
    r"""Put the answer of ``<think>...</think>...`` into ``<answer>`` where it is stated otherwise.

    The answer is the last box, else the last ``Answer:``, of what follows the reasoning, which
    becomes reasoning itself. Other texts stay as they are.

    Example:
        >>> with_tagged_answer("<think>6 - 1</think> So it is left.\n**Answer:** 5")
        '<think>\n6 - 1\nSo it is left.\n**Answer:** 5\n</think>\n<answer>5</answer>'
    """
    head, thought, rest = text.partition(_THOUGHT)
    if not thought or "<answer>" in rest or not head.lstrip().startswith("<think>"):
        return text
    boxed = BOXED.parse(rest).answer
    stated = _STATED.findall(rest)
    answer = boxed or (stated[-1].strip(" *") if stated else "")
    if not answer:
        return text
    steps = [head.strip().removeprefix("<think>").strip(), rest.strip()]
    return THINK_ANSWER.render(steps, answer)


def check_by_answer(answer: str, options: Sequence[str]) -> str:
    """Choose how an answer is checked: by its option, its value, or its text.

    ``mcq`` with options, ``exact`` for yes and no, ``symbolic`` where it has a digit or is a
    quantity, ``ratio`` for other text.
    """
    if options:
        return "mcq"
    if answer.strip(" .").casefold() in ("yes", "no", "true", "false"):
        return "exact"
    has_value = re.search(r"\d", answer) or stated_quantity(answer)
    return "symbolic" if has_value else "ratio"


@dataclass(frozen=True)
class OnevisionFile(MulberryFile):
    """The records of an R1-Onevision file, for SFT or for RL.

    Args:
        check: how answers of rows without `METHOD` are checked: one of `rewards.checked.CHECKS`, or
            ``by_answer`` (see `check_by_answer`).

    Raises:
        RecordsError: another check.
    """

    source: str = "r1_onevision"
    labels: Sequence[str] = ("check",)
    check: str = "default"

    accepted: ClassVar[tuple[str, ...]] = (*CHECKS, BY_ANSWER)

    def __post_init__(self) -> None:
        if self.check not in self.accepted:
            raise RecordsError(
                f"check is {self.check!r:.100}; accepted: {', '.join(self.accepted)}"
            )

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """Read a row; one whose answer cannot be checked as asked is set aside with the reason."""
        parsed = MulberryRow.from_json(row)
        check = row.get(METHOD) or self.check
        path = with_tagged_answer(parsed.response)
        alone = not grammar_of(path).parse(path).steps
        parsed.response = f"<answer>{_LEAD.sub('', bare_answer(path))}</answer>" if alone else path
        parsed.user = _HINT.sub(r"\1", parsed.user)
        if IMAGE_MARK not in parsed.user + path and parsed.images:
            count = len(parsed.images) if isinstance(parsed.images, list) else 1
            parsed.user = IMAGE_MARK * count + parsed.user
        raw = self.record_of(parsed, row, index, root)
        if alone:
            raw.solution = ""
        if raw.problem is None and check == "mcq" and not raw.options:
            raw.question, raw.options = read_question(parsed.user, "A")
        return _with_check(raw, check, self.accepted)


def _with_check(raw: RawRecord, check: Any, accepted: Sequence[str]) -> RawRecord:
    """Label a record with its check, or with the reason why its answer cannot be checked so."""
    if check == BY_ANSWER:
        check = check_by_answer(raw.answer, raw.options)
    if raw.problem is None and check not in accepted:
        detail = f"{METHOD} is {check!r:.100}; accepted: {', '.join(accepted)}"
        raw.problem = ("unknown_check", detail)
    elif (
        raw.problem is None and check == "mcq" and not raw.options and not _LETTER.match(raw.answer)
    ):
        detail = f"{METHOD} is mcq, but there are no options and the answer is {raw.answer!r:.100}"
        raw.problem = ("no_options", detail)
    raw.labels = {**raw.labels, "check": check}
    return raw


READERS["r1_onevision"] = OnevisionFile
