"""StepRVR by its definition: all parts, background before the steps, steps in order, one answer."""

import pytest

from r1vl_kedro.rewards import step_rvr, validity_problems

SECTIONS = {
    "D": "### Image Description:\nA triangle.",
    "d": "### Image Description:\n",
    "R": "### Rationales:\nFind the angle.",
    "r": "### Rationales:\n",
    "S": "### Let's think step by step.",
    "A": "### The final answer is: 60",
    "a": "### The final answer is:",
    "-": "### The final answer is: -",
    "X": "### Note:\nRounded.",
    "p": "A word before, after or between.",
}

WHOLE = """
DRS12A DR12A RD12A SDR12A DSR12A RSD12A RDS1A DRS1A DR1A DDR1A DRR1A DRDR1A DRSS1A SDRS1A DR123A
DR12345A DRS123456789A pDRS12A DpRS12A DRS1p2A DRS12Ap XDRS12A DXRS12A DRSX12A
""".split()  # fmt: skip
BROKEN = """
RS12A DS12A S12A 12A A DRS12 DRSA DRA DR DRS DRS12a DRS12- DRS12Aa DRS12aA DRS12AA dRS12A DrS12A
DRS21A DRS13A DRS23A DRS2A DRS11A DRS112A DRS122A DRS132A DRS01A DRS0A DRS124A DRSA12 DRS1A2
ADRS12 D1R2A DR1D2A DR1R2A 1DRSA DRS12AS DRS12AX DRS12AD DRS12AR DRS1S2A DR12SA DR12DA R12DA
DRS1AX2 DRS12AA12
""".split()  # fmt: skip
HEADERS_THAT_COUNT = (
    "### image description:", "### IMAGE DESCRIPTION:", "### Image description:",
    "###  Image  Description :", "### Image Description：",
)  # fmt: skip
HEADERS_THAT_DO_NOT = (
    "## Image Description:", "#### Image Description:", "###Image Description:",
    " ### Image Description:", "\t### Image Description:", "- ### Image Description:",
    "**### Image Description:**", "### **Image Description:**", "### Image Descriptions:",
    "### Description:", "### Image:", "### Image Description", "Image Description:",
    "### 1. Image Description:", "# Image Description:", "### Image\nDescription:",
)  # fmt: skip


def response(parts: str) -> str:
    known = (SECTIONS.get(part, f"### Step {part}:\nThe angles sum to 180.") for part in parts)
    return "\n\n".join(known)


@pytest.mark.parametrize("parts", WHOLE)
def test_a_whole_path(parts):
    assert validity_problems(response(parts)) == []
    assert step_rvr(response(parts)) == 1.0


@pytest.mark.parametrize("parts", BROKEN)
def test_a_path_with_a_part_missing_empty_or_out_of_place(parts):
    assert step_rvr(response(parts)) == 0.0


@pytest.mark.parametrize("header", HEADERS_THAT_COUNT)
def test_letter_case_and_spaces_in_a_header_do_not_matter(header):
    assert step_rvr(response("DRS12A").replace("### Image Description:", header)) == 1.0


@pytest.mark.parametrize("header", HEADERS_THAT_DO_NOT)
def test_what_is_no_header(header):
    assert step_rvr(response("DRS12A").replace("### Image Description:", header)) == 0.0


@pytest.mark.parametrize(
    ("written", "instead", "valid"),
    [
        ("### Rationales:", "### Rationale:", 1.0),
        ("### Rationales:", "### rationale:", 1.0),
        ("### Rationales:", "### Rational:", 0.0),
        ("### Step 1:", "### step 1:", 1.0),
        ("### Step 1:", "### Step 1 :", 1.0),
        ("### Step 1:", "### Step  1:", 1.0),
        ("### Step 1:", "### Step 01:", 0.0),
        ("### Step 1:", "### Step one:", 0.0),
        ("### Step 1:", "### Step 1.", 0.0),
        ("### Step 1:", "### Step 1", 0.0),
        ("### Step 1:", "### Step -1:", 0.0),
        ("### Step 1:", "### Step 1.5:", 0.0),
        ("### Step 1:", "### Steps 1:", 0.0),
        ("### The final answer is:", "### the final answer is:", 1.0),
        ("### The final answer is:", "### Final answer:", 0.0),
        ("### The final answer is:", "### The final answer:", 0.0),
        ("### The final answer is:", "### The answer is:", 0.0),
        ("### Let's think step by step.", "### Let’s think step by step:", 1.0),
        ("### Let's think step by step.", "Let's think.", 1.0),
        ("A triangle.", "…", 0.0),
        ("A triangle.", "三角形", 1.0),
        ("A triangle.", "?!", 0.0),
        ("The angles sum to 180.", "=", 1.0),
        ("The angles sum to 180.", "**", 0.0),
    ],
)
def test_one_part_written_otherwise(written, instead, valid):
    assert step_rvr(response("DRS12A").replace(written, instead)) == valid
