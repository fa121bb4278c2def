"""The one grammar of a response: parse once, and let every reward and viewer read the value."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Literal, NamedTuple

Kind = Literal["description", "rationale", "separator", "step", "answer", "other"]

ANSWER_HEADER = "### The final answer is:"
RELEASED_HEADERS = (
    "### Image Description:",
    "### Rationales:",
    "### Step 1:",
    ANSWER_HEADER,
)

# Headers stand alone at the start of a line; spaces inside them do not matter. A line of three
# hashes that is none of the known headers still ends the section before it (kind "other").
_HEADER = re.compile(
    r"^[^\S\n]*###(?!#)[^\S\n]*(?:"
    r"(?P<description>image[^\S\n]+description[^\S\n]*[:：])"
    r"|(?P<rationale>rationales?[^\S\n]*[:：])"
    r"|(?P<separator>let['’]s[^\S\n]+think[^\S\n]+step[^\S\n]+by[^\S\n]+step[^\S\n]*[.:]?)"
    r"|step[^\S\n]+(?P<step>[0-9]{1,9})[^\S\n]*[:：]"
    r"|(?P<answer>the[^\S\n]+final[^\S\n]+answer[^\S\n]+is[^\S\n]*[:：])"
    r"|(?P<other>[^\n]*))",
    re.MULTILINE | re.IGNORECASE,
)
_RELEASED_STEP = re.compile(r"### Step \d+:\s*(.*?)(?=\n###|\Z)", re.DOTALL)
_RELEASED_STEP_HEADER = re.compile(r"### Step (\d+):")
_RELEASED_ANSWER = re.compile(r"### The final answer is:\s*(.*)")
# After the answer's line only prose may follow; a short value or another option is a second answer.
_ALTERNATIVE = re.compile(r"\(?[A-Za-z0-9]\s?[).:]|(?:or|and|also|alternatively|maybe)\b", re.I)
_PROSE_WORDS = 4


def has_content(text: str) -> bool:
    """Whether any character is a letter, a number or a symbol; punctuation alone says nothing."""
    return any(unicodedata.category(char)[0] in "LNS" for char in text)


class Section(NamedTuple):
    """One section: its kind, the number of a step, and character positions in the response.

    ``start`` is the header's first character, ``body_start`` the first after the header and
    ``end`` the first after the section (exclusive).
    """

    kind: Kind
    number: int | None
    start: int
    body_start: int
    end: int
    body: str

    @property
    def empty(self) -> bool:
        """No letter, number or symbol stands in the body."""
        return not has_content(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """A parsed response: the text and its sections in the order they appear."""

    text: str
    sections: tuple[Section, ...]

    def of(self, *kinds: Kind) -> tuple[Section, ...]:
        """The sections of these kinds, in order of appearance."""
        return tuple(section for section in self.sections if section.kind in kinds)

    @property
    def steps(self) -> tuple[Section, ...]:
        """The reasoning steps, in order of appearance."""
        return self.of("step")

    @property
    def answers(self) -> tuple[str, ...]:
        """What each answer section with content answers, in order of appearance."""
        return tuple(_answer_of(s.body) for s in self.of("answer") if not s.empty)

    @property
    def answer(self) -> str | None:
        """The last answer given, or None where no answer section has content."""
        answers = self.answers
        return answers[-1] if answers else None


def _answer_of(body: str) -> str:
    """The first line with content; the whole body where the lines below it are no prose."""
    lines = [line.strip() for line in body.strip().splitlines() if line.strip()]
    rest = lines[1:]
    if all(len(line.split()) >= _PROSE_WORDS and not _ALTERNATIVE.match(line) for line in rest):
        return lines[0]
    return "\n".join(lines)


def _sections(text: str) -> Iterator[Section]:
    headers = list(_HEADER.finditer(text))
    for header, following in zip_longest(headers, headers[1:]):
        kind = header.lastgroup
        start = text.index("#", header.start())
        body_start = start + len("###") if kind == "other" else header.end()
        end = following.start() if following else len(text)
        number = int(header["step"]) if kind == "step" else None
        yield Section(kind, number, start, body_start, end, text[body_start:end])


@lru_cache(maxsize=256)
def parse_response(text: str) -> Response:
    """Parse a response into its sections; total over strings and linear in their length.

    Args:
        text: any string; text before the first header belongs to no section.

    Example:
        >>> response = parse_response("### Step 1:\\n6 - 1 = 5\\n### The final answer is: 5")
        >>> [(s.kind, s.number, s.body.strip()) for s in response.sections]
        [('step', 1, '6 - 1 = 5'), ('answer', None, '5')]
    """
    return Response(text, tuple(_sections(text)))


def final_answer(text: str) -> str | None:
    """The answer that a response ends on, or None where it gives none.

    The first line of the last answer section (the header's line or the one below). Where more
    than prose follows it, such as a list of options, the whole body, so that hedging shows.

    Example:
        >>> final_answer("### The final answer is:\\n42")
        '42'
    """
    return parse_response(text).answer


def released_steps_text(text: str) -> str:
    """All step bodies as the published script joins and lower-cases them."""
    return " ".join(_RELEASED_STEP.findall(text)).lower()


def released_answer(text: str) -> str:
    """What follows the first answer header, or the whole text without one (published script)."""
    found = _RELEASED_ANSWER.search(text)
    return found.group(1).strip() if found else text.strip()


def released_order_holds(text: str) -> bool:
    """The published script's order rules; False where it would crash for want of a step."""
    headers = list(_RELEASED_STEP_HEADER.finditer(text))
    if not headers:
        return False
    if not text.strip().endswith(ANSWER_HEADER):
        answer = text.find(ANSWER_HEADER)
        if answer < headers[-1].end():
            return False
    longest = len(str(len(headers)))
    numbers = [header.group(1) for header in headers]
    return all(
        len(number.lstrip("0")) <= longest and int(number.lstrip("0") or "0") == position
        for position, number in enumerate(numbers, start=1)
    )
