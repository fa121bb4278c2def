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
from r1vl_kedro.records.readers import READERS
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


@pytest.mark.parametrize(
    ("reader", "place", "answer"),
    [("mulberry", 0, "B"), ("r1vl10k", 1, "B"), ("mathvision", 2, "5")],
)
def test_each_form_is_read_as_shown(tmp_path, reader, place, answer):
    for folder in ("geo3k", "images"):
        (tmp_path / folder).mkdir()
    (tmp_path / "geo3k/1.png").write_bytes(image_bytes(1))
    (tmp_path / "images/7.png").write_bytes(image_bytes(7))
    (tmp_path / "rows.json").write_text(json.dumps([json.loads(blocks("json")[place])]))
    [raw] = RecordFileDataset(reader=reader, path=str(tmp_path / "rows.json")).load()
    record = check(raw, ValidationOptions(require_solution=reader != "r1vl10k"))
    assert (record["answer"], len(record["images"])) == (answer, 1)
    assert record["question"] in ("What is x?", "How many cubes are there?")


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
    assert used and used <= shown
