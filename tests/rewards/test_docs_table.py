"""The table of rewards in docs/rewards.md."""

import re
from pathlib import Path

from r1vl_kedro.rewards import get_reward

DOCS = Path(__file__).resolve().parents[2] / "docs/rewards.md"


def test_every_line_gives_a_rewards_options_and_columns():
    page = DOCS.read_text(encoding="utf-8")
    table = page[: page.index("### Add one")].splitlines()
    lines = [line.strip("|").split("|") for line in table if line.startswith("| `")]
    assert len(lines) >= 5
    for name, _, *listed in lines:
        reward = get_reward(name.strip(" `"))
        options, columns = (set(re.findall(r"`(\w+)`", cell)) for cell in listed)
        assert options == set(reward.model_fields) - {"weight", "grammar"}, name
        assert columns == set(reward.columns), name
