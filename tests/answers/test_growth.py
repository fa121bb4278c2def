"""Readers take time linear in the length of a text: anything slower does not end within the limit.

The answers are of the greatest length that is compared, the texts far longer.
"""

import pytest

from r1vl_kedro.answers import MAX_ANSWER, chosen_option, equivalent, stated_quantity, yes_or_no
from r1vl_kedro.benchmarks import score_response
from r1vl_kedro.responses import parse_response
from r1vl_kedro.rewards import match_key_steps, outcome

UNITS = (
    "|x", "(", "\\frac{", "{", "}", "\\sqrt ", "\\sqrt{", "$", "5 ", "5,", ", ", "a ", "A or ",
    "B. ",
    "not ", "x=5, ", "=", "<", "5-", "^", "_", "'", "!", "5.", "**", "`", "\\boxed{", "\\text{",
    " ",
    "\n", "and ", "1/", "x^2+", "sin ", "±", "∪", "(1,2)", "5 km ", "twenty-", "yes no ", "is ",
    "the answer is ", "because ", "五", "½", "5:", "5%", "\\begin{pmatrix}1&", "log ", "e^",
    "f(", "\"",
    "9,999", "1 2/3 ", "USD ", "5 ft ", "\\overline{", "0.(", "(approximately)", "# ", "<|im_end|>",
    "a: ", "a:", "a_b:", "arca: ", "a=", "a' ", "1:", "(a", "- ", "1 ", "x,", "| ", "AB:CD ", "B: ",
)  # fmt: skip
HEADS = ("", "5", "the answer is")
LONG = 100_000
OPTIONS = ["30", "45", "60", "\\frac{x+1}{2}"]
GOLDS = ("5", r"\frac{x}{y+1}", "B", "Yes", "x=3, y=5", "1, 2, 3", "[0,5)", "the brown fox")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", UNITS)
def test_an_answer_of_the_greatest_length(unit):
    text = (unit * MAX_ANSWER)[: MAX_ANSWER - 10]
    for head in HEADS:
        for gold in GOLDS:
            assert equivalent(f"{head}{text}x", gold) in (True, False)
        assert chosen_option(f"{head}{text}x", OPTIONS) in (None, 0, 1, 2, 3)
        assert stated_quantity(f"{head}{text}x") is None or head or unit[:1].isdigit()
        assert yes_or_no(f"{head}{text}x") in (None, "yes", "no")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", UNITS)
def test_a_very_long_response(unit):
    for head in ("", "\\sqrt"):
        text = head + (unit * LONG)[:LONG] + "x"
        path = f"### Step 1:\n{text}\n### The final answer is: 5\n{text}"
        assert match_key_steps(path, [["6 - 1 = 5"], ["cosine of the angle"]]) == [False, False]
        assert len(parse_response(path).answers) <= 1
        assert outcome(path, "6") == 0.0
        assert not score_response("mmreason", {"answer": "6"}, text)
