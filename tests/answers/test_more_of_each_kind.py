"""More of each kind: tables of answers that are right (+) and wrong (-), with the reference."""

from pathlib import Path

import pytest

from r1vl_kedro.answers import equivalent

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
