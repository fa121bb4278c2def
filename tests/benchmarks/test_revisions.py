"""What follows an answer: it may explain it, take it back or give another."""

import pytest

from r1vl_kedro.benchmarks import robust
from r1vl_kedro.benchmarks.suite.mathvista import list_verdict
from r1vl_kedro.responses.revisions import revises
from r1vl_kedro.rewards import outcome

ANGLES = ("30", "45", "60", "90")
CHOICES = {"A": "Paris", "B": "London", "C": "Rome"}
TAKEN_BACK = (
    ("15\nCorrecting the sign, we obtain 18.", "15", None),
    ("15\nI'd go with 18.", "15", None),
    ("15\nThat was a joke.", "15", None),
    ("15\nUnless the units are cm, then 18.", "15", None),
    ("15\nResult: 18", "15", None),
    ("15\n<b>18</b>", "15", None),
    ("15 [deleted]", "15", None),
    ("24\nMultiplying by 2 for both sides gives 48.", "24", None),
    ("24\n30 is the right answer.", "24", None),
    ("24\nThe result above is off by 6.", "24", None),
    ("24\nThis needs to be doubled.", "24", None),
    ("24\nNow add the base: 24 + 6 = 30.", "24", None),
    ("24\nDon't forget to add 6, so the total is 30.", "24", None),
    ("24\nTherefore the total area is 30.", "24", None),
    ("24\nThe area, correctly computed, is 30.", "24", None),
    ("7\nLet me count again. There are 4 in front and 4 behind, giving 8.", "7", None),
    ("7\nI should have said 8.", "7", None),
    ("7\nI would change my answer to 8.", "7", None),
    ("7\nIt is more likely 8.", "7", None),
    ("7\nDo not trust this answer.", "7", None),
    ("7\nReplace 7 by 8.", "7", None),
    ("7\n(incorrect)", "7", None),
    ("7\nIt is a guess; actually 8", "7", None),
    ("7\nNo wait. Recounting, I get eight.", "7", None),
    ("7\n\nOne could also argue for 8.", "7", None),
    ("7\n(This is only a guess; 8 is equally plausible.)", "7", None),
    ("7\nBut the question asks for the total, so 17.", "7", None),
    ("7\nIn other words, eight.", "7", None),
    ("7\nThe right answer: 8", "7", None),
    ("7\nNevertheless 8 is better.", "7", None),
    ("7\nThat was the old value. The new one is 8.", "7", None),
    ("7\nOn second thoughts I prefer 8.", "7", None),
    ("7\nStrike that.", "7", None),
    ("7\nOops.", "7", None),
    ("7\nThe answer 7 is incorrect.", "7", None),
    ("7\nJust kidding, it's 8", "7", None),
    ("7\n\n\\boxed{8}", "7", None),
    ("40\nThat answer seems wrong to me.", "40", None),
    ("40\nI made a mistake above, the result is 50.", "40", None),
    ("40\nEdit: it is 50.", "40", None),
    ("40\nThe real answer is 50, sorry about that.", "40", None),
    ("40\nIn fact it is 50, not 40.", "40", None),
    ("40\n\nFinal answer: 50", "40", None),
    ("6\nOh no, I have to take that back, 5.", "6", None),
    ("6\nThe above is a guess; the true value is 5.", "6", None),
    ("6\nDouble-checking gives 5 instead of 6.", "6", None),
    ("6\nMy apologies, it should have been 5.", "6", None),
    ("6\nThus the answer must be 5.", "6", None),
    ("6\nAlternatively, it could also be 5.", "6", None),
    ("6\nI am not sure, maybe it is 5.", "6", None),
    ("left\nNo, I mean it is on the right side.", "left", None),
    ("left\nScratch that: it is the right one.", "left", None),
    ("15\nStrike that, we forgot one; 16.", "15", None),
    ("15\nPlease ignore the number above, it is 16.", "15", None),
    ("15\nOr is it 16? I think 16.", "15", None),
    ("7\nWait, that is wrong. It is 8.", "7", None),
    ("40\nMy mistake: the bar reaches 45.", "40", None),
    ("6\nThis contradicts the figure, so 6 cannot be the answer.", "6", None),
    ("6\nSo that is not the right answer.", "6", None),
    ("B\nRe-reading the question, it asks for the lowest bar, which is D.", "B", ANGLES),
    ("6\nOn a closer look, the bar reaches 7.", "6", None),
    ("6 objects. We removed 2 of them, so 4 remain.", "6", None),
    ("6 objects. We now add 2 more.", "6", None),
    ("The base is 6. The area is 12.", "6", None),
    ("7\n\nActually, the correct answer is 8.", "7", None),
    ("B. 45\nHowever, C is also right.", "B", ANGLES),
    ("7\nLet me recheck: 3 + 5 = 8", "7", None),
    ("7\nNo, sorry, it has to be 9.", "7", None),
    ("7\nHold on, I counted the red one twice.", "7", None),
    ("7\n\nThat is not correct, though.", "7", None),
    ("7\nBut the right answer should be 9.", "7", None),
    ("7\nCorrection: the answer is 9.", "7", None),
    ("7\nRecount: 4 + 5 = 9", "7", None),
    ("Paris\nActually, it must be Lyon instead.", "Paris", None),
    ("Paris\nHmm, that is wrong, it is Lyon.", "Paris", None),
    ("B\nWait, the angle is 60, so C.", "B", ANGLES),
    ("B. 45\nOn second thought it must be C.", "B", ANGLES),
    ("B\nBut A could be right too, in principle.", "B", ANGLES),
    ("Yes\nActually, this is not the case here.", "Yes", None),
    ("x = 3\nHowever, the answer should be x = 4.", "x=3", None),
)  # fmt: skip
EXPLAINED = (
    ("left\nThe arrow points to the left side of it.", "left", None),
    ("B\nRe-reading the question, it asks for the lowest bar, which is B.", "B", ANGLES),
    ("B. 45\nThe angle is half of a right angle.", "B", ANGLES),
    ("15\nTherefore, 15 is correct.", "15", None),
    ("7\nThere are 4 in front and 3 behind, giving 7.", "7", None),
    ("7\nIn other words, seven.", "7", None),
    ("7\nThe right answer: 7", "7", None),
    ("40\nThe answer is 40 since 25 + 15 = 40.", "40", None),
    ("40\nI am sure that this is right.", "40", None),
    ("6\nDouble-checking: 2 + 4 = 6.", "6", None),
    ("6\nThank you for asking such a nice question!", "6", None),
    ("15\nSo there are fifteen cubes in all.", "15", None),
    ("7\nWe removed 3 of the 10 spheres.", "7", None),
    ("7\nSo 5 cannot be the answer.", "7", None),
    ("6 objects. We removed 2 of the 8 objects.", "6", None),
    ("12. To see this, add 5 and 7.", "12", None),
    ("35°, as the base angles of an isosceles triangle are equal.", "35", None),
    ("7\nLet me verify: 10 - 3 = 7", "7", None),
    ("7\nThe other numbers are not correct.", "7", None),
    ("B\nThe other options do not fit the figure.", "B", ANGLES),
    ("7\nThank you for the question, ask me more!", "7", None),
)  # fmt: skip
OTHER_VALUES = (
    ("\\boxed{40}\nI made an error, it should be 50.", "40"),
    ("The final answer is 40. Wait, no: 50.", "40"),
    ("40? 50? Hard to say.", "40"),
    ("The answer cannot be read. Bar B shows 40.", "40"),
    ("\\boxed{6}, although 5 might be the right one.", "6"),
    ("<answer>6</answer> is not my final word, it is 5.", "6"),
    ("The final answer is 6. Let me recount: 2 + 3 = 5.", "6"),
    ("7 or 8. There are 7 in the front.", "7"),
    ("I cannot tell. There are 7 options.", "7"),
    ("Not 7 but 8. The number of removed ones is 7.", "7"),
    ("\\boxed{7}\nWait, that is wrong, it is 8.", "7"),
    ("\\boxed{7}. Correction: 8", "7"),
    ("\\boxed{8} \\boxed{7} was wrong", "7"),
    ("<answer>7</answer> Wait, 8", "7"),
    ("The final answer is 8. The previous final answer is 7", "7"),
    ("So \\boxed{7}. Hmm, that's not right.", "7"),
    ("\\boxed{7} is incorrect.", "7"),
    ("\\boxed{7}\nActually the correct value is 9.", "7"),
    ("<answer>7</answer>\nSorry, it should be 9.", "7"),
    ("The final answer is 9. The wrong final answer is 7.", "7"),
    ("Neither 7 nor 9. The count of cubes was 7.", "7"),
    ("I don't know. The picture has 7 labels.", "7"),
    ("Maybe 7 or 9. The sum shown is 7.", "7"),
)  # fmt: skip
VALUES = (
    ("Bar A shows 50. Bar B shows 40. So the answer is 40.", "40"),
    ("\\boxed{40} is the value of bar B.", "40"),
    ("\\boxed{6}, which is the number of cubes.", "6"),
    ("\\boxed{7}\nWait, that is wrong, it is 9.", "9"),
    ("<answer>7</answer> Correction: 9", "9"),
    ("\\boxed{7}. I hope it is correct.", "7"),
    ("The chart does not show 2010. So the value is 7.", "7"),
    ("The cubes are red or blue. There are 7 cubes.", "7"),
    ("The final answer is 7. It is not 8.", "7"),
    ("The first answer is 9, but the final answer is 7.", "7"),
)  # fmt: skip
OTHER_CITIES = (
    "A or B.\nThe picture shows London.",
    "Not A but C. The map shows London.",
    "I cannot see the picture. London is a big city.",
)  # fmt: skip
CITIES = (
    "The picture is dark. It shows London.",
)  # fmt: skip
NO_VERDICT = (
    ("Yes. It does not look like it.", "yes"),
    ("There is a sign. No parking is written on it.", "no"),
    ("Is it? Yes in one picture, no in the other", "yes"),
    ("Is there a dog? A dog is there. No cat is.", "no"),
    ("The sign is green. No entry is written on it.", "no"),
    ("Yes. It does not seem so.", "yes"),
    ("Yes on the left, no on the right", "yes"),
)  # fmt: skip
VERDICT = (
    ("Yes. It does.", "yes"),
    ("The dog is not there. No.", "no"),
    ("There is a cat. No, there is no dog in it.", "no"),
)  # fmt: skip
NO_SPAN = (
    "2007, 2008\nThat is wrong.",
    "Everything except from 2007 to 2008",
    "We drop the years from 2007 to 2008",
    "not between 2007 and 2008",
    "I doubt it is largest between 2007 and 2008",
    "Neither 2007 nor 2008",
    "2007 or 2008",
    "It was never 2007 and 2008",
    "maybe 2007 and 2008",
    "everything except 2007 and 2008",
    "more than 2007 and less than 2008",
    "2007/2008",
    "The list is wrong: 2007, 2008",
)  # fmt: skip
SPAN = (
    "between 2007 and 2008",
    "The gap does not shrink much. It is largest between 2007 and 2008.",
    "The years are 2007 and 2008.",
    "\\{2007, 2008\\}",
)  # fmt: skip


