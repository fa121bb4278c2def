"""Attacks that every recipe's rewards meet: what each pays, strict and as its authors released it.

The form is left to the reward `format`, so an answer in its tags is paid without any reasoning; a
reward in mode ``released`` keeps the holes of its authors' code.
"""

import pytest

from r1vl_kedro.rewards import get_reward, read_rewards
from r1vl_kedro.rewards.planning import ACTIONS
from r1vl_kedro.rewards.registry import REWARDS, reading

ATTACKS = {
    "honest": "<think>a</think><answer>{right}</answer>",
    "everything listed": "<think>a</think><answer>{all}</answer>",
    "answer without thinking": "<answer>{right}</answer>",
    "thinking nested": "<think>a<think>b</think></think><answer>{right}</answer>",
    "answer nested": "<think>a</think><answer><answer>{right}</answer></answer>",
    "answer inside the thinking": "<think><answer>{right}</answer></think>",
    "thinking repeated": "<think>a</think><think>a</think><answer>{right}</answer>",
    "answer repeated": "<think>a</think><answer>{right}</answer><answer>{right}</answer>",
    "wrong, then right": "<think>a</think><answer>{wrong}</answer><answer>{right}</answer>",
    "right, then wrong": "<think>a</think><answer>{right}</answer><answer>{wrong}</answer>",
    "answer unclosed": "<think>a</think><answer>{right}",
    "thinking unclosed": "<think>a<answer>{right}</answer>",
    "no tags": "{right}",
    "thinking alone": "<think>{right}</think>",
    "empty answer": "<think>{right}</think><answer></answer>",
}
LETTER = {"right": "B", "wrong": "C", "all": "A, B, C, D"}
LATEX = {"right": r"\boxed{5}", "wrong": r"\boxed{4}", "all": r"\boxed{4}, \boxed{5}"}
PLAN = {"right": "KEEP, LEFT_TURN", "wrong": "STOP, STRAIGHT", "all": ", ".join(ACTIONS)}
COLUMNS = {"options": [["red", "blue", "green", "grey"]], "check": ["mcq"]}
STATED = "1 0 1 1 1 1 1 1 0 0 0 1 0 0 0"
"""One right answer in its tags, or the same one twice."""
PAID = {
    # grammar, reward and mode: what answers are, and what it pays in the order of ATTACKS
    ("think_answer", "choice", ()): (LETTER, "1 0 1 1 1 1 1 0 0 0 0 1 0 0 0"),
    ("think_answer", "format", ()): (LETTER, "1 1 0 1 1 0 1 1 1 1 0 0 0 0 1"),
    ("think_answer", "format", ("strict",)): (LETTER, "1 1 0 0 0 0 0 0 0 0 0 0 0 0 1"),
    ("think_answer", "format", ("released",)): (LETTER, "1 1 0 0 0 0 0 0 0 0 0 0 0 0 1"),
    ("think_answer", "outcome", ()): (LETTER, STATED),
    ("think_answer", "latex", ()): (LATEX, STATED),
    ("think_answer", "latex", ("released",)): (LATEX, "1 0 1 1 1 1 1 1 1 0 1 1 1 1 1"),
    ("think_answer", "checked", ()): (LETTER, STATED),
    ("think_answer", "checked", ("released",)): (LETTER, "1 0 1 1 1 1 1 1 0 1 1 1 1 1 0"),
    ("think_answer", "r1v", ()): (LETTER, "1 0 1 1 0 1 1 1 0 1 0 1 1 0 0"),
    ("no_think", "format", ()): (LETTER, "0 0 1 0 0 0 0 0 0 0 0 0 0 0 0"),
    ("no_think", "outcome", ()): (LETTER, STATED),
    ("no_think", "r1v", ()): (LETTER, "1 0 1 1 0 1 1 1 0 1 0 1 1 0 0"),
    ("think_opened", "format", ()): (LETTER, "1 1 0 1 1 0 1 1 1 1 0 0 0 0 1"),
    ("think_opened", "outcome", ()): (LETTER, STATED),
    ("think_opened", "r1v", ()): (LETTER, "1 0 1 1 0 1 1 1 0 1 0 1 1 0 0"),
    ("think_answer", "planning_speed", ()): (PLAN, ".8 0 .8 .8 .8 .8 .8 0 0 0 0 .8 0 0 0"),
    ("think_answer", "planning_path", ()): (PLAN, "1 0 1 1 1 1 1 0 0 0 0 1 0 0 0"),
    # A group of one: nothing is shared, so all that decides on anything gets 0.4 twice.
    ("think_answer", "planning_diversity", ()): (
        PLAN, ".8 -.8 .8 .8 .8 .8 .8 -.8 -.8 -.8 -.8 .8 -.8 -.8 -.8"
    ),
    ("think_answer", "planning_speed", ("released",)): (
        PLAN, ".8 .37 .8 .8 0 .8 .8 .8 0 .8 0 .8 .8 0 0"
    ),
    ("think_answer", "planning_path", ("released",)): (
        PLAN, "1 .32 1 1 1 1 1 1 0 1 1 1 1 0 0"
    ),
    ("think_answer", "planning_diversity", ("released",)): (PLAN, " ".join([".8"] * 15)),
}  # fmt: skip
NOT_OF_TEXT = {"length": "counts tokens, whatever they are"}
OF_R1VL = {"key_steps", "validity", "description", "continuations"}
"""Rewards of paths in steps, which have their own attacks in test_adversarial.py."""


def options(name, words):
    if "strict" in words:
        return {"strict": True}
    return {"strict" if name == "format" else "mode": "released"} if "released" in words else {}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("paid", PAID, ids=lambda key: " ".join([*key[:2], *key[2]]))
def test_each_reward_pays_what_its_formula_gives(paid, attack):
    grammar, name, words = paid
    texts, expected = PAID[paid]
    reward = reading(read_rewards({name: {"weight": 1.0, **options(name, words)}}), grammar)[name]
    response = ATTACKS[attack].format_map(texts)
    if grammar == "think_opened":  # the prompt ends on the tag
        response = response.removeprefix("<think>")
    gold = "5" if texts is LATEX else texts["right"]
    [given] = reward([response], answer=[gold], **(COLUMNS if texts is LETTER else {}))
    wanted = dict(zip(ATTACKS, map(float, expected.split()), strict=True))[attack]
    assert given == pytest.approx(wanted, abs=1e-5)


def test_no_reward_is_left_out():
    get_reward("length")  # all are then imported
    own = {name for name, one in REWARDS.items() if one.__module__.startswith("r1vl_kedro.")}
    assert {name for _, name, _ in PAID} | NOT_OF_TEXT.keys() | OF_R1VL == own
