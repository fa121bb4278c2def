"""The published forms of MedVLM-R1's and Med-R1's records, right rows and wrong ones."""

import json

import pytest
from record_builders import image_bytes

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.readers.omnimedvqa import split_problem
from r1vl_kedro.records.validate import validate
from r1vl_kedro.responses import THINK_ANSWER, get_grammar, rewrite

MR = "MR (Mag-netic Resonance Imaging)"


def read(tmp_path, reader, rows, **settings):
    (tmp_path / "images").mkdir(exist_ok=True)
    (tmp_path / "images/a.png").write_bytes(image_bytes(1))
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    options = ValidationOptions(require_solution=False, workers=1)
    records, dropped = validate(get_reader(reader)(file, **settings), options)
    return records.to_list(), [(one.reason, one.detail) for one in dropped]


def medical(**changed):
    return {
        "image": ["images/a.png"], "question": "What organ is this?", "options": ["Ankle", "Lung"],
        "answer": "Lung", "subset": MR, "dataset": "OmniMedVQA",
    } | changed  # fmt: skip


def test_a_medical_row_is_a_choice_labelled_with_its_modality(tmp_path):
    rows = [medical(), medical(options=["A. Ankle", "B. Lung"], answer="B", subset="X-Ray")]
    records, dropped = read(tmp_path, "medical", rows)
    assert not dropped
    assert [one["options"] for one in records] == [["Ankle", "Lung"]] * 2
    assert [one["answer"] for one in records] == ["B", "B"]
    assert [one["modality"] for one in records] == [MR, "X-Ray"]


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"options": []}, "missing_option", "no options"),
        ({"options": ["Lung"]}, "missing_option", "one option only, 'Lung'"),
        ({"options": ["Ankle", ""]}, "empty_option", "['Ankle', '']"),
        ({"options": ["A. Ankle", "C. Lung"], "answer": "C"}, "answer_not_in_options", "A to B"),
        ({"options": None}, "malformed_row", "'options': None"),
        ({"answer": "F"}, "answer_not_in_options", "F"),
        ({"answer": "Knee"}, "answer_not_in_options", "Knee"),
        ({"image": ["images/gone.png"]}, "missing_image", "gone.png"),
        ({"image": []}, "no_image", "no image"),
        ({"question": None}, "malformed_row", "'question': None"),
        ({"subset": 3}, "malformed_row", "'subset': 3"),
    ],
)
def test_a_broken_medical_row_is_set_aside(tmp_path, changed, reason, told):
    records, [(given, detail)] = read(tmp_path, "medical", [medical(), medical(**changed)])
    assert len(records) == 1 and given == reason and told in detail


def omni(**changed):
    return {
        "image": "images/a.png", "problem": "Which modality (e.g. CT) is it? A)MRI, B)CT scan, C)X",
        "solution": "<answer> B </answer>",
    } | changed  # fmt: skip


def test_an_omnimedvqa_row_has_its_options_in_the_question(tmp_path):
    rows = [omni(), omni(modality="US", task="lesion", id="own")]
    [one, two], dropped = read(tmp_path, "omnimedvqa", rows, modality="CT", task="modality")
    assert not dropped
    assert one["question"] == "Which modality (e.g. CT) is it?"
    assert one["options"] == ["MRI", "CT scan", "X"] and one["answer"] == "B"
    assert (one["modality"], one["task"]) == ("CT", "modality")
    assert (two["modality"], two["task"], two["family"]) == ("US", "lesion", "US")
    assert THINK_ANSWER.parse(one["solution"]).answer == "B", "its path gives the answer alone"
    assert rewrite(one["solution"], THINK_ANSWER, get_grammar("no_think")) == "<answer>B</answer>"


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"problem": "Which modality?"}, "malformed_row", "has no options"),
        ({"problem": "Which? A)MRI"}, "malformed_row", "has no options"),
        ({"problem": "Which? A)MRI, C)CT, D)X"}, "malformed_row", "has no options"),
        ({"problem": "Which? A)MRI, B)CT, D)X"}, "missing_option", "no option C before D"),
        ({"problem": "Which? A)MRI, B), C)X"}, "empty_option", "['MRI', '', 'X']"),
        ({"solution": "B"}, "malformed_row", "has no <answer>"),
        ({"solution": "<answer> E </answer>"}, "answer_not_in_options", "E"),
        ({"solution": None}, "malformed_row", "wanted text"),
        ({"image": "images/gone.png"}, "missing_image", "gone.png"),
        ({"modality": 7}, "malformed_row", "modality is 7"),
    ],
)
def test_a_broken_omnimedvqa_row_is_set_aside(tmp_path, changed, reason, told):
    records, [(given, detail)] = read(tmp_path, "omnimedvqa", [omni(), omni(**changed)])
    assert len(records) == 1 and given == reason and told in detail


def test_options_begin_at_the_last_letter_a():
    question, options = split_problem("Is grade A) or B) right? A) yes, it is, B)no")
    assert question == "Is grade A) or B) right?" and options == ["yes, it is", "no"]
