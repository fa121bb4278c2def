"""What the base model is taught: perception, following a question, small arithmetic.

A lesson is one question and answer on a picture; a conversation strings several together. None of
them follows the response grammar: reasoning in steps is left to warm-up and RL.
"""

from __future__ import annotations

import random

from r1vl_kedro.prompts import render_question
from r1vl_kedro.responses import r1vl
from r1vl_kedro.world.comparing import count_step
from r1vl_kedro.world.families import FAMILIES, problem_on, random_problem
from r1vl_kedro.world.problems import listing
from r1vl_kedro.world.scenes import (
    MAX_HEIGHT,
    POSITIONS,
    Chart,
    Picture,
    Scene,
    distinct_filters,
    places,
    random_filter,
    random_picture,
)

HEADERS = (
    r1vl.DESCRIPTION_HEADER,
    r1vl.RATIONALE_HEADER,
    r1vl.SEPARATOR,
    *(r1vl.STEP_HEADER.format(k) for k in range(1, 10)),
    r1vl.ANSWER_HEADER,
)

Turn = tuple[str, str]
Conversation = tuple[Picture, list[Turn]]

_LIST = ("Which {} are there?", "Find the {}.", "List all {}.", "Where are {}?")
_SEVERAL = ("Say which {} there are.", "Find {}.", "List {}.")
_TAKE = ("Take away {}.", "Remove {}.", "Without {}, one after the other.")


def _joined(rng: random.Random, phrases: list[str]) -> str:
    glue = rng.choice([", then ", "; ", ". Then ", ", ", ". Subtract all ", ", afterwards "])
    return glue.join(phrases)


def describe(rng: random.Random, picture: Picture) -> Turn:
    """Describe everything there is, in reading order."""
    return ("Describe the picture.", f"{picture.describe()}.")


def total(rng: random.Random, picture: Picture) -> Turn:
    """Ask how many objects or bars there are."""
    if isinstance(picture, Chart):
        return ("What is this?", f"A chart of {picture.count} bars.")
    return ("What is this?", f"A scene of {picture.count} objects.")


def find(rng: random.Random, scene: Scene) -> Turn:
    """Ask for the places of one kind of objects, and their number."""
    phrase = random_filter(rng, scene)
    if rng.random() < 0.15:
        return (f"How many {phrase} are there?", str(len(places(scene, phrase))))
    return (rng.choice(_LIST).format(phrase), count_step(scene, phrase))


def look(rng: random.Random, scene: Scene) -> Turn:
    """Ask what is at one place."""
    place = rng.randrange(len(POSITIONS))
    return (f"What is at {POSITIONS[place]}?", f"{scene.cells[place] or 'nothing'}.")


def find_several(rng: random.Random, scene: Scene) -> Turn:
    """Ask for two to four kinds in the order asked, sometimes behind a description of the scene."""
    phrases = distinct_filters(rng, scene, rng.choice([2, 2, 3, 3, 4]))
    parts = [count_step(scene, phrase) for phrase in phrases]
    question = rng.choice(_SEVERAL).format(_joined(rng, [str(p) for p in phrases]))
    if rng.random() < 0.15:
        return (f"Describe the picture. {question}", f"{scene.describe()}. {' '.join(parts)}")
    if rng.random() < 0.3:
        named = ", then ".join(map(str, phrases))
        return (f"Name, then {question}", f"{named}. {' '.join(parts)}")
    return (question, " ".join(parts))


def take_away(rng: random.Random, scene: Scene) -> Turn:
    """Ask kinds one after the other, each without what was taken before; at times the count."""
    phrases = distinct_filters(rng, scene, rng.choice([2, 2, 3, 3, 4]))
    count, left, parts = rng.random() < 0.6, scene.count, []
    for k, phrase in enumerate(phrases):
        found = places(scene, phrase, without=phrases[:k])
        text = listing(f"{phrase} left" if k else phrase, found)
        if count:
            text += f" {left} - {len(found)} = {left - len(found)}."
            left -= len(found)
        parts.append(text)
    names = [f"all {p}" if rng.random() < 0.3 else str(p) for p in phrases]
    question = rng.choice(_TAKE).format(_joined(rng, names))
    head = f"{scene.count} objects. " if count else ""
    if rng.random() < 0.3:
        head = f"{', then '.join(map(str, phrases))}. {head}"
        question = f"Name, then {question}"
    if count:
        question += " Count down."
    return (question, head + " ".join(parts))


def read(rng: random.Random, chart: Chart) -> Turn:
    """Ask for the heights of the bars asked for, in that order."""
    colours = rng.sample(list(chart.heights), rng.choice([1, 2, 3, 4]))
    heights = chart.heights
    if len(colours) == 1 and rng.random() < 0.5:
        return (f"How tall is {colours[0]}?", f"{colours[0]} is {heights[colours[0]]}.")
    return (
        f"Read {_joined(rng, colours)}.",
        f"{', '.join(f'{c} is {heights[c]}' for c in colours)}.",
    )


