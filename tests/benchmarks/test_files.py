"""Reading benchmark files: the published forms, and every way in which a row can be broken."""

import base64
import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image

from r1vl_kedro.benchmarks import BENCHMARKS, build_prompt, get_benchmark, score_response
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.benchmarks.tsv import BenchmarkFileError, lmu_data
from r1vl_kedro.world.benchmarks import write_benchmark

MME = get_benchmark("mme")
HEADER = ["index", "image", "question", "answer", "category", "image_path"]


def png(colour="red"):
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(stream, "PNG")
    return stream.getvalue()


def cell(colour="red"):
    return base64.b64encode(png(colour)).decode()


def wide():
    stream = io.BytesIO()
    Image.new("RGB", (8100, 40)).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def row(index, image=None, **other):
    cells = {
        "question": "Is it?",
        "answer": "Yes",
        "category": "count",
        "image_path": f"{index}.png",
    }
    return {"index": index, "image": cell() if image is None else image, **cells, **other}


def file(tmp_path, *rows, header=HEADER):
    path = tmp_path / "MME.tsv"
    lines = ["\t".join(str(r.get(name, "")) for name in header) for r in rows]
    path.write_text("\n".join(["\t".join(header), *lines]) + "\n", encoding="utf-8")
    return BenchmarkFile(MME, path, official=False)


def test_base64_images_come_as_they_are(tmp_path):
    [one] = file(tmp_path, row(7)).rows()
    assert (one.index, one.images) == ("7", [png()])
    assert "image" not in one.cells


def test_a_short_cell_is_the_index_of_the_row_with_the_image_before_or_after(tmp_path):
    rows = list(file(tmp_path, row(1, "2"), row(2, cell("blue")), row(3, "2")).rows())
    assert [r.images for r in rows] == [[png("blue")]] * 3


def test_a_list_literal_is_several_images(tmp_path):
    [one] = file(tmp_path, row(1, f"['{cell()}', '{cell('blue')}']")).rows()
    assert one.images == [png(), png("blue")]


def test_missing_cells_are_left_out_but_none_and_na_are_words_of_options(tmp_path):
    header = [*HEADER, "A", "B", "C", "D", "hint"]
    cells = {"A": "None", "B": "NA", "C": "nan", "D": "no", "hint": "None"}
    [one] = file(tmp_path, row(1, **cells), header=header).rows()
    assert {key for key in one.cells if key in "ABCD"} == {"A", "B", "D"}
    assert "hint" not in one.cells


def test_the_option_none_is_shown(tmp_path):
    header = ["index", "image", "question", "answer", "A", "B", "C", "D", "category"]
    cells = {"A": "1", "B": "2", "C": "3", "D": "None", "answer": "D"}
    path = file(tmp_path, row(1, **cells), header=header).path
    [one] = BenchmarkFile(get_benchmark("mmstar"), path, official=False).rows()
    for style in ("published", "plain"):
        assert "D: None" in build_prompt("mmstar", one.cells, style=style)


@pytest.mark.parametrize("name", ["tabs", "end", "later quote"])
def test_a_quote_that_is_never_closed_is_an_error_with_its_row(tmp_path, name):
    rows = [row(k) for k in range(1, 40)]
    rows[2] = row(3, question='"Is it open?')
    if name == "tabs":  # closed by a later cell, so that the rows between would be one cell
        rows[9] = row(10, question='Is it 5"')
    if name == "later quote":
        rows[9] = row(10, question='A 5" screen?')
    read = file(tmp_path, *rows)
    with pytest.raises(BenchmarkFileError, match=r"MME\.tsv, row 3: a quote .*not closed"):
        list(read.rows())


def test_quoted_cells_hold_line_breaks_and_doubled_quotes(tmp_path):
    read = file(tmp_path, row(1, question='"Is it\n""it""?"'), row(2, question='A 5" screen?'))
    assert [r.cells["question"] for r in read.rows()] == ['Is it\n"it"?', 'A 5" screen?']


def test_indices_that_pandas_wrote_as_floats_are_whole_numbers(tmp_path):
    rows = list(file(tmp_path, row("1.0"), row(2, "1.0"), row("3.0", "1")).rows())
    assert [r.index for r in rows] == ["1", "2", "3"]
    assert [r.images for r in rows] == [[png()]] * 3


