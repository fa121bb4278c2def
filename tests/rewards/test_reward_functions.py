"""The rewards as the trainer calls them."""

import pickle

import pytest

from r1vl_kedro.rewards.functions import (
    ABLATION_WEIGHTS,
    REWARD_NAMES,
    KeyStepReward,
    OutcomeReward,
    ValidityReward,
    reward_functions,
)

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


@pytest.mark.parametrize("conversational", [True, False])
def test_one_float_a_completion(conversational):
    completions = (
        [[{"role": "assistant", "content": t}] for t in TEXTS] if conversational else TEXTS
    )
    scored = {f.__name__: f(completions=completions, **COLUMNS) for f in reward_functions()}
    assert scored == {
        "outcome": [1.0, 1.0, 0.0],
        "step_rar": [0.05, 0.0, 0.1],
        "step_rvr": [1.0, 1.0, 1.0],
    }
    assert tuple(scored) == REWARD_NAMES


def test_options_may_be_missing():
    assert OutcomeReward()(TEXTS, answer=["5", "5", "6"]) == [1.0, 0.0, 1.0]


def test_parameters_reach_the_rewards():
    functions = reward_functions(alpha=0.5, matching="released", validity="released")
    empty = "### Image Description:\n### Rationales:\n### Step 1:\n12\n### The final answer is:"
    assert functions[1]([empty], key_steps=[["2"]]) == [0.5]
    assert functions[2]([empty]) == [1.0]
    assert KeyStepReward(threshold=100)(["### Step 1:\nparalell\n### The final answer is: 1"],
                                        key_steps=[["parallel"]]) == [0.0]  # fmt: skip


@pytest.mark.parametrize(
    "function", [OutcomeReward(), KeyStepReward(0.2, "exact"), ValidityReward()]
)
def test_they_travel_to_other_processes(function):
    again = pickle.loads(pickle.dumps(function))
    assert again == function
    assert again.__name__ == function.__name__


def test_every_ablation_row_is_a_change_of_weights():
    scores = [f(TEXTS, **COLUMNS)[0] for f in reward_functions()]
    totals = {
        row: sum(w * s for w, s in zip(weights, scores, strict=True))
        for row, weights in ABLATION_WEIGHTS.items()
    }
    assert totals == {
        "outcome": 1.0, "step_rar": 1.05, "step_rvr": 2.0, "step_grpo": 2.05, "validity_only": 1.0,
    }  # fmt: skip


def test_misaligned_columns_are_refused():
    with pytest.raises(ValueError, match="zip"):
        OutcomeReward()(TEXTS, answer=["5"])
