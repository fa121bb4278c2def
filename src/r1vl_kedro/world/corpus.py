"""The embedded world as files: a corpus in Mulberry's JSON form, and held-out splits.

The corpus is as real corpora are, and its faults are drawn with fixed shares (`Faults`):

- some paths are *abridged* (they jump to the result), and some are *sloppy* (one step is wrong, the
  answer is right): both are valid records, and warm-up learns from them as they are;
- some records are *reflective*, some are copies of others, some are copies of evaluation records;
- some are broken: no image file, a truncated image, an empty question, an answer that is not among
  the options, a path that does not follow the grammar.
"""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from r1vl_kedro import files
from r1vl_kedro.prompts import render_question
from r1vl_kedro.records.store import making
from r1vl_kedro.responses.r1vl import STEP_HEADER
from r1vl_kedro.world.families import FAMILIES, problem_on, random_problem
from r1vl_kedro.world.problems import Problem
from r1vl_kedro.world.styles import restyle

PROMPT = "Think about the picture and the question step by step, in sections.\n\nQuestion: "
HELD_OUT = 1_000_003
SPLITS = ("validation", "test")
"""Held-out splits; what trains is the corpus."""
CORPUS_FILE = "mulberry_sft.json"
REFLECTION = "I think I have made a mistake. Let me rethink it."


@dataclass(frozen=True)
class Faults:
    """Shares of the corpus; what is left over is sound.

    ``abridged`` may give a share for each number of reasoning steps, such as ``{2: 0.5, 4: 0.9}``;
    a path takes that of the largest number up to its own, or the smallest one's.

    Raises:
        ValueError: no share, a number of steps below 1, or a share outside 0..1.
    """

    abridged: float | Mapping[int, float] = 0.8
    sloppy: float = 0.08
    reflective: float = 0.04
    copied: float = 0.02
    leaked: float = 0.01
    broken: float = 0.03
    seen: float = 0.0
    """Pictures of the test split under another question."""

    def __post_init__(self) -> None:
        shares = {name: share for name, share in vars(self).items() if name != "abridged"}
        given = self.abridged
        if not isinstance(given, Mapping):
            shares["abridged"] = given
        for name, share in shares.items():
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                raise ValueError(f"{name} is {share!r:.100}, no share in 0..1")
        if not isinstance(given, Mapping):
            return
        wrong = {k: v for k, v in given.items() if not (int(k) >= 1 and 0 <= v <= 1)}
        if wrong or not given:
            raise ValueError(
                f"abridged {dict(wrong or given)}: give shares in 0..1 by numbers of steps from 1 "
                "on, such as {2: 0.5, 3: 0.8}"
            )
        object.__setattr__(self, "abridged", {int(k): given[k] for k in sorted(given, key=int)})

    @property
    def given(self) -> dict[str, Any]:
        """Return the shares, for a directory's recipe."""
        return {name: share for name, share in vars(self).items() if name != "seen" or share}

    def abridged_of(self, steps: int) -> float:
        """Return the share of abridged paths among those of so many steps."""
        if not isinstance(self.abridged, Mapping):
            return self.abridged
        below = [number for number in self.abridged if number <= steps]
        return self.abridged[max(below, default=min(self.abridged))]


def problems(
    split: str, n: int, seed: int, families: Sequence[str] = FAMILIES, styles: Sequence[str] = ()
) -> Iterator[Problem]:
    """Yield ``n`` problems of a split, the families in turn; all (picture, question) differ.

    With ``styles`` each family's problems are drawn in these in turn.
    """
    rng = random.Random(f"{split} {seed}")
    seen: set[tuple[Any, ...]] = set()
    while len(seen) < n:
        problem = random_problem(rng, families[len(seen) % len(families)], split)
        key = (problem.picture, problem.question, problem.options)
        if key not in seen:
            turn = len(seen) // len(families)
            seen.add(key)
            yield replace(problem, style=styles[turn % len(styles)]) if styles else problem


def png(problem: Problem) -> bytes | None:
    """Make the problem's picture as a PNG file; None where it has none."""
    from PIL import Image

    if problem.picture is None:
        return None
    stream = io.BytesIO()
    pixels = problem.picture.render()
    drawn = restyle(pixels, problem.style) if problem.style else pixels
    Image.fromarray(drawn).save(stream, format="PNG")
    return stream.getvalue()


def sloppy_path(rng: random.Random, problem: Problem) -> str:
    """Put the last number of one step of the reference path off by one; the answer stays."""
    steps = list(problem.steps)
    numbered = [k for k, step in enumerate(steps) if re.search(r"\d", step)]
    if not numbered:
        return problem.path()
    k = rng.choice(numbered)
    *_, last = re.finditer(r"\d+", steps[k])
    wrong = abs(int(last[0]) + rng.choice([-1, 1]))
    steps[k] = f"{steps[k][: last.start()]}{wrong}{steps[k][last.end() :]}"
    return problem.path(steps=tuple(steps))


def reflective_path(problem: Problem) -> str:
    """Make Mulberry's reflective form: a wrong first step, a change of mind, the right steps."""
    step = f"{STEP_HEADER.format(1)}\n"
    head, _, tail = problem.path().partition(step)
    return f"{head}{step}{problem.shortcut}\n\n{REFLECTION}\n\n{step}{tail}"


