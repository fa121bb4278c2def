"""The families of questions: counting, comparison and charts, and counting asked each time.

Driving, multiple choice and questions without a picture have modules of their own; `MAKERS` has all
families.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

from r1vl_kedro.world.choices import choose_more, choose_most, choose_tallest
from r1vl_kedro.world.comparing import count_step, more
from r1vl_kedro.world.driving import driving
from r1vl_kedro.world.problems import Problem, listing
from r1vl_kedro.world.scenes import (
    Chart,
    Filter,
    Picture,
    Scene,
    distinct_filters,
    places,
    random_picture,
)
from r1vl_kedro.world.text_only import TEXT, text_problem

FAMILIES = ("counting", "comparison", "charts")
"""Of the default world."""
EACH_TIME = {f"each{kinds}": kinds for kinds in (2, 3, 4)}
"""Counting asked each time: by family, how many kinds are taken away. All counts on the way are the
answer ("5, 3"), so that it cannot be guessed."""


def counting(rng: random.Random, scene: Scene, family: str = "counting") -> Problem:
    """Ask how many objects are left after taking away two to four kinds.

    Args:
        family: ``counting``, or one of `EACH_TIME`, which asks for the count after each kind.
    """
    each = family in EACH_TIME
    kinds = EACH_TIME[family] if each else rng.choice([2, 3, 3, 4])
    phrases = distinct_filters(rng, scene, kinds)
    left, steps, counts = scene.count, [], []
    for k, phrase in enumerate(phrases):
        found = places(scene, phrase, without=phrases[:k])
        name = f"{phrase} left" if k else str(phrase)
        steps.append(f"{listing(name, found)} {left} - {len(found)} = {left - len(found)}.")
        left -= len(found)
        counts.append(str(left))
    asked = "How many objects are left each time?" if each else "How many objects are left?"
    answer = ", ".join(counts) if each else str(left)
    return Problem(
        family=family,
        picture=scene,
        question=" ".join(f"Subtract all {p}." for p in phrases) + f" {asked}",
        answer=answer,
        description=f"A scene of {scene.count} objects.",
        rationale="Take away " + ", then ".join(map(str, phrases)) + ".",
        steps=tuple(steps),
        shortcut=f"{answer} objects are left.",
    )


def comparison(rng: random.Random, scene: Scene) -> Problem:
    """Ask whether there are more of one kind, which kind is the most, or whether there is one."""
    form = rng.choice(["more", "more", "most", "exists"])
    if form == "exists":
        return _existence(rng, scene)
    if form == "more":
        return more(rng, scene)
    return replace(choose_most(rng, scene), family="comparison")


def _existence(rng: random.Random, scene: Scene) -> Problem:
    things = [cell for cell in scene.cells if cell]
    if rng.random() < 0.5:
        wanted = rng.choice(things)
    else:
        one, two = rng.choice(things), rng.choice(things)
        wanted = type(one)(one.size, two.colour, one.shape)
    broad, narrow = Filter(colour=wanted.colour), Filter(size=wanted.size, shape=wanted.shape)
    both = Filter(wanted.size, wanted.colour, wanted.shape)
    answer = "Yes" if places(scene, both) else "No"
    return Problem(
        family="comparison",
        picture=scene,
        question=f"Is there a {wanted}?",
        answer=answer,
        description=f"A scene of {scene.count} objects.",
        rationale=f"Find {broad}, then {narrow}.",
        steps=(
            count_step(scene, broad),
            count_step(scene, narrow),
            count_step(scene, both),
        ),
        shortcut=f"{answer}, looking for a {wanted}.",
    )


def charts(rng: random.Random, chart: Chart) -> Problem:
    """Read bars and combine them: a sum with signs, a larger sum, or a distance to the tallest."""
    form = rng.choice(["chain", "chain", "sums", "tallest"])
    heights = chart.heights
    colours = list(heights)
    if form == "tallest":
        top = max(heights.values())
        if list(heights.values()).count(top) == 1:
            return _tallest(rng, chart, top)
    if form == "sums":
        a, b, c, d = rng.sample(colours, 4)
        one, two = heights[a] + heights[b], heights[c] + heights[d]
        if one != two:
            letter = "A" if one > two else "B"
            options = (f"{a} plus {b}", f"{c} plus {d}")
            sign = ">" if one > two else "<"
            return Problem(
                family="charts",
                picture=chart,
                question="Which is larger?",
                options=options,
                answer=letter,
                result=f"{letter}: {options['AB'.index(letter)]}",
                description=f"A chart of {chart.count} bars.",
                rationale=f"Add {options[0]}, then {options[1]}.",
                steps=(_sum_step(heights, a, b), _sum_step(heights, c, d), f"{one} {sign} {two}."),
                shortcut=f"{options['AB'.index(letter)]} is larger.",
            )
    return _chain(rng, chart)


def _sum_step(heights: dict[str, int], a: str, b: str) -> str:
    return (
        f"{a} is {heights[a]}, {b} is {heights[b]}. "
        f"{heights[a]} + {heights[b]} = {heights[a] + heights[b]}."
    )


def _tallest(rng: random.Random, chart: Chart, top: int) -> Problem:
    heights = chart.heights
    tallest = next(colour for colour, height in heights.items() if height == top)
    other = rng.choice([colour for colour in heights if colour != tallest])
    gap = top - heights[other]
    return Problem(
        family="charts",
        picture=chart,
        question=f"How much taller is the tallest bar than {other}?",
        answer=str(gap),
        description=f"A chart of {chart.count} bars.",
        rationale=f"Find the tallest bar, then take away {other}.",
        steps=(
            f"The tallest is {tallest}. {tallest} is {top}.",
            f"{other} is {heights[other]}. {top} - {heights[other]} = {gap}.",
        ),
        shortcut=f"It is {gap} taller.",
    )


def _chain(rng: random.Random, chart: Chart) -> Problem:
    heights = chart.heights
    while True:
        terms = rng.sample(list(heights), rng.choice([3, 3, 4]))
        signs = [rng.choice("+-") for _ in terms[1:]]
        totals = [heights[terms[0]]]
        for sign, term in zip(signs, terms[1:], strict=True):
            totals.append(totals[-1] + (heights[term] if sign == "+" else -heights[term]))
        if min(totals) >= 0:
            break
    words = {"+": "plus", "-": "minus"}
    asked = terms[0] + "".join(f" {words[s]} {t}" for s, t in zip(signs, terms[1:], strict=True))
    steps = []
    for k, (sign, term) in enumerate(zip(signs, terms[1:], strict=True)):
        head = f"{terms[0]} is {heights[terms[0]]}, " if k == 0 else ""
        steps.append(
            f"{head}{term} is {heights[term]}. "
            f"{totals[k]} {sign} {heights[term]} = {totals[k + 1]}."
        )
    return Problem(
        family="charts",
        picture=chart,
        question=f"What is {asked}?",
        answer=str(totals[-1]),
        description=f"A chart of {chart.count} bars.",
        rationale=f"Read {', then '.join(terms)}.",
        steps=tuple(steps),
        shortcut=f"Together that is {totals[-1]}.",
    )


MAKERS = {
    "counting": (Scene, counting),
    "comparison": (Scene, comparison),
    "charts": (Chart, charts),
    "driving": (Scene, driving),
    TEXT: (None, text_problem),
    **{family: (Scene, partial(counting, family=family)) for family in EACH_TIME},
    "most": (Scene, choose_most),
    "more": (Scene, choose_more),
    "tallest": (Chart, choose_tallest),
}


def problem_on(rng: random.Random, family: str, picture: Picture) -> Problem:
    """Make a random problem of ``family`` on a given picture."""
    return MAKERS[family][1](rng, picture)  # type: ignore[operator]


def random_problem(rng: random.Random, family: str, split: str) -> Problem:
    """Make a problem of a family of `MAKERS` that belongs to ``split`` by its picture."""
    kind, make = MAKERS[family]
    if kind is None:  # the question belongs to the split in the place of a picture
        return make(rng, split)  # type: ignore[operator]
    return problem_on(rng, family, random_picture(rng, kind, split))
