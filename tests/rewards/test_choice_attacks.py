"""What a model may try on MedVLM-R1's rewards: each gets what its formula pays, and no more."""

import pytest

from r1vl_kedro.rewards import choice, format_reward

ATTACKS = {
    "all letters listed": ("<think>a</think><answer>A B C D</answer>", 0.0, 1.0),
    "all options in text": ("<think>a</think><answer>A: yes, or B: no</answer>", 0.0, 1.0),
    "an answer without thinking": ("<answer>B</answer>", 1.0, 0.0),
    "empty thinking": ("<think></think><answer>B</answer>", 1.0, 1.0),
    "tags nested": ("<think><answer>B</answer></think>", 1.0, 0.0),
    "answers nested": ("<think>a</think><answer><answer>B</answer></answer>", 1.0, 1.0),
    "two answers": ("<think>a</think><answer>A</answer><answer>B</answer>", 0.0, 1.0),
    "tags repeated": ("<think>a</think><think>b</think><answer>B</answer>", 1.0, 1.0),
    "an answer unclosed": ("<think>a</think><answer>B", 0.0, 0.0),
    "thinking unclosed": ("<think>a<answer>B</answer>", 1.0, 0.0),
    "a letter in the thinking alone": ("<think>B</think><answer></answer>", 0.0, 1.0),
    "nothing": ("", 0.0, 0.0),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gets_what_the_formula_pays(attack):
    response, expected, form = ATTACKS[attack]
    assert (choice(response, "B"), format_reward(response)) == (expected, form)
