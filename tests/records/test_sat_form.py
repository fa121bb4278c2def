"""SAT's rows, and those that VisualThinker-R1-Zero made of them."""

import json

import pytest
from record_builders import image_bytes

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.readers.sat import ask, options_in
from r1vl_kedro.records.validate import validate
from r1vl_kedro.responses import THINK_OPENED

ASKED = (
    "Answer in natural language. Is the chair left of the bed? "
    "Choose between the following options: no or yes"
)
OWN = {
    "question": "How many lamps are there?",
    "answers": ["2", "3", "5"],
    "correct_answer": "3",
    "images": ["a.png"],
    "question_type": "other",
}


def published(asked=ASKED, answer="yes", images=("a.png",)):
    turns = [
        {"role": "user", "content": f"{'<image>' if images else ''} {asked}"},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": turns, "images": list(images)}


@pytest.fixture
def read(tmp_path):
    (tmp_path / "a.png").write_bytes(image_bytes(41))
    (tmp_path / "b.png").write_bytes(image_bytes(42))

    def of(*rows, **settings):
        file = tmp_path / "SAT_train_15000.json"
        file.write_text(json.dumps([{"id": f"r{k}", **row} for k, row in enumerate(rows)]))
        reader = get_reader("sat")(file, **settings)
        return validate(reader, ValidationOptions(), grammar="think_opened")

    return of


def test_the_question_is_as_published_and_the_answer_a_text(read):
    records, rejected = read(published(), OWN)
    assert rejected == []
    assert list(records["question"]) == [
        ASKED,
        "Answer in natural language. How many lamps are there? "
        "Choose between the following options: 2, 3 or 5",
    ]
    assert list(records["answer"]) == ["yes", "3"]
    assert list(records["options"]) == [[], []]
    assert list(records["family"]) == ["sat", "other"]


def test_the_path_is_the_answer_alone_in_the_runs_form(read):
    [record] = read(published())[0]
    assert record["solution"] == "It is yes.\n</think>\n<answer>yes</answer>"
    assert THINK_OPENED.parse(record["solution"]).answer == "yes"


def test_options_may_be_lettered(read):
    first, second = read(published(), OWN, lettered=True)[0]
    assert first["question"] == "Is the chair left of the bed?"
    assert (first["options"], first["answer"]) == (["no", "yes"], "B")
    assert (second["options"], second["answer"]) == (["2", "3", "5"], "B")


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (OWN | {"images": ["a.png", "b.png"]}, "several_images", "2 images; rows of one image"),
        (published(images=("a.png", "b.png")), "several_images", "2 images"),
        (published(images=()), "no_image", "names no image"),
        (published(images=("c.png",)), "missing_image", "c.png"),
        (published(answer="maybe"), "answer_not_in_options", "'maybe' is none of the options"),
        (OWN | {"correct_answer": "4"}, "answer_not_in_options", "'4' is none of the options"),
        (OWN | {"answers": ["3"]}, "malformed_row", "two texts or more"),
        (OWN | {"answers": "['2', '3']"}, "malformed_row", "two texts or more"),
        (OWN | {"answers": ["2", None, "3"]}, "malformed_row", "two texts or more"),
        (OWN | {"question": None}, "malformed_row", "wanted text"),
        (OWN | {"images": "../a.png"}, "malformed_row", "may not leave the image folder"),
        (published(asked="Is it left of it?"), "malformed_row", "has no 'Choose between"),
        ({"images": ["a.png"]}, "malformed_row", "wanted messages"),
    ],
)
def test_a_broken_row_is_set_aside_with_its_reason(read, row, reason, detail):
    records, [rejected] = read(published(), row)
    assert len(records) == 1
    assert rejected.reason == reason
    assert detail in rejected.detail and len(rejected.detail) <= 300


@pytest.mark.parametrize(
    ("text", "answer", "options"),
    [
        (" no or yes", "yes", ["no", "yes"]),
        ("2, 3 or 5.", "5", ["2", "3", "5"]),
        ("red or blue box or green box", "red or blue box", ["red or blue box", "green box"]),
        ("red or blue box or green box", "red", ["red", "blue box or green box"]),
        ("yes", "yes", []),
        (" or yes", "yes", []),
        ("no or yes", "maybe", []),
        ("", "", []),
    ],
)
def test_the_answer_tells_where_options_end(text, answer, options):
    assert options_in(text, answer) == options
    if options:
        assert options_in(ask("", options).rpartition("options:")[2], answer) == options