@pytest.mark.parametrize(("body", "answer", "options"), TAKEN_BACK)
def test_a_line_below_takes_the_answer_back(body, answer, options):
    assert outcome(f"### The final answer is: {body}", answer, options=options) == 0


@pytest.mark.parametrize(("body", "answer", "options"), EXPLAINED)
def test_a_line_below_explains_the_answer(body, answer, options):
    assert outcome(f"### The final answer is: {body}", answer, options=options) == 1


@pytest.mark.parametrize("grammar", ["boxed", "think_answer"])
def test_text_behind_a_box_or_tag_is_read(grammar):
    written = {"boxed": r"So \boxed{7}.", "think_answer": "<think>a</think><answer>7</answer>"}
    assert outcome(written[grammar], "7", grammar=grammar) == 1
    assert outcome(f"{written[grammar]}\nThat follows from 10 - 3.", "7", grammar=grammar) == 1
    assert outcome(f"{written[grammar]}\nWait, that is wrong.", "7", grammar=grammar) == 0


@pytest.mark.parametrize(("raw", "answer"), OTHER_VALUES)
def test_a_value_that_is_taken_back_or_a_hedge(raw, answer):
    assert not robust.value_verdict(robust.stated(raw), answer)


@pytest.mark.parametrize(("raw", "answer"), VALUES)
def test_the_value_that_a_response_ends_on(raw, answer):
    assert robust.value_verdict(robust.stated(raw), answer)


