"""The rewards of LMM-R1: accuracy in LaTeX, and the strict form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1vl_kedro.answers.latex import latex_equal
from r1vl_kedro.rewards import format_reward, read_rewards
from r1vl_kedro.rewards.latex import latex_accuracy

RELEASED = re.compile(
    r"^<think>(?:(?!</think>).)*</think><answer>(?:(?!</answer>).)*</answer>\Z", re.DOTALL
)


def said(answer, reasoning="So."):
    return f"<think>{reasoning}</think><answer>{answer}</answer>"


@pytest.mark.parametrize(
    ("response", "strict", "released"),
    [
        (said("5"), 1.0, 1.0),
        ("<think>a</think>\n<answer>5</answer>", 1.0, 0.0),
        ("<think>a</think> so <answer>5</answer>", 0.0, 0.0),
        ("<think><think>a</think><answer>5</answer>", 0.0, 0.0),
        ("<think>a</think><think>b</think><answer>5</answer>", 0.0, 0.0),
        ("<think>a</think></think><answer>5</answer>", 0.0, 0.0),
        ("<think>a</think><answer>5</think></answer>", 0.0, 1.0),
        ("<think>a<answer>4</answer></think><answer>5</answer>", 0.0, 0.0),
        ("<think>a</think><answer>5</answer><answer>6</answer>", 0.0, 0.0),
        ("<think>a</think><answer>5", 0.0, 0.0),
        ("<answer>5</answer>", 0.0, 0.0),
        (said("5") + "\n", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_the_strict_form_and_the_released_one(response, strict, released):
    assert format_reward(response, strict=True) == strict
    assert format_reward(response, strict="released") == released


@given(
    st.lists(
        st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", "5", "\n", " "]),
        max_size=9,
    )
)
def test_the_released_form_is_the_released_pattern(parts):
    """With its counts: one ``<think>`` and one ``<answer>``."""
    text = "".join(parts)
    wanted = RELEASED.match(text) and text.count("<think>") == text.count("<answer>") == 1
    assert format_reward(text, strict="released") == float(bool(wanted))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["</think><answer>", "<think>", "</think>"])
def test_a_million_characters_are_read_in_time(piece):
    text = "<think>" + piece * (1_000_000 // len(piece)) + "</answer>"
    assert format_reward(text, strict="released") in (0.0, 1.0)


@pytest.mark.parametrize(
    ("response", "answer", "strict", "released"),
    [
        (said(r"\boxed{5}"), "5", 1.0, 1.0),
        (said(r"\boxed{0.5}"), r"\frac{1}{2}", 1.0, 1.0),
        (said("5"), "5", 1.0, 0.0),
        (said("6", r"\boxed{5}?"), "5", 0.0, 1.0),
        (said("5", "The final answer is $5$."), "5", 1.0, 1.0),
        (said(r"\boxed{6}"), "5", 0.0, 0.0),
        (r"\boxed{5}", "5", 0.0, 1.0),
        # The last box counts, several with a comma between are a set, and a box goes before words.
        (r"\boxed{4} then words \boxed{5}", "5", 0.0, 1.0),
        (r"\boxed{5} then words \boxed{4}", "5", 0.0, 0.0),
        (r"\boxed{4}, \boxed{5}", "5", 0.0, 0.0),
        (r"\boxed{5}. The final answer is $4$.", "5", 0.0, 1.0),
        ("The final answer is $4$. The final answer is $5$.", "5", 0.0, 1.0),
        ("The final answer is $5$. The final answer is $4$.", "5", 0.0, 0.0),
        (said("A, B or C"), "B", 0.0, 0.0),
        (said(""), "5", 0.0, 0.0),
        ("", "5", 0.0, 0.0),
    ],
)
def test_accuracy(response, answer, strict, released):
    assert latex_accuracy(response, answer) == strict
    assert latex_accuracy(response, answer, mode="released") == released


@pytest.mark.parametrize("response", ["", said("9"), "anything"])
def test_the_released_code_pays_for_a_reference_that_it_cannot_read(response):
    assert latex_equal(response, "$$") is None
    assert latex_accuracy(response, "$$", mode="released") == 1.0
    assert latex_accuracy(response, "$$") == 0.0


def test_a_letter_of_an_option_counts_with_its_text():
    assert latex_accuracy(said("B: 4"), "B", options=["3", "4"]) == 1.0
    assert latex_accuracy(said("A: 4"), "B", options=["3", "4"]) == 0.0


@pytest.mark.timeout(30)
def test_hostile_latex_is_refused_in_time():
    for text in (r"\boxed{9^{9^{9^9}}}", r"\boxed{" * 3000, "$" * 9000):
        assert latex_equal(text, "5") is False


def test_a_configuration_has_them_at_the_papers_weights():
    rewards = read_rewards({"latex": 1.0, "format": {"weight": 0.5, "strict": "released"}})
    given = {name: one([said("5")], answer=["5"]) for name, one in rewards.items()}
    assert given == {"latex": [1.0], "format": [1.0]}
    total = sum(rewards[name].weight * given[name][0] for name in rewards)
    assert total == 1.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latex": {"mode": "lenient"}}, "latex.mode is 'lenient'"),
        ({"format": {"strict": "very"}}, "format.strict"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        read_rewards(options)
