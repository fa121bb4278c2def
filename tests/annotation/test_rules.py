"""Key steps by rules: what is extracted, what stays, how it may be said."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1vl_kedro.annotation.audit import audit_records, summarise
from r1vl_kedro.annotation.augment import augment, says_the_same
from r1vl_kedro.annotation.extract import extract, extract_step
from r1vl_kedro.annotation.options import AuditOptions, RefineOptions
from r1vl_kedro.annotation.refine import is_expression, refine, shares
from r1vl_kedro.records.readers.mathvision import MathVisionFile
from r1vl_kedro.rewards import match_key_steps
from r1vl_kedro.world.corpus import problems


def path(*steps):
    bodies = "\n".join(f"### Step {i}:\n{body}" for i, body in enumerate(steps, start=1))
    return f"### Image Description:\nx\n### Rationales:\ny\n{bodies}\n### The final answer is:\n4"


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("large cubes: top left, right. 6 - 2 = 4.", ["large cubes: top left, right", "6 - 2 = 4"]),
        ("red things: none. That is 0.", ["red things: none"]),
        ("red is 4, blue is 7. 4 + 7 = 11.", ["red is 4", "blue is 7", "4 + 7 = 11"]),
        ("2 > 1.", ["2 > 1"]),
        ("The tallest is green. green is 9.", ["tallest is green", "green is 9"]),
        (r"The perimeter is $4 \times 9 \mathrm{~cm}=36 \mathrm{~cm}$.", ["4 * 9 cm = 36 cm"]),
        (r"So $\angle ABC = 45^\circ$ and it is isosceles.", ["angle ABC = 45 degrees"]),
        ("By the Pythagorean Theorem, the leg is 5 cm long.", ["5 cm", "Pythagorean Theorem"]),
        ("Area = 5*3 = 15 square units", ["Area = 5 * 3 = 15"]),
    ],
)
def test_a_step_gives_its_key_steps(body, keys):
    found = extract_step(body)
    assert [key for key in keys if key not in found] == []


def test_plain_prose_gives_its_content_words():
    assert extract_step("Therefore Adeline lives on Curvy Street.")
    assert extract_step("") == []


@given(st.text(max_size=200))
def test_extraction_never_fails_and_never_gives_empty_keys(text):
    assert all(key.strip() for key in extract_step(text))


def test_extraction_is_linear_in_hostile_text():
    start = time.process_time()
    for text in (
        "1 + " * 5000,
        "(" * 20000,
        "a b " * 5000,
        "$" * 20000,
        "x = " * 5000,
        "2 " * 9000,
    ):
        extract_step(text)
    assert time.process_time() - start < 20


def test_at_most_three_words_unless_an_expression_and_nothing_twice():
    solution = path(
        "The first cubes: left, right, top. 6 - 2 = 4.",
        "Again 6 - 2 = 4 and four very large cubes.",
    )
    keys = refine(extract(solution), solution, RefineOptions())
    assert all(is_expression(key) or len(key.split()) <= 3 for key in keys)
    assert keys.count("6 - 2 = 4") == 1
    assert match_key_steps(solution, [[key] for key in keys]) == [True] * len(keys)


def test_a_key_step_its_own_path_denies_is_not_kept():
    solution = path("It is not true that 6 - 2 = 3.", "6 - 2 = 4.")
    assert refine([["6 - 2 = 3"], ["6 - 2 = 4"]], solution, RefineOptions()) == ["6 - 2 = 4"]


def test_common_key_steps_stay_only_where_a_step_has_nothing_else():
    extracted = [[["2 > 1", f"{i} + 1 = {i + 1}"], ["that is 1"]] for i in range(30)]
    solution = path("2 > 1. 7 + 1 = 8.", "that is 1")
    assert refine(extracted[7], solution, RefineOptions(), shares(extracted)) == [
        "7 + 1 = 8",
        "that is 1",
    ]


def test_counts_without_a_subject_are_extracted_where_asked():
    solution = path("red things: NW, S. That is 2.", "2 > 1.")
    assert extract(solution) == [["red things: NW, S"], ["2 > 1"]]
    assert extract(solution, counts=True) == [["red things: NW, S", "That is 2"], ["2 > 1"]]


def test_common_key_steps_with_a_number_stay_where_asked():
    """Without them a wrong count costs a path nothing."""
    extracted = [[["cubes: NW", "4 - 1 = 3", "cubes"]] for _ in range(30)]
    solution = path("cubes: NW. 4 - 1 = 3.")
    share = {"cubes:nw": 0.01, "4-1=3": 0.2, "cubes": 0.2}
    assert refine(extracted[0], solution, RefineOptions(), share) == ["cubes: NW"]
    kept = refine(extracted[0], solution, RefineOptions(keep_numbers=True), share)
    assert kept == ["4 - 1 = 3", "cubes: NW"]


def test_a_common_count_without_a_subject_stays_with_its_listing():
    """By itself it is found in most responses, and in two steps it would be one key step."""
    solution = path("red things: N. That is 1.", "cubes: N, S. That is 2.", "balls: C. That is 1.")
    steps = extract(solution, counts=True)
    keys = refine(steps, solution, RefineOptions(keep_numbers=True), {"that is 1": 0.5})
    assert keys == ["red things: N. That is 1", "cubes: N, S", "That is 2", "balls: C. That is 1"]
    wrong = solution.replace("balls: C. That is 1", "balls: C. That is 3")
    assert match_key_steps(wrong, [[key] for key in keys]) == [True, True, True, False]
    assert match_key_steps(solution, [[key] for key in keys]) == [True] * 4


@pytest.mark.parametrize(
    ("key", "phrasing"),
    [
        ("6 / 3 = 2", "6 divided by 3 equals 2"),
        ("6 / 3 = 2", "6/3=2"),
        ("6 / 3 = 2", r"$\frac{6}{3} = 2$"),
        ("6 / 3 = 2", "6 ÷ 3 = 2"),
        ("45 degrees", "45°"),
        ("45°", "45 degrees"),
        ("20%", "20 percent"),
        ("2 objects", "two objects"),
        ("three triangles", "3 triangles"),
        ("14 > 13", "14 is greater than 13"),
    ],
)
def test_phrasings(key, phrasing):
    assert phrasing in augment(key, 8)


@pytest.mark.parametrize("key", ["6 / 3 = 2", "45 degrees", "14 > 13", "x = 5", "20%"])
def test_symbols_words_and_latex_earn_the_same_key_step(key):
    turned = f"{key.split(' = ')[-1]} = {key.split(' = ')[0]}"
    assert all(says_the_same(key, phrasing) for phrasing in augment(key, 8) if phrasing != turned)


def annotated(rows):
    extracted = [extract(row["solution"]) for row in rows]
    share = shares(extracted)
    for row, steps in zip(rows, extracted, strict=True):
        keys = refine(steps, row["solution"], RefineOptions(), share)
        row["key_steps"] = [augment(key, 6) for key in keys]
    return summarise(list(audit_records(rows, AuditOptions(), 0)))[0]


def test_the_embedded_world_is_covered_and_told_apart():
    rows = [
        {"id": str(i), "family": p.family, "question": p.question, "solution": p.path()}
        for i, p in enumerate(problems("train", 240, 0))
    ]
    summary = annotated(rows)
    assert summary["coverage"] >= 0.98
    assert summary["false_match"] <= 0.10
    assert summary["without_key_steps"] == 0
    assert summary["groups_matching_everything"] == 0


def test_human_solutions_are_covered(shared_dir):
    source = MathVisionFile(shared_dir / "real" / "mathvision" / "with_solutions.jsonl")
    rows = [
        {"id": r.id, "family": r.family, "question": r.question, "solution": r.solution}
        for r in source
    ]
    summary = annotated(rows)
    assert summary["records"] == 200
    assert summary["coverage"] >= 0.9
    assert summary["false_match"] <= 0.10