@pytest.mark.parametrize("raw", OTHER_CITIES)
def test_a_sentence_after_a_hedge_names_no_option(raw):
    assert not robust.option_verdict(robust.stated(raw), CHOICES, "B")


@pytest.mark.parametrize("raw", CITIES)
def test_a_sentence_names_an_option(raw):
    assert robust.option_verdict(robust.stated(raw), CHOICES, "B")


@pytest.mark.parametrize(("raw", "answer"), NO_VERDICT)
def test_yes_and_no_of_something_else(raw, answer):
    assert not robust.yes_no_verdict(robust.stated(raw), answer, letters=False)


@pytest.mark.parametrize(("raw", "answer"), VERDICT)
def test_yes_and_no_as_the_answer(raw, answer):
    assert robust.yes_no_verdict(robust.stated(raw), answer, letters=False)


@pytest.mark.parametrize("text", NO_SPAN)
def test_numbers_that_are_denied_or_a_choice(text):
    assert not list_verdict(text, [2007, 2008])


@pytest.mark.parametrize("text", SPAN)
def test_numbers_that_are_stated(text):
    assert list_verdict(text, [2007, 2008])


def test_a_check_that_comes_to_the_answer_revises_nothing():
    assert not revises("7", "Let me check: 10 - 3 = 7")
    assert revises("7", "Let me check: 3 + 5 = 8")


NUMBERED = ("30", "45", "60", "90")


@pytest.mark.parametrize(
    ("behind", "right"),
    [
        ("So the angle is 60.", False), ("60°", False), ("We are left with C.", False),
        ("Not this one.", False), ("None of the options match.", False), ("(C)", False),
        ("Cannot be determined.", False), ("So the angle is 45.", True), ("Done.", True),
        ("As 90/2 = 45, the angle is 45.", True), ("The base is 30. So it is 45.", True),
    ],
)  # fmt: skip
def test_the_text_behind_a_letter_ends_on_its_option(behind, right):
    for response in (f"\\boxed{{B}}\n{behind}", f"It is $\\boxed{{45}}$.\n{behind}"):
        assert outcome(response, "B", options=NUMBERED, grammar="boxed") == right


def test_a_wrong_option_behind_a_letter_may_be_explained():
    response = "\\boxed{B}\nC is wrong because it is 60."
    assert outcome(response, "B", options=NUMBERED, grammar="boxed") == 1
