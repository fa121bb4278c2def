"""The rewards of related recipes: form by tags, and one letter."""

import json

import pytest

from r1vl_kedro.responses import R1VL
from r1vl_kedro.rewards import choice, format_reward
from r1vl_kedro.rewards.choice import ChoiceReward
from r1vl_kedro.rewards.format import FormatReward


def test_the_reference_cases(shared_dir):
    lines = (shared_dir / "cases/recipes.jsonl").read_text(encoding="utf-8").splitlines()
    rewards = {
        "choice": ChoiceReward(),
        "format": FormatReward(),
        "format_strict": FormatReward(strict=True),
    }
    for case in map(json.loads, lines):
        [given] = rewards[case["reward"]]([case["response"]], answer=[case["answer"]])
        assert given == case["expected"], case
    assert len(lines) >= 22


@pytest.mark.parametrize(
    ("response", "whole", "strict"),
    [
        ("<think>a</think><answer>b</answer>", 1.0, 1.0),
        ("<think>a</think>\n\n<answer>b</answer>", 1.0, 1.0),
        ("<think></think><answer></answer>", 1.0, 1.0),
        ("<think>a</think> so <answer>b</answer>", 0.0, 0.0),
        ("<think>a</think><answer>b</answer>\n", 0.0, 0.0),
        ("<think>a</think></think><answer>b</answer>", 1.0, 0.0),
        ("<think>a</think><answer>b</answer><answer>c</answer>", 1.0, 0.0),
        ("<think></answer>", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_form_by_tags(response, whole, strict):
    assert format_reward(response) == whole
    assert format_reward(response, strict=True) == strict


def test_in_another_grammar_the_form_is_that_grammars():
    path = R1VL.render(["6 - 1 = 5"], "5", description="Six cubes.", rationale="Count.")
    assert format_reward(path, grammar="r1vl") == 1.0
    assert format_reward(R1VL.render(["6 - 1 = 5"], "5"), grammar="r1vl") == 0.0
    assert FormatReward(grammar="r1vl")([path]) == [1.0]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["</think><answer>", "<think>", "</think>   ", "</answer>"])
def test_the_form_of_a_million_characters_is_read_in_time(piece):
    text = "<think>" + piece * (1_000_000 // len(piece))
    assert format_reward(text) in (0.0, 1.0)
    assert choice(text, "B") == 0.0


@pytest.mark.parametrize(
    ("answer", "gold", "expected"),
    [
        ("B", "B", 1.0),
        ("B: the lung", "B", 0.5),
        ("b", "B", 0.0),
        ("K", "K", 0.0),
        ("A or B", "B", 0.0),
        ("B", "B: the lung", 0.0),
    ],
)
def test_one_letter(answer, gold, expected):
    assert choice(f"<think>x</think><answer>{answer}</answer>", gold) == expected


def test_the_letter_of_another_grammar():
    assert choice("### The final answer is: B", "B", grammar="r1vl") == 1.0
    assert choice(r"So \boxed{B} or \boxed{B}", "B", grammar="boxed") == 0.0
