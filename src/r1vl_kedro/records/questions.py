"""Questions as published files write them: image marks, prefix, options, stated answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from r1vl_kedro.prompts import IMAGE_MARK
from r1vl_kedro.records.marks import placed
from r1vl_kedro.records.schema import option_letter

SPECIAL_TOKENS = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
    "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
"""Special tokens of Qwen's vision-language models: in a text they are read as themselves."""
_SPECIAL = re.compile("|".join(map(re.escape, SPECIAL_TOKENS)))
_QUESTION = re.compile(rf"^(?:[ \t]*{IMAGE_MARK})*[ \t]*[Qq]uestion[:：][ \t]*", re.MULTILINE)
_CHOICES = re.compile(
    r"(?:\n[ \t]*|(?<=[?.!:)？。])[ \t]*)(?:(?:Answer )?(?:Choices|Options)|选项|選項)[:：][ \t]*",
    re.IGNORECASE,
)
_OPTION_LINE = re.compile(
    r"[ \t]*(?:[-*•][ \t]{1,8})?(?:\*\*)?[(（\[]?([A-Za-z])[)\].:）．：、](?:\*\*)?[ \t]*(.*)"
)
_REQUEST = re.compile(
    r"[ \t]*(?:please\b|answer (?:with|by|the|using)\b|respond\b|choose\b|select\b|请|請)",
    re.IGNORECASE,
)
"""How a line begins that asks for a form of the answer, behind the options."""
_LABEL = re.compile(r"(?:^|(?<=[\s,;]))(?:\(([A-Za-z])\)[ \t]*|([A-Za-z])[).:][ \t]+)")
_SENTENCE_END = re.compile(r"(?<=[?.!:])\s+(?=\(?[Aa][).:])")
_LETTER = re.compile(r"\(?([A-Za-z])\)?(?:[:.)]\s*(.*))?", re.DOTALL)
_TAGGED = re.compile(r"<answer>((?:(?!</?answer>).)*)</answer>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?(?:answer|think)>", re.IGNORECASE)
_BOXED = re.compile(r"\$?\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}\$?\.?")


def special_token(text: str) -> str | None:
    """Return the first special token of a model in a text, or None."""
    found = _SPECIAL.search(text)
    return found[0] if found else None


def split_prefix(text: str) -> tuple[str, str]:
    """Split a user turn into the prompt before ``Question:`` and what follows it."""
    text = text.replace("\r\n", "\n")
    found = _QUESTION.search(text)
    return (text[: found.end()], text[found.end() :]) if found else ("", text)


def read_question(text: str, answer: str) -> tuple[str, list[str]]:
    """Read question and options from a user turn.

    Image marks stay only where they are places of their images (`marks.placed`).

    Args:
        text: marks, prefix, question and options as written.
        answer: lettered lines without ``Choices:`` before them are options if it names one.
    """
    prefix, body = split_prefix(text)
    question, options = split_options(body)
    if not options:
        question, options = _unannounced(body, answer)
    return placed(question, options, prefix.count(IMAGE_MARK)), options


def split_options(text: str) -> tuple[str, list[str]]:
    """Split a question from its options, read from the last ``Choices:``; [] where there are none.

    Options stand one a line (``A: 30``, ``(A) 30``, ``a) 30``) or all on one line
    (``(A) 30 (B) 45``, ``A. 30, B. 45``), lettered from A without a gap; one that stands on lines
    of its own may run over several. A request behind them belongs to the question.
    """
    body, request = _split_request(text)
    if request:
        question, options = split_options(body)
        return (f"{question}\n{request}", options) if options else (text.strip(), [])
    padded = "\n" + text.replace("\r\n", "\n")
    marks = list(_CHOICES.finditer(padded))
    if not marks:
        return text.strip(), []
    rest = padded[marks[-1].end() :].strip()
    options = (_in_one_line(rest) if "\n" not in rest else []) or _one_a_line(rest)
    return (padded[: marks[-1].start()].strip(), options) if options else (text.strip(), [])


def missing_option(options: Sequence[str]) -> str:
    """Explain which option is missing: there is but one, or the last one holds a later letter's.

    Example:
        >>> missing_option(["red", "blue\\nD. grey"])
        "no option C before D in 'blue\\\\nD. grey'"
        >>> missing_option(["red", "blue"])
        ''
    """
    if len(options) == 1:
        return f"there is one option only, {options[0]!r:.100}"
    skipped, later = (option_letter(len(options) + k) for k in (0, 1))
    if options and re.search(rf"(?:\n|,)[ \t]*[(]?{re.escape(later)}[).:]", options[-1]):
        return f"no option {skipped} before {later} in {options[-1]!r:.100}"
    return ""


