"""Key steps by kind: a table of steps that hold a key step (+) and of others that do not (-)."""

from pathlib import Path

import pytest

from r1vl_kedro.rewards import match_key_steps

LINES = (Path(__file__).parent / "key_steps.txt").read_text().splitlines()
CASES = [line for line in LINES if line[:2] in ("+ ", "- ")]


@pytest.mark.parametrize("case", CASES)
def test_a_step_holds_a_key_step_or_not(case):
    step, key = case[2:].split(" | ")
    path = f"### Step 1:\n{step}\n### The final answer is: 5"
    assert match_key_steps(path, [[key]]) == [case[0] == "+"]
