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
    "cvbench_2d": {**COLOURS, "answer": "B"},
    "cvbench_3d": {**COLOURS, "answer": "B"},
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


@pytest.mark.parametrize(
    ("answer", "same", "other"),
    [
        ("12 N", ["12", "12N", "12 newtons", "A force of 12 N acts."], ["12 J", "12 kN", "12 Nm"]),
        ("5 m/s", ["5 metres per second"], ["5 km/s", "The speed is 5 km/s."]),
        ("3 m", ["300 cm", "It is 300 cm long."], ["3 cm", "It is 3 cm long."]),
        ("5 cm", ["5 units", "It is 5cm."], ["5 cm^2", "The area is 5 cm²."]),
        ("2 hours", ["2", "120 minutes"], ["2 days"]),
        ("-3", ["minus 3", "The value is −3."], ["3", "It is 3."]),
        ("8.66", ["The side is 8.660254"], ["The side is 8.67"]),
        ("60", ["60.0000001"], ["60.00001", "61"]),
        ("5", ["There are 5 red cubes.", "**5** cubes", "x = 5", "about 5", "the 5th", "5</s>",
               "5 kg", "US$5", "5\n\nExplanation: 8 - 3 = 5.", "5\nWe took 3 of 8."],
         ["5x", "It is 5x.", "x^5", "5i", "5/x", "x - 5", "log 5", "The side is √5 cm.", "minus 5",
          "5 hundred", "5 million", "5k", "5 dozen", "5 squared", "5 and a half", "5 pi",
          "no more than 5", ">5", "x ≥ 5", "at least 5", "negative 5", "5 or 6", "4\n5",
          "5\n\nWait, it is 6"]),
    ],
)  # fmt: skip
def test_what_stands_beside_a_number_counts(answer, same, other):
    row = {"answer": answer}
    verdicts = {text: score_response("mmreason", row, FINAL + text) for text in same + other}
    assert verdicts == {**dict.fromkeys(same, True), **dict.fromkeys(other, False)}


@pytest.mark.parametrize(
    ("name", "row", "right", "wrong"),
    [
        ("mmstar", {"A": "H2O", "B": "CO2", "C": "O2", "D": "N2"},
         ["CO2", "$CO_2$", "\\mathrm{CO_2}", "B: CO2", "B CO2"], ["O2", "C", "C: CO2"]),
        ("mmstar", {}, ["B\n\nExplanation: A is red.", "_B_"], ["B\nC", "A\nB"]),
        ("mmstar", {}, ["First, option A.\nIt does not fit, so the answer is B."], []),
        ("chartqa", {"answer": "[14, 16]"}, ["14", "14, 16", "16 and 14", "[14, 16]"],
         ["14, 15", "14, 16, 18"]),
        ("chartqa", {"answer": "['Blue', 'Red']"}, ["Blue and Red", "Red"], ["Blue, Green"]),
        ("chartqa", {}, ["14.5 million"], ["14.8 million", "minus 14", "at least 14"]),
        ("chartqa", {"answer": "7.8 billion"}, ["7.8 billion"], ["7.9"]),
        ("dynamath", {"answer": "4.75"}, ["4.751", "4.75\nThe sides are 3 and 4."], ["4.7511"]),
    ],
)  # fmt: skip
def test_robust_takes_and_leaves(name, row, right, wrong):
    row = {**ROWS[name], **row}
    verdicts = {text: score_response(name, row, FINAL + text) for text in right + wrong}
    assert verdicts == {**dict.fromkeys(right, True), **dict.fromkeys(wrong, False)}


@pytest.mark.parametrize("name", ["mme", "hallusionbench"])
@pytest.mark.parametrize(
    ("said", "texts"),
    [
        ("Yes", ["Yes, no difference", "It is not false", "That is right.", "Yes, it's not a no",
                 "No text on the left, so the answer is yes"]),
        ("No", ["Not true", "That is not true.", "It isn't true", "It is not correct.",
                "That's wrong", "It cannot be true", "No, yes would be wrong",
                "The answer is no, they are not the same"]),
        (None, ["yes, no", "yes-no", "Yes\nNo", "The answer is yes or no", "not yes",
                "on the right", "the wrong one is not the right one"]),
    ],
)  # fmt: skip
def test_yes_and_no_with_negation_and_hedges(name, said, texts):
    read = {}
    for text in texts:
        rows = {answer: {**ROWS[name], "answer": answer} for answer in ("Yes", "No")}
        found = [key for key, row in rows.items() if score_response(name, row, FINAL + text)]
        read[text] = found[0] if found else None
    assert read == dict.fromkeys(texts, said)


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
