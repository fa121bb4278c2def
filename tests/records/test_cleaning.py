"""Dropping of reflective records, of duplicates, and of what an evaluation set has."""

import base64
from io import BytesIO

import pandas as pd
import pytest
from PIL import Image
from record_builders import PATH, image_bytes, mulberry_row, validated

from r1vl_kedro.records import clean
from r1vl_kedro.records.store import write_rows

REFLECTIVE = PATH.format(answer="B: 45").replace(
    "### Step 2:",
    "### Step 2:\n90/3 = 30.\n\nI think I have made a mistake. Let me rethink it.\n\n### Step 2:",
)


UNMARKED = PATH.format(answer="B: 45").replace("### Step 2:", "### Step 1:")


def test_reflective_records_are_dropped(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(3)}
    rows = [
        mulberry_row("a/0.png"),
        mulberry_row("a/1.png", response=REFLECTIVE),
        mulberry_row("a/2.png", response=UNMARKED),
    ]
    records, rejected = validated(tmp_path, rows, images)
    assert not rejected
    kept, dropped = clean.drop_reflective(records)
    assert kept["id"] == ["a/0.png#0"]
    assert [r.detail for r in dropped] == [
        "it says 'Let me rethink it'",
        "section step 1 comes more than once",
    ]


def test_duplicates_need_the_same_image_question_and_options(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(2)} | {"a/copy.png": image_bytes(0)}
    rows = [
        mulberry_row("a/0.png", question="Find x."),
        mulberry_row("a/copy.png", question="find  X"),
        mulberry_row("a/1.png", question="Find x."),
        mulberry_row("a/0.png", question="Find y."),
        mulberry_row("a/0.png", question="Find x.", options=("45", "30"), answer="A"),
    ]
    kept, dropped = clean.drop_duplicates(validated(tmp_path, rows, images)[0])
    assert [i.split("#")[1] for i in kept["id"]] == ["0", "2", "3", "4"]
    assert [(r.id, r.detail) for r in dropped] == [
        ("a/copy.png#1", "same image and question as a/0.png#0")
    ]


@pytest.mark.parametrize("form", ["records", "data frame"])
def test_benchmark_questions_are_dropped_though_the_image_was_encoded_anew(tmp_path, form):
    images = {f"a/{i}.png": image_bytes(i, side=96) for i in range(3)}
    rows = [
        mulberry_row("a/0.png", question="Find x."),
        mulberry_row("a/1.png", question="Find x."),
        mulberry_row("a/2.png", question="Find z."),
    ]
    records, _ = validated(tmp_path, rows, images)
    again = BytesIO()
    Image.open(BytesIO(images["a/0.png"])).resize((192, 192)).save(again, "JPEG", quality=90)
    row = {"id": "t1", "question": "<image1> find x", "images": [again.getvalue()]}
    if form == "records":
        other = {"options": [], "answer": "45", "solution": "", "family": "", "source": ""}
        reference = write_rows([{**row, **other}], tmp_path / "test")
    else:
        encoded = base64.b64encode(again.getvalue()).decode()
        reference = pd.DataFrame([{"index": "t1", "question": "find x", "image": encoded}])
    kept, dropped = clean.decontaminate(records, {"test": reference}, max_distance=0.12)
    assert kept["id"] == ["a/1.png#1", "a/2.png#2"]
    assert dropped[0].reason == "in_evaluation_set"
    assert "test/t1" in dropped[0].detail


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<image1>Find x.", "find X", True),
        ("What is 1,000 + 2?", "what is 1000+2", False),
        ("What is 1,000 + 2?", "What is 1000 + 2", True),
        ("Is 1.5 > 1?", "Is 15 > 1?", False),
        ("5 - 3?", "5 + 3?", False),
    ],
)
def test_question_keys_ignore_looks_but_not_meaning(one, other, same):
    assert (clean.question_key(one) == clean.question_key(other)) is same


def png(image):
    buffer = BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["cmyk", "float", "turned"])
def test_held_out_questions_may_have_pictures_of_any_kind(tmp_path, kind):
    upright = Image.open(BytesIO(image_bytes(5, side=96)))
    other = BytesIO()
    if kind == "cmyk":
        upright.convert("CMYK").save(other, "JPEG", quality=95)
    elif kind == "float":
        upright = upright.convert("L").convert("RGB")
        upright.convert("F").save(other, "TIFF")
    else:
        exif = Image.Exif()
        exif[0x0112] = 6
        upright.transpose(Image.Transpose.ROTATE_90).save(other, "JPEG", quality=95, exif=exif)
    rows = [mulberry_row("a/0.png"), mulberry_row("a/1.png")]
    images = {"a/0.png": png(upright), "a/1.png": image_bytes(1)}
    records, _ = validated(tmp_path, rows, images)
    held_out = {"id": "t", "question": "Find x.", "images": [other.getvalue()]}
    fields = {"options": [], "answer": "45", "solution": "", "family": "", "source": ""}
    reference = write_rows([held_out | fields], tmp_path / "test")
    kept, dropped = clean.decontaminate(records, {"test": reference}, max_distance=0.12)
    assert [r.id for r in dropped] == ["a/0.png#0"]
    assert kept["id"] == ["a/1.png#1"]


def test_questions_without_images_are_compared_among_themselves(tmp_path):
    shared = {
        "options": [],
        "answer": "4",
        "solution": "",
        "family": "",
        "source": "",
        "images": [],
    }
    rows = [{"id": "a", "question": "Two plus two?"}, {"id": "b", "question": "Two plus three?"}]
    records = write_rows([row | shared | {"image_hashes": []} for row in rows], image_hashes=True)
    held_out = [{"id": "t", "question": "two plus two", "images": []}]
    kept, dropped = clean.decontaminate(records, {"test": held_out}, max_distance=0.12)
    assert kept["id"] == ["b"]
    assert dropped[0].detail == "same question as test/t, both without an image"


def test_a_question_without_an_image_is_another_by_its_options(tmp_path):
    shared = {"question": "Which is larger?", "answer": "A", "solution": "", "family": "text"}
    shared |= {"source": "", "images": [], "image_hashes": []}
    rows = [{"id": "a", "options": ["7 plus 8", "9"]}, {"id": "b", "options": ["1 plus 2", "9"]}]
    records = write_rows([row | shared for row in rows], image_hashes=True)
    held_out = [shared | {"id": "t", "options": ["1 plus 2", "9"]}]
    kept, dropped = clean.decontaminate(records, {"test": held_out}, max_distance=0.12)
    assert kept["id"] == ["a"]
    assert [one.id for one in dropped] == ["b"]