def mulberry_row(
    problem: Problem, path: str, image: str, *, sloppy: bool = False
) -> dict[str, Any]:
    """Make one row of Mulberry's JSON array, which also has whether its path is sloppy.

    The key ``modality`` has the picture's style, where there are several.
    """
    question = render_question(problem.question, problem.options)
    shown = problem.picture is not None
    asked = f"<image>{PROMPT}" if shown else PROMPT.replace("the picture and ", "")
    return {
        "messages": [
            {"role": "user", "content": f"{asked}{question}"},
            {"role": "assistant", "content": path},
        ],
        "images": image if shown else [],
        "sloppy": sloppy,
        **({"modality": problem.style} if problem.style else {}),
    }


def corpus(
    n: int,
    seed: int,
    faults: Faults,
    families: Sequence[str] = FAMILIES,
    styles: Sequence[str] = (),
) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    """Yield ``n`` rows with the bytes of their image file (None: there is no such file)."""
    rng = random.Random(f"corpus {seed}")
    leaked = problems("test", max(1, n), seed + HELD_OUT, families, styles)
    kept: list[tuple[dict[str, Any], bytes | None]] = []
    for k, problem in enumerate(problems("train", n, seed, families, styles)):
        image = f"{problem.family}/{k:06d}.png"
        draw = rng.random()
        bound = faults.copied
        shown = problem.picture is not None
        alike = [one for one in kept if bool(one[0]["images"]) == shown] if draw < bound else []
        if alike:
            row, data = rng.choice(alike)
            yield row | ({"images": image} if shown else {}), data
            continue
        bound += faults.leaked
        if draw < bound:
            problem = next(other for other in leaked if (other.picture is not None) == shown)
        elif draw < (bound := bound + faults.reflective):
            path = reflective_path(problem)
            yield mulberry_row(problem, path, image, sloppy=True), png(problem)
            continue
        elif draw < (bound := bound + faults.broken):
            yield broken(rng, problem, image)
            continue
        elif draw < bound + faults.seen:
            held_out = next(other for other in leaked if other.picture is not None)
            other = problem_on(rng, held_out.family, held_out.picture)
            problem = replace(other, style=held_out.style)
        kind = rng.random()
        abridged = faults.abridged_of(len(problem.steps))
        if kind < abridged:
            path = problem.path(abridged=True)
        elif kind < abridged + faults.sloppy:
            path = sloppy_path(rng, problem)
        else:
            path = problem.path()
        sloppy = path not in (problem.path(), problem.path(abridged=True))
        kept.append((mulberry_row(problem, path, image, sloppy=sloppy), png(problem)))
        yield kept[-1]


def broken(rng: random.Random, problem: Problem, image: str) -> tuple[dict[str, Any], bytes | None]:
    """Make one of five ways in which a record cannot be used."""
    ways = ["missing image", "broken image", "no question", "no option", "no path"]
    way = rng.choice(ways if problem.picture is not None else ways[2:])
    data: bytes | None = png(problem)
    path = problem.path()
    if way == "missing image":
        data = None
    elif way == "broken image":
        data = data[: len(data) // 3] if data else None
    elif way == "no question":
        problem = replace(problem, question="", options=())
    elif way == "no option":
        options = ("red sky", "blue moon")
        problem = replace(problem, options=options, result="F: green sea")
        path = problem.path()
    else:
        path = f"The answer is {problem.answer}, I think."
    return mulberry_row(problem, path, image), data


def write_corpus(
    directory: Path,
    n: int,
    seed: int,
    faults: Faults | None = None,
    families: Sequence[str] = FAMILIES,
    styles: Sequence[str] = (),
) -> Path:
    """Write `CORPUS_FILE` and its images, whole or not at all; returns the JSON file.

    A finished directory of the same size, seed and shares is left as it is.
    """
    faults = faults or Faults()
    made_from = {"n": n, "seed": seed, "faults": faults.given, **made_of(families, styles)}
    made_from["row"] = ["messages", "images", "sloppy"]
    file = directory / CORPUS_FILE
    if files.is_whole(directory, made_from):
        return file
    with making(directory):
        if not files.is_whole(directory, made_from):
            _write(directory, corpus(n, seed, faults, families, styles), families, made_from)
    return file


def _write(
    directory: Path,
    made: Iterable[tuple[dict[str, Any], bytes | None]],
    families: Sequence[str],
    made_from: dict[str, Any],
) -> None:
    """Write rows and images."""
    with files.writing_directory(directory, made_from) as aside:
        for family in families:
            (aside / family).mkdir(parents=True, exist_ok=True)
        rows = []
        for row, data in made:
            rows.append(row)
            if data is not None:
                (aside / row["images"]).write_bytes(data)
        (aside / CORPUS_FILE).write_text(json.dumps(rows, indent=0) + "\n", encoding="utf-8")


def made_of(families: Sequence[str], styles: Sequence[str] = ()) -> dict[str, Any]:
    """Name families and styles where they are not the default world's, for a directory's recipe."""
    made = {} if tuple(families) == FAMILIES else {"families": list(families)}
    return made | ({"styles": list(styles)} if styles else {})


def split_rows(
    split: str, n: int, seed: int, families: Sequence[str] = FAMILIES, styles: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Yield records of one of `SPLITS` in the form of `r1vl_kedro.records`, images as PNG bytes."""
    for k, problem in enumerate(problems(split, n, seed + HELD_OUT, families, styles)):
        yield {
            "id": f"{split}-{k:05d}",
            "images": [data] if (data := png(problem)) is not None else [],
            "question": problem.question,
            "options": list(problem.options),
            "answer": problem.answer,
            "solution": problem.path(),
            "family": problem.family,
            "source": "embedded world",
            **({"modality": problem.style} if problem.style else {}),
            "key_steps": [[step] for step in problem.steps],
        }
