"""Small files of the embedded world in the TSV schemas of the nine benchmarks.

Pictures come from the test split. Questions are the world's own, cast into what each benchmark
asks for: pairs for MME, figures and groups for HallusionBench, ten variants for DynaMath, five
versions for MathVerse.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from r1vl_kedro import files
from r1vl_kedro.world.families import Problem, random_problem
from r1vl_kedro.world.scenes import (
    Chart,
    Filter,
    Picture,
    Scene,
    distinct_filters,
    places,
    random_chart,
    random_picture,
    split_of,
    to_image,
)

VERSION = 2
SPLIT = "test"
VARIANTS = 10
_TRIES = 40
VERSIONS = ("Text Dominant", "Text Lite", "Vision Intensive", "Vision Dominant", "Vision Only")
_ASK = " Please answer yes or no."

Row = dict[str, Any]


def write_benchmark(name: str, path: Path, *, n: int = 40, seed: int = 0) -> Path:
    """Write a benchmark's small file where it does not stand yet; about `n` rows.

    Raises:
        KeyError: no benchmark of that name.
    """
    mark = path.with_suffix(".json")
    wanted = json.dumps({"benchmark": name, "n": n, "seed": seed, "version": VERSION})
    if path.is_file() and mark.is_file() and mark.read_text() == wanted:
        return path
    rows = list(MAKERS[name](random.Random(f"{name} {seed}"), n))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    mark.unlink(missing_ok=True)
    with files.writing(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
    files.write_text(mark, wanted)
    return path


def encoded(picture: Picture) -> str:
    """Make a picture as base64 of its PNG."""
    buffer = io.BytesIO()
    to_image(picture).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _problem(rng: random.Random, wanted: Callable[[Problem], bool], *families: str) -> Problem:
    while True:
        problem = random_problem(rng, rng.choice(families), SPLIT)
        if wanted(problem):
            return problem


def _open(problem: Problem) -> bool:
    return not problem.options


def _choice(problem: Problem) -> bool:
    return bool(problem.options)


def _number(problem: Problem) -> bool:
    return not problem.options and problem.answer.isdigit()


def _yes_no(rng: random.Random, yes: bool) -> Problem:
    answer = "Yes" if yes else "No"
    return _problem(rng, lambda problem: problem.answer == answer, "comparison")


def _mathvista(rng: random.Random, n: int) -> Iterator[Row]:
    for index in range(1, n + 1):
        choice = index % 2 == 0
        problem = _problem(rng, _choice if choice else _number, "comparison", "charts", "counting")
        chart = isinstance(problem.picture, Chart)
        yield {
            "index": index,
            "image": encoded(problem.picture),
            "question": _with_choices(problem),
            "question_type": "multi_choice" if choice else "free_form",
            "answer_type": "text" if choice else "integer",
            "choices": str(list(problem.options)) if choice else "",
            "answer": _option_text(problem) if choice else problem.answer,
            "answer_option": problem.answer if choice else "",
            "task": "figure question answering" if chart else "visual question answering",
            "skills": str(
                ["statistical reasoning"]
                if chart
                else ["arithmetic reasoning", "logical reasoning"]
            ),
        }


def _option_text(problem: Problem) -> str:
    return problem.options[ord(problem.answer) - ord("A")]


def _mmstar(rng: random.Random, n: int) -> Iterator[Row]:
    for index in range(n):
        problem = _problem(rng, _choice, "comparison", "charts")
        chart = isinstance(problem.picture, Chart)
        yield {
            "index": index,
            "image": encoded(problem.picture),
            "question": problem.question,
            **dict(zip("ABCD", [*problem.options, "", ""], strict=False)),
            "answer": problem.answer,
            "category": "math" if chart else "instance reasoning",
            "l2_category": "statistical analysis" if chart else "cross-instance comparison",
        }


def _mathvision(rng: random.Random, n: int) -> Iterator[Row]:
    for index in range(1, n + 1):
        problem = _problem(
            rng, lambda p: _number(p) or _choice(p), "counting", "comparison", "charts"
        )
        yield {
            "index": index,
            "image": encoded(problem.picture),
            "question": f"{_with_choices(problem)}\n<image1>",
            "choices": str(list(problem.options)),
            "answer": problem.answer,
            "category": "statistics" if isinstance(problem.picture, Chart) else problem.family,
            "level": min(5, len(problem.steps)),
        }


def _with_choices(problem: Problem) -> str:
    lines = [f"{letter}: {text}" for letter, text in zip("ABCDEF", problem.options, strict=False)]
    return "\n".join([problem.question, *(["Choices:", *lines] if lines else [])])


def _chartqa(rng: random.Random, n: int) -> Iterator[Row]:
    for index in range(n):
        problem = _problem(rng, _open, "charts")
        yield {
            "index": index,
            "image": encoded(problem.picture),
            "question": problem.question,
            "answer": problem.answer,
            "split": "test_human" if index % 2 else "test_augmented",
        }


def _dynamath(rng: random.Random, n: int) -> Iterator[Row]:
    seeds = max(3, n // VARIANTS)
    kinds = [_sum_variants, _more_variants, _left_variants]
    rows = []
    for qid in range(1, seeds + 1):
        variants = kinds[qid % 3](rng)
        rows += [{"qid": qid, "varid": varid, **next(variants)} for varid in range(1, VARIANTS + 1)]
    rows.sort(key=lambda row: row["varid"])  # the first variant's index is its question's id
    for index, row in enumerate(rows, start=1):
        yield {"index": index, **row, "knowledge_level": "elementary school"}


def _sum_variants(rng: random.Random) -> Iterator[Row]:
    """Yield one sum of three bars, on ever other charts of all six colours."""
    terms = rng.sample(list(random_chart(rng, low=6).heights), 3)
    while True:
        chart = random_chart(rng, low=6)
        if split_of(chart) == SPLIT:
            yield {
                "image": encoded(chart),
                "question": "What is " + " plus ".join(terms) + "?",
                "answer": f"{sum(chart.heights[term] for term in terms)}.0",
                "answer_type": "float",
                "subject": "statistics",
            }


def _scenes(rng: random.Random) -> Iterator[Scene]:
    while True:
        yield random_picture(rng, Scene, SPLIT)


def _more_variants(rng: random.Random) -> Iterator[Row]:
    """Yield one comparison of two kinds of objects, on ever other scenes."""
    first, second = distinct_filters(rng, next(_scenes(rng)), 2)
    for scene in _scenes(rng):
        more = len(places(scene, first)) > len(places(scene, second))
        yield {
            "image": encoded(scene),
            "question": f"Are there more {first} than {second}?",
            "answer": "Yes" if more else "No",
            "answer_type": "text",
            "subject": "arithmetic",
        }


def _left_variants(rng: random.Random) -> Iterator[Row]:
    """Yield one subtraction of two kinds of objects, on ever other scenes."""
    first, second = distinct_filters(rng, next(_scenes(rng)), 2)
    for scene in _scenes(rng):
        gone = {*places(scene, first), *places(scene, second)}
        yield {
            "image": encoded(scene),
            "question": f"Subtract all {first}. Subtract all {second}. How many objects are left?",
            "answer": f"{scene.count - len(gone)}.0",
            "answer_type": "float",
            "subject": "arithmetic",
        }


def _hallusionbench(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield sets of two figures and two questions; the second figure inverts the first answer."""
    for number in range(max(2, n // 4)):
        first, second, *figures = _both_ways(rng)
        questions = [
            (f"Are there more {first} than {second}?", lambda s, a=first, b=second: _more(s, a, b)),
            (f"Are there more {second} than {first}?", lambda s, a=first, b=second: _more(s, b, a)),
        ]
        kind = "VS_table" if number % 2 else "VD_figure"
        for figure, scene in enumerate(figures):
            for question, (text, holds) in enumerate(questions):
                yield {
                    "index": f"{kind}_1_{number}_{figure}_{question}",
                    "image": encoded(scene),
                    "question": text + _ASK,
                    "answer": "Yes" if holds(scene) else "No",
                    "category": kind[:2],
                    "l2-category": kind,
                }


def _more(scene: Scene, first: Filter, second: Filter) -> bool:
    return len(places(scene, first)) > len(places(scene, second))


def _both_ways(rng: random.Random) -> tuple[Filter, Filter, Scene, Scene]:
    """Draw two kinds of objects, a scene with more of the first, one with more of the second."""
    while True:
        first, second = distinct_filters(rng, next(_scenes(rng)), 2)
        scenes = [scene for scene, _ in zip(_scenes(rng), range(_TRIES), strict=False)]
        one = next((scene for scene in scenes if _more(scene, first, second)), None)
        two = next((scene for scene in scenes if _more(scene, second, first)), None)
        if one is not None and two is not None:
            return first, second, one, two


def _mathverse(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield each problem five times; all but the first row refer to the first one's image."""
    index = 0
    for number in range(1, max(2, n // len(VERSIONS)) + 1):
        choice = number % 2 == 0
        problem = _problem(rng, _choice if choice else _number, "counting", "comparison", "charts")
        first = index + 1
        chart = isinstance(problem.picture, Chart)
        for version in VERSIONS:
            index += 1
            question = _with_choices(problem)
            yield {
                "index": index,
                "problem_index": number,
                "problem_version": version,
                "image": encoded(problem.picture) if index == first else first,
                "question": question,
                "question_for_eval": question,
                "query_cot": question,
                "answer": problem.answer,
                "question_type": "multi-choice" if choice else "free-form",
                "metadata": str(
                    {
                        "split": "testmini",
                        "source": "embedded world",
                        "subject": "Functions" if chart else "Plane Geometry",
                        "subfield": "Coordinate" if chart else "Length",
                    }
                ),
            }


def _mme(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield two questions an image, one to be answered yes and one no."""
    kinds = [_count_pair, _colour_pair, _existence_pair, _sum_pair]
    for pair in range(max(len(kinds), n // 2)):
        category, picture, questions = kinds[pair % len(kinds)](rng)
        image = encoded(picture)
        for number, (question, answer) in enumerate(questions):
            yield {
                "index": 2 * pair + number,
                "image": image,
                "image_path": f"{category}/{pair}.png",
                "question": question + _ASK,
                "answer": answer,
                "category": category,
            }


Pair = tuple[str, Picture, list[tuple[str, str]]]


def _count_pair(rng: random.Random) -> Pair:
    problem = _yes_no(rng, yes=True)
    while not problem.question.startswith("Are there more"):
        problem = _yes_no(rng, yes=True)
    one, two = problem.question[len("Are there more ") : -1].split(" than ")
    return (
        "count",
        problem.picture,
        [(problem.question, "Yes"), (f"Are there more {two} than {one}?", "No")],
    )


def _thing_pair(rng: random.Random, category: str, named: tuple[str, ...]) -> Pair:
    """Ask whether there is a thing, once one of the picture and once one that is not in it."""
    while True:
        scene = next(_scenes(rng))
        there = rng.choice([cell for cell in scene.cells if cell])
        other = rng.choice([cell for cell in next(_scenes(rng)).cells if cell])
        absent = type(there)(
            *(getattr(other if k in named else there, k) for k in ("size", "colour", "shape"))
        )
        if not any(cell == absent for cell in scene.cells):
            return (
                category,
                scene,
                [(f"Is there a {there}?", "Yes"), (f"Is there a {absent}?", "No")],
            )


def _colour_pair(rng: random.Random) -> Pair:
    return _thing_pair(rng, "color", ("colour",))


def _existence_pair(rng: random.Random) -> Pair:
    return _thing_pair(rng, "existence", ("size", "shape"))


def _sum_pair(rng: random.Random) -> Pair:
    while True:
        chart = random_picture(rng, Chart, SPLIT)
        colours = rng.sample(list(chart.heights), 4)
        a, b, c, d = (chart.heights[colour] for colour in colours)
        if a + b != c + d:
            first, second = (f"{colours[0]} plus {colours[1]}", f"{colours[2]} plus {colours[3]}")
            larger, smaller = (first, second) if a + b > c + d else (second, first)
            return "numerical_calculation", chart, [
                (f"Is {larger} larger than {smaller}?", "Yes"),
                (f"Is {smaller} larger than {larger}?", "No"),
            ]  # fmt: skip


def _mmreason(rng: random.Random, n: int) -> Iterator[Row]:
    disciplines = ("Business", "Health", "Engineering", "Science", "Social Science", "Arts")
    for index in range(1, n + 1):
        problem = _problem(rng, _number, "counting", "charts")
        yield {
            "index": index,
            "image": encoded(problem.picture),
            "question": problem.question,
            "answer": problem.answer,
            "discipline": disciplines[index % len(disciplines)],
        }


MAKERS: dict[str, Callable[[random.Random, int], Iterator[Row]]] = {
    "mathvista": _mathvista,
    "mmstar": _mmstar,
    "mathvision": _mathvision,
    "chartqa": _chartqa,
    "dynamath": _dynamath,
    "hallusionbench": _hallusionbench,
    "mathverse": _mathverse,
    "mme": _mme,
    "mmreason": _mmreason,
}
