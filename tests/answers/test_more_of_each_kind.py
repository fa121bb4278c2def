"""More of each kind: tables of answers that are right (+) and wrong (-), with the reference."""

from pathlib import Path

import pytest

from r1vl_kedro.answers import equivalent
from r1vl_kedro.rewards import outcome

TABLES = Path(__file__).parent


def tables(name: str):
    """Each table with its heading; its rows are the line, right or wrong, answer and reference."""
    for part in ("\n" + (TABLES / name).read_text()).split("\n# ")[1:]:
        heading, *lines = part.splitlines()
        rows = [(line, line[0] == "+", *line[2:].rsplit(" | ", 1)) for line in lines]
        yield pytest.param(heading, rows, id=heading)


@pytest.mark.parametrize(("kind", "rows"), list(tables("kinds.txt")))
def test_an_open_answer(kind, rows):
    wrong = [line for line, right, given, gold in rows if equivalent(given, gold) is not right]
    assert rows and wrong == []


@pytest.mark.parametrize(("options", "rows"), list(tables("options.txt")))
def test_an_option_or_letter(options, rows):
    known = None if options == "no options" else options.split(" / ")
    wrong = [
        line
        for line, right, given, gold in rows
        if equivalent(given, gold, options=known) is not right
    ]
    assert rows and wrong == []


def paid(given: str, gold: str) -> bool:
    given = given.replace(r"\n", "\n")
    marks = {"\\boxed": "boxed", "<answer>": "think_answer"}
    grammar = next((name for mark, name in marks.items() if mark in given), "r1vl")
    before = "### The final answer is:" if grammar == "r1vl" else "<think>Counting.</think>"
    return bool(outcome(f"{before}\n{given}", gold, grammar=grammar))


@pytest.mark.parametrize(("kind", "rows"), list(tables("around.txt")))
def test_an_answer_with_the_text_around_it(kind, rows):
    wrong = [line for line, right, given, gold in rows if paid(given, gold) is not right]
    assert rows and wrong == []
