"""docs/data.md: every form it shows is read, and its worked examples run."""

import base64
import importlib
import json
import re
import sys
from pathlib import Path

import pytest
from record_builders import image_bytes

from r1vl_kedro.benchmarks import BENCHMARKS, score_response
from r1vl_kedro.benchmarks.files import BenchmarkFile
from r1vl_kedro.datasets import BenchmarkTSVDataset, RecordFileDataset
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.pair_forms import in_trl_form, texts_of_pair
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rejections import Rejection
from r1vl_kedro.records.validate import check

PAGE = (Path(__file__).parents[1] / "docs/data.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A worked example as a module of its own: one file, nothing else is touched."""

    def load(name: str, code: str):
        (tmp_path / f"{name}.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    monkeypatch.setattr("r1vl_kedro.records.readers.READERS", dict(READERS))
    return load


def examples() -> list[tuple[str, dict]]:
    """Every JSON example of the page with the reader that its section names."""
    found = []
    for section in PAGE.split("\n## "):
        readers = re.findall(r"`reader: (\w+)`", section.partition("\n")[0])
        text = "".join(re.findall(r"```json\n(.*?)```", section, re.DOTALL)).strip()
        rows = []
        while readers and text:
            row, end = json.JSONDecoder().raw_decode(text)
            rows.append(row)
            text = text[end:].strip()
        found += [(readers[min(k, len(readers) - 1)], row) for k, row in enumerate(rows)]
    return found


def test_every_reader_has_an_example_of_its_form():
    assert {reader for reader, _ in examples()} == set(READERS)


@pytest.mark.parametrize(("reader", "row"), examples())
def test_each_form_is_read_as_shown(tmp_path, reader, row):
    (tmp_path / "rows.json").write_text(json.dumps([row]))
    [raw] = RecordFileDataset(reader=reader, path=str(tmp_path / "rows.json")).load()
    for k, image in enumerate(raw.images):
        place = Path(image)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(image_bytes(k))
    record = check(raw, ValidationOptions(require_solution=False))
    assert not isinstance(record, Rejection), record
    assert len(record["images"]) == 1 and record["answer"] and "<image>" not in record["question"]


def test_each_form_of_pairs_is_read_as_shown():
    section = PAGE.split("\n## Pairs of responses")[1].split("\n## ")[0]
    rows = [json.loads(line) for line in section.split("```json\n")[1].split("```")[0].splitlines()]
    read = [texts_of_pair(in_trl_form(row)) for row in rows]
    assert {question.removeprefix("<image>") for question, _, _ in read} == {"What is x?"}
    assert {rejected for _, _, rejected in read} == {"30"} and len(rows) == 5


def test_the_worked_reader_is_one_file(tmp_path, module):
    module("talk_file", blocks("python")[0])
    (tmp_path / "a.png").write_bytes(image_bytes(1))
    rows = [{"ask": "Why?", "say": "So.", "picture": "a.png"}, {"ask": "Why?", "picture": "a.png"}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = RecordFileDataset(reader="talk_file.TalkFile", path=str(tmp_path / "rows.jsonl"))
    good, odd = source.load()
    assert (good.id, good.question, good.answer) == ("a.png#0", "Why?", "So.")
    assert odd.problem == ("malformed_row", "say is None; wanted text")


def test_the_worked_benchmark_is_one_file(tmp_path, module, monkeypatch):
    monkeypatch.setitem(BENCHMARKS, "maps", None)
    module("maps_benchmark", blocks("python")[1])
    cell = base64.b64encode(image_bytes(1)).decode()
    path = tmp_path / "Maps.tsv"
    path.write_text(f"index\timage\tquestion\tanswer\tcountry\n1\t{cell}\tHow far?\t5 km\tPeru\n")
    file = BenchmarkTSVDataset(benchmark="maps", path=str(path)).load()
    assert isinstance(file, BenchmarkFile)
    [row] = file.rows()
    assert score_response("maps", row.cells, "### The final answer is: 5 km") is True
    assert BENCHMARKS["maps"].aggregate([row.cells], [True])["country: Peru"] == 100


def test_every_reason_of_validation_is_in_the_table():
    source = Path(__file__).parents[1] / "src/r1vl_kedro/records"
    code = "\n".join(path.read_text() for path in source.glob("*.py") if "pair" not in path.name)
    used = set(re.findall(r'reject\(\s*"(\w+)"', code)) | set(
        re.findall(r'ImageProblem\(\s*"(\w+)"', code)
    )
    shown = set(re.findall(r"`(\w+)`", PAGE))
    marks, pairs = ((source / name).read_text() for name in ("marks.py", "pair_file.py"))
    used |= set(re.findall(r'return "(\w+)",', marks))
    used |= set(re.findall(r'_Unusable\("(\w+)"', pairs))
    assert used and used <= shown
