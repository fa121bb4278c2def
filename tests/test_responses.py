"""The grammar of a response."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1vl_kedro.responses import final_answer, has_content, parse_response, released_order_holds

VALID = """### Image Description:
Six cubes.

### Rationales:
Count, then take away.

### Let's think step by step.

### Step 1:
There are 6 cubes.

### Step 2:
6 - 1 = 5

### The final answer is:
5"""


def test_sections_in_order_with_their_spans():
    response = parse_response(VALID)
    kinds = [(section.kind, section.number) for section in response.sections]
    assert kinds == [
        ("description", None),
        ("rationale", None),
        ("separator", None),
        ("step", 1),
        ("step", 2),
        ("answer", None),
    ]
    for section in response.sections:
        assert VALID[section.start : section.start + 3] == "###"
        assert VALID[section.body_start : section.end] == section.body
    assert response.steps[1].body.strip() == "6 - 1 = 5"
    assert not any(section.empty for section in response.of("step", "answer"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("### The final answer is: 42", "42"),
        ("### The final answer is:\n42\n", "42"),
        ("### The final answer is:\n\n  42  \n", "42"),
        ("### The final answer is: 42\n\n### Note:\nRounded.", "42"),
        ("### The final answer is: 42\nThis matches the figure.", "42"),
        ("### The final answer is: A: 3\nB: 4", "A: 3\nB: 4"),
        ("### The final answer is: 42\nor 43, if counted", "42\nor 43, if counted"),
        ("### The final answer is: 1\n### The final answer is: 2", "2"),
        ("### The final answer is:", None),
        ("### The final answer is:\n...\n", None),
        ("The final answer is: 42", None),
        ("we say ### The final answer is: 42", None),
        ("", None),
    ],
)  # fmt: skip
def test_final_answer(text, expected):
    assert final_answer(text) == expected


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("### Step 3:", "step"),
        ("###  Step  3 :", "step"),
        ("  ### Step 3:", None),
        ("###Step 3:", "other"),
        ("### Step 03:", "other"),
        ("### rationale:", "rationale"),
        ("### STEP 3:", "step"),
        ("#### Step 3:", None),
        ("## Step 3:", None),
        ("### Step three:", "other"),
        ("### Step 3", "other"),
        ("### Let’s think step by step", "separator"),
        ("### Check:", "other"),
        ("x ### Step 3:", None),
    ],
)
def test_headers(header, kind):
    sections = parse_response(f"{header}\nbody").sections
    assert [section.kind for section in sections] == ([kind] if kind else [])


@given(st.text())
def test_any_string_gives_a_value(text):
    response = parse_response(text)
    assert response.text == text
    positions = [(section.start, section.body_start, section.end) for section in response.sections]
    assert positions == sorted(positions)
    assert all(0 <= a <= b <= c <= len(text) for a, b, c in positions)
    assert isinstance(released_order_holds(text), bool)


@given(st.lists(st.sampled_from(["### Step 1:", "###", "\n", " ", "5", "### ", "\ud800", "\0"])))
def test_pieces_of_headers_give_a_value(pieces):
    assert isinstance(final_answer("".join(pieces)), str | None)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "\n",
        "#",
        "###",
        "\n###",
        "\n### Step 1:\n",
        "### The final answer is:",
        "\n \t",
        "é",
    ],
)
@pytest.mark.timeout(60)
def test_a_million_characters_end(piece):
    """Anything slower than linear would not end within the time limit."""
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    assert parse_response(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5", True), ("°", True), ("五", True), ("...", False), (" \n\t", False), ("\0\u200b", False)],
)
def test_content(text, expected):
    assert has_content(text) is expected
