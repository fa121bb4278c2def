"""Is the answer right by the check that its record asks for? (R1-Onevision, arXiv 2503.10615)"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from rapidfuzz.distance import Indel

from r1vl_kedro.answers import equivalent, symbolically_equal
from r1vl_kedro.responses import THINK_ANSWER, GrammarName, final_answer, parse_response
from r1vl_kedro.rewards.registry import (
    Completion,
    Options,
    Reward,
    completion_text,
    options_of,
    register,
)

CHECKS = ("mcq", "symbolic", "exact", "ratio", "default")
"""Ways of checking an answer; a record without one is checked by ``default``."""
CheckMode = Literal["strict", "released"]

_LETTER = re.compile(r"(?<![A-Z])[A-D](?![A-Z])")
_STATED = re.compile(r"Answer:\s*([A-Z])", re.IGNORECASE)
_STATED_OF_FOUR = re.compile(r"Answer:\s*([A-D])", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_CUES = ("ANSWER", "CORRECT", "CHOOSE", "SELECT", "RIGHT", "THINK", "BELIEVE", "SHOULD")
_CUES_ZH = ("答案", "选择", "正确", "是", "对", "认为", "应该", "觉得")


def check_answer(
    response: str,
    answer: str,
    check: str = "default",
    *,
    options: Sequence[str] | None = None,
    mode: CheckMode = "strict",
    grammar: str = THINK_ANSWER.name,
) -> float:
    """Compute the accuracy reward of a response by one of `CHECKS`, 0.0 to 1.0.

    - ``mcq``: 1 where the answer names the right option and no other.
    - ``symbolic``: 1 where it is the same value (`answers.equivalent`).
    - ``exact``: 1 where it is the same text, up to case, white space and a final full stop.
    - ``ratio``: 1 - d / (m + n), d being the insertions and deletions that turn one text into the
      other and m, n their lengths, up to the same.
    - ``default``: 1 where it is the same value; else ``ratio`` where the reference has no digit and
      is no option's letter, and 0 where it has or is.

    ``strict`` reads the answers of the grammar: no answer is worth 0, and of several the worst
    counts. ``released`` repeats the published script: the first ``<answer>``, or the whole response
    without one; ``mcq`` takes the best-rated of the letters A to D, so that a list of all of them
    may be paid, and every other check is its chain: math-verify over the whole response, equal text
    where the reference has a digit, the letter of an "Answer: B", the ratio.

    Args:
        response: the whole response.
        answer: the reference: a value, an option's letter, or a whole path that ends on one.
        check: one of `CHECKS`; "" is ``default``.
        options: the option texts of a multiple-choice question.
        mode: ``strict`` or ``released``.
        grammar: how the response is written, and the reference where it is a whole path.

    Raises:
        ValueError: an unknown check, mode or grammar, or ``released`` in another grammar than
            ``think_answer``.

    Example:
        >>> check_answer("<think>a</think><answer>a red cubes</answer>", "a red cube", "ratio")
        0.9523809523809523
    """
    check = check or "default"
    if check not in CHECKS:
        raise ValueError(f"check is {check!r:.100}; accepted: {', '.join(CHECKS)}")
    if mode not in ("strict", "released"):
        raise ValueError(f"mode={mode!r:.100}; accepted: strict, released")
    gold = (final_answer(answer, grammar) or answer).strip()
    if mode == "released":
        _check_grammar(grammar)
        return _released(response, gold, check, bool(options))
    given = parse_response(response, grammar).answers
    return min((_strict(one, gold, check, options) for one in given), default=0.0)


def _strict(given: str, gold: str, check: str, options: Sequence[str] | None) -> float:
    if check == "exact":
        return float(_plain(given) == _plain(gold) != "")
    if check == "ratio":
        return _ratio(_plain(given), _plain(gold))
    if equivalent(given, gold, options=options):
        return 1.0
    fuzzy = check == "default" and not options and not re.search(r"\d", gold) and len(gold) > 1
    return _ratio(_plain(given), _plain(gold)) if fuzzy else 0.0


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _ratio(given: str, gold: str) -> float:
    return Indel.normalized_similarity(given, gold)


def _check_grammar(grammar: str) -> None:
    """Raise ValueError where a grammar is not the one that the published script reads."""
    if grammar != THINK_ANSWER.name:
        raise ValueError(
            "checked: 'released' repeats R1-Onevision's script, which reads the grammar "
            f"think_answer only, not {grammar!r:.100}"
        )


def _released(response: str, gold: str, check: str, letters: bool) -> float:
    """Compute what the published script pays; it reads an option's letter in "Answer: B" only."""
    text = f"Answer: {gold}" if letters or check == "mcq" else gold
    tagged, closed, _ = response.partition("<answer>")[2].partition("</answer>")
    given = (tagged if closed else response).strip()
    if check == "mcq":
        letter = _STATED.search(text)
        return float(letter is not None and _best_letter(given) == letter[1].upper())
    if symbolically_equal(response, f"<answer> {text} </answer>"):
        return 1.0
    if re.search(r"\d", text):
        return float(given == text)
    if letter := _STATED_OF_FOUR.search(text):
        return float(_best_letter(given) == letter[1].upper())
    return _ratio(given.lower(), text.rstrip(".").lower())


def _best_letter(answer: str) -> str | None:
    """Return the letter A to D that the published script takes from an answer, or None.

    Where there are several, each is rated at its first place in the text (also inside a word): 1
    for every cue within 20 characters, 2 in the last 30 % of the text, 1 before punctuation; the
    rating counts as often as the letter occurs.
    """
    text = _SPACE.sub(" ", answer.upper())
    letters = Counter(_LETTER.findall(text))

    def rating(letter: str) -> int:
        at = text.find(letter)
        around = text[max(0, at - 20) : at + 20]
        cues = sum(cue in around for cue in (*_CUES, *_CUES_ZH))
        before_mark = text[at + 1 : at + 2] in tuple("。.!！,，")
        return letters[letter] * (cues + 2 * (at > len(text) * 0.7) + before_mark)

    return max(letters, key=rating, default=None)


@register
class CheckedReward(Reward):
    """The answer checked as its record asks, 0.0 to 1.0; see `check_answer`."""

    name = "checked"
    columns: ClassVar[tuple[str, ...]] = ("answer", "options", "check")

    mode: CheckMode = "strict"
    grammar: GrammarName = Field(THINK_ANSWER.name, exclude=True, repr=False)

    @model_validator(mode="after")
    def _released_in_its_grammar(self) -> Self:
        if self.mode == "released":
            _check_grammar(self.grammar)
        return self

    def __call__(
        self,
        completions: Sequence[Completion],
        answer: Sequence[str],
        check: Sequence[str],
        options: Options | None = None,
        **_: Any,
    ) -> list[float]:
        """Return the rewards of the completions."""
        choices = options_of(completions, options)
        how = {"mode": self.mode, "grammar": self.grammar}
        return [
            check_answer(completion_text(completion), gold, one, options=some, **how)
            for completion, gold, one, some in zip(completions, answer, check, choices, strict=True)
        ]
