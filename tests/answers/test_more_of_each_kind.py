"""More of each kind: tables of answers that are right (+) and wrong (-), with the reference."""

from pathlib import Path

import pytest

from r1vl_kedro.answers import equivalent
from r1vl_kedro.rewards import outcome

TABLES = Path(__file__).parent


def rows(name: str):
    """Each line under its heading: the heading, right or wrong, the answer, the reference."""
    heading = ""
    for line in (TABLES / name).read_text().splitlines():
        if line.startswith("# "):
            heading = line[2:]
        else:
            given, gold = line[2:].rsplit(" | ", 1)
            yield pytest.param(heading, line[0] == "+", given, gold, id=f"{heading}: {line}")


@pytest.mark.parametrize(("kind", "right", "given", "gold"), list(rows("kinds.txt")))
def test_an_open_answer(kind, right, given, gold):
    assert equivalent(given, gold) is right


@pytest.mark.parametrize(("options", "right", "given", "gold"), list(rows("options.txt")))
def test_an_option_or_letter(options, right, given, gold):
    known = None if options == "no options" else options.split(" / ")
    assert equivalent(given, gold, options=known) is right


@pytest.mark.parametrize(("kind", "right", "given", "gold"), list(rows("around.txt")))
def test_an_answer_with_the_text_around_it(kind, right, given, gold):
    given = given.replace(r"\n", "\n")
    marks = {"\\boxed": "boxed", "<answer>": "think_answer"}
    grammar = next((name for mark, name in marks.items() if mark in given), "r1vl")
    before = "### The final answer is:" if grammar == "r1vl" else "<think>Counting.</think>"
    response = f"{before}\n{given}"
    assert bool(outcome(response, gold, grammar=grammar)) is right
