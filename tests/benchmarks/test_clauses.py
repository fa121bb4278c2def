"""The clauses beside a marked answer, by what they say of it; ``[7]`` marks the answer."""

import re

import pytest

from r1vl_kedro.benchmarks import robust
from r1vl_kedro.rewards import outcome

OPTIONS = ("Paris", "London", "Rome", "Oslo")
DENIED = (
    ("I was tempted to write [7] here.", "7"),
    ("The extraneous root is [7].", "7"),
    ("A naive count yields [7].", "7"),
    ("Suppose the answer were [7]; then the sum would be odd.", "7"),
    ("If no cube were hidden, it would be [7].", "7"),
    ("The answer used to be [7].", "7"),
    ("The number can't possibly be [7].", "7"),
    ("Do not answer [7].", "7"),
    ("The trap is [B].", "B"),
    ("[7] is what a hasty reader would put.", "7"),
    ("[7] does not satisfy the equation.", "7"),
    ("[7] fails the second condition.", "7"),
    ("[7] violates the constraint.", "7"),
    ("[7] was my guess before looking at the chart.", "7"),
    ("[7] has been ruled out above.", "7"),
    ("[7] is close, but not correct.", "7"),
    ("They claim [7], but this counts a ball twice, so it is wrong.", "7"),
    ("[7]?", "7"),
    ("We can safely exclude [7].", "7"),
    ("Cross out [7].", "7"),
    ("~~[7]~~ 9", "7"),
    ("[7] ✗", "7"),
    ("Is it [7]? It is not.", "7"),
    ("[7]\nI take it back.", "7"),
    ("[7]\nThis can't be right.", "7"),
    ("[7]\nI misread the axis.", "7"),
    ("[7]\nThis conflicts with the figure.", "7"),
    ("[7]\nNot really.", "7"),
    ("[7]\nI have no confidence in that.", "7"),
    ("[7]\nThat ignores the base, so add 2 to get 9.", "7"),
    ("[7]\nDouble it for the final result.", "7"),
    ("[B] looks attractive, but the units rule it out.", "B"),
    ("[yes]\nThe opposite is the case.", "yes"),
)
ANOTHER = (
    ("[7] without the hidden cube, 8 with it.", "7"),
    ("[7] if we count the hidden one, otherwise 6.", "7"),
    ("[7], plus 1 for the hidden cube.", "7"),
    ("[7], to which 3 has to be added.", "7"),
    ("[7] of the 12 are red, leaving 5.", "7"),
    ("[7] (I guess), but 8 also works.", "7"),
    ("[7]\nRevised: 9", "7"),
    ("[7]\nMake that 9.", "7"),
    ("[7]\nCounting gives 9.", "7"),
    ("[7]\nThere are 9 cubes.", "7"),
    ("[7]\n9 it is.", "7"),
    ("[7]\nPlease read 9 in place of 7.", "7"),
    ("[7]\nOn reflection, 9 fits better.", "7"),
    ("[7]\nHmm, the base is missing. With it we have 9.", "7"),
    ("[7]\nBut wait: two more are behind, so there are 9.", "7"),
    ("[7]\nThe sign is wrong, it ought to be 9.", "7"),
    ("[7]\nThe true count comes out at 9.", "7"),
    ("[7]\nThe answer key lists 9.", "7"),
    ("[7]\nAnother possible answer is 9.", "7"),
    ("[7]\nBoth 7 and 9 are acceptable.", "7"),
    ("[B]\nC seems to be the better choice.", "B"),
    ("[B]\nThen again, C has the right intercept, so C.", "B"),
    ("[Paris]\nThough most would say Paris, it is Lyon.", "Paris"),
    ("[yes], well, no.", "yes"),
)
STATED = (
    ("We reject x = -2 because lengths are positive, so x = [7].", "7"),
    ("My earlier answer of 8 was wrong; the correct one is [7].", "7"),
    ("There is no doubt that it is [7].", "7"),
    ("The only value that does not fail is [7].", "7"),
    ("The number of wrong statements is [7].", "7"),
    ("So the missing number is [7].", "7"),
    ("The answer would then be [7].", "7"),
    ("Instead of 8 we find [7].", "7"),
    ("If we subtract 3 from 10, we are left with [7].", "7"),
    ("Options A and C can be ruled out. That leaves [B].", "B"),
    ("[7]: 3 on the left and 4 on the right.", "7"),
    ("[7]\nStep 1: Count the red cubes: 4. Step 2: Add: 4 + 3 = 7.", "7"),
    ("[7] ✓", "7"),
)  # fmt: skip


def verdicts(text: str, answer: str) -> set[bool]:
    """What the outcome reward makes of an answer in a box and in a tag, and the scorer of one."""
    options = OPTIONS if len(answer) == 1 and answer.isupper() else None
    box = "Compute.\n" + re.sub(r"\[(\w+)\]", r"\\boxed{\1}", text)
    tag = "<think>Compute.</think>" + re.sub(r"\[(\w+)\]", r"<answer>\1</answer>", text)
    stated = robust.stated(box)
    if options:
        scored = robust.option_verdict(stated, dict(zip("ABCD", options, strict=True)), answer)
    elif answer == "yes":
        scored = robust.yes_no_verdict(stated, answer, letters=False)
    else:
        scored = bool(robust.value_verdict(stated, answer))
    rewards = (
        outcome(box, answer, options=options, grammar="boxed"),
        outcome(tag, answer, options=options, grammar="think_answer"),
    )
    return {scored, *(reward == 1 for reward in rewards)}


@pytest.mark.parametrize(("text", "answer"), DENIED + ANOTHER)
def test_a_clause_denies_the_answer_or_gives_another(text, answer):
    assert verdicts(text, answer) == {False}


@pytest.mark.parametrize(("text", "answer"), STATED)
def test_the_clauses_leave_the_answer_stated(text, answer):
    assert verdicts(text, answer) == {True}


def test_the_last_box_is_read_where_it_is():
    assert robust.value_verdict(robust.stated("\\boxed{7}\nRemark: I checked it."), "7")


@pytest.mark.parametrize("line", ["7 fails the second condition.", "7 contradicts the given sum."])
def test_a_verb_with_its_object_is_no_counted_thing(line):
    assert outcome(f"### The final answer is: {line}", "7") == 0
