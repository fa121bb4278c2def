"""What users bring beyond the published forms: read as it is meant, or set aside in a sentence."""

import base64
import json
import textwrap
from io import BytesIO

import numpy as np
import pytest
from kedro.io import DatasetError
from PIL import Image
from record_builders import PATH, image_bytes

from r1vl_kedro.datasets import RecordFileDataset
from r1vl_kedro.records.images import decode
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.store import export_images, write_rows
from r1vl_kedro.records.validate import check

FREE = ValidationOptions(require_solution=False)
ROWS = {
    "r1vl10k": {"image_path": "a.png", "problem": "{} Find x.", "solution": "45"},
    "metaad": {
        "image": "a.png", "problem": "{} What now?", "solution": "<answer>KEEP, STRAIGHT</answer>",
    },
    "medical": {"image": "a.png", "question": "{} Which?", "options": ["a", "b"], "answer": "a"},
    "omnimedvqa": {
        "image": "a.png", "problem": "{} Which? A)a, B)b", "solution": "<answer>A</answer>",
    },
    "sat": {
        "images": "a.png", "question": "{} Which?", "answers": ["a", "b"], "correct_answer": "a",
    },
}  # fmt: skip


def checked(reader, row, root):
    """A row of a file as its reader and the validation leave it."""
    (root / "a.png").write_bytes(image_bytes(1))
    path = root / "rows.json"
    path.write_text(json.dumps([row]), encoding="utf-8")
    [raw] = READERS[reader](path)
    return check(raw, FREE)


@pytest.mark.parametrize("reader", ROWS)
@pytest.mark.parametrize(
    "mark",
    ["<Image>", "<image1>", "<image 1>", "<ImageHere>", "<|image_1|>", "<img>", "<video>",
     "<image></image>", "<image><image>", "[IMAGE]", "[img-2]", "{image}", "{{image}}", "<<image>>",
     "<IMG_CONTEXT>", "<start_of_image>", "<image_soft_token>", "<|image_pad|>", "<image_1>",
     "<img src='a.png'/>", "![a square](a.png)", "<image-placeholder>", "<im_patch>"],
)  # fmt: skip
def test_a_placeholder_that_is_no_place_of_an_image_is_set_aside(reader, mark, tmp_path):
    row = {k: v.replace("{}", mark) if isinstance(v, str) else v for k, v in ROWS[reader].items()}
    found = checked(reader, row, tmp_path)
    assert found.reason == ("special_token" if mark == "<|image_pad|>" else "image_marks")


@pytest.mark.parametrize(
    "text",
    [
        r"$d_{image} = 2 d_{object}$", r"$\text{image}$ of $f$", r"$\frac{1}{image}$",
        "an image [1]", "{images}", "<imagine>", "Is 5![a] 120?", "the image (a)",
    ],
)  # fmt: skip
def test_words_and_formulas_about_images_are_no_placeholders(text, tmp_path):
    row = ROWS["r1vl10k"] | {"problem": f"Find x in {text}."}
    assert checked("r1vl10k", row, tmp_path)["question"] == f"Find x in {text}."


@pytest.mark.parametrize("reader", ROWS)
def test_a_mark_inside_a_sentence_stays_in_every_form(reader, tmp_path):
    mark = "In <image> there are two."
    row = {k: v.replace("{}", mark) if isinstance(v, str) else v for k, v in ROWS[reader].items()}
    assert mark in checked(reader, row, tmp_path)["question"]


def test_mathvision_has_numbered_marks_and_no_others(tmp_path):
    row = {"id": "1", "question": "What is in {}?", "options": [], "image": "a.png", "answer": "5"}
    asked = {mark: {**row, "question": f"What is in {mark}?"} for mark in ("<image3>", "[IMAGE]")}
    assert checked("mathvision", asked["<image3>"], tmp_path)["question"] == "What is in <image3>?"
    assert checked("mathvision", asked["[IMAGE]"], tmp_path).reason == "image_marks"


@pytest.mark.parametrize("reader", ROWS)
def test_a_question_without_a_mark_or_with_one_for_its_image_is_kept(reader, tmp_path):
    for mark in ("", "<image>"):
        row = {
            k: v.replace("{}", mark) if isinstance(v, str) else v for k, v in ROWS[reader].items()
        }
        assert len(checked(reader, row, tmp_path)["images"]) == 1


