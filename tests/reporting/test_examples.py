"""Example questions: which are chosen, and what of an answer is marked."""

import base64
import io

import pandas as pd
import pytest
from PIL import Image
from record_builders import image_bytes

from r1vl_kedro.records.images import data_uri
from r1vl_kedro.reporting.collect import collect_verdicts
from r1vl_kedro.reporting.examples import build_examples, clean, highlight, select_questions
from r1vl_kedro.reporting.options import ReportingOptions

RESPONSE = (
    "### Image Description:\nFour cubes.\n### Rationales:\nCount.\n### Let's think step by step.\n"
    "### Step 1:\nRemove red.\n### Step 2:\nSo 6 - 1 = 5 stay.\n### The final answer is: 5"
)
PICTURE = image_bytes(0, side=8)
KEY_STEPS = [["6 minus 1 equals 5", "6 - 1 = 5"], ["blue sphere"]]
OPTIONS = ReportingOptions(example_variants=["warm_up", "step_grpo"])


def verdicts(*right: int, **columns) -> pd.DataFrame:
    n = len(right)
    frame = {"id": [f"q{i}" for i in range(n)], "family": ["charts", "counting"] * (n // 2)}
    frame |= {"correct": [float(v) for v in right], "response": [RESPONSE] * n}
    return pd.DataFrame(frame | columns)


VERDICTS = collect_verdicts(
    {
        "warm_up": verdicts(0, 1, 1, 0, 0, 1),
        "step_grpo": verdicts(1, 0, 1, 0, 1, 1, valid=[1.0] * 6, k=[0.5] * 6, step_rar=[1.05] * 6),
    }
)


class Records(list):
    """Rows that also answer by column, as a Hugging Face dataset does."""

    def __getitem__(self, key):
        return [row[key] for row in self] if isinstance(key, str) else super().__getitem__(key)


def records(n: int = 6) -> Records:
    return Records(
        {
            "id": f"q{i}",
            "family": "charts",
            "question": f"Question <{i}>?",
            "options": ["4", "5"],
            "answer": "B",
            "images": [{"bytes": PICTURE, "path": None}],
            "key_steps": KEY_STEPS,
        }
        for i in range(n)
    )


def test_every_case_is_shown_with_how_often_it_is_so():
    chosen = select_questions(VERDICTS, OPTIONS)
    assert [(c["case"], c["count"], c["total"]) for c in chosen] == [
        ("StepGRPO (both, M = 4) right, Warm-up (SFT) wrong", 2, 6),
        ("StepGRPO (both, M = 4) wrong, Warm-up (SFT) right", 1, 6),
        ("Both right", 2, 6),
        ("Both wrong", 1, 6),
    ]
    assert chosen[0]["id"] in {"q0", "q4"}
    assert [c["id"] for c in chosen[1::2]] == ["q1", "q3"]
    assert chosen == select_questions(VERDICTS, OPTIONS)


def test_without_the_headline_variant_any_question_serves():
    frame = collect_verdicts({"base": verdicts(1, 0)})
    (chosen,) = select_questions(frame, OPTIONS)
    assert (chosen["case"], chosen["count"], chosen["total"]) == ("Any question", 2, 2)


def test_an_example_carries_all_that_is_shown():
    example = build_examples(VERDICTS, records(), OPTIONS)[0]
    assert (example["question"], example["options"]) == (
        f"Question <{example['id'][1]}>?",
        ["4", "5"],
    )
    warm_up, ours = example["answers"]
    assert (warm_up["label"], warm_up["valid"], warm_up["k"]) == ("Warm-up (SFT)", None, None)
    assert (ours["correct"], ours["valid"], ours["k"], ours["step_rar"]) == (1.0, 1.0, 0.5, 1.05)
    assert ours["matched"] == [True, False]
    assert [section["title"] for section in ours["sections"]] == [
        "Image description",
        "Rationales",
        "Let's think step by step",
        "Step 1",
        "Step 2",
        "The final answer is",
    ]
    assert ours["sections"][4]["parts"] == [
        {"text": "So ", "group": None},
        {"text": "6 - 1 = 5", "group": 0},
        {"text": " stay.", "group": None},
    ]


def test_text_before_the_first_header_is_shown_too():
    frame = collect_verdicts({"warm_up": verdicts(1, 1).assign(response="I say\n" + RESPONSE)})
    options = ReportingOptions(example_variants=["warm_up"])
    (example,) = build_examples(frame, records(), options)
    assert example["answers"][0]["sections"][0] == {
        "kind": "text",
        "title": "",
        "parts": [{"text": "I say", "group": None}],
    }


def test_a_question_that_is_no_record_is_named():
    with pytest.raises(KeyError, match="is not a test record"):
        build_examples(VERDICTS, records(0), OPTIONS)


@pytest.mark.parametrize(
    ("body", "groups", "marked"),
    [
        ("Then 6 minus 1 equals 5.", [["6 - 1 = 5"]], ["6 minus 1 equals 5."]),
        ("6 - 1 = 4", [["6 - 1 = 5"]], []),
        (
            "A blue sphere and a red cube",
            [["red cube"], ["blue sphere"]],
            ["blue sphere", "red cube"],
        ),
        ("", [["x"]], []),
        ("red cube", [[]], []),
    ],
)
def test_the_words_that_carry_a_key_step_are_marked(body, groups, marked):
    parts = highlight(body, groups, "soft")
    assert [part["text"] for part in parts if part["group"] is not None] == marked
    assert "".join(part["text"] for part in parts) == body


def test_overlapping_key_steps_lose_no_text():
    parts = highlight("a big red cube here", [["big red"], ["red cube"]], "exact")
    assert "".join(part["text"] for part in parts) == "a big red cube here"
    assert [part["group"] for part in parts] == [None, 0, 1, None]


def test_text_that_utf8_cannot_hold_is_replaced():
    assert clean("a\ud800b\x00c\nd") == "a?b\ufffdc\nd"


def test_images_travel_inside_the_page_and_large_ones_shrink():
    address = data_uri(Image.new("L", (1024, 256)), 512)
    head, data = address.split(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (512, 128)