def _split_request(text: str) -> tuple[str, str]:
    """Split off the last lines where they ask for a form of the answer."""
    lines = text.strip().split("\n")
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or _REQUEST.match(lines[end - 1])):
        end -= 1
    return "\n".join(lines[:end]), "\n".join(lines[end:]).strip()


def _in_one_line(text: str) -> list[str]:
    """Read lettered options of one line; [] where there are fewer than two, or an empty one."""
    starts: list[re.Match[str]] = []
    for found in _LABEL.finditer(text):
        letter = found[1] or found[2]
        first = (starts[0][1] or starts[0][2]) if starts else letter
        if letter.upper() == option_letter(len(starts)) and letter.isupper() == first.isupper():
            starts.append(found)
    if len(starts) < 2 or starts[0].start():
        return []
    ends = [found.start() for found in starts[1:]] + [len(text)]
    options = [text[a.end() : b].strip() for a, b in zip(starts, ends, strict=True)]
    if all(option.endswith((",", ";")) for option in options[:-1]):
        options[:-1] = [option[:-1].strip() for option in options[:-1]]
    return options if all(options) else []


def _one_a_line(text: str) -> list[str]:
    options: list[str] = []
    upper = True
    for line in text.split("\n"):
        found = _OPTION_LINE.fullmatch(line)
        if found and not options:
            upper = found[1].isupper()
        expected = option_letter(len(options))
        if found and found[1] == (expected if upper else expected.lower()):
            options.append(found[2].strip())
        elif options:
            options[-1] = f"{options[-1]}\n{line.strip()}".strip()
        else:
            return []
    return options


def _unannounced(text: str, answer: str) -> tuple[str, list[str]]:
    """Read options that no ``Choices:`` announces, where the answer names one of them."""
    text = text.strip()
    body, request = _split_request(text)
    if request:
        question, options = _unannounced(body, answer)
        return (f"{question}\n{request}", options) if options else (text, [])
    lines = text.split("\n")
    labels = [_OPTION_LINE.fullmatch(line) for line in lines]
    first_options = [k for k, found in enumerate(labels) if k and found and found[1] in "Aa"]
    tries = [
        ("\n".join(lines[:k]).strip(), _one_a_line("\n".join(lines[k:])))
        for k in first_options[-2:]
    ]
    if (end := _SENTENCE_END.search(text)) and "\n" not in text[end.end() :]:
        tries.append((text[: end.start()].strip(), _in_one_line(text[end.end() :])))
    for question, options in tries:
        if len(options) > 1 and question and names_an_option(answer, options):
            return question, options
    return text, []


def bare_answer(text: str) -> str:
    """Take ``<answer>`` tags, or a ``\\\\boxed{}`` that holds all of it, off an answer."""
    tagged = _TAGGED.findall(text)
    text = (tagged[-1] if tagged else text).strip()
    boxed = _BOXED.fullmatch(text)
    return boxed[1].strip() if boxed else text


def left_tag(answer: str) -> str | None:
    """Return the first tag that `bare_answer` could not take off, such as one never closed."""
    found = _TAG.search(answer)
    return found[0] if found else None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold().replace("$", "")
    return " ".join(text.split()).rstrip(".")


def names_an_option(answer: str, options: Sequence[str]) -> bool:
    """Tell whether an answer names one of the options; see `resolve_answer`."""
    try:
        return bool(resolve_answer(answer, options))
    except ValueError:
        return False


def resolve_answer(answer: str, options: Sequence[str]) -> str:
    """Return the letter of the option that an answer names, or the answer without options.

    Accepts the letter, ``B: 45`` in several spellings, or an option's text; a small letter where
    no option has that text.

    Raises:
        ValueError: no such option, or letter and text name two different ones.
    """
    answer = answer.strip()
    if not options:
        return answer
    texts = [_plain(option) for option in options]
    named = _plain(answer)
    found = _LETTER.fullmatch(answer)
    index = ord(found[1].upper()) - ord("A") if found else len(options)
    if found and index < len(options) and (found[1].isupper() or named not in texts):
        said = _plain(found[2] or "")
        if said in ("", texts[index]):
            return option_letter(index)
        if named not in texts:
            raise ValueError(
                f"answer {answer!r:.200} names option {option_letter(index)}, which is "
                f"{options[index]!r:.200}"
            )
    if named in texts:
        return option_letter(texts.index(named))
    last = option_letter(len(options) - 1)
    raise ValueError(
        f"answer {answer!r:.200} is none of the options A to {last}: {list(options)!r:.200}"
    )
