"""CV-Bench by VLMEvalKit's rules: an option's letter or text, the mean over sources, four tasks."""

import csv

import pytest

from r1vl_kedro.benchmarks import (
    BENCHMARKS,
    MAIN_TABLE,
    aggregate,
    build_prompt,
    get_benchmark,
    score_response,
)
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.datasets import EmbeddedBenchmarkDataset

BOTH = ("cvbench_2d", "cvbench_3d")
ROW = {
    "index": "0",
    "question": "Where is the cup?",
    "prompt": "Where is the cup? Select from the following choices.\n(A) above\n(B) below",
    "A": "above",
    "B": "below",
    "C": "",
    "answer": "B",
    "category": "Relation",
    "source": "COCO",
}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("raw", "robust", "head"),
    [
        ("why</think><answer>(B)</answer>", True, True),
        ("why</think><answer> B </answer>", True, True),
        ("why</think><answer>B</answer>", True, None),
        ("The final answer is: B", True, True),
        ("The final answer is: (B) below", True, True),
        ("The final answer is: below", True, True),
        ("The final answer is: A", False, False),
        ("The final answer is: A or B", False, None),
        ("The final answer is: neither", False, None),
    ],
)
def test_an_answer_is_the_letter_or_the_text_of_one_option(name, raw, robust, head):
    assert score_response(name, ROW, raw) is robust
    assert score_response(name, ROW, raw, mode="head") is head
    assert score_response(name, ROW | {"answer": "(B)"}, raw) is robust


def test_the_prompt_is_the_files():
    assert build_prompt("cvbench_2d", ROW) == f"Question: {ROW['prompt']}"
    assert build_prompt("cvbench_2d", ROW, style="plain") == (
        "Where is the cup?\nChoices:\nA: above\nB: below"
    )


def test_a_2d_figure_is_the_mean_over_sources():
    cells = [("Count", "ADE20K"), ("Relation", "ADE20K"), ("Count", "ADE20K"), ("Count", "COCO")]
    rows = [ROW | {"category": task, "source": source} for task, source in cells]
    assert aggregate("cvbench_2d", rows, [True, False, False, True]) == {
        "overall": pytest.approx((100 / 3 + 100) / 2),
        "source: ADE20K": pytest.approx(100 / 3),
        "source: COCO": 100,
        "task: Count": pytest.approx(200 / 3),
        "task: Relation": 0,
    }


def test_a_3d_figure_is_over_all_rows_and_tasks_may_be_named_task():
    rows = [{"task": "Depth"}, {"task": "Depth"}, {"category": "Distance"}]
    assert aggregate("cvbench_3d", rows, [True, False, True]) == {
        "overall": pytest.approx(200 / 3),
        "task: Depth": 50,
        "task: Distance": 100,
    }


@pytest.mark.parametrize("name", BOTH)
def test_it_is_answered_where_it_is_asked_for(name):
    assert name in BENCHMARKS and name not in MAIN_TABLE


@pytest.mark.parametrize(
    ("name", "tasks"),
    [("cvbench_2d", {"Count", "Relation"}), ("cvbench_3d", {"Depth", "Distance"})],
)
def test_the_embedded_file_has_its_tasks_and_every_answer_is_an_option(name, tasks, tmp_path):
    file = EmbeddedBenchmarkDataset(benchmark=name, folder=str(tmp_path), n=40).load()
    rows = [row.cells for row in file.rows()]
    assert file.set_aside == [] and len(rows) == 40
    assert {row["category"] for row in rows} == tasks
    for row in rows:
        right = f"The final answer is: {row['answer']}: {row[row['answer']]}"
        assert [score_response(name, row, right, mode=mode) for mode in ("robust", "head")] == [
            True,
            True,
        ]
        assert f"({row['answer']}) {row[row['answer']]}" in row["prompt"]


def test_broken_rows_are_set_aside_with_their_column(tmp_path):
    EmbeddedBenchmarkDataset(benchmark="cvbench_2d", folder=str(tmp_path), n=4).load()
    path = tmp_path / "CV-Bench-2D.tsv"
    row = next(csv.DictReader(path.open(encoding="utf-8", newline=""), delimiter="\t"))
    broken = [{"answer": "F"}, {"source": ""}, {"image": ""}, {}]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row), delimiter="\t")
        writer.writeheader()
        writer.writerows(row | change | {"index": k} for k, change in enumerate(broken, start=1))
    file = BenchmarkFile(get_benchmark("cvbench_2d"), path, official=False)
    assert [row.index for row in file.rows()] == ["4"]
    assert [row.index for row in file.set_aside] == ["1", "2", "3"]
    assert "answer is 'F'" in file.set_aside[0].reason
