"""Reference paths are stored in the grammar of the run, whatever their source writes."""

from pathlib import Path

import pytest
from record_builders import mulberry_row, raw_of

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.records.split import split
from r1vl_kedro.records.validate import check, reference_path
from r1vl_kedro.responses import BOXED, R1VL, THINK_ANSWER, grammar_of

PATH = R1VL.render(
    ["There are 6.", "6 - 1 = 5"], "5", description="Six cubes.", rationale="Take one away."
)
TAGGED = (
    "<think>\nSix cubes.\nTake one away.\nThere are 6.\n6 - 1 = 5\n</think>\n<answer>5</answer>"
)


@pytest.mark.parametrize(
    ("text", "grammar"),
    [
        (PATH, R1VL),
        (TAGGED, THINK_ANSWER),
        ("So \\boxed{5}", BOXED),
        ("It is 5.", R1VL),
        ("", R1VL),
    ],
)
def test_the_grammar_is_seen_by_its_marks(text, grammar):
    assert grammar_of(text) is grammar


@pytest.mark.parametrize(
    ("text", "grammar", "stored"),
    [
        (PATH, None, PATH),
        (PATH, "r1vl", PATH),
        (PATH, "think_answer", TAGGED),
        (TAGGED, "think_answer", TAGGED),
        (TAGGED, None, TAGGED),
        (
            "6 - 1 = 5\n\\boxed{5}",
            "think_answer",
            "<think>\n6 - 1 = 5\n</think>\n<answer>5</answer>",
        ),
    ],
)
def test_a_path_is_rewritten_where_its_source_writes_another(text, grammar, stored):
    assert reference_path(text, grammar) == stored


@pytest.mark.parametrize(
    ("text", "grammar", "problem"),
    [
        (TAGGED, "r1vl", "no image description; no rationale"),
        (PATH.replace("### Step 2", "### Step 3"), "think_answer", "steps numbered 1, 3"),
        ("<think>6 - 1</think>", "think_answer", "no <answer>; no </answer>"),
        ("It is 5, I think.", "think_answer", "no image description"),
    ],
)
def test_what_is_missing_is_named_in_the_grammar_it_is_missing_in(text, grammar, problem):
    with pytest.raises(ValueError, match=problem):
        reference_path(text, grammar)


def test_a_reflective_path_stays_to_be_dropped_as_one():
    twice = PATH.replace("### Step 2", "I made a mistake. Let me rethink it.\n\n### Step 1")
    assert reference_path(twice, "think_answer") == twice


def test_a_record_carries_the_rewritten_path_and_its_answer():
    raw = raw_of("mulberry", mulberry_row("a.png", response=PATH), 0, Path(), "test")
    assert raw.answer == "5"
    record = check(
        RawRecord(id="a", question="How many?", answer=raw.answer, solution=raw.solution),
        ValidationOptions(require_image=False),
        "think_answer",
    )
    assert record["solution"] == TAGGED


def test_the_steps_of_rl_questions_are_counted_in_the_grammar():
    from datasets import Dataset

    from r1vl_kedro.records.options import SplitOptions
    from r1vl_kedro.records.schema import COLUMNS

    short = THINK_ANSWER.render(["5 stay."], "5")
    rows = Dataset.from_list(
        [
            dict.fromkeys(COLUMNS, "") | {"id": str(i), "solution": s}
            for i, s in enumerate([TAGGED, short])
        ]
    )
    _, rl = split(rows, SplitOptions(min_rl_steps=3), 0, "think_answer")
    assert rl["id"] == ["0"]