def test_a_mark_in_a_reference_path_is_set_aside(tmp_path):
    path = PATH.format(answer="45").replace("A square", "In <image> a square")
    found = checked("r1vl10k", ROWS["r1vl10k"] | {"problem": "Find x.", "solution": path}, tmp_path)
    assert found.detail == "<image> in the path; only a question shows images"


@pytest.mark.parametrize(
    ("solution", "answer"),
    [
        ("<ANSWER>5</ANSWER>", "5"),
        ("<answer><answer>5</answer></answer>", "5"),
        ("<answer>5", None),
        ("5</answer>", None),
        ("<think>2 + 3</think>5", None),
    ],
)
def test_no_answer_keeps_a_tag(solution, answer, tmp_path):
    found = checked("r1vl10k", ROWS["r1vl10k"] | {"problem": "x?", "solution": solution}, tmp_path)
    assert found["answer"] == answer if answer else "wanted it alone" in found.detail


@pytest.mark.parametrize("word", ["Question: ", "question: ", "Question："])
def test_the_prompt_before_a_question_leaves_it(word, tmp_path):
    row = ROWS["r1vl10k"] | {"problem": f"Think first.\n{word}How many?"}
    assert checked("r1vl10k", row, tmp_path)["question"] == "How many?"


@pytest.mark.parametrize(
    "written",
    [
        lambda data: "\n".join(textwrap.wrap(base64.b64encode(data).decode(), 76)),
        lambda data: base64.urlsafe_b64encode(data).decode(),
        lambda data: "DATA:image/png;base64," + base64.b64encode(data).decode(),
    ],
)
@pytest.mark.parametrize("side", [28, 48])
def test_base64_is_read_however_it_is_written(written, side, tmp_path):
    buffer = BytesIO()
    Image.new("RGB", (side, side), "red").save(buffer, "PNG")
    row = ROWS["r1vl10k"] | {"problem": "x?", "image_path": written(buffer.getvalue())}
    assert checked("r1vl10k", row, tmp_path)["images"] == [buffer.getvalue()]


def grey(values, kind="TIFF", **more):
    buffer = BytesIO()
    Image.fromarray(values).save(buffer, kind, **more)
    return np.asarray(decode(buffer.getvalue()))


def test_a_transparent_16_bit_grey_is_white():
    assert grey(np.zeros((30, 30), np.uint16), "PNG", transparency=0).min() == 255


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan, 1.01])
def test_an_odd_pixel_does_not_blacken_a_float_picture(odd):
    values = np.tile(np.linspace(0, 1, 48, dtype=np.float32), (48, 1))
    values[0, 0] = odd
    assert 120 < grey(values).mean() < 135


@pytest.mark.parametrize("text", ["", " \n", "[]", "[\n]\n"])
def test_a_file_without_rows_is_named(text, tmp_path):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(RecordsError, match=r"x\.json: the file has no rows"):
        list(READERS["mulberry"](tmp_path / "x.json"))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"limit": "many"}, "limit is 'many'; wanted a number from 1, or null"),
        ({"limit": 0}, "limit is 0; wanted a number from 1"),
        ({"labels": "modality"}, "labels is 'modality'; wanted a list of words"),
        ({"reader": "mathvision", "max_steps": "x"}, "max_steps is 'x'; wanted a number from 1"),
        ({"reader": "sat", "lettered": "no"}, "lettered is 'no'; wanted a value such as False"),
        ({"reader": "r1_onevision", "check": "x"}, "check is 'x'; accepted: mcq, "),
        (
            {"validation": {"require_img": 1}},
            "validation.require_img is no parameter: did you mean require_image? ",
        ),
    ],
)
def test_a_setting_of_an_entry_is_checked(setting, said):
    with pytest.raises(DatasetError) as error:
        RecordFileDataset(**{"reader": "mulberry", "path": "x.json", **setting})
    assert str(error.value).startswith(f"x.json: {said}")


@pytest.mark.parametrize("family", ["..", "../../up", "a/b", "a\\b", "n" * 400, "\0", ""])
def test_images_are_written_below_the_folder_whatever_the_family_is_called(family, tmp_path):
    row = {"id": "1", "images": [image_bytes(1)], "question": "x?", "options": [], "answer": "1",
           "solution": "", "family": family, "source": ""}  # fmt: skip
    [(_, [name])] = export_images(write_rows([row], tmp_path), tmp_path / "images")
    assert (tmp_path / "images" / name).resolve().parent.parent == tmp_path / "images"
