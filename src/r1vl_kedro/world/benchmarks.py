"""Small files of the embedded world in the TSV schemas of the benchmarks.

Pictures come from the test split. Questions are the world's own, cast into what each benchmark
asks for: pairs for MME, figures and groups for HallusionBench, ten variants for DynaMath, five
versions for MathVerse.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from r1vl_kedro import files
from r1vl_kedro.world.cvbench import cvbench_2d, cvbench_3d
from r1vl_kedro.world.held_out import SPLIT, Row, draw_problem, draw_scenes, encoded, has_more
from r1vl_kedro.world.problems import Problem
from r1vl_kedro.world.scenes import Chart, distinct_filters, places, random_chart, split_of
from r1vl_kedro.world.yes_no import hallusionbench, mme

VERSION = 2
VARIANTS = 10
VERSIONS = ("Text Dominant", "Text Lite", "Vision Intensive", "Vision Dominant", "Vision Only")


def write_benchmark(name: str, path: Path, *, n: int = 40, seed: int = 0) -> Path:
    """Write a benchmark's small file where it does not stand yet; about `n` rows.

    A file that was not written here is kept beside it.

    Raises:
        KeyError: no benchmark of that name.
    """
    import pandas as pd

    mark = path.with_suffix(".json")
    wanted = json.dumps({"benchmark": name, "n": n, "seed": seed, "version": VERSION})
    if path.is_file() and mark.is_file() and mark.read_text() == wanted:
        return path
    if path.is_file() and not mark.is_file():
        files.keep(path)  # perhaps the official file
    rows = pd.DataFrame(MAKERS[name](random.Random(f"{name} {seed}"), n), dtype=object)
    mark.unlink(missing_ok=True)
    with files.writing(path) as aside:
        rows.to_csv(aside, sep="\t", index=False, lineterminator="\n")
    files.write_text(mark, wanted)
    return path


def _choice(problem: Problem) -> bool:
    return bool(problem.options)


def _number(problem: Problem) -> bool:
    return not problem.options and problem.answer.isdigit()


def _mathvista(rng: random.Random, n: int) -> Iterator[Row]:
    for index in range(1, n + 1):
        choice = index % 2 == 0
        problem = draw_problem(
            rng, _choice if choice else _number, "comparison", "charts", "counting"
        )
        chart = isinstance(problem.picture, Chart)
        options = dict(zip("ABCDEF", problem.options, strict=False))
        yield {
            "index": index,
            "image": encoded(problem.picture),
            "question": _with_choices(problem),
            "question_type": "multi_choice" if choice else "free_form",
            "answer_type": "text" if choice else "integer",
            "choices": str(list(problem.options)) if choice else "",
            "answer": options[problem.answer] if choice else problem.answer,
            "answer_option": problem.answer if choice else "",
            "task": "figure question answering" if chart else "visual question answering",
            "skills": str(
                ["statistical reasoning"]
                if chart
                else ["arithmetic reasoning", "logical reasoning"]
            ),
        }


def _mmstar(rng: random.Random, n: int) -> Iterator[Row]:
    for index in range(n):
        problem = draw_problem(rng, _choice, "comparison", "charts")
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
        problem = draw_problem(
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
        problem = draw_problem(rng, lambda problem: not problem.options, "charts")
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


def _more_variants(rng: random.Random) -> Iterator[Row]:
    """Yield one comparison of two kinds of objects, on ever other scenes."""
    first, second = distinct_filters(rng, next(draw_scenes(rng)), 2)
    for scene in draw_scenes(rng):
        yield {
            "image": encoded(scene),
            "question": f"Are there more {first} than {second}?",
            "answer": "Yes" if has_more(scene, first, second) else "No",
            "answer_type": "text",
            "subject": "arithmetic",
        }


def _left_variants(rng: random.Random) -> Iterator[Row]:
    """Yield one subtraction of two kinds of objects, on ever other scenes."""
    first, second = distinct_filters(rng, next(draw_scenes(rng)), 2)
    for scene in draw_scenes(rng):
        gone = {*places(scene, first), *places(scene, second)}
        yield {
            "image": encoded(scene),
            "question": f"Subtract all {first}. Subtract all {second}. How many objects are left?",
            "answer": f"{scene.count - len(gone)}.0",
            "answer_type": "float",
            "subject": "arithmetic",
        }


def _mathverse(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield each problem five times; all but the first row refer to the first one's image."""
    index = 0
    for number in range(1, max(2, n // len(VERSIONS)) + 1):
        choice = number % 2 == 0
        problem = draw_problem(
            rng, _choice if choice else _number, "counting", "comparison", "charts"
        )
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


def _mmreason(rng: random.Random, n: int) -> Iterator[Row]:
    disciplines = ("Business", "Health", "Engineering", "Science", "Social Science", "Arts")
    for index in range(1, n + 1):
        problem = draw_problem(rng, _number, "counting", "charts")
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
    "hallusionbench": hallusionbench,
    "mathverse": _mathverse,
    "mme": mme,
    "mmreason": _mmreason,
    "cvbench_2d": cvbench_2d,
    "cvbench_3d": cvbench_3d,
}
