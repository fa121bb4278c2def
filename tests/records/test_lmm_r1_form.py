"""LMM-R1's JSON form: a chat written as a string, with or without images."""

import json

import pytest
from record_builders import image_bytes

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.validate import validate

OPTIONS = ValidationOptions(require_image=False, require_solution=False, workers=1)
SYSTEM = {"role": "system", "content": "Put the reasoning in <think> tags."}


def text(words):
    return {"type": "text", "text": words}


def image(path):
    return {"type": "image", "image": path}


def row(*content, answer="$3$", key="message", before=()):
    turn = {"role": "user", "content": list(content)}
    return {key: json.dumps([*before, turn]), "answer": answer}


def read(tmp_path, *rows):
    """What validation keeps, and of the others reason and detail."""
    (tmp_path / "geo").mkdir(exist_ok=True)
    (tmp_path / "geo/1.png").write_bytes(image_bytes(1))
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    kept, dropped = validate(get_reader("lmm_r1")(file), OPTIONS)
    return list(kept), [(one.reason, one.detail) for one in dropped]


def test_rows_with_and_without_images(tmp_path):
    rows = [
        row(text("How many cats?"), image("file:///geo/1.png"), before=[SYSTEM]),
        row(text("What is $1 + 2$?"), key="messages"),
        {"message": json.dumps([{"role": "user", "content": "Find x."}]), "answer": 7},
    ]
    kept, dropped = read(tmp_path, *rows)
    assert dropped == []
    assert [r["question"] for r in kept] == ["How many cats?", "What is $1 + 2$?", "Find x."]
    assert [len(r["images"]) for r in kept] == [1, 0, 0]
    assert [r["family"] for r in kept] == ["image", "text", "text"]
    assert [r["answer"] for r in kept] == ["3", "3", "7"]
    assert {r["solution"] for r in kept} == {""}


def test_an_image_inside_a_sentence_keeps_its_place(tmp_path):
    kept, _ = read(tmp_path, row(text("In "), image("geo/1.png"), text(", how many cats?")))
    assert kept[0]["question"] == "In <image>, how many cats?"


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("$3$", "3"),
        (r"$\frac{1}{2}$", r"\frac{1}{2}"),
        (r"$\boxed{3}$", "3"),
        ("<answer>$3$</answer>", "3"),
        ("3 apples", "3 apples"),
        ("$1$ or $2$", "$1$ or $2$"),
        (0.5, "0.5"),
    ],
)
def test_answers_are_taken_out_of_their_marks(tmp_path, written, answer):
    kept, _ = read(tmp_path, row(text("Find x."), answer=written))
    assert kept[0]["answer"] == answer


def test_options_are_read_and_the_answer_is_their_letter(tmp_path):
    asked = text("Find x.\nChoices:\nA. 3\nB. 4")
    kept, dropped = read(
        tmp_path, row(asked, answer="$B$"), row(asked, answer="$4$"), row(asked, answer="E")
    )
    assert [r["answer"] for r in kept] == ["B", "B"]
    assert kept[0]["options"] == ["3", "4"]
    assert [reason for reason, _ in dropped] == ["answer_not_in_options"]


@pytest.mark.parametrize(
    ("broken", "reason", "detail"),
    [
        ({"prompt": "Find x.", "answer": "3"}, "malformed_row", "wanted message"),
        ({"message": "[{'role': ", "answer": "3"}, "malformed_row", "which is no JSON"),
        ({"message": '{"role": "user"}', "answer": "3"}, "malformed_row", "a list of turns"),
        ({"message": "[3]", "answer": "3"}, "malformed_row", "a list of turns"),
        ({"message": None, "answer": "3"}, "malformed_row", "message is None"),
        ({"message": "[]", "answer": "3"}, "malformed_row", "has roles []; wanted user, each once"),
        (row(text("x")) | {"answer": None}, "malformed_row", "answer is None"),
        (row(text("x")) | {"answer": ["3"]}, "malformed_row", "answer is ['3']"),
        (row({"type": "video", "video": "a.mp4"}), "malformed_row", "parts of text or of an image"),
        (row(text(3)), "malformed_row", "parts of text or of an image"),
        (row("Find x."), "malformed_row", "wanted text, or a list of parts"),
        (row(text("Find x."), image("../secret.png")), "malformed_row", "may not leave the image"),
        (row(text("Find x."), image("geo/2.png")), "missing_image", "2.png"),
        (row(text("Find <image> here.")), "no_image", "1 <image> marks"),
        (row(text(" ")), "empty_question", "no text"),
        (row(text("x"), answer="$$"), "empty_answer", "no final answer"),
        (row(text("x\nChoices:\nA. 3"), answer="A"), "missing_option", "one option only, '3'"),
        (row(text("x\nChoices:\nA. 3\nB. 4\nD. 6"), answer="B"), "missing_option", "C before D"),
        (row(text("x\nChoices:\nA. 3\nB.\nC. 5"), answer="C"), "empty_option", "['3', '', '5']"),
    ],
)
def test_a_broken_row_is_set_aside_with_its_reason(tmp_path, broken, reason, detail):
    kept, [(given, why)] = read(tmp_path, row(text("What is 1 + 2?")), broken)
    assert len(kept) == 1
    assert given == reason
    assert detail in why and len(why) <= 400


def test_long_values_are_quoted_in_part(tmp_path):
    _, [(_, why)] = read(tmp_path, row(text("Sound?")), {"message": "x" * 5000, "answer": "3"})
    assert len(why) < 300
