"""What a training says of a reward that somebody added."""

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
        (raises, "raised KeyError: 'boom' on a batch of 8 completions"),
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
