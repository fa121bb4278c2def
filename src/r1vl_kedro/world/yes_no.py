"""Rows of the two benchmarks that ask for yes or no: HallusionBench and MME."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from r1vl_kedro.world.held_out import SPLIT, Row, draw_problem, draw_scenes, encoded, has_more
from r1vl_kedro.world.problems import Problem
from r1vl_kedro.world.scenes import Chart, Filter, Picture, Scene, distinct_filters, random_picture

_TRIES = 40
_ASK = " Please answer yes or no."
Pair = tuple[str, Picture, list[tuple[str, str]]]


def hallusionbench(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield sets of two figures and two questions; the second figure inverts the first answer."""
    for number in range(max(2, n // 4)):
        first, second, *figures = _both_ways(rng)
        questions = [
            (
                f"Are there more {first} than {second}?",
                lambda s, a=first, b=second: has_more(s, a, b),
            ),
            (
                f"Are there more {second} than {first}?",
                lambda s, a=first, b=second: has_more(s, b, a),
            ),
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


def _both_ways(rng: random.Random) -> tuple[Filter, Filter, Scene, Scene]:
    """Draw two kinds of objects, a scene with more of the first, one with more of the second."""
    while True:
        first, second = distinct_filters(rng, next(draw_scenes(rng)), 2)
        scenes = [scene for scene, _ in zip(draw_scenes(rng), range(_TRIES), strict=False)]
        one = next((scene for scene in scenes if has_more(scene, first, second)), None)
        two = next((scene for scene in scenes if has_more(scene, second, first)), None)
        if one is not None and two is not None:
            return first, second, one, two


def mme(rng: random.Random, n: int) -> Iterator[Row]:
    """Yield two questions an image, one to be answered yes and one no."""
    colour = partial(_thing_pair, category="color", named=("colour",))
    existence = partial(_thing_pair, category="existence", named=("size", "shape"))
    kinds = [_count_pair, colour, existence, _sum_pair]
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


def _count_pair(rng: random.Random) -> Pair:
    def affirmed(problem: Problem) -> bool:
        return problem.answer == "Yes" and problem.question.startswith("Are there more")

    problem = draw_problem(rng, affirmed, "comparison")
    one, two = problem.question[len("Are there more ") : -1].split(" than ")
    return (
        "count",
        problem.picture,
        [(problem.question, "Yes"), (f"Are there more {two} than {one}?", "No")],
    )


def _thing_pair(rng: random.Random, category: str, named: tuple[str, ...]) -> Pair:
    """Ask whether there is a thing, once one of the picture and once one that is not in it."""
    while True:
        scene = next(draw_scenes(rng))
        there = rng.choice([cell for cell in scene.cells if cell])
        other = rng.choice([cell for cell in next(draw_scenes(rng)).cells if cell])
        absent = type(there)(
            *(getattr(other if k in named else there, k) for k in ("size", "colour", "shape"))
        )
        if not any(cell == absent for cell in scene.cells):
            return (
                category,
                scene,
                [(f"Is there a {there}?", "Yes"), (f"Is there a {absent}?", "No")],
            )


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
