"""A declared answer is the answer: no later sentence is a second try unless it corrects."""

import pytest

from r1vl_kedro.benchmarks import score_response

CHOICES = {"A": "30", "B": "45", "C": "60", "D": "90"}


def chart(text: str, answer: str) -> bool:
    row = {"index": 1, "question": "q", "answer": answer, "split": "human"}
    return bool(score_response("chartqa", row, text))


def star(text: str, answer: str) -> bool:
    row = {"index": 1, "question": "q", "answer": answer, "category": "x", **CHOICES}
    return bool(score_response("mmstar", row, text))


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("The answer is 17. In 2010, it was 12.", "17", "12"),
        ("The answer is 17 years. Note that her brother is 12.", "17", "12"),
        ("The answer is Canada. It has 12.", "Canada", "12"),
        ("Canada. It has 12 units.", "Canada", "12"),
        ("The answer is 50. Actually it is 70.", "70", "50"),
        ("The answer isn't 50. It is 70.", "70", "50"),
        ("There are 12 objects at first. Subtracting 5 spheres leaves 7 objects.", "7", "12"),
    ],
)
def test_a_declared_answer_has_no_second_try(text, right, wrong):
    assert chart(text, right)
    assert not chart(text, wrong)


@pytest.mark.parametrize(
    "text",
    [
        "I doubt the answer is 50",
        "Nobody says the answer is 50.",
        "I don't think the final answer is 50.",
        "It is wrong that the final answer is 50.",
        "Half the answer is 50.",
        "If there were no red cubes, the answer is 50",
        "The answer is 50. We still add 1.",
        "The final answer is: 50. Then we double it.",
        "### The final answer is: 50\n\n### Correction:\nIt is 60.",
        '{"short answer": "50"}\nWait, it is 60.',
        '{"short answer": "50", "correction": "60"}',
    ],
)
def test_what_leads_to_an_answer_and_stands_behind_it_is_read(text):
    assert not chart(text, "50")


@pytest.mark.parametrize(
    "text",
    [
        "The chart shows 12, but my answer is 50.",
        "Since 40 + 10 = 50, the answer is 50.",
        "### The final answer is: 50\n\n### Note:\nRounded.",
        "Nobody knows. The final answer is 50.",
        "The answer is not 40 but 50.",
        "**Final Answer:** 50",
        "**Final Answer**: 50",
        "**The final answer is 50.**",
        "From the figure, we can see that the answer is 50.",
        "Hence the required answer is 50.",
        '### The final answer is: {"solution": "40 + 10", "short answer": "50"}',
    ],
)
def test_known_words_lead_to_an_answer(text):
    assert chart(text, "50")


@pytest.mark.parametrize("text", ["Not option B", "Compare option B", "Bad choice: B", "B. Nope."])
def test_an_option_that_something_else_leads_to_or_follows(text):
    assert not star(text, "B")


@pytest.mark.parametrize("text", ["The answer is 50. Alternatively, 70.", "Red: 40\nBlue: 25"])
def test_two_values_without_a_conclusion_are_none(text):
    assert not any(chart(text, value) for value in ("40", "25", "50", "70"))


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The correct answer is B.\nOption D is the right angle.", "B"),
        ("Answer: B\n\nC: the exterior angle", "B"),
        ("Answer: B\nExplanation: The triangle is isosceles.", "B"),
        ("The final answer is B. Thank you!", "B"),
        ("The answer is 45. The supplement would be 90.", "B"),
        ("Option A is 30. Option B is 45. Option C is 60. Option D is 90.", None),
        ("A. The angle is 45.", None),
    ],
)
def test_no_option_is_named_by_a_listing_or_behind_a_declared_one(text, letter):
    assert [name for name in CHOICES if star(text, name)] == ([letter] if letter else [])


@pytest.mark.parametrize(
    ("text", "value"),
    [("Canada has the highest value. Mexico has the lowest value.", "Mexico"), ("19,21", "20")],
)
def test_a_further_sentence_and_a_decimal_comma_are_no_near_answer(text, value):
    assert not chart(text, value)


@pytest.mark.parametrize("said", ["B", ""])
def test_blanks_behind_an_answer_are_no_last_sentence(said):
    text = f'{{"short answer": "{said}{" " * 3000}"}}'
    assert star(text, "B") is bool(said)
