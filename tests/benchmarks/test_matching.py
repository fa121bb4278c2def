"""Rules that the reference cases show only in part."""

import tempfile
from pathlib import Path

import pytest

from r1vl_kedro.benchmarks import BENCHMARKS, MODES, score_response
from r1vl_kedro.benchmarks.arithmetic import arithmetic
from r1vl_kedro.benchmarks.compat import infer_option, math_equal, relaxed, yes_or_no
from r1vl_kedro.benchmarks.robust import stated

COLOURS = {"A": "red", "B": "blue", "C": "green", "D": "black"}
ROWS = {
    "mathvista": {"question_type": "free_form", "answer_type": "integer", "answer": "14"},
    "mmstar": {**COLOURS, "answer": "B"},
    "mathvision": {"choices": "[]", "answer": "14"},
    "chartqa": {"answer": "14"},
    "dynamath": {"answer_type": "float", "answer": "14"},
    "hallusionbench": {"answer": "Yes", "index": "VD_illusion_1_0_0_0"},
    "mathverse": {"answer": "14", "question_for_eval": "How many?"},
    "mme": {"answer": "Yes"},
    "mmreason": {"answer": "14"},
}
PWNED = Path(tempfile.gettempdir()) / "r1vl_pwned"
MALICIOUS = {
    "code": f"__import__('pathlib').Path('{PWNED}').touch()",
    "tower": "9**9**9**9",
    "latex tower": "9^{9^{9^{9}}}",
    "brackets": "(" * 500_000 + ")" * 500_000,
    "braces": "\\frac{" * 200_000,
    "json": '{"short answer": ' + "[" * 100_000 + "}",
    "boxes": "\\boxed{" * 100_000,
    "long number": "1" * 1_000_000,
    "long word": "a" * 1_000_000,
    "spaces": " " * 1_000_000 + "x",
    "markers": "The final answer is: " * 40_000,
    "stars": "*" * 200_000,
    "factorial": "999999!!!!!!!!",
    "digits and commas": "1," * 300_000,
    "both words": "yes no " * 100_000,
    "dollars": "$" * 100_000,
}


@pytest.mark.timeout(120)  # a few milliseconds to tenths of a second; perf/benchmarks.py measures
@pytest.mark.parametrize("attack", MALICIOUS)
def test_malicious_predictions_are_never_right(attack):
    for prefix in ("", "### The final answer is: "):
        for name in BENCHMARKS:
            for mode in MODES:
                if name == "hallusionbench" and mode != "robust":
                    continue  # there any "a" is a yes, as published
                assert not score_response(name, ROWS[name], prefix + MALICIOUS[attack], mode=mode)
    assert not PWNED.exists()


def test_arithmetic_runs_nothing():
    assert arithmetic("2*(3+4)") == 14
    assert arithmetic("3^2") == 1  # exclusive or, as Python has it
    for text in ("9**9**9", "open('x')", "a.b", "[1][0]", "1 if 1 else 2", "10**200", "x", ""):
        assert arithmetic(text) is None


@pytest.mark.parametrize(
    ("text", "era", "expected"),
    [
        ("B", "head", "B"),
        ("(B).", "head", "B"),
        ("b", "head", None),
        ("$C$", "head", None),
        ("A or B", "paper", None),
        ("it is blue", "paper", "B"),
        ("red or blue", "paper", None),
        ("B is what one can see on the left door", "paper", "B"),
        ("B is what one can see on the left door", "head", None),
        ("The answer is B because the left door shows it so", "head", "B"),
        ("I can't process this file. B", "head", "Z"),
        ("Z", "head", "Z"),
        ("blue " + "x" * 100, "paper", "B"),
        ("blue " + "x" * 100, "head", None),
    ],
)
def test_infer_option(text, era, expected):
    assert infer_option(text, COLOURS, era) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes", "Yes"), ("no.", "No"), ("yes/no", None), ("**Yes**", None), ("'Yes'", None),
        ("Yes: it is", None), ("Yes, 1,000 is right", "Yes"), ("Yes, no more than two", None),
        ("", None),
    ],
)  # fmt: skip
def test_yes_or_no_of_vlmevalkit(text, expected):
    assert yes_or_no(text) == expected


def test_relaxed_is_of_the_target():
    assert relaxed("100", "95")
    assert relaxed("100", "105")
    assert not relaxed("100", "105.2")
    assert not relaxed("95", "100")
    assert relaxed("50%", "0.5")
    assert not relaxed("0", "0.0")


