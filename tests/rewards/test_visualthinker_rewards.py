"""VisualThinker-R1-Zero's rewards: R1-V's accuracy, the form behind ``<think>``, and length."""

import pytest

from r1vl_kedro.rewards import format_reward, read_rewards
from r1vl_kedro.rewards.length import LengthReward
from r1vl_kedro.rewards.r1v import R1VReward, r1v_accuracy


@pytest.mark.parametrize(
    ("response", "answer", "expected"),
    [
        ("why</think><answer>left</answer>", "left", 1.0),
        ("why</think><answer>left</answer>", "<answer>left</answer>", 1.0),
        ("why</think><answer>Left</answer>", "left", 0.0),
        ("why</think><answer>4</answer>", "4", 1.0),
        ("why</think><answer>(B)</answer>", "B", 1.0),
        ("why</think><answer>B.</answer>", "B", 0.0),
        ("why</think><answer>A, B, C, D</answer>", "D", 1.0),  # all listed, the last one counts
        ("why</think><answer>A, B, C, D</answer>", "C", 0.0),
        ("why</think><answer>A B</answer>", "A", 1.0),
        ("why</think><answer>I</answer>", "J", 0.0),
        ("left", "left", 1.0),  # without any tag
        ("why</think><answer>left", "left", 0.0),
        ("why</think><answer>A</answer><answer>B</answer>", "B", 0.0),  # the first tag counts
        ("<answer>A<answer>B</answer></answer>", "B", 0.0),
        ("", "B", 0.0),
    ],
)
def test_accuracy_as_released(response, answer, expected):
    assert r1v_accuracy(response, answer) == expected
    assert R1VReward()([response], answer=[answer]) == [expected]


def test_letters_beyond_the_last_one_are_words():
    assert r1v_accuracy("<answer>it is J</answer>", "J") == 0.0
    assert r1v_accuracy("<answer>it is J</answer>", "J", letters="J") == 1.0
    with pytest.raises(ValueError, match=r"r1v\.letters is 'AB'"):
        read_rewards({"r1v": {"letters": "AB"}})


@pytest.mark.parametrize(
    ("response", "whole", "strict"),
    [
        ("why</think><answer>B</answer>", 1.0, 1.0),
        ("\nwhy\n</think>\n\n<answer>B</answer>", 1.0, 1.0),
        ("<think>why</think><answer>B</answer>", 1.0, 0.0),  # the tag comes twice
        ("why</think>why</think><answer>B</answer>", 1.0, 0.0),
        ("<answer>B</answer>", 0.0, 0.0),
        ("why</think><answer>B", 0.0, 0.0),
        ("why</think><answer>B</answer> done", 0.0, 0.0),
        ("<answer>B</answer>why</think>", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_the_form_is_read_behind_the_prompts_tag(response, whole, strict):
    assert format_reward(response, grammar="think_opened") == whole
    assert format_reward(response, grammar="think_opened", strict=True) == strict


def test_every_token_pays_the_same():
    length = LengthReward()
    assert length(["a", "b"], completion_ids=[[1] * 500, []]) == [0.5, 0.0]
    assert length(["a", "b"]) == [None, None]
    assert read_rewards({"length": {"per_token": 0.01}})["length"](
        ["a"], completion_ids=[[1, 2]]
    ) == [0.02]
