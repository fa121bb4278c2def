"""An answer checked as its record asks: by option, value, text or likeness."""

import pytest

from r1vl_kedro.rewards import read_rewards
from r1vl_kedro.rewards.checked import CHECKS, check_answer
from r1vl_kedro.rewards.registry import reading

COLOURS = ["red", "blue", "green", "grey"]


def tagged(answer, thought="x"):
    return f"<think>{thought}</think><answer>{answer}</answer>"


@pytest.mark.parametrize(
    ("answer", "gold", "check", "options", "expected"),
    [
        ("B", "B", "mcq", COLOURS, 1.0),
        ("B: blue", "B", "mcq", COLOURS, 1.0),
        ("blue", "B", "mcq", COLOURS, 1.0),
        ("C", "B", "mcq", COLOURS, 0.0),
        ("A or B", "B", "mcq", COLOURS, 0.0),
        ("B", "B", "mcq", None, 1.0),
        ("1/2", "0.5", "symbolic", None, 1.0),
        (r"$\frac{1}{2}$", "0.5", "symbolic", None, 1.0),
        ("0.6", "0.5", "symbolic", None, 0.0),
        ("Yes", "yes.", "exact", None, 1.0),
        ("Yes, surely", "yes", "exact", None, 0.0),
        ("1/2", "0.5", "exact", None, 0.0),
        ("a red cube", "A red cube.", "ratio", None, 1.0),
        ("a red cubes", "a red cube", "ratio", None, 20 / 21),
        ("", "a red cube", "ratio", None, 0.0),
        ("cat", "dog", "ratio", None, 0.0),
        ("a red cube", "red cube", "default", None, 1.0),
        ("a red cubes", "a red cube", "default", None, 20 / 21),
        ("15", "14", "default", None, 0.0),
        ("14.0", "14", "default", None, 1.0),
        ("C", "B", "default", COLOURS, 0.0),
        ("C", "B", "default", None, 0.0),
        ("14.0", "14", "", None, 1.0),
    ],
)
def test_each_check(answer, gold, check, options, expected):
    assert check_answer(tagged(answer), gold, check, options=options) == pytest.approx(expected)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "response",
    [
        "B",
        "<think>B</think>",
        "<think>B</think><answer>B",
        tagged(""),
        tagged("B") + "<answer>C</answer>",
        tagged("A, B, C, D"),
        "<think>so <answer>B",
    ],
)
def test_strict_pays_nothing_without_one_right_answer_in_its_tags(response, check):
    assert check_answer(response, "B", check, options=COLOURS) < 0.5


@pytest.mark.parametrize("check", CHECKS)
def test_nested_tags_hold_one_answer_and_are_left_to_the_format_reward(check):
    for response in ("<think>a<think>b</think></think><answer>B</answer>",
                     "<think>a</think><answer><answer>B</answer></answer>"):  # fmt: skip
        assert check_answer(response, "B", check, options=COLOURS) == 1.0


def test_an_answer_without_thinking_is_checked_and_left_to_the_format_reward():
    assert check_answer("<answer>B</answer>", "B", "mcq", options=COLOURS) == 1.0


@pytest.mark.parametrize(
    ("response", "gold", "check", "expected"),
    [
        (tagged("B"), "B", "mcq", 1.0),
        (tagged("b)"), "B", "mcq", 1.0),
        ("so B", "B", "mcq", 1.0),
        (tagged("A, B, C, D"), "A", "mcq", 0.0),
        (tagged("A, B, C, D"), "D", "mcq", 1.0),  # the last of all letters wins: a hole
        (tagged("A B. correct"), "B", "mcq", 1.0),
        (tagged("E"), "E", "mcq", 0.0),
        ("<think>The result is $5$.</think>", "5", "default", 1.0),  # no tags are needed
        (tagged("five"), "5", "default", 0.0),
        (tagged("Red cube"), "red cube.", "default", 1.0),
        (tagged("red cube."), "red cube.", "default", 16 / 17),  # one full stop is dropped only
        (tagged("b") + tagged("c"), "b", "ratio", 1.0),  # the first answer counts
    ],
)
def test_released_is_the_published_scripts_arithmetic(response, gold, check, expected):
    got = check_answer(response, gold, check, mode="released")
    assert got == pytest.approx(expected)


def test_released_reads_an_options_letter_in_the_default_chain():
    given = [tagged("C"), tagged("surely B, correct"), tagged("no idea")]
    paid = [check_answer(text, "B", options=COLOURS, mode="released") for text in given]
    assert paid == [0.0, 1.0, 0.0]


def test_a_batch_is_checked_row_by_row():
    checked = read_rewards({"checked": 1.0})["checked"]
    assert checked.columns == ("answer", "options", "check")
    paid = checked(
        [tagged("B"), tagged("1/2"), [{"role": "assistant", "content": tagged("a red cubes")}]],
        answer=["B", "0.5", "a red cube"],
        check=["mcq", "symbolic", "ratio"],
        options=[COLOURS, [], None],
    )
    assert paid == pytest.approx([1.0, 1.0, 20 / 21])


def test_unknown_checks_and_modes_are_named():
    with pytest.raises(ValueError, match="check is 'llm'; accepted: mcq, symbolic, exact, ratio"):
        check_answer(tagged("B"), "B", "llm")
    with pytest.raises(ValueError, match="mode='head'; accepted: strict, released"):
        check_answer(tagged("B"), "B", mode="head")
    released = read_rewards({"checked": {"mode": "released"}})
    with pytest.raises(ValueError, match="reads the grammar think_answer only, not 'r1vl'"):
        reading(released, "r1vl")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["<answer>B", "A B, ", "Answer: B ", "</answer>"])
@pytest.mark.parametrize("mode", ["strict", "released"])
def test_a_million_characters_are_read_in_time(piece, mode):
    text = "<think>x</think><answer>" + piece * (1_000_000 // len(piece)) + "</answer>"
    for check in ("mcq", "ratio"):
        assert 0.0 <= check_answer(text, "B", check, options=COLOURS, mode=mode) <= 1.0