@pytest.mark.parametrize(
    ("given", "answer", "same"),
    [
        ("60", "60", True), ("60.0", "60", True), ("6*10", "60", True), ("a", "60", True),
        ("\\frac{1}{2}", "0.5", True), ("2\\frac{1}{3}", "7/3", True), ("60 cm", "60", False),
        ("8.660254", "$5 \\sqrt{3}$", False), ("$5 \\sqrt{3}$", "$5 \\sqrt{3}$", True),
        ("b", "60", False), ("a", "$4 \\pi$", False),
    ],
)  # fmt: skip
def test_math_equal(given, answer, same):
    assert math_equal(given, answer) is same


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ("The final answer is: 41? No.\n\n### The final answer is: 42", "42"),
        ("The final answer is 42", "42"),
        ("The Final Answer Is: 42\n\n### Note:\nRounded.", "42"),
        ("<think>The final answer is: 3</think>", "3"),
        ("so <answer>42</answer>", "42"),
        ("thus \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}"),
        ('{"solution": "x", "short answer": "42"}', "42"),
        ("42", "42"),
        ("", ""),
    ],
)
def test_stated_answer(raw, answer):
    assert stated(raw) == answer


FINAL = "### Step 1:\nRead.\n\n### The final answer is: "


@pytest.mark.parametrize(
    ("name", "row", "answer", "right"),
    [
        ("mmstar", {}, "b", True), ("mmstar", {}, "$B$", True), ("mmstar", {}, "B: red", False),
        ("mmstar", {}, "A or B", False), ("mmstar", {}, "blue and green", False),
        ("mmstar", {"A": "5", "B": "25", "C": "50"}, "25", True),
        ("mmstar", {"A": "5", "B": "25", "answer": "A"}, "25", False),
        ("mathvista", {}, "14.0", True), ("mathvista", {"answer": "0"}, "0", True),
        ("mathvista", {"answer": "1400"}, "1,400", True), ("mathvista", {}, "14 or 15", False),
        ("mathvista", {"answer": "[2007, 2008]", "answer_type": "list"}, "2007-2008", True),
        ("mathvista", {"answer": "[2007, 2008]", "answer_type": "list"}, "2008, 2009", False),
        ("mathvision", {"answer": "$5 \\sqrt{3}$"}, "8.66", True),
        ("mathvision", {}, "a", False),
        ("chartqa", {}, "14.7", True), ("chartqa", {}, "14.71", False),
        ("chartqa", {"answer": "2012"}, "2013", False),
        ("chartqa", {"answer": "Yes"}, "Yes.", True),
        ("chartqa", {"answer": "50%"}, "51", True),
        ("dynamath", {"answer": "6.2832"}, "2π", True),
        ("dynamath", {"answer": "Thursday", "answer_type": "text"}, "T", False),
        ("dynamath", {"answer": "C", "answer_type": "multiple choice"}, "The answer is C", True),
        ("hallusionbench", {}, "A", True), ("hallusionbench", {}, "B. No", False),
        ("hallusionbench", {"answer": "No"}, "Option B", True),
        ("mme", {}, "**Yes**", True), ("mme", {}, "Yes, no more than two", True),
        ("mme", {}, "yes or no", False),
        ("mathverse", {"answer": "2√{{3}}"}, "2\\sqrt{3}", True),
        ("mathverse", {"answer": "B", "question_for_eval": "?\nChoices:\nA:30\nB:40"}, "40", True),
        ("mmreason", {"answer": "d"}, "(D)", True),
        ("mmreason", {"answer": "Paris"}, "London", False),
        ("chartqa", {"answer": "United States"}, "The United States.", True),
    ],
)  # fmt: skip
def test_robust_reads_as_a_person_would(name, row, answer, right):
    assert score_response(name, {**ROWS[name], **row}, FINAL + answer) is right


def test_two_different_sentences_need_a_judge():
    row = {"answer": "the membrane lets water pass"}
    assert score_response("mmreason", row, FINAL + "water can cross the membrane freely") is None


def test_a_broken_cell_names_row_and_column():
    row = {"index": 7, "choices": "[1, 2", "answer": "A"}
    with pytest.raises(ValueError, match="row 7: column 'choices' holds"):
        score_response("mathvision", row, "A")


def test_unknown_benchmark_and_mode_are_named():
    with pytest.raises(ValueError, match="'mmmu' is unknown"):
        score_response("mmmu", {}, "A")
    with pytest.raises(ValueError, match="'strict' is unknown"):
        score_response("mme", {}, "A", mode="strict")
