"""The rewards as the trainer calls them, and as a configuration names them."""

import pickle

import pytest

from r1vl_kedro import rewards
from r1vl_kedro.rewards import REWARDS, columns_read, get_reward, read_rewards
from r1vl_kedro.rewards.calling import by_groups
from r1vl_kedro.rewards.key_steps import KeyStepReward
from r1vl_kedro.rewards.outcome import OutcomeReward
from r1vl_kedro.rewards.registry import Reward, register
from r1vl_kedro.rewards.validity import ValidityReward

PATH = (
    "### Image Description:\nSix cubes.\n\n### Rationales:\nCount.\n\n### Step 1:\n6 - 1 = 5\n\n"
    "### The final answer is: {answer}"
)
COLUMNS = {
    "answer": ["5", "B", "5"],
    "options": [[], ["4", "5"], None],
    "key_steps": [[["6 - 1 = 5"], ["7"]], None, [["6 - 1 = 5"]]],
    "prompts": ["p"] * 3,
    "trainer_state": None,
}
TEXTS = [PATH.format(answer=answer) for answer in ("5", "B: 5", "6")]
DEFAULT = {"outcome": 1.0, "key_steps": 1.0, "validity": 1.0}


@pytest.mark.parametrize("conversational", [True, False])
def test_one_float_a_completion(conversational):
    completions = (
        [[{"role": "assistant", "content": t}] for t in TEXTS] if conversational else TEXTS
    )
    rewards = read_rewards(DEFAULT).values()
    scored = {r.__name__: r(completions=completions, **COLUMNS) for r in rewards}
    assert scored == {
        "outcome": [1.0, 1.0, 0.0],
        "key_steps": [0.05, 0.0, 0.1],
        "validity": [1.0, 1.0, 1.0],
    }


def test_options_may_be_missing():
    assert OutcomeReward()(TEXTS, answer=["5", "4", "6"]) == [1.0, 0.0, 1.0]


def test_parameters_reach_the_rewards():
    rewards = read_rewards(
        {"key_steps": {"alpha": 0.5, "matching": "released"}, "validity": {"mode": "released"}}
    )
    empty = "### Image Description:\n### Rationales:\n### Step 1:\n12\n### The final answer is:"
    assert rewards["key_steps"]([empty], key_steps=[["2"]]) == [0.5]
    assert rewards["validity"]([empty]) == [1.0]
    assert KeyStepReward(threshold=100)(["### Step 1:\nparalell\n### The final answer is: 1"],
                                        key_steps=[["parallel"]]) == [0.0]  # fmt: skip


def a_reward_from_elsewhere(completions, answer, family, **columns):
    """A function with TRL's signature."""
    return [float(len(text)) for text in completions]


PLACE = f"{__name__}.a_reward_from_elsewhere"


@pytest.mark.parametrize(
    "reward",
    [
        OutcomeReward(weight=2.0),
        KeyStepReward(alpha=0.2, matching="exact"),
        ValidityReward(grammar="think_answer"),
        get_reward(PLACE)(weight=0.5),
    ],
)
def test_they_travel_to_other_processes(reward):
    again = pickle.loads(pickle.dumps(reward))
    assert again == reward
    assert again.__name__ == reward.__name__


def test_misaligned_columns_are_refused():
    with pytest.raises(ValueError, match="zip"):
        OutcomeReward()(TEXTS, answer=["5"])


def test_a_bare_number_is_the_weight_and_null_leaves_out():
    rewards = read_rewards({"outcome": 2, "key_steps": {"alpha": 0.5}, "validity": None})
    assert list(rewards) == ["outcome", "key_steps"]
    assert (rewards["outcome"].weight, rewards["key_steps"].weight) == (2.0, 1.0)
    assert rewards["key_steps"].alpha == 0.5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"otcome": 1.0}, "reward 'otcome' is unknown: did you mean outcome? choose from "),
        # a dotted path on the command line, where dots part keys
        ({"mine": {"reward": 1}}, "as in rewards={my_package.my_reward: 0.5}"),
        ({"step_rar": 1.0}, "reward 'step_rar' is now called 'key_steps'"),
        ({"step_rvr": 1.0}, "reward 'step_rvr' is now called 'validity'"),
        ({"key_steps": {"alhpa": 1}}, "key_steps.alhpa is no option: did you mean alpha? "),
        ({"key_steps": {"alpha": "much"}}, "key_steps.alpha is 'much': input should be a valid "),
        ({"key_steps": {"alpha": float("nan")}}, "key_steps.alpha is nan: input should be a fin"),
        ({"outcome": -1.0}, "outcome.weight is -1.0: input should be greater than or equal to 0"),
        ({"outcome": True}, "outcome is True: give its weight, its options, or null"),
        ({"outcome": {"grammar": "r1vl"}}, "outcome.grammar: all rewards of a run read one gramm"),
        ({"no.such.module": 1.0}, "reward 'no.such.module' cannot be imported: No module named"),
        ({f"{__name__}.PLACE": 1.0}, "is no callable of "),
    ],
)
def test_what_does_not_fit_is_named(given, said):
    with pytest.raises(ValueError) as raised:
        read_rewards(given)
    assert said in str(raised.value)


def test_a_forgotten_register_is_named(tmp_path, monkeypatch):
    (tmp_path / "parrot.py").write_text("class Parrot: ...\n")
    monkeypatch.setattr(rewards, "__path__", [*rewards.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match=r"'parrot' is unknown: .*\.parrot registers no reward \("):
        get_reward("parrot")
    with pytest.raises(ValueError, match="'parrots' is unknown: choose from"):
        get_reward("parrots")


def test_every_wrong_reward_is_named_at_once():
    with pytest.raises(ValueError, match=r"'otcome'.*; key_steps\.alpha is -1"):
        read_rewards({"otcome": 1.0, "key_steps": {"alpha": -1}})


def test_a_function_from_elsewhere_is_a_reward_by_its_path():
    rewards = read_rewards({PLACE: {"weight": 0.5}})
    assert rewards[PLACE](["abc"], answer=["a"], family=["f"], options=[[]]) == [3.0]
    assert columns_read(rewards.values()) == {"answer": PLACE, "family": PLACE}


def test_each_column_is_known_with_the_reward_that_reads_it():
    rewards = read_rewards({"format": 1.0, **DEFAULT})
    assert columns_read(rewards.values()) == {
        "answer": "outcome",
        "options": "outcome",
        "key_steps": "key_steps",
    }


class DiversityReward(Reward):
    """The share of a group's other completions that differ from each."""

    name = "diversity_of_a_test"
    whole_groups = True

    def __call__(self, completions, **_):
        others = len(completions) - 1
        return [sum(text != other for other in completions) / others for text in completions]


def test_a_reward_of_whole_groups_gets_one_group_a_call():
    assert by_groups(DiversityReward(), ["a", "a", "b", "c", "c", "c"], 3) == [
        0.5, 0.5, 1.0, 0.0, 0.0, 0.0,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="5 completions are no whole groups of 3"):
        by_groups(DiversityReward(), list("aaabb"), 3)


def test_a_class_registers_itself_under_its_name_once(monkeypatch):
    monkeypatch.delitem(REWARDS, DiversityReward.name, raising=False)
    assert register(DiversityReward) is DiversityReward
    assert read_rewards({"diversity_of_a_test": 0.1})["diversity_of_a_test"].weight == 0.1
    with pytest.raises(ValueError, match="there is a reward 'diversity_of_a_test' already"):
        register(DiversityReward)
    del REWARDS[DiversityReward.name]
