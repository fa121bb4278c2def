"""What a grammar is: how a response is written and read, as one value by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import AfterValidator

from r1vl_kedro.errors import did_you_mean
from r1vl_kedro.responses.around import NEAR, in_its_sentence
from r1vl_kedro.responses.beside import beside
from r1vl_kedro.responses.revisions import revises, standing

Kind = Literal["description", "rationale", "separator", "step", "answer", "other"]

# After the answer's line only prose may follow; a short value or another option is a second answer.
_ALTERNATIVE = re.compile(r"\(?[A-Za-z0-9]\s?[).:]|(?:or|and|also|alternatively|maybe)\b", re.I)
_PROSE_WORDS = 4
_BARE = re.compile(r"\\boxed\s*\{|[}$*\s.∎□■✓✔]|\bq\W?e\W?d\b", re.IGNORECASE)
"""What may stand around an answer that is written again, and what only ends a text."""
_MANY = 50  # answers of one response that are read in their sentences, from the last
_EXPLAINED = re.compile(
    r"(?P<said>[^.!?:]{1,60}(?<!\b[A-Za-z]))[.!]\s+(?P<reason>\S+(?:[^\S\n]+\S+){2,})"
)
"""An answer with a sentence behind it on its own line."""


def has_content(text: str) -> bool:
    """Tell whether any character is a letter, a number or a symbol; punctuation alone is none."""
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
        """Return whether no letter, number or symbol is in the body."""
        return not has_content(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """A parsed response: the text and its sections in the order they appear."""

    text: str
    sections: tuple[Section, ...]

    def of(self, *kinds: Kind) -> tuple[Section, ...]:
        """Return the sections of these kinds, in order of appearance."""
        return tuple(section for section in self.sections if section.kind in kinds)

    @property
    def steps(self) -> tuple[Section, ...]:
        """Return the reasoning steps, in order of appearance: where key steps are looked for."""
        return self.of("step")

    @property
    def reasoning(self) -> str:
        """Return all that leads to the answer, without headers, a section a paragraph."""
        bodies = (section.body.strip() for section in self.of("description", "rationale", "step"))
        return "\n\n".join(body for body in bodies if body)

    @property
    def answers(self) -> tuple[str, ...]:
        """Return what each answer section with content answers, in order of appearance."""
        return self.given()

    def given(self, options: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return what each answer section with content answers, in order of appearance.

        The text behind the last one is read with it: what does more than explain it or come back
        to it leaves it undecided, or gives another one in its place (`revisions`).

        Args:
            options: of a multiple-choice question; the text may come to the option's value.
        """
        sections = [section for section in self.of("answer") if not section.empty]
        if not sections:
            return ()
        found = [answer_in(section.body, options) for section in sections]
        bare = found[-1]
        for place, section in list(enumerate(sections))[-_MANY:]:
            found[place] = in_its_sentence(
                self.text[max(section.start - NEAR, 0) : section.start],
                found[place],
                self.text[section.end : section.end + NEAR],
            )
        _, _, rest = beside("", bare, self._behind(sections[-1].end))
        more = found[-1].partition(bare)[2].strip()  # "thousand" of "7 thousand"
        if more and more[0] != "^" and more in rest[:NEAR]:
            rest = rest.partition(more)[2]
        found[-1] = standing(found[-1], rest, options)
        return tuple(found)

    def _behind(self, end: int) -> str:
        later = [section for section in self.sections if section.start >= end]
        between = self.text[end : later[0].start] if later else self.text[end:]
        return "\n".join([between, *(section.body for section in later)])

    @property
    def answer(self) -> str | None:
        """Return the last answer given, or None where no answer section has content."""
        answers = self.answers
        return answers[-1] if answers else None


class Render(Protocol):
    """Write a response; parts that are None are left out."""

    def __call__(
        self,
        steps: Sequence[str],
        answer: str | None = None,
        *,
        description: str | None = None,
        rationale: str | None = None,
    ) -> str: ...


@dataclass(frozen=True)
class Grammar:
    """How a response is written and read.

    Attributes:
        name: what configurations call it.
        wording: a prompt template around ``{question}`` that asks for this form.
        parse: text to sections; total over strings, linear in their length.
        problems: what is missing, empty or out of order, in words; empty where the response is
            whole.
        render: parts to text; ``parse`` finds them again.
        titles: how a person calls each kind of section, with ``{number}`` for a step's.
        opening: the start of every response that the prompt has written already, and ends on.
    """

    name: str
    wording: str
    parse: Callable[[str], Response] = field(repr=False)
    problems: Callable[[Response], list[str]] = field(repr=False)
    render: Render = field(repr=False)
    titles: Mapping[Kind, str] = field(repr=False)
    opening: str = ""

    def title(self, section: Section) -> str:
        """Return what a person calls this section, such as ``Step 2``."""
        return self.titles.get(section.kind, "").format(number=section.number)


