"""MATH-Vision's file in its published layout: JSON lines beside a folder of images."""

import json
from dataclasses import replace

import pytest
from record_builders import image_bytes

from r1vl_kedro.benchmarks import get_benchmark, score_response
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.tsv import BenchmarkFileError

MATHVISION = get_benchmark("mathvision")
WHOLE = {"id": "1", "question": "q", "answer": "1", "image": "1.png", "subject": "s"}


def test_mathvision_in_its_published_layout_loads_whole(shared_dir):
    path = shared_dir / "real/mathvision/testmini.jsonl"
    read = BenchmarkFile(MATHVISION, path)
    rows = list(read.rows())
    assert len(rows) == 304
    assert read.set_aside == []
    assert all(r.images for r in rows)
    free = [r for r in rows if r.cells["choices"] == "[]"]
    assert all(score_response("mathvision", r.cells, r.cells["answer"]) for r in free)


def test_mathvision_asks_with_its_options_where_they_say_more_than_letters(tmp_path):
    (tmp_path / "1.png").write_bytes(image_bytes(1))
    shared = {"image": "1.png", "answer": "A", "subject": "algebra", "level": 2}
    lines = [
        {"id": "1", "question": "Which?<image1>", "options": ["$x$", "$y$"], **shared},
        {"id": "2", "question": "Which?", "options": ["A", "B", "C", "D", "E"], **shared},
        {"id": "3", "question": "How many?", "options": [], **shared},
    ]
    path = tmp_path / "test.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = [r.cells["question"] for r in BenchmarkFile(MATHVISION, path).rows()]
    assert asked == ["Which?<image1>\nChoices:\n(A) $x$\n(B) $y$", "Which?", "How many?"]


@pytest.mark.parametrize(
    ("broken", "column", "reason"),
    [
        ("{", "line", "no JSON object"),
        ("[1]", "line", "no JSON object: a list"),
        ("[" * 100_000, "line", "nested too deeply"),
        ('{"id": "2", "answer": "1", "image": "1.png", "subject": "s"}', "row", "'question': None"),
        ('{"id": "2", "question": "q", "answer": null, "image": "1.png"}', "row", "'answer': None"),
        ('{"id": "2", "question": "q", "answer": ["1"], "image": "1.png"}', "row", "answer': ['1"),
        ('{"id": "2", "question": "q", "answer": "A", "options": "A,B", "image": "1.png"}', "row",
         "'options': 'A,B'"),
        ('{"id": "2", "question": "q", "answer": "E", "options": ["1", "2"], "image": "1.png",'
         '"subject": "s"}', "cells", "options A, B"),
        ('{"id": "2", "question": "q\\ud800", "answer": "1", "image": "1.png", "subject": "s"}',
         "question", "lone surrogate"),
        (json.dumps({**WHOLE, "id": "2", "image": "n" * 300}), "image", "too long"),
        ('{"id": "2", "question": "q", "answer": "1", "image": "../1.png"}', "row", "may not"),
        ('{"id": "1", "question": "q", "answer": "1", "image": "1.png", "subject": "s"}', "index",
         "an earlier row has the same index"),
        ('{"id": "2", "question": "q", "answer": "1", "image": "2.png", "subject": "s"}', "image",
         "2.png stands neither in"),
    ],
)  # fmt: skip
def test_a_broken_line_of_mathvision_is_set_aside(tmp_path, broken, column, reason):
    (tmp_path / "1.png").write_bytes(image_bytes(1))
    path = tmp_path / "test.jsonl"
    path.write_text(f"{json.dumps(WHOLE)}\n{broken}\n")
    read = BenchmarkFile(MATHVISION, path)
    assert [r.index for r in read.rows()] == ["1"]
    [left] = read.set_aside
    assert (left.row, left.column) == (2, column)
    assert reason in left.reason


@pytest.fixture
def scenes(tmp_path):
    """A function that gives a benchmark with a column of its own the file of some rows."""
    (tmp_path / "1.png").write_bytes(image_bytes(1))
    benchmark = replace(MATHVISION, name="scenes", columns=("difficulty", "category"))

    def file(*rows):
        path = tmp_path / "scenes.jsonl"
        lines = [json.dumps({**WHOLE, "id": str(k), **row}) for k, row in enumerate(rows)]
        path.write_text("\n".join(lines))
        return BenchmarkFile(benchmark, path)

    return file


def test_a_benchmarks_own_columns_are_read_from_json_lines_too(scenes):
    rows = list(scenes({"difficulty": 3}, {"difficulty": ""}, {"difficulty": None}).rows())
    assert [row.cells.get("difficulty") for row in rows] == ["3", None, None]
    assert rows[0].cells["category"] == "s"


def test_a_row_without_a_column_is_set_aside_and_a_file_without_it_is_an_error(scenes):
    read = scenes({"difficulty": "easy"}, {})
    assert [row.index for row in read.rows()] == ["0"]
    [left] = read.set_aside
    assert (left.row, left.column) == (2, "difficulty")
    assert left.reason.startswith("no key 'difficulty'; has ['id', 'question'")
    with pytest.raises(BenchmarkFileError, match=r"no usable row; .* difficulty: no key 'diff"):
        list(scenes({}, {}).rows())


def test_a_byte_order_mark_and_an_array_are_read(tmp_path):
    (tmp_path / "1.png").write_bytes(image_bytes(1))
    path = tmp_path / "test.jsonl"
    for text in ("\ufeff" + json.dumps(WHOLE), json.dumps([WHOLE], indent=1)):
        path.write_text(text, encoding="utf-8")
        assert [r.index for r in BenchmarkFile(MATHVISION, path).rows()] == ["1"]
