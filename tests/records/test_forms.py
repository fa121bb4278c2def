"""Rows as users have them: neighbouring forms are read, what cannot be meant is set aside."""

import base64
import json

import pytest
from record_builders import PATH, image_bytes, mulberry_row, raw_of

from r1vl_kedro.prompts import to_messages
from r1vl_kedro.records.json_stream import iter_objects
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.questions import (
    SPECIAL_TOKENS,
)
from r1vl_kedro.records.readers import mulberry, r1vl10k
from r1vl_kedro.records.rejections import Rejection
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import check

FREE = ValidationOptions(require_solution=False)


@pytest.fixture
def root(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(image_bytes(ord(name[0])))
    return tmp_path


def turns(user, *, keys=("role", "content"), roles=("user", "assistant"), answer="45"):
    said = (user, PATH.format(answer=answer))
    return [dict(zip(keys, pair, strict=True)) for pair in zip(roles, said, strict=True)]


def r1vl(**changes):
    return {"image_path": "a.png", "problem": "Find x.", "solution": "45", **changes}


@pytest.mark.parametrize(
    "row",
    [
        {"messages": turns("<image>Question: Find x."), "images": "a.png"},
        {"messages": turns("<image>Question: Find x."), "images": ["a.png"]},
        {"messages": turns("<image>Question: Find x."), "images": [{"path": "a.png"}]},
        {"messages": turns("<image>Question: Find x."), "image": "/a.png"},
        {
            "messages": turns("<image>Question: Find x.", roles=("User", "ASSISTANT")),
            "images": "a.png",
        },
        {
            "conversations": turns(
                "<image>\nQuestion: Find x.", keys=("from", "value"), roles=("human", "gpt")
            ),
            "images": "a.png",
        },
        {
            "messages": turns([{"type": "image"}, {"type": "text", "text": "Find x."}]),
            "images": "a.png",
        },
        {
            "messages": [
                {"role": "system", "content": "You see well."},
                *turns("<image>Question: Find x."),
            ],
            "images": "a.png",
        },
        {"messages": turns("Think.\r\n\r\nQuestion: Find x.\r\n<image>"), "images": "./a.png"},
    ],
)
def test_neighbouring_forms_of_mulberry_are_one_record(row, root):
    record = check(raw_of("mulberry", row, 0, root, "here"), ValidationOptions())
    assert (record["question"], record["answer"], len(record["images"])) == ("Find x.", "45", 1)


def test_an_image_may_stand_in_the_row(root):
    data = base64.b64encode(image_bytes(97)).decode()
    for image in (f"data:image/png;base64,{data}", data):
        row = {"messages": turns("<image>Question: Find x."), "images": [image]}
        record = check(raw_of("mulberry", row, 3, root, "here"), ValidationOptions())
        assert (record["id"], record["images"]) == ("#3", [image_bytes(97)])


@pytest.mark.parametrize(
    ("image", "detail"),
    [
        ("https://example.com/a.png", "an address; wanted files below"),
        ("data:image/png;base64,iVBOR=w0KGgo", "broken base64"),
        ("../a.png", "may not leave the image folder"),
        (["a.png", ["b.png"]], "wanted a path or a list of paths"),
        ("/etc/hostname", "not below the image folder"),
    ],
)
def test_what_names_no_file_below_the_image_folder_is_set_aside(image, detail, root):
    row = {"messages": turns("<image>Question: Find x."), "images": image}
    with pytest.raises(ValueError, match=detail) as caught:
        raw_of("mulberry", row, 0, root, "here")
    assert len(str(caught.value)) < 400


def test_the_parts_of_a_turn_may_hold_its_images(root):
    data = f"data:image/png;base64,{base64.b64encode(image_bytes(97)).decode()}"
    for part in (
        {"type": "image", "image": "a.png"},
        {"type": "image", "image": f"file://{root}/a.png"},
        {"type": "image_url", "image_url": {"url": data}},
        {"type": "image_url", "image_url": "a.png"},
    ):
        row = {"messages": turns([part, {"type": "text", "text": "Find x."}])}
        record = check(raw_of("mulberry", row, 0, root, "here"), ValidationOptions())
        assert (record["question"], len(record["images"])) == ("Find x.", 1)


def test_a_path_may_be_written_in_other_ways(root):
    (root / "geo").mkdir()
    (root / "geo/c.png").write_bytes(image_bytes(99))
    data = base64.b64encode(image_bytes(97)).decode()
    for image in (
        "geo\\c.png", f"file://{root}/geo/c.png", " geo/c.png", {"url": "geo/c.png"},
        {"bytes": data, "path": None},
    ):  # fmt: skip
        row = {"messages": turns("<image>Find x."), "images": [image]}
        record = check(raw_of("mulberry", row, 0, root, "here"), ValidationOptions())
        assert len(record["images"]) == 1


def test_an_absolute_path_below_the_image_folder_is_taken(root):
    for path in (str(root / "a.png"), "/a.png"):
        row = {"messages": turns("<image>Question: Find x."), "images": path}
        raw = raw_of("mulberry", row, 0, root, "here")
        assert (raw.images, raw.id) == ([root / "a.png"], "a.png#0")


def test_the_image_folders_own_name_may_stand_before_a_path(root):
    row = {"messages": turns("<image>Question: Find x."), "images": f"{root.name}/a.png"}
    assert raw_of("mulberry", row, 0, root, "here").images == [root / "a.png"]


@pytest.mark.parametrize(
    ("user", "images", "path", "detail"),
    [
        ("<image><image>Find x.", "a.png", "", "2 <image> marks and 1 images"),
        ("Find x.", "a.png", "", "0 <image> marks and 1 images"),
        ("<image>Find x.", ["a.png", "b.png"], "", "1 <image> marks and 2 images"),
        ("<image>Find x.", "a.png", "See <image>. ", "2 <image> marks and 1 images"),
    ],
)
def test_marks_and_images_that_differ_in_number_are_set_aside(user, images, path, detail, root):
    row = {"messages": turns(user), "images": images}
    row["messages"][1]["content"] = path + row["messages"][1]["content"]
    rejection = check(raw_of("mulberry", row, 0, root, "here"), FREE)
    assert rejection.reason == "image_marks" and detail in rejection.detail


def test_a_mark_inside_a_sentence_is_the_place_of_its_image(root):
    user = (
        "Question: In <image> there are cubes, in <image> spheres. Which?\nChoices:\nA: 30\nB: 45"
    )
    row = {"messages": turns(user), "images": ["a.png", "b.png"]}
    record = check(raw_of("mulberry", row, 0, root, "here"), ValidationOptions())
    [turn] = to_messages(record, "Look.\n{question}")
    said = ["<image>" if part["type"] == "image" else part["text"] for part in turn["content"]]
    assert said == [
        "Look.\nIn ", "<image>", " there are cubes, in ", "<image>",
        " spheres. Which?\nChoices:\nA: 30\nB: 45",
    ]  # fmt: skip


def test_images_may_be_options(root):
    user = "<image>Question: Which is it?\nChoices:\nA: <image>\nB: 45"
    row = {"messages": turns(user, answer="B"), "images": ["a.png", "b.png"]}
    record = check(raw_of("mulberry", row, 0, root, "here"), ValidationOptions())
    assert (record["question"], record["options"]) == ("<image>Which is it?", ["<image>", "45"])
    kinds = [part["type"] for part in to_messages(record)[0]["content"]]
    assert kinds == ["image", "text", "image", "text"]


@pytest.mark.parametrize(
    "user", ["<image>Find x.", "<image>\nFind x.", "Find x. <image>", "Find x.\n<image>\n"]
)
def test_marks_around_a_question_leave_it_and_images_come_first(user, root):
    raw = raw_of("mulberry", {"messages": turns(user), "images": "a.png"}, 0, root, "here")
    assert raw.question == "Find x."
    content = to_messages({"question": raw.question, "options": [], "images": raw.images})
    assert content[0]["content"] == [{"type": "image"}, {"type": "text", "text": "Find x."}]


@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_special_tokens_of_the_model_are_set_aside_with_the_token_named(token, root):
    places = {
        "question": mulberry_row("a.png", question=f"Find {token}."),
        "options": mulberry_row("a.png", options=("30", f"45{token}"), answer="A"),
        "path": mulberry_row(
            "a.png", response=PATH.format(answer="B: 45").replace("A square", token)
        ),
    }
    for place, row in places.items():
        rejection = check(raw_of("mulberry", row, 0, root, "here"), ValidationOptions())
        assert rejection.reason == "special_token"
        assert rejection.detail.startswith(token) and rejection.detail.endswith(place)
    steps = raw_of("r1vl10k", r1vl(key_steps={"Steps": [token]}), 0, root, "here")
    assert check(steps, FREE).detail.endswith("in the key steps")


@pytest.mark.parametrize(
    "solution",
    ["<answer>5</answer>", "<think>2 + 3</think>\n<answer> 5 </answer>", "\\boxed{5}", 5],
)
def test_an_answer_leaves_its_tags(solution, root):
    record = check(raw_of("r1vl10k", r1vl(solution=solution), 0, root, "here"), FREE)
    assert (record["answer"], record["solution"]) == ("5", "")


def test_marks_and_prefix_leave_the_problem(root):
    problem = "<image>Think first.\n\nQuestion: How many?"
    raw = raw_of("r1vl10k", r1vl(problem=problem), 0, root, "here")
    assert (raw.question, raw.problem) == ("How many?", None)
    raw = raw_of("r1vl10k", r1vl(problem="<image><image>How many?"), 0, root, "here")
    assert raw.problem[0] == "image_marks"


def test_r1vl_images_may_stand_under_another_key_and_conversations_are_pointed_to(root):
    row = {**r1vl(), "image": "a.png"}
    del row["image_path"]
    assert raw_of("r1vl10k", row, 0, root, "here").images == [root / "a.png"]
    talk = {"image": "a.png", "conversations": turns("<image>How many?")}
    with pytest.raises(ValueError, match="reader: mulberry"):
        raw_of("r1vl10k", talk, 0, root, "here")


def test_numbered_marks_of_mathvision_are_places_where_each_image_has_one(root):
    row = {"id": "1", "question": "Is <image1> like <image2> here?", "answer": "no"}
    raw = raw_of("mathvision", {**row, "image": ["a.png", "b.png"]}, 0, root, "here")
    assert raw.question == "Is <image> like <image> here?"
    raw = raw_of("mathvision", {**row, "image": "a.png"}, 0, root, "here")
    assert raw.question == "Is <image1> like <image2> here?"


def test_nothing_quoted_is_longer_than_200_characters(root):
    long = "n" * 5000
    rows = [
        mulberry_row("a.png", answer=long),
        mulberry_row(long),
        {**mulberry_row("a.png"), "id": long, "images": 3},
        {"messages": long},
        {"messages": [{"role": long, "content": ""}] * 2, "images": long},
    ]
    (root / "rows.json").write_text(json.dumps(rows))
    read = mulberry.MulberryFile(root / "rows.json")
    found = [check(raw, ValidationOptions()) for raw in read]
    steps = {"Steps": [{long: 1}]}
    found.append(check(raw_of("r1vl10k", r1vl(key_steps=steps), 0, root, "here"), FREE))
    for rejection in found:
        assert isinstance(rejection, Rejection)
        assert max(map(len, rejection.as_dict().values())) <= 500
        assert long[:201] not in rejection.detail


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("[{}]".encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html>", "HTML"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path, data, hint):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(RecordsError, match=hint):
        list(iter_objects(tmp_path / "x.json"))


def test_every_case_file_is_read_or_named(shared_dir):
    """Each of the reference files gives records, rejections or one sentence, never a traceback."""
    folder = shared_dir / "cases/files"
    readers = {"mulberry": mulberry.MulberryFile, "r1vl10k": r1vl10k.R1VLFile}
    for name, reader in readers.items():
        where = folder / name / "files" if name == "mulberry" else folder / name
        for path in sorted(where.iterdir()):
            try:
                results = [check(raw, FREE) for raw in reader(path, folder / "mulberry/img")]
            except RecordsError as error:
                assert str(path) in str(error) and len(str(error)) < 400
                continue
            for result in results:
                if isinstance(result, Rejection):
                    json.dumps(result.as_dict(), ensure_ascii=False).encode()
                else:
                    assert result["question"] and result["answer"] and result["images"]
