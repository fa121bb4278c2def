"""The reward that docs/rewards.md adds: one file is enough to train with it."""

import re
from pathlib import Path

from r1vl_kedro.rewards import REWARDS, read_rewards

DOCS = Path(__file__).resolve().parents[2] / "docs/rewards.md"


def test_the_example_registers_and_takes_its_options():
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    try:
        exec(compile(code, str(DOCS), "exec"), {"__name__": "short"})
        reward = read_rewards({"short": {"weight": 0.1, "words": 2}})["short"]
        assert reward(["one two", "one two three"], answer=["a", "b"]) == [1.0, 0.0]
        assert (reward.weight, reward.__name__) == (0.1, "short")
    finally:
        REWARDS.pop("short", None)


def test_every_reward_has_its_line():
    read_rewards({"outcome": 1.0})  # imports them all
    listed = set(re.findall(r"^\| `(\w+)` \| ", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name for name, kind in REWARDS.items() if kind.__module__.startswith("r1vl")} <= listed