GRAMMARS: dict[str, Grammar] = {}
"""All grammars by name; the modules of this package add theirs when they are imported."""


def register(grammar: Grammar) -> Grammar:
    """Add a grammar under its name.

    Raises:
        ValueError: the name is taken.
    """
    if grammar.name in GRAMMARS:
        raise ValueError(f"there is a grammar {grammar.name!r} already")
    GRAMMARS[grammar.name] = grammar
    return grammar


def get_grammar(name: str) -> Grammar:
    """Return the grammar of this name, or the one at a dotted path (``my_package.module.NAME``).

    Raises:
        ValueError: there is none; names those there are.

    Example:
        >>> get_grammar("think_answer").parse("<think>6 - 1</think><answer>5</answer>").answer
        '5'
    """
    if name in GRAMMARS:
        return GRAMMARS[name]
    module, _, attribute = name.rpartition(".")
    if module.strip("."):
        try:
            found = getattr(import_module(module), attribute, None)
        except ImportError as error:
            raise ValueError(f"grammar {name[:100]!r} cannot be imported: {error}") from error
        if isinstance(found, Grammar):
            return found
    raise ValueError(
        f"grammar {name[:100]!r} is unknown: {did_you_mean(name, GRAMMARS)}choose from "
        f"{', '.join(GRAMMARS)}, or give the dotted path of a Grammar"
    )


def _known(name: str) -> str:
    get_grammar(name)
    return name


GrammarName = Annotated[str, AfterValidator(_known)]
"""The type of an option that names a grammar."""


def answer_in(body: str, options: Sequence[str] | None = None) -> str:
    """Read an answer's text: its first line, or all of it where more than prose follows.

    A short value or another option below the first line is a second answer; prose below it may
    leave nothing of the first (`revisions`). A second sentence of the line that only explains it
    is left out: "12. To see this, add 5 and 7."
    """
    lines = [line.strip() for line in body.strip().splitlines() if line.strip()]
    if len(lines) > 1 and re.fullmatch(r"```[a-z]*", lines[0]):
        lines = lines[1:]
    explained = _EXPLAINED.fullmatch(lines[0])
    if explained and not revises(explained["said"], f"\n{explained['reason']}", options):
        lines[0] = explained["said"]
    lines[1:] = [
        line
        for line in lines[1:]
        if _BARE.sub("", line).strip("`_-") and _BARE.sub("", line) != lines[0]
    ]
    below = "\n" + "\n".join(lines[1:])
    listed = all(len(line.split()) < _PROSE_WORDS or _ALTERNATIVE.match(line) for line in lines[1:])
    if not listed or len(lines) == 1 or re.fullmatch(r"(?i)\W*(?:yes|no)\W*", lines[0]):
        return standing(lines[0], below, options)
    remarks = [line for line in lines[1:] if not re.search(r"\d", line)]
    if re.search(r"\d", lines[0]) and revises(lines[0], "\n" + "\n".join(remarks), options):
        return standing(lines[0], below, options)
    return "\n".join(lines)


def rewrite(text: str, given: Grammar, wanted: Grammar, *, description: str | None = None) -> str:
    """Rewrite a response of one grammar in another, with all its parts.

    Args:
        description: of the image, in place of the response's own; in a grammar whose responses
            have none, the first line of the reasoning.

    Example:
        >>> from r1vl_kedro.responses import R1VL, THINK_ANSWER
        >>> rewrite(R1VL.render(["6 - 1 = 5"], "5"), R1VL, THINK_ANSWER)
        '<think>\\n6 - 1 = 5\\n</think>\\n<answer>5</answer>'
    """
    parsed = given.parse(text)
    background = {
        kind: "\n".join(section.body.strip() for section in parsed.of(kind)) or None
        for kind in ("description", "rationale")
    }
    if description is not None:
        background["description"] = description
    answers = [section.body.strip() for section in parsed.of("answer")]
    steps = [section.body.strip() for section in parsed.steps]
    return wanted.render(steps, answers[-1] if answers else None, **background)


def line_steps(text: str, start: int, end: int, first: int = 1) -> list[Section]:
    """Return the lines with content between two positions as steps, numbered from ``first``."""
    sections, at = [], start
    for line in text[start:end].splitlines(keepends=True):
        if has_content(line):
            begin = at + len(line) - len(line.lstrip())
            body = line.strip()
            number = first + len(sections)
            sections.append(Section("step", number, begin, begin, begin + len(body), body))
        at += len(line)
    return sections
