"""JSON lines, of which one may be broken: the others are read, and that one is named."""

import json

import pytest
from record_builders import image_bytes

from r1vl_kedro.records.json_stream import iter_rows
from r1vl_kedro.records.readers.mulberry import MulberryFile
from r1vl_kedro.records.schema import RecordsError


def read(tmp_path, text):
    path = tmp_path / "rows.json"
    path.write_text(text)
    return list(iter_rows(path))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"b": }', "line 2: no JSON object: Expecting value at character 6 of '{\"b\": }'"),
        ('{"b": "half', "line 2: no JSON object: Invalid control character at"),
        ("[1]", "line 2: no JSON object: a list"),
        ("null", "line 2: no JSON object: a NoneType"),
        ("<html>", "line 2: no JSON object: Expecting value at character 0"),
        ('{"b": %s}' % ("1" * 5000), "line 2: no JSON object: Exceeds the limit"),
        ("[" * 100_000, "line 2: no JSON object: nested too deeply"),
    ],
)
def test_a_broken_line_is_named_and_the_next_is_read(tmp_path, line, said):
    first, broken, last = read(tmp_path, f'{{"a": 1}}\n{line}\n{{"c": 3}}\n')
    assert (first, last) == ({"a": 1}, {"c": 3})
    assert broken.startswith(said) and len(broken) < 200


def test_the_first_line_may_be_the_broken_one(tmp_path):
    broken, row = read(tmp_path, '\n// rows of May\n{"a": 1}\n')
    assert broken.startswith("line 2: ") and row == {"a": 1}


def test_blank_lines_and_several_objects_in_a_line_are_read(tmp_path):
    rows = read(tmp_path, '{"a": 1}\n\n{"b": 2}{"c": 3}, {"d": }\n{"e": 5}')
    assert rows[:3] == [{"a": 1}, {"b": 2}, {"c": 3}] and rows[4] == {"e": 5}
    assert rows[3].startswith("line 3: no JSON object")


@pytest.mark.parametrize("text", ['[{"a": 1},\n {"b": [2]}]', '{\n "a": 1\n}\n{\n "b":\n [2]\n}\n'])
def test_arrays_and_objects_over_several_lines_are_read(tmp_path, text):
    assert read(tmp_path, text) == [{"a": 1}, {"b": [2]}]


def test_a_broken_array_is_refused_with_its_line(tmp_path):
    with pytest.raises(RecordsError, match="line 3, character 17: Expecting value in the object"):
        read(tmp_path, '[{"a": 1},\n{"b"\n:}]')


def test_a_broken_line_of_records_is_set_aside(tmp_path):
    (tmp_path / "a.png").write_bytes(image_bytes(1))
    turns = [("user", "<image>Why?"), ("assistant", "So.")]
    talk = [{"role": role, "content": text} for role, text in turns]
    row = json.dumps({"messages": talk, "images": "a.png"})
    (tmp_path / "rows.jsonl").write_text(f"{row}\n{row[:40]}\n{row}\n")
    first, broken, last = MulberryFile(tmp_path / "rows.jsonl")
    assert first.question == last.question == "Why?" and last.id == "a.png#2"
    reason, detail = broken.problem
    assert reason == "malformed_row" and detail.startswith("line 2: no JSON object: ")
