"""Key steps by kind: a table of steps that hold a key step (+) and of others that do not (-)."""

from pathlib import Path

import pytest

from r1vl_kedro.rewards import match_key_steps

TEXT = (Path(__file__).parent / "key_steps.txt").read_text()
TABLES = [part.partition("\n") for part in ("\n" + TEXT).split("\n# ")[1:]]
CASES = {heading: [line for line in text.splitlines() if line] for heading, _, text in TABLES}


def holds(case: str) -> list[bool]:
    step, key = case[2:].split(" | ")
    path = f"### Step 1:\n{step}\n### The final answer is: 5"
    return match_key_steps(path, [[key]])


@pytest.mark.parametrize("kind", CASES)
def test_a_step_holds_a_key_step_or_not(kind):
    wrong = [case for case in CASES[kind] if holds(case) != [case[0] == "+"]]
    assert CASES[kind] and wrong == []
