"""What a training says of a reward that somebody added."""

import logging
import math

import pytest
from training_fixtures import GRPO, train

from r1vl_kedro.rewards.calling import RewardError


def raises(completions, **columns):
    raise KeyError("boom")


def averages(completions, **columns):
    return 0.5


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (raises, r"raised KeyError: 'boom' on a batch of 8 completions, at .*\.py:\d+"),
        (averages, r"returned 0\.5: wanted one number \(or None\) a completion, 8 of them"),
    ],
)
def test_training_ends_with_the_name_of_the_reward(tiny, records, tmp_path, function, said):
    name = f"{__name__}.{function.__name__}"
    with pytest.raises(RewardError, match=f"^reward '{name}' {said}$"):
        train(
            "grpo", base=tiny, records=records, output=str(tmp_path / "model"), seed=3,
            options=GRPO | {"rewards": {name: 1.0}},
        )  # fmt: skip


def values(*given):
    """A reward that repeats these values."""

    def reward(completions, **columns):
        return [given[i % len(given)] for i in range(len(completions))]

    return reward


nothing, half_nan, half_none = values(None), values(1.0, math.nan), values(0.5, None, 1.0, None)


@pytest.mark.parametrize(
    ("name", "steps", "said"),
    [
        ("nothing", 5, "step 3: {} gave no value to 100 % of 24 completions so far (None 24"),
        ("nothing", 1, "step 1: {} gave no value to 100 % of 8 completions so far (None 8"),
        ("half_nan", 2, "step 1: {} gave no value to 50 % of 8 completions so far (None 0, NaN 4"),
        ("half_none", 5, None),
    ],
)
def test_a_reward_without_values_is_warned_of_once(
    tiny, records, tmp_path, caplog, name, steps, said
):
    place = f"{__name__}.{name}"
    with caplog.at_level(logging.WARNING, "r1vl_kedro"):
        train(
            "grpo", base=tiny, records=records, output=str(tmp_path / "model"), seed=3,
            options=GRPO | {"num_steps": steps, "rewards": {place: 1.0, "outcome": 1.0}},
        )  # fmt: skip
    told = [text for one in caplog.records if "no value" in (text := one.getMessage())]
    assert len(told) == (said is not None)
    assert not told or told[0].startswith(said.format(f"reward '{place}'"))
