"""AlphaDrive's planning terms: accuracy of speed and path, diversity within the group."""

import random
from itertools import permutations

import pytest

from r1vl_kedro.answers.classes import listed
from r1vl_kedro.rewards import read_rewards
from r1vl_kedro.rewards.calling import by_groups
from r1vl_kedro.rewards.planning import ACTIONS, PATH, SPEED, planning_accuracy

GOLD = "KEEP, LEFT_TURN"
EVERY = ", ".join(ACTIONS)


def said(answer, thinking="The road is clear."):
    return f"<think>{thinking}</think><answer>{answer}</answer>"


def reward(name, **options):
    return read_rewards({name: options})[name]


def released_sum(completions, gold=GOLD):
    """Speed, path and diversity as the released functions add them, one value a completion."""
    given = {"completions": completions, "answer": [gold] * len(completions)}
    names = ("planning_speed", "planning_path", "planning_diversity")
    parts = [reward(name, mode="released")(**given) for name in names]
    return [sum(values) for values in zip(*parts, strict=True)]


@pytest.mark.parametrize(
    ("response", "speed", "path"),
    [
        (said("KEEP, LEFT_TURN"), 0.8, 1.0),
        (said("LEFT_TURN, KEEP"), 0.8, 1.0),
        (said("\nkeep, left turn.\n"), 0.8, 1.0),
        ("<answer>KEEP, LEFT_TURN</answer>", 0.8, 1.0),  # form is the format reward's matter
        (said("KEEP, STRAIGHT"), 0.8, 0.0),
        (said("STOP, LEFT_TURN"), 0.0, 1.0),
        (said("KEEP"), 0.8, 0.0),
        # Hedging and what is no list of actions.
        (said(EVERY), 0.0, 0.0),
        (said("KEEP, STOP, LEFT_TURN"), 0.0, 1.0),
        (said("KEEP, not LEFT_TURN"), 0.0, 0.0),
        (said("KEEP, FLY"), 0.0, 0.0),
        (said("I keep and turn left: KEEP, LEFT_TURN"), 0.0, 0.0),
        (said(""), 0.0, 0.0),
        # Tags repeated, nested, unclosed, absent.
        (said("KEEP, LEFT_TURN") + "<answer>STOP, LEFT_TURN</answer>", 0.0, 0.0),
        (said("KEEP, LEFT_TURN") + "<answer>KEEP, LEFT_TURN</answer>", 0.0, 0.0),
        ("<answer><answer>KEEP, LEFT_TURN</answer></answer>", 0.8, 1.0),
        ("<think>KEEP, LEFT_TURN</think><answer>KEEP, LEFT_TURN", 0.0, 0.0),
        ("<think>KEEP, LEFT_TURN</think>", 0.0, 0.0),
        ("KEEP, LEFT_TURN", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_strict_pays_one_answer_that_decides(response, speed, path):
    assert reward("planning_speed")([response], answer=[GOLD]) == [speed]
    assert reward("planning_path")([response], answer=[GOLD]) == [path]


def test_weights_are_those_of_the_predicted_actions():
    assert planning_accuracy(said("ACCELERATE, STRAIGHT"), "ACCELERATE, STRAIGHT", SPEED) == 0.9
    assert planning_accuracy(said("STOP, STRAIGHT"), "STOP, STRAIGHT", SPEED) == 1.0
    two = "KEEP, STOP, STRAIGHT"
    assert planning_accuracy(said(two), two, SPEED) == pytest.approx(0.9)
    assert planning_accuracy(said("KEEP, STRAIGHT"), two, SPEED) == pytest.approx(2 / 3 * 0.8)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        # One completion: +0.4 for speed and path each, as nothing came before it.
        (said("KEEP, LEFT_TURN"), 0.8 + 1.0 + 0.8),
        (said("KEEP, STRAIGHT"), 0.8 + 0.0 + 0.8),
        ("no action at all", 0.8),  # the hole: 0.4 for speed, 0.4 for path
        ("", 0.8),
        (said("keep, left_turn"), 0.8),
        # F1 of one of four speeds 0.4 x 0.925, of one of five paths 1/3 x 0.96.
        (said(EVERY), 0.4 * 0.925 + 0.96 / 3 + 0.8),
        # An answer over several lines is not found, so the whole text is split; the first line
        # of actions is no action to the letter.
        (said("\nKEEP, LEFT_TURN\n"), 0.8),
        ("KEEP, LEFT_TURN", 0.8 + 1.0 + 0.8),  # nor are tags needed
        (said("KEEP, LEFT_TURN") + said("STOP, STRAIGHT"), 0.8 + 1.0 + 0.8),
    ],
)
def test_released_arithmetic_of_one_completion(response, expected):
    assert released_sum([response]) == [pytest.approx(expected, abs=1e-5)]


def test_released_denominators():
    """(1 / 1.000001) twice makes precision and recall, once more the mean weight."""
    one = 1 / 1.000001
    f1 = 2 * one * one / (one + one + 1e-6)
    given = reward("planning_speed", mode="released")([said(GOLD)], answer=[GOLD])
    assert given == [f1 * 0.8 / 1.000001]
    assert given[0] < 0.8


def test_released_diversity_depends_on_the_order_of_a_group():
    group = [said(GOLD), said("KEEP, STRAIGHT"), said(GOLD), said("STOP, STRAIGHT"), "nothing"]
    diversity = reward("planning_diversity", mode="released")
    answers = [GOLD] * 5
    assert diversity(group, answer=answers) == pytest.approx([0.8, 0.0, -0.8, 0.0, 0.8])
    assert diversity(group[::-1], answer=answers) == pytest.approx([0.8, 0.8, 0.8, -0.8, -0.8])


def test_a_group_is_one_call():
    group = [said(GOLD), said(GOLD)]
    diversity = reward("planning_diversity", mode="released")
    assert diversity.whole_groups
    twice = by_groups(diversity, [*group, *group], 2, answer=[GOLD] * 4)
    assert twice == pytest.approx([0.8, -0.8, 0.8, -0.8])


def test_strict_diversity_is_the_mean_over_all_orders():
    group = [said(GOLD), said("KEEP, STRAIGHT"), said(GOLD), said("STOP, RIGHT_CHANGE")]
    strict, released = (reward("planning_diversity", mode=mode) for mode in ("strict", "released"))
    orders = list(permutations(range(4)))
    mean = [0.0] * 4
    for order in orders:
        values = released([group[k] for k in order], answer=[GOLD] * 4)
        for place, k in enumerate(order):
            mean[k] += values[place] / len(orders)
    assert strict(group, answer=[GOLD] * 4) == pytest.approx(mean)


def test_strict_diversity_pays_least_where_nothing_is_decided():
    diversity = reward("planning_diversity")
    group = [said(GOLD), "nothing", said(EVERY), said("STOP, STRAIGHT"), said(GOLD)]
    values = diversity(group, answer=[GOLD] * 5)
    assert values == pytest.approx([0.0, -0.8, -0.8, 0.8, 0.0])
    assert reward("planning_diversity", amount=0.1)(group, answer=[GOLD] * 5)[1] == -0.2


def test_strict_does_not_depend_on_the_order():
    rng = random.Random(0)
    texts = [said(f"{s}, {p}") for s in SPEED for p in PATH] + ["nothing", said(EVERY)]
    diversity = reward("planning_diversity")
    for _ in range(50):
        group = rng.choices(texts, k=6)
        order = rng.sample(range(6), 6)
        values = diversity(group, answer=[GOLD] * 6)
        shuffled = diversity([group[k] for k in order], answer=[GOLD] * 6)
        assert shuffled == [values[k] for k in order]


@pytest.mark.parametrize("name", ["planning_speed", "planning_path", "planning_diversity"])
def test_wrong_options_are_named(name):
    with pytest.raises(ValueError, match=f"{name}.mode is 'loose'"):
        reward(name, mode="loose")
    with pytest.raises(ValueError, match="reads <answer> tags, and the grammar is 'r1vl'"):
        type(reward(name))(mode="released", grammar="r1vl")
    with pytest.raises(ValueError, match="accepted: strict, released"):
        planning_accuracy("", GOLD, SPEED, mode="loose")


def test_other_grammars_are_read_in_strict_mode():
    text = "### The final answer is: KEEP, LEFT_TURN"
    speed = type(reward("planning_speed"))(grammar="r1vl")
    assert speed([text], answer=[text]) == [0.8]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["<answer>", "KEEP, ", "</answer>", "<answer>KEEP</answer>"])
@pytest.mark.parametrize("mode", ["strict", "released"])
def test_a_million_characters_are_read_in_time(piece, mode):
    text = piece * (1_000_000 // len(piece))
    for name in ("planning_speed", "planning_path", "planning_diversity"):
        [value] = reward(name, mode=mode)([text], answer=[GOLD])
        assert -0.8 <= value <= 2.0


def test_a_list_of_classes_is_read_as_one():
    assert listed("KEEP; left-turn\n", ACTIONS) == {"KEEP", "LEFT_TURN"}
    assert listed("KEEP, KEEP", ACTIONS) == {"KEEP"}
    assert listed(" , ", ACTIONS) is None
    assert listed("KEEP LEFT_TURN", ACTIONS) is None
