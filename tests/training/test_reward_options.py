"""The rewards of StepGRPO's options: by name, old spellings refused, read in the run's grammar."""

import pytest
from pydantic import ValidationError

from r1vl_kedro.training.options import StepGRPOOptions
from r1vl_kedro.training.overrides import with_overrides

BASE = {"num_steps": 1, "rollouts_per_step": 4}


def options(**given):
    return StepGRPOOptions.model_validate({**BASE, **given})


def test_the_papers_three_rewards_unless_others_are_given():
    rewards = options().rewards
    assert list(rewards) == ["outcome", "key_steps", "validity"]
    assert [reward.weight for reward in rewards.values()] == [1.0, 1.0, 1.0]
    assert list(options(rewards={"outcome": 1}).rewards) == ["outcome"]


def test_options_come_back_from_their_own_form():
    made = options(rewards={"key_steps": {"alpha": 0.5}, "format": {"strict": True}})
    dumped = made.model_dump(mode="json")
    assert dumped["rewards"] == {
        "key_steps": {"weight": 1.0, "alpha": 0.5, "matching": "soft", "threshold": 90.0},
        "format": {"weight": 1.0, "strict": True},
    }
    assert StepGRPOOptions.model_validate(dumped) == made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"alpha": 0.5}, "alpha is now rewards.key_steps.alpha"),
        ({"matching": "exact"}, "matching is now rewards.key_steps.matching"),
        ({"validity": "released"}, "validity is now rewards.validity.mode"),
        ({"weights": {"step_rar": 5}}, "weights.step_rar is now rewards.key_steps.weight"),
        ({"weights": {"step_rvr": 0}}, "weights.step_rvr is now rewards.validity.weight"),
        ({"weights": {"outcome": 0}}, "weights.outcome is now rewards.outcome.weight"),
        ({"rewards": {"step_rar": 5}}, "reward 'step_rar' is now called 'key_steps'"),
        ({"rewards": {"outcome": 0.0}}, "rewards outcome: none has a weight above 0"),
        ({"rewards": {}}, "none has a weight above 0"),
        ({"rewards": "outcome"}, "give a mapping of reward names to weights or options"),
        ({"grammar": "r2vl"}, "grammar 'r2vl' is unknown: did you mean r1vl? choose from "),
        (
            {"grammar": "think_answer", "rewards": {"validity": {"mode": "released"}}},
            "reads the grammar r1vl only, not 'think_answer'",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_todays_spelling(given, said):
    with pytest.raises(ValidationError) as raised:
        options(**given)
    assert said in str(raised.value)


def test_a_variant_changes_a_weight_and_keeps_the_other_options():
    base = options(rewards={"outcome": 1.0, "key_steps": {"alpha": 0.5}, "validity": 1.0})
    changed = with_overrides(base, {"rewards": {"key_steps": 0.0, "validity": None, "format": 2}})
    assert {name: reward.weight for name, reward in changed.rewards.items()} == {
        "outcome": 1.0,
        "key_steps": 0.0,
        "format": 2.0,
    }
    assert changed.rewards["key_steps"].alpha == 0.5


def test_every_reward_reads_the_runs_grammar():
    made = options(grammar="think_answer", rewards={"outcome": 1.0, "validity": 1.0})
    outcome, validity = made.reward_functions()
    assert outcome(["<think>x</think><answer>5</answer>"], answer=["5"]) == [1.0]
    assert validity(["<think>x</think><answer>5</answer>"]) == [1.0]
