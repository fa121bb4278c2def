"""The grammar without reasoning, and the rewards that read it."""

import pytest

from r1vl_kedro.responses import final_answer, get_grammar
from r1vl_kedro.rewards import read_rewards
from r1vl_kedro.rewards.choice import choice
from r1vl_kedro.rewards.format import format_reward
from r1vl_kedro.rewards.registry import reading


@pytest.mark.parametrize(
    ("response", "format_", "choice_"),
    [
        ("<answer>B</answer>", 1.0, 1.0),
        (" <answer> B </answer>\n", 1.0, 1.0),
        ("<answer>B: Lung</answer>", 1.0, 0.5),
        ("<answer>A B C D</answer>", 1.0, 0.0),
        ("<think>bright</think><answer>B</answer>", 0.0, 1.0),
        ("<answer>B", 0.0, 0.0),
        ("<answer><answer>B</answer></answer>", 0.0, 1.0),
        ("<answer>A</answer><answer>B</answer>", 0.0, 0.0),
        ("<answer></answer>", 0.0, 0.0),
        ("B", 0.0, 0.0),
    ],
)
def test_format_and_choice_of_an_answer_without_reasoning(response, format_, choice_):
    assert format_reward(response, grammar="no_think") == format_
    assert choice(response, "B", grammar="no_think") == choice_


def test_rewards_of_a_run_read_its_grammar():
    rewards = reading(read_rewards({"format": 1.0, "choice": 1.0}), "no_think")
    assert rewards["format"](["<answer>B</answer>"]) == [1.0]


def test_a_reference_path_loses_its_reasoning():
    text = get_grammar("no_think").render(["6 - 1 = 5"], "5", description="A scene.")
    assert text == "<answer>5</answer>" and final_answer(text, "no_think") == "5"
