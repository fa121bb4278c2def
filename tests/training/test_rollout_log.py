"""What is kept of rollouts is what was trained on, whatever the rewards and their order."""

import json

import numpy as np
import pandas as pd
import pytest
from training_fixtures import GRPO, train

from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.rewards.advantages import advantages

OPTIONS = {**GRPO, "num_steps": 2, "checkpoint_steps": 0}


def by_length(completions, **columns):
    """A reward that tells an untrained model's completions apart."""
    return [len(completion[0]["content"]) / 10 for completion in completions]


def run(tiny, records, output, **options):
    train(
        "grpo", base=tiny, records=records, output=str(output), seed=3,
        options={**OPTIONS, **options},
    )  # fmt: skip
    log = json.loads((output / "training_log.json").read_text())
    return pd.DataFrame(log), pd.read_parquet(output / "rollouts.parquet")


def grouped(rollouts):
    """Rewards and advantages, shape (groups, M)."""
    return (rollouts[name].to_numpy().reshape(-1, 4) for name in ("reward", "advantage"))


@pytest.mark.parametrize("scale", ["group", "batch", "none"])
def test_advantages_are_those_trained_on(tiny, records, tmp_path, scale):
    rewards = {f"{__name__}.by_length": 1.0}
    _, rollouts = run(tiny, records, tmp_path / "model", rewards=rewards, scale_rewards=scale)
    for _, of_step in rollouts.groupby("step"):
        reward, advantage = grouped(of_step)
        assert np.ptp(reward) > 0
        expected = reward - reward.mean(1, keepdims=True)
        if scale == "group":
            expected /= reward.std(1, ddof=1, keepdims=True) + 1e-4
        elif scale == "batch":
            expected /= reward.std(ddof=1) + 1e-4
        assert advantage == pytest.approx(expected, rel=1e-4, abs=1e-5)


SUM, EACH = "sum_then_normalize", "normalize_then_sum"


@pytest.mark.parametrize(
    ("scale", "aggregation"), [("group", SUM), ("batch", SUM), ("none", SUM), ("group", EACH)]
)
def test_the_pure_function_gives_the_trainers_advantages(
    tiny, records, tmp_path, scale, aggregation
):
    names = {f"{__name__}.by_length": 0.5, f"{__name__}.by_vowels": 2.0}
    _, rollouts = run(
        tiny, records, tmp_path / "model", rewards=names, scale_rewards=scale,
        aggregation=aggregation, num_steps=1,
    )  # fmt: skip
    rewards = rollouts[[f"reward_{name}" for name in names]].to_numpy().reshape(-1, 4, 2)
    rewards[0, 0, 1] = np.nan  # the table has 0 where a reward does not apply
    made = advantages(rewards, list(names.values()), scale_rewards=scale, aggregation=aggregation)
    assert np.ptp(made) > 0
    trained = rollouts["advantage"].to_numpy().reshape(-1, 4)
    assert made == pytest.approx(trained, rel=1e-3, abs=1e-4)


def by_vowels(completions, **columns):
    """Another such reward, which does not apply to the first completion."""
    counts = [float(sum(c in "aeiou" for c in text[0]["content"])) for text in completions]
    return [None, *counts[1:]]


def test_columns_are_found_by_name_wherever_a_reward_stands(tiny, records, tmp_path, monkeypatch):
    """Each completion matches its one key step; so 100 / tokens of them come to 100 tokens."""
    from r1vl_kedro.rewards.key_steps import KeyStepReward
    from r1vl_kedro.rewards.validity import ValidityReward

    monkeypatch.setattr(
        KeyStepReward, "__call__", lambda self, completions, **_: [self.alpha] * len(completions)
    )
    monkeypatch.setattr(
        ValidityReward, "__call__", lambda self, completions, **_: [1.0] * len(completions)
    )
    rewards = {"validity": 1.0, "key_steps": {"weight": 2.0, "alpha": 0.5}, "outcome": 1.0}
    log, rollouts = run(tiny, records, tmp_path / "model", rewards=rewards)
    tokens = rollouts["tokens"].groupby(rollouts["step"]).mean().to_numpy()
    assert log["key_step_density"].dropna().to_numpy() == pytest.approx(100 / tokens)
    assert log["format/valid"].dropna().eq(1.0).all()
    assert log["rewards/key_steps/mean"].dropna().eq(0.5).all()
    assert rollouts["reward_key_steps"].eq(0.5).all()
    assert rollouts["reward"].eq(2.0).all()
    assert "length/wrong" in log and "length/right" not in log


def test_a_run_without_the_papers_rewards_has_no_metric_of_theirs(tiny, records, tmp_path):
    rewards = {f"{__name__}.by_length": 1.0, "format": 0.5}
    log, rollouts = run(tiny, records, tmp_path / "model", rewards=rewards, grammar="think_answer")
    assert {"rewards/format/mean", "format/valid", "zero_variance"} <= set(log)
    assert not {"key_step_density", "hacking_alarm", "length/right"} & set(log)
    assert {"reward_format", f"reward_{__name__}.by_length"} <= set(rollouts)


def reads_more(completions, difficulty, **columns):
    """A reward that reads a column that these records do not have."""
    return [0.0] * len(completions)


def test_a_missing_column_is_named_before_anything_is_loaded(tiny, records, tmp_path, monkeypatch):
    monkeypatch.setattr("r1vl_kedro.training.policy.load_model", lambda *a, **k: 1 / 0)
    with pytest.raises(RecordsError, match=r"reward .*reads_more reads the column 'difficulty'"):
        run(tiny, records, tmp_path / "model", rewards={f"{__name__}.reads_more": 1.0})
