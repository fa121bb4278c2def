"""What a hostile reader tried: denials, remarks and parts of more that a policy may try as well."""

import pytest

from r1vl_kedro.answers import equivalent
from r1vl_kedro.rewards import match_key_steps

NUMBERS = ("30", "45", "60", "90")
COLOURS = ("red", "blue", "green", "dark blue")
ANIMALS = ("a dog", "a horse", "a cat")
CHANGES = ("increases", "decreases", "stays constant", "oscillates")

LETTER_DENIED = (
    "Do not choose B", "Don't pick B", "I would never choose B", "I refuse to pick B",
    "The wrong answer is B", "The incorrect answer is B", "The least likely answer is B",
    "B fails", "B is absurd", "B is a trap", "B is unlikely", "B is refuted",
    "B is hardly correct", "B has been eliminated", "B should be ruled out",
    "B turned out wrong", "B seems right but is wrong", "B: not 45", "B: 45 is wrong",
    "The option after B", "The opposite of B", "If B were right", "Cross out B", "Ignore B",
    "Excluded: B", "B is tempting", "B can be discarded",
)  # fmt: skip
LETTER_STATED = (
    "The answer is B", "I would go with B", "Option B matches the figure.", "B) 45, since it fits",
    "The angle is 45 degrees, so the answer is B", "We can eliminate A, C and D, leaving B",
    "The value of x is 45", "The most likely answer is B", "A is wrong, B is right",
    "From the chart, B is the largest, so the answer is B",
)  # fmt: skip
NUMBER_DENIED = (
    "The wrong answer is 5", "5 is absurd", "5 is ruled out", "5 is invalid", "5 is impossible",
    "5 is rejected", "I reject 5", "I distrust 5", "Wrong: 5", "It differs from 5",
    "It is the negative of 5", "It is the reciprocal of 5", "It is the inverse of 5",
    "It is the cosine of 5", "quadruple 5", "just shy of 5", "It starts with 5", "It has 5 digits",
    "It is 5 short", "It is 5 higher", "It is 5 lower", "5 missing", "debt of $5", "5 (rejected)",
    "5 (extraneous)", "5 (squared)", "5 (in millions)",
)  # fmt: skip
NUMBER_STATED = (
    "There are 5 candies left.", "The height of the tree is 5 m", "The train takes 5 hours",
    "She paid 5 dollars", "5 students like football", "A force of 5 N acts.", "5 is the answer",
    "It takes 5 minutes to fill the tank", "The largest bar has a value of 5",
)  # fmt: skip
WORDS_DENIED = (
    ("Paris (unlikely)", "Paris"), ("Paris, which is false", "Paris"),
    ("Yes, that is false", "Yes"), ("Yes - wrong", "Yes"), ("The opposite is true", "Yes"),
    ("It is wrong to say it is true", "Yes"), ("No, it is true", "No"),
    ("No exceptions, it always holds", "No"), ("5 units", "5 square units"),
)  # fmt: skip
TEXT_DENIED = (
    *((text, COLOURS, "B") for text in
      ("dark-blue", "light blue", "hardly blue", "the opposite of blue")),
    *((text, CHANGES, "A") for text in
      ("no longer increases", "It is false that it increases", "increases and then drops")),
)  # fmt: skip
TEXT_STATED = (
    ("The color of the car is blue", COLOURS, "B"), ("dark blue", COLOURS, "D"),
    ("The temperature increases", CHANGES, "A"), ("The man is riding a horse", ANIMALS, "B"),
    ("The pressure decreases over time", CHANGES, "B"),
)  # fmt: skip
STEP_DENIED = (
    ("x = 5", r"So $\sin x = 5$."), ("x = 5", r"So $\sqrt{x} = 5$."), ("x = 5", "So |x| = 5."),
    ("x = 5", "So f(x) = 5."), ("x = 5", "So x = 5!"), ("x = 5", "So x = 5%."),
    ("x = 5", "So x = 5 or 6."), ("angle A = 30", "So 2 angle A = 30."),
    ("angle A = 30", "angle A = 30 is ruled out."),
    ("linear relation", "This is a non-linear relation."),
)  # fmt: skip
STEP_STATED = (
    ("x = 5", "Hence, x = 5 cm."), ("x = 5", "so x = 5 and y = 2"), ("|x| = 5", "So |x| = 5."),
    ("angle A = 30", "Thus angle A = 30 degrees."), ("I = 5 A", "The current I = 5 A."),
    ("linear relation", "This is a linear relation."), ("5! = 120", "Since 5! = 120, we stop."),
)  # fmt: skip


@pytest.mark.parametrize("text", LETTER_DENIED)
@pytest.mark.parametrize("options", [NUMBERS, None])
def test_a_letter_that_is_not_chosen(text, options):
    assert not equivalent(text, "B", options=options)


@pytest.mark.parametrize("options", [NUMBERS, None])
def test_a_private_sign_such_as_a_bullet_of_word_is_no_option(options):
    assert equivalent("B. \uf0b7 The angle is half of a right angle", "B", options=options)
    assert not equivalent("The answer is \ue000", "A", options=options)


@pytest.mark.parametrize("text", LETTER_STATED)
def test_a_letter_that_is_chosen(text):
    assert equivalent(text, "B", options=NUMBERS)


@pytest.mark.parametrize("text", NUMBER_DENIED)
def test_a_number_that_is_no_answer(text):
    assert not equivalent(text, "5")
    assert not equivalent(f"{text}.", "5")


@pytest.mark.parametrize("text", NUMBER_STATED)
def test_a_number_in_an_ordinary_answer(text):
    assert equivalent(text, "5")


@pytest.mark.parametrize(("text", "answer"), WORDS_DENIED)
def test_words_that_are_taken_back(text, answer):
    assert not equivalent(text, answer)


@pytest.mark.parametrize(("text", "options", "letter"), TEXT_DENIED)
def test_the_text_of_an_option_in_another_one(text, options, letter):
    assert not equivalent(text, letter, options=options)


@pytest.mark.parametrize(("text", "options", "letter"), TEXT_STATED)
def test_the_text_of_an_option_in_a_sentence(text, options, letter):
    assert equivalent(text, letter, options=options)


@pytest.mark.parametrize(("key", "step"), STEP_DENIED)
def test_a_key_step_that_is_part_of_another(key, step):
    path = f"### Step 1:\n{step}\n### The final answer is: 5"
    assert match_key_steps(path, [[key]]) == [False]


@pytest.mark.parametrize(("key", "step"), STEP_STATED)
def test_a_key_step_as_it_is_written(key, step):
    path = f"### Step 1:\n{step}\n### The final answer is: 5"
    assert match_key_steps(path, [[key]]) == [True]