def tallest(rng: random.Random, chart: Chart) -> Turn:
    """Ask for the tallest bar; among equals the first from the left."""
    colour, height = max(chart.heights.items(), key=lambda bar: bar[1])
    return ("Which is the tallest?", f"The tallest is {colour}. {colour} is {height}.")


def combine(rng: random.Random, chart: Chart) -> Turn:
    """Ask for a running sum or difference over two to four bars."""
    heights = chart.heights
    colours = rng.sample(list(heights), rng.choice([2, 3, 3, 4]))
    value = heights[colours[0]]
    text, question = [f"{colours[0]} is {value},"], [f"Add up {colours[0]}"]
    for colour in colours[1:]:
        sign = rng.choice("+-") if value >= heights[colour] else "+"
        after = value + heights[colour] if sign == "+" else value - heights[colour]
        text.append(f"{colour} is {heights[colour]}. {value} {sign} {heights[colour]} = {after}.")
        question.append(f"{'plus' if sign == '+' else 'minus'} {colour}")
        value = after
    return (f"{' '.join(question)}.", " ".join(text))


def arithmetic(rng: random.Random, picture: Picture) -> Turn:
    """Ask for one small sum, difference or comparison."""
    one, two = rng.randint(0, 3 * MAX_HEIGHT), rng.randint(0, MAX_HEIGHT)
    if rng.random() < 0.3:
        other = rng.randint(0, 2 * MAX_HEIGHT)
        sign = ">" if one > other else "<" if one < other else "="
        return (f"Compare {one} and {other}.", f"{one} {sign} {other}.")
    if rng.random() < 0.5 and one >= two:
        return (f"What is {one} minus {two}?", f"{one} - {two} = {one - two}.")
    return (f"What is {one} plus {two}?", f"{one} + {two} = {one + two}.")


def at_once(rng: random.Random, picture: Picture) -> Turn:
    """Ask a question of the three families, answered without any reasoning."""
    family = "charts" if isinstance(picture, Chart) else rng.choice(FAMILIES[:2])
    problem = problem_on(rng, family, picture)
    return (render_question(problem.question, problem.options), problem.answer)


def copy(rng: random.Random, picture: Picture) -> Turn:
    """Ask to repeat marked-up text: headers and contents at random, never a whole response.

    A base model has seen headings; without them warm-up would first have to learn the symbols.
    """
    parts = []
    for header in rng.sample(HEADERS, rng.randint(1, 4)):
        one, two = rng.randint(0, 2 * MAX_HEIGHT), rng.randint(0, MAX_HEIGHT)
        body = rng.choice(
            [f"{one} + {two} = {one + two}.", f"{random_filter(rng)}: {rng.choice(POSITIONS)}.",
             str(one), str(random_filter(rng)), rng.choice(["Yes", "No", "A", "B", "C"])]
        )  # fmt: skip
        parts.append(f"{header}\n{body}")
    text = "\n\n".join(parts)
    return (f"Copy this.\n{text}", text)


_SCENE = {
    describe: 1.0,
    total: 0.5,
    find: 2.0,
    look: 0.5,
    find_several: 3.0,
    take_away: 4.0,
    arithmetic: 0.3,
    at_once: 0.5,
}
_CHART = {
    describe: 1.0,
    total: 0.3,
    read: 1.5,
    tallest: 1.0,
    combine: 2.5,
    arithmetic: 1.0,
    at_once: 0.4,
}
_FIRST = {
    Scene: {describe: 3.0, find: 2.0, look: 1.0, total: 0.5},
    Chart: {describe: 2.0, read: 1.0},
}


def conversation(
    rng: random.Random,
    *,
    easy: bool = False,
    copying: bool = False,
    turns: int = 3,
) -> Conversation:
    """Make several lessons on one picture of the training split.

    Args:
        rng: source of all randomness.
        easy: perception only (the first part of the schedule).
        copying: marked-up text to copy is among the lessons (the last part of the schedule).
        turns: number of lessons.
    """
    kind = Chart if rng.random() < 0.25 else Scene
    picture = random_picture(rng, kind, "train")
    table = _FIRST[kind] if easy else _CHART if kind is Chart else _SCENE
    if copying:
        table = table | {copy: 0.15 * sum(table.values())}
    chosen = rng.choices(list(table), weights=list(table.values()), k=turns)
    return picture, [lesson(rng, picture) for lesson in chosen]  # type: ignore[operator]


def vocabulary_texts(seed: int, n: int) -> list[str]:
    """Make ``n`` texts of lessons, questions and reference paths, to train the tokenizer on."""
    rng = random.Random(seed)
    texts = []
    for k in range(n):
        problem = random_problem(rng, FAMILIES[k % len(FAMILIES)], "train")
        texts.append(render_question(problem.question, problem.options))
        texts.append(problem.path(abridged=rng.random() < 0.3))
        for question, answer in conversation(rng)[1]:
            texts += [question, answer]
    return texts
