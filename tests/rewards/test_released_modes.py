"""The published script's arithmetic, quirks included, from its description."""

import pytest

from r1vl_kedro.responses import released_answer, released_steps_text
from r1vl_kedro.rewards import match_key_steps, outcome, step_rar, step_rvr


def matches(text, key_steps):
    return match_key_steps(text, key_steps, matching="released")


def test_bodies_are_joined_by_a_space_and_lowered():
    text = "### Step 1:\n  Ab\n### Step 2: C\nD\n### The final answer is: E"
    assert released_steps_text(text) == "ab c\nd"


def test_a_body_runs_to_the_next_newline_and_hashes():
    assert released_steps_text("### Step 1: a ### b\n#### c") == "a ### b"
    assert released_steps_text("### Step 1:\n### Step 2:\nb") == "### step 2:\nb"
    assert released_steps_text("x ### Step 12:a") == "a"


@pytest.mark.parametrize(
    ("said", "key", "expected"),
    [
        ("There are 12", "2", True),
        ("not cosine", "cosine", True),
        ("6-1=5", "6 - 1 = 5", False),
        ("COSINE", "Cosine", True),
        ("anything", "", True),
    ],
)
def test_substrings(said, key, expected):
    assert matches(f"### Step 1:\n{said}", [[key]]) == [expected]


def test_a_bare_string_is_a_group_of_one_and_no_groups_give_nothing():
    assert matches("### Step 1: ab", ["a", ["x", "b"], None]) == [True, True, False]
    assert step_rar("### Step 1: ab", "5", [], matching="released") == 0.0


def test_no_answer_still_earns_key_steps():
    assert step_rar("### Step 1: ab", "5", ["a"], matching="released") == 0.1


HEADERS = "### Image Description:\n### Rationales:\n### Step 1:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEADERS + "### The final answer is:", 1.0),
        (HEADERS + "### The final answer is: 5", 1.0),
        ("### The final answer is: 5\n" + HEADERS, 0.0),
        ("### The final answer is: 5\n" + HEADERS + "### The final answer is:", 1.0),
        ("### Rationales: ### Image Description: ### Step 1:### The final answer is:x", 1.0),
        (HEADERS + "### Step 3:\n### The final answer is: 5", 0.0),
        (HEADERS + "### Step 2:\n### The final answer is: 5", 1.0),
        (HEADERS + "### Step 02:\n### The final answer is: 5", 1.0),
        (HEADERS + "### Step " + "9" * 5000 + ":\n### The final answer is: 5", 0.0),
        (HEADERS.replace("### Step 1:", "") + "### The final answer is: 5", 0.0),
        ("### image description:\n### Rationales:\n### Step 1:\n### The final answer is: 5", 0.0),
    ],
)
def test_validity(text, expected):
    assert step_rvr(text, mode="released") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("### The final answer is: a b \nc", "a b"),
        ("### The final answer is:\n\n a\nb", "a"),
        ("### The final answer is:", ""),
        (" no header ", "no header"),
        ("### The final answer is: 1\n### The final answer is: 2", "1"),
    ],
)
def test_what_counts_as_the_answer(text, expected):
    assert released_answer(text) == expected


@pytest.mark.parametrize(
    ("response", "reference", "expected"),
    [
        ("### The final answer is: 5", "5", 1.0),
        ("### The final answer is: 5", "### Step 1:\n2+3\n### The final answer is: 5", 1.0),
        ("### The final answer is: B", "B", 1.0),
        ("### The final answer is: b", "B", 0.0),
        (r"So $\frac{1}{2}$", "$0.5$", 1.0),
        ("so it is 7", "7", 1.0),
        ("so it is 8", "7", 0.0),
        ("red", "red", 1.0),
        ("", "5", 0.0),
    ],
)
def test_accuracy(response, reference, expected):
    assert outcome(response, reference, mode="released") == expected


def test_unknown_modes_are_named():
    with pytest.raises(ValueError, match="mode='loose'; accepted: strict, released"):
        step_rvr("", mode="loose")
    with pytest.raises(ValueError, match="mode='loose'; accepted: strict, released"):
        outcome("", "5", mode="loose")