def test_images_may_be_data_addresses_or_url_safe_base64(tmp_path):
    safe = base64.urlsafe_b64encode(png("blue")).decode()
    rows = list(file(tmp_path, row(1, f"data:image/png;base64,{cell()}"), row(2, safe)).rows())
    assert [r.images for r in rows] == [[png()], [png("blue")]]


def test_rows_without_image_are_dropped_and_counted(tmp_path):
    read = file(tmp_path, row(1), row(2, ""))
    assert [r.index for r in read.rows()] == ["1"]
    assert "no image" in str(read.set_aside[0])


def test_an_image_path_beside_the_file_serves_where_there_is_no_image_column(tmp_path):
    (tmp_path / "1.png").write_bytes(png())
    header = [name for name in HEADER if name != "image"]
    [one] = file(tmp_path, row(1), header=header).rows()
    assert one.images == [png()]


@pytest.mark.parametrize(
    ("broken", "column", "reason"),
    [
        (row(2, cell()[:-7]), "image", "broken base64"),
        (row(2, cell()[: len(cell()) // 8 * 4]), "image", "image file is truncated"),
        (row(2, "99"), "image", "index '99', which no row has"),
        (row(2, "images/2.png"), "image", "a path belongs into a column image_path"),
        (row(1), "index", "an earlier row has the same index"),
        (row(2, question=""), "question", "empty"),
        (row(2, answer="nan"), "answer", "empty"),
        (row(2, image_path="x\ty"), "row", "7 cells for 6 columns"),
        (row(2, "[]"), "image", "the row has no image"),
        (row(2, wide()), "image", "sides may differ 200 times"),
        (row(2, question="  "), "question", "the cell is empty"),
        (row(2, question="Is it <|image_pad|>?"), "question", "<|image_pad|>, a special token"),
        (row(2, category="cooking"), "cells", "column 'category' is 'cooking'"),
    ],
)
def test_a_broken_row_is_set_aside_with_file_row_and_column(tmp_path, broken, column, reason):
    read = file(tmp_path, row(1), broken)
    assert [r.index for r in read.rows()] == ["1"]
    [left] = read.set_aside
    assert (left.row, left.column) == (2, column)
    assert reason in left.reason
    assert "MME.tsv, row 2" in str(left)


@pytest.mark.parametrize("name", ["/etc/hostname", "../secret.png", "a/../../b.png", "n" * 300])
def test_image_paths_stay_below_the_folder(tmp_path, name):
    (tmp_path / "1.png").write_bytes(png())
    header = [name for name in HEADER if name != "image"]
    read = file(tmp_path, row(1), row(2, image_path=name), header=header)
    assert [r.index for r in read.rows()] == ["1"]
    assert read.set_aside[0].column == "image" and len(read.set_aside[0].reason) <= 400


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("mmstar", {"answer": "E", "A": "1", "B": "2", "C": "3", "D": "4"}, "answer is 'E'"),
        (
            "mmstar",
            {"answer": "None", "A": "1", "B": "2", "C": "3", "D": "4"},
            "options A, B, C, D",
        ),
        ("mathvista", {"question_type": "multi_choice", "choices": "['1', '2']"}, "answer_option"),
        ("mathvista", {"question_type": "multi_choice", "answer_option": "A"}, "no options"),
        ("mathvista", {"question_type": "multi_choice", "choices": "array(['1'])"}, "list literal"),
        ("dynamath", {"answer_type": "float", "answer": "many", "qid": "1"}, "many"),
        ("hallusionbench", {"answer": "Yes"}, "must read category_subcategory"),
    ],
)
def test_a_row_that_nothing_could_be_right_for_is_set_aside_when_it_is_read(
    tmp_path, name, cells, reason
):
    benchmark = get_benchmark(name)
    header = ["index", "image", "question", "answer", *benchmark.columns]
    whole = {
        "mmstar": {"A": "1", "B": "2", "C": "3", "D": "4", "answer": "A"},
        "hallusionbench": {},
    }
    fine = {"question_type": "free_form", "answer_type": "text", "answer": "Yes", "qid": "0"}
    first = "VD_illusion_1_0_0_0" if name == "hallusionbench" else 1
    rows = [row(first, **fine | whole.get(name, {})), row(2, **fine | cells)]
    read = BenchmarkFile(benchmark, file(tmp_path, *rows, header=header).path, official=False)
    assert [r.index for r in read.rows()] == [str(first)]
    assert reason in read.set_aside[0].reason


def test_a_missing_column_is_an_error_that_names_it(tmp_path):
    header = [name for name in HEADER if name != "category"]
    with pytest.raises(BenchmarkFileError, match=r"MME\.tsv: column 'category' is missing"):
        list(file(tmp_path, row(1), header=header).rows())


def test_a_column_that_stands_twice_is_an_error_and_empty_lines_are_no_rows(tmp_path):
    with pytest.raises(BenchmarkFileError, match="column 'answer' is there more than once"):
        list(file(tmp_path, row(1), header=[*HEADER, "answer"]).rows())
    read = file(tmp_path, row(1), row(2))
    lines = read.path.read_text().splitlines()
    read.path.write_text("\n\n".join(lines) + "\n\n")
    assert [r.index for r in read.rows()] == ["1", "2"]
    assert read.set_aside == []


def test_empty_files_and_files_without_a_usable_row_are_errors(tmp_path):
    (tmp_path / "MME.tsv").write_text("")
    with pytest.raises(BenchmarkFileError, match="the file is empty"):
        list(BenchmarkFile(MME, tmp_path / "MME.tsv").rows())
    with pytest.raises(BenchmarkFileError, match=r"no usable row; first of 1: .*no image"):
        list(file(tmp_path, row(1, "")).rows())
    with pytest.raises(BenchmarkFileError, match="no such file"):
        list(BenchmarkFile(MME, tmp_path / "none.tsv").rows())


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    data = "\t".join(HEADER).encode() + b"\n\x1f\x8b\xff\xfe"
    for name, message in (
        ("MME.tsv", "no table in UTF-8: .*byte 0x8b"),
        ("x.jsonl", "line 1, character 0: .* where a JSON object was expected"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BenchmarkFileError, match=message):
            list(BenchmarkFile(MME, tmp_path / name).rows())


def test_another_md5_is_a_warning(tmp_path, caplog):
    read = file(tmp_path, row(1))
    assert not read.check_md5()
    assert MME.md5 in caplog.text
    digest = hashlib.md5(read.path.read_bytes()).hexdigest()
    assert BenchmarkFile(replace(MME, md5=digest), read.path).check_md5()


def test_lmudata_is_honoured_where_it_is_a_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("LMUData", str(tmp_path))
    assert lmu_data() == tmp_path
    monkeypatch.setenv("LMUData", str(tmp_path / "none"))
    assert lmu_data().name == "LMUData"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_embedded_world_has_a_file_in_every_schema(tmp_path, name):
    path = write_benchmark(name, tmp_path / f"{name}.tsv", n=20, seed=3)
    read = BenchmarkFile(get_benchmark(name), path, official=False)
    rows = list(read.rows())
    assert len(rows) >= 15
    assert read.set_aside == []
    for one in rows:
        answer = one.cells.get("answer_option") or one.cells["answer"]
        assert score_response(name, one.cells, f"### The final answer is:\n{answer}") is True
    before = path.read_bytes()
    path.unlink()
    assert write_benchmark(name, path, n=20, seed=3).read_bytes() == before


def test_an_official_file_where_a_small_one_belongs_is_kept(tmp_path):
    (tmp_path / "MME.tsv").write_text("the official file")
    write_benchmark("mme", tmp_path / "MME.tsv", n=4)
    write_benchmark("mme", tmp_path / "MME.tsv", n=6)
    assert (tmp_path / "MME.tsv.replaced").read_text() == "the official file"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["MME.json", "MME.tsv", "MME.tsv.replaced"]


def test_every_case_file_is_read_or_named(shared_dir):
    """Each of the reference files gives rows, rows set aside or one sentence, never a traceback."""
    folder = shared_dir / "cases/files"
    for path in sorted([*folder.glob("tsv/*.tsv"), *folder.glob("mathvision/*.json*")]):
        name = "mathvista" if path.name.startswith("mv_") else "mmstar"
        read = BenchmarkFile(
            get_benchmark(name if path.suffix == ".tsv" else "mathvision"), path, official=False
        )
        try:
            for one in read.rows():
                answer = one.cells.get("answer_option") or one.cells["answer"]
                raw = f"### The final answer is:\n{answer}"
                assert score_response(read.benchmark.name, one.cells, raw) is True
        except BenchmarkFileError as error:
            assert str(path) in str(error) and "\n" not in str(error)
