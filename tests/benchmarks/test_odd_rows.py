"""Benchmark rows that no answer could be right for, or that would stop the scoring later."""

import base64
import io
import logging

import pytest
from PIL import Image

from r1vl_kedro.benchmarks import MODES, build_prompt, get_benchmark, score_response
from r1vl_kedro.benchmarks.cells import parse_list
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.tsv import BenchmarkFileError, lmu_data

PNG = io.BytesIO()
Image.new("RGB", (40, 40)).save(PNG, "PNG")
IMAGE = base64.b64encode(PNG.getvalue()).decode()
WHOLE = {
    "mme": {"answer": "Yes", "category": "count", "image_path": "1.png"},
    "hallusionbench": {"answer": "No", "category": "VD", "index": "VD_illusion_1_0_0_0"},
    "mathvista": {"answer": "1.5", "question_type": "free_form", "answer_type": "float",
                  "precision": "1", "skills": "['a']"},
    "dynamath": {"answer": "1.5", "answer_type": "float", "qid": "1"},
    "chartqa": {"answer": "['red', 'blue']", "split": "human"},
    "mathverse": {"answer": "A", "metadata": "{'subject': ['a', {}]}"},
    "mmstar": {"answer": "D", "A": "1", "B": "2", "C": "3", "D": "null"},
}  # fmt: skip


def read(folder, name, suffix=".tsv", **cells):
    """The file of one row of a benchmark."""
    benchmark = get_benchmark(name)
    row = {"index": "1", "image": IMAGE, "question": "Which?", **WHOLE[name], **cells}
    header = list(dict.fromkeys([*row, *benchmark.columns]))
    path = folder / f"file{suffix}"
    lines = ["\t".join(header), "\t".join(row.get(column, "") for column in header)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return BenchmarkFile(benchmark, path, official=False)


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_row_is_scored_and_aggregated_in_every_mode(name, tmp_path):
    [row] = read(tmp_path, name).rows()
    for mode in MODES:
        for response in ("1.5", "A", "Yes", ""):
            score_response(name, row.cells, response, mode=mode)
    assert get_benchmark(name).aggregate([row.cells], [True])


@pytest.mark.parametrize(
    ("name", "cells", "said"),
    [
        ("mme", {"answer": "1"}, "answer is '1'; wanted Yes or No"),
        ("hallusionbench", {"answer": "True"}, "answer is 'True'; wanted Yes or No"),
        ("mathvista", {"answer": "1/2"}, "answer is '1/2'; wanted a number"),
        ("mathvista", {"precision": "x"}, "precision is 'x'; wanted a number"),
        ("mathvista", {"precision": "inf"}, "precision is 'inf'; wanted a number"),
        ("dynamath", {"answer": "1,000"}, "answer is '1,000'; wanted a number"),
        ("dynamath", {"answer": "inf"}, "answer is 'inf'; wanted a number"),
        ("chartqa", {"answer": "[]"}, "wanted a reference, or a list of them"),
        ("mathverse", {"metadata": "{['a']: 1}"}, "column 'metadata' holds no dict"),
        ("mme", {"question": "Is <image> like <image>?"}, "2 <image> marks and 1 images"),
    ],
)
def test_a_row_that_no_answer_is_right_for_is_set_aside(name, cells, said, tmp_path):
    file = read(tmp_path, name, **cells)
    with pytest.raises(BenchmarkFileError, match="no usable row"):
        list(file.rows())
    assert said in file.set_aside[0].reason


def test_a_list_as_the_key_of_a_dict_makes_no_list_of_a_cell():
    assert parse_list("[{['a']: 1}]") is None


@pytest.mark.parametrize("name", ["mme", "hallusionbench"])
def test_yes_and_no_are_the_same_in_small_letters(name, tmp_path):
    [row] = read(tmp_path, name, answer="yes").rows()
    assert [score_response(name, row.cells, "Yes", mode=mode) for mode in MODES] == [True] * 3


def test_the_option_null_is_shown(tmp_path):
    [row] = read(tmp_path, "mmstar").rows()
    assert "D: null" in build_prompt("mmstar", row.cells)
    assert score_response("mmstar", row.cells, "The final answer is: D") is True


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".tsv.gz", ""])
def test_a_file_of_another_kind_is_refused_with_those_that_are_read(suffix, tmp_path):
    with pytest.raises(BenchmarkFileError, match=r"wanted VLMEvalKit's \.tsv, or MATH-Vision's"):
        list(read(tmp_path, "mme", suffix).rows())
    assert len(list(read(tmp_path, "mme", ".TSV").rows())) == 1


def test_what_the_bytes_of_a_table_are_is_named(tmp_path):
    (tmp_path / "MME.tsv").write_bytes(b"\x1f\x8b\x08\x00")
    with pytest.raises(BenchmarkFileError, match="it is compressed with gzip"):
        list(BenchmarkFile(get_benchmark("mme"), tmp_path / "MME.tsv").rows())


def test_a_table_with_commas_is_told_from_one_without_its_columns(tmp_path):
    (tmp_path / "MME.tsv").write_text("index,image,question,answer,category\n")
    with pytest.raises(BenchmarkFileError, match="it has commas between its cells, wanted tabs"):
        list(BenchmarkFile(get_benchmark("mme"), tmp_path / "MME.tsv").rows())


def test_a_folder_that_lmudata_names_in_vain_is_told(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("LMUData", str(tmp_path / "none"))
    with caplog.at_level(logging.WARNING):
        assert lmu_data().name == "LMUData"
    assert "none', which is no directory" in caplog.text
