"""R1-Onevision's forms: paths with their answer, rows for RL with their way of checking."""

import io
import json

import pytest
from PIL import Image

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.readers.r1_onevision import check_by_answer, with_tagged_answer
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import validate

MCQ = "<image>Which is longest?\nChoices:\nA. red\nB. blue"


def sft(question="<image>How many?", response="<think>6 - 1 = 5</think><answer>5</answer>", **row):
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": response}]
    return {"messages": turns, "images": ["a.png"], **row}


def rl(question="<image>How many?", answer="5", method="default", **row):
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    return {"image": "a.png", "conversations": turns, "accu_reward_method": method, **row}


@pytest.fixture
def read(tmp_path):
    """The records of rows, and the reasons why others were set aside."""
    data = io.BytesIO()
    Image.new("RGB", (56, 56), "red").save(data, format="PNG")
    (tmp_path / "a.png").write_bytes(data.getvalue())

    def read(rows, *, paths=False, **settings):
        file = tmp_path / "rows.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)))
        options = ValidationOptions(require_solution=paths, workers=1)
        records, dropped = validate(
            get_reader("r1_onevision")(file, **settings), options, grammar="think_answer"
        )
        return records, [(one.reason, one.detail) for one in dropped]

    return read


def test_an_sft_row_is_a_question_and_a_path(read):
    asked = (
        "<image>Hint: Please answer the question and provide the final answer at the end. "
        "Question: How many are left?"
    )
    thought = "<think>6 - 1 = 5</think>\n\nSo five are left.\n\n**Final Answer:** 5"
    records, dropped = read([sft(asked, thought)], paths=True)
    assert not dropped
    assert records["question"] == ["How many are left?"]
    assert records["answer"] == ["5"] and records["check"] == ["default"]
    [path] = records["solution"]
    assert path.endswith("</think>\n<answer>5</answer>") and "So five are left." in path


def test_a_row_for_rl_has_an_answer_and_how_it_is_checked(read):
    rows = [rl(), rl(MCQ, "Answer: B", "mcq"), rl(answer="<answer> a cube </answer>", method=None)]
    records, dropped = read(rows, check="ratio")
    assert not dropped
    assert records["answer"] == ["5", "B", "a cube"]
    assert records["check"] == ["default", "mcq", "ratio"]
    assert records["solution"] == ["", "", ""]
    assert records["options"][1] == ["red", "blue"]


def test_images_come_first_where_a_text_has_no_marks(read):
    records, dropped = read([rl("How many?")])
    assert not dropped and records["question"] == ["How many?"]


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        (rl(MCQ, "E", "mcq"), "answer_not_in_options", "none of the options A to B"),
        (rl("<image>Which? A. red B. blue", "E", "mcq"), "answer_not_in_options", "A to B"),
        (rl("<image>Which?\nChoices:\nA. red", "A", "mcq"), "missing_option", "one option only"),
        (rl(f"{MCQ}\nD. grey", "B", "mcq"), "missing_option", "no option C before D"),
        (rl(answer="five", method="mcq"), "no_options", "the answer is 'five'"),
        (rl(method="judge"), "unknown_check", "'judge'; accepted: mcq, symbolic, exact, ratio"),
        (rl(method=["mcq"]), "unknown_check", "['mcq']"),
        (rl(image="gone.png"), "missing_image", "gone.png"),
        (rl(answer=""), "empty_answer", "no final answer"),
        ({"image": "a.png", "problem": "How many?"}, "malformed_row", "wanted messages"),
    ],
)
def test_a_broken_row_for_rl_is_set_aside(read, row, reason, said):
    records, [(found, detail)] = read([rl(), row])
    assert len(records) == 1
    assert found == reason and said in detail


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("<think>six take away one</think> That is all.", "unparsable_path"),
        ("<think>six take away one <answer>5</answer>", "unparsable_path"),
        ("5", "no_solution"),
    ],
)
def test_a_row_for_sft_without_a_whole_path_is_set_aside(read, response, reason):
    _, [(found, _)] = read([sft(), sft(response=response)], paths=True)
    assert found == reason


def test_a_reader_takes_known_checks_only():
    with pytest.raises(RecordsError, match="check is 'llm'; accepted: mcq, symbolic, exact"):
        get_reader("r1_onevision")("rows.json", check="llm")


@pytest.mark.parametrize(
    ("rest", "answer"),
    [
        ("Hence $x = \\boxed{4}$.", "4"),
        ("Answer: 3\nFinal Answer: **4**", "4"),
        ("**Answer:** 4 cm", "4 cm"),
    ],
)
def test_an_answer_stated_behind_the_reasoning_gets_its_tags(rest, answer):
    path = with_tagged_answer(f"<think>1 + 3</think>\n{rest}")
    assert path.endswith(f"\n</think>\n<answer>{answer}</answer>")
    assert path.startswith("<think>\n1 + 3\n")


@pytest.mark.parametrize("text", ["5", "Answer: 5", "<think>a</think><answer>5</answer>", ""])
def test_other_texts_stay_as_they_are(text):
    assert with_tagged_answer(text) == text


@pytest.mark.parametrize(
    ("answer", "options", "check"),
    [
        ("A", ["red", "blue"], "mcq"), ("Yes", [], "exact"), ("No.", [], "exact"),
        ("5", [], "symbolic"), ("2, 3", [], "symbolic"), ("three", [], "symbolic"),
        ("a red cube", [], "ratio"),
    ],
)  # fmt: skip
def test_checks_by_answer(answer, options, check):
    assert check_by_answer(answer, options) == check
