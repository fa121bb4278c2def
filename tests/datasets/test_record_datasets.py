"""Kedro datasets of records: round trips, completion, and what a broken file says."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError
from record_builders import PATH, image_bytes, mulberry_row, raw_of, write_mulberry

from r1vl_kedro.datasets import RecordFileDataset, RecordsDataset
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import READERS, mathvision
from r1vl_kedro.records.rejections import Rejection
from r1vl_kedro.records.schema import COLUMNS, RawRecord, directory_of, features
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.records.validate import check, validate


def rows(n, **more):
    return [
        {
            "id": f"r{i}",
            "images": [image_bytes(i)] * (1 + i % 2),
            "question": f"Question {i}?",
            "options": ["30", "45"] if i % 2 else [],
            "answer": "B" if i % 2 else "45",
            "solution": PATH.format(answer="B: 45" if i % 2 else "45"),
            "family": "geo3k" if i % 2 else "charts",
            "source": "mulberry",
            **more,
        }
        for i in range(n)
    ]


def plain(dataset):
    return dataset.with_format("arrow")[:].to_pylist()


def test_records_come_back_as_they_were_saved(tmp_path):
    data = write_rows(rows(5), tmp_path / "scratch")
    stored = RecordsDataset(path=str(tmp_path / "deep" / "records"))
    assert not stored.exists()
    stored.save(data)
    assert stored.exists()
    loaded = stored.load()
    assert loaded.features == features()
    assert plain(loaded) == plain(data)
    assert directory_of(loaded) == (tmp_path / "deep" / "records").resolve()


def test_saving_again_replaces_and_leaves_no_rubbish(tmp_path):
    stored = RecordsDataset(path=str(tmp_path / "records"))
    (tmp_path / ".records.writing").mkdir()
    stored.save(write_rows(rows(5), tmp_path / "a"))
    stored.save(stored.load().select([1, 3]))
    assert stored.load()["id"] == ["r1", "r3"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "records"]


def test_records_without_their_mark_do_not_exist(tmp_path):
    stored = RecordsDataset(path=str(tmp_path / "records"))
    stored.save(write_rows(rows(2), tmp_path / "a"))
    (tmp_path / "records" / "_COMPLETE").unlink()
    assert not stored.exists()
    with pytest.raises(DatasetError, match="no complete records"):
        stored.load()


def test_the_preview_shows_text_only(tmp_path):
    stored = RecordsDataset(path=str(tmp_path / "records"))
    stored.save(write_rows(rows(3), tmp_path / "a"))
    table = stored.preview(nrows=2)
    assert table["columns"] == [name for name in COLUMNS if name != "images"]
    assert [row[0] for row in table["data"]] == ["r0", "r1"]
    json.dumps(table)


@pytest.mark.parametrize("folder", [None, "pictures"])
def test_mulberry_form_keeps_every_column(tmp_path, folder):
    data = write_rows(rows(4), tmp_path / "a")
    root = str(tmp_path / folder) if folder else None
    written = RecordFileDataset(
        reader="mulberry", path=str(tmp_path / "m" / "mulberry.json"), image_root=root
    )
    (tmp_path / "m").mkdir()
    written.save(data)
    again, rejected = validate(written.load(), ValidationOptions(), image_hashes=False)
    assert not rejected
    assert plain(again) == plain(data)


def test_r1vl10k_form_keeps_every_column(tmp_path):
    steps = [["90 / 2 = 45", "90 divided by 2 equals 45"], ["corner is 90"]]
    data = write_rows(rows(4, key_steps=steps, source="r1vl10k"), tmp_path / "a", key_steps=True)
    settings = {
        "reader": "r1vl10k",
        "path": str(tmp_path / "r1vl.json"),
        "image_root": str(tmp_path / "images"),
    }
    RecordFileDataset(**settings).save(data)
    row = json.loads((tmp_path / "r1vl.json").read_text())[1]
    assert row["key_steps"] == {"Steps": steps}
    again = RecordFileDataset(**settings, records_path=str(tmp_path / "records")).load()
    assert plain(again) == plain(data)


def test_published_rows_are_checked_once_and_again_when_the_file_changes(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(2)}
    path = write_mulberry(tmp_path, [mulberry_row(name) for name in [*images, "a/9.png"]], images)
    source = RecordFileDataset(
        reader="mulberry", path=str(path), records_path=str(tmp_path / "records")
    )
    first = source.load()
    assert len(first) == 2
    assert first["key_steps"] == [[], []]
    rejected = json.loads((directory_of(first) / "rejected.json").read_text())
    assert rejected["rejected"] == {"missing_image": 1}
    (tmp_path / "a/0.png").unlink()
    assert len(source.load()) == 2
    path.write_text(path.read_text() + "\n")
    assert len(source.load()) == 1


@pytest.mark.parametrize("reader", READERS)
def test_an_absent_file_is_named(reader, tmp_path):
    with pytest.raises(DatasetError, match=r"no file .*absent\.json"):
        RecordFileDataset(reader=reader, path=str(tmp_path / "absent.json")).load()


def test_a_reader_from_elsewhere_is_named_by_its_dotted_path(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"ask": "Why?", "say": "So."}')
    source = RecordFileDataset(
        reader="record_builders.PlainFile", path=str(tmp_path / "x.jsonl"), family="talk"
    )
    [raw] = source.load()
    assert (raw.question, raw.answer, raw.family, raw.images) == ("Why?", "So.", "talk", [])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"reader": "mulbery"},
            r"reader 'mulbery' is unknown: did you mean mulberry\? known are .*mathvision",
        ),
        ({"reader": "json.loads"}, "it is no RecordFile"),
        ({"reader": "no.such.File"}, "No module named 'no'"),
        ({"reader": "mulberry", "max_steps": 3}, "'max_steps' is no setting .* image_root"),
        ({"reader": "mulberry", "validation": {"require_images": True}}, "require_images"),
        ({"reader": "mulberry", "validation": "no"}, "validation is 'no': input should be a "),
        ({"reader": "mulberry", "image_root": 5}, "x.json: image_root is 5; wanted a path"),
        ({"reader": "mulberry", "records_path": ["r"]}, r"records_path is \['r'\]; wanted a path"),
        ({"reader": "mulberry", "path": None}, "path is None; wanted a path"),
        ({"reader": "mulberry", "limit": True}, "limit is True; wanted a number from 1, or null"),
        ({"reader": "mathvision", "max_steps": 0}, "max_steps is 0; wanted a number from 1"),
    ],
)
def test_a_reader_or_setting_that_there_is_not_is_named(settings, message):
    with pytest.raises(DatasetError, match=message):
        RecordFileDataset(**{"path": "x.json", **settings})


@pytest.mark.parametrize("records_path", ["mulberry", "mulberry/m.json", ".", "mulberry/images"])
def test_records_are_not_stored_over_what_they_are_read_from(records_path):
    with pytest.raises(DatasetError, match=r"records_path \S+ is where \S+ lies; the records need"):
        RecordFileDataset(
            reader="mulberry", path="mulberry/m.json", image_root="mulberry/images/a",
            records_path=records_path,
        )  # fmt: skip


def test_text_only_records_are_kept_where_no_image_is_required(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"ask": "Why?", "say": "So."}')
    settings = {"reader": "record_builders.PlainFile", "path": str(tmp_path / "x.jsonl")}
    with pytest.raises(DatasetError, match="no_image: 1"):
        RecordFileDataset(**settings, records_path=str(tmp_path / "a")).load()
    free = {**settings, "validation": {"require_image": False}}
    assert (
        plain(RecordFileDataset(**free, records_path=str(tmp_path / "b")).load())[0]["images"] == []
    )


def test_mathvision_is_not_written(tmp_path):
    with pytest.raises(DatasetError, match="is only read"):
        RecordFileDataset(reader="mathvision", path=str(tmp_path / "x.jsonl")).save(
            write_rows(rows(1), tmp_path / "a")
        )


def test_a_broken_file_is_said_by_the_dataset_itself(tmp_path):
    (tmp_path / "x.jsonl").write_text("[3]")
    source = RecordFileDataset(
        reader="mathvision", path=str(tmp_path / "x.jsonl"), records_path=str(tmp_path / "r")
    )
    with pytest.raises(DatasetError, match=r"x\.jsonl, line 1, character 1") as error:
        source.load()
    assert error.value.__cause__ is None  # what cli.py shows without a traceback


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": True}, "'answer': True"),
        ({"answer": float("nan")}, "'answer': nan"),
        ({"answer": float("inf")}, "'answer': inf"),
        ({"answer": ["4"]}, "'answer': "),
        ({"subject": 3}, "'subject': 3"),
        ({"solution": 0}, "'solution': 0"),
        ({"id": [1]}, r"id is \[1\]; wanted text"),
        ({"id": True}, "id is True"),
    ],
)
def test_a_mathvision_value_of_another_kind_is_set_aside(change, message, tmp_path):
    row = {"id": "7", "question": "?", "answer": 4, "image": "a.png", **change}
    (tmp_path / "rows.json").write_text(json.dumps([row]))
    [raw] = mathvision.MathVisionFile(tmp_path / "rows.json")
    reason, detail = raw.problem
    assert (raw.id, reason) == ("#0" if "id" in change else "7", "malformed_row")
    assert re.search(message, detail)


def test_a_null_id_is_none(tmp_path):
    row = {"id": None, "question": "?", "answer": 4, "image": "a.png"}
    ids = [raw_of("mathvision", row, index, tmp_path, "here").id for index in (0, 1)]
    assert ids == ["#0", "#1"]


texts = st.text() | st.sampled_from(["a\0.png", "\ud800", "\x005\x00", "n" * 300, "A: 4"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=6,
)
FINE = {
    "mulberry": {"id": "7", **mulberry_row("a.png")},
    "r1vl10k": {
        **{"id": "7", "image_path": "a.png", "problem": "Find x."},
        **{"solution": PATH.format(answer="45"), "key_steps": {"Steps": ["90 / 2 = 45"]}},
    },
    "mathvision": {
        **{"id": "7", "image": "a.png", "question": "Find x.", "options": ["3", "4"]},
        **{"answer": "B", "solution": "It is 4.", "subject": "algebra"},
    },
}


@pytest.mark.parametrize("reader", FINE)
@given(data=st.data())
def test_no_value_of_a_row_stops_the_reading(reader, data):
    fields = st.sampled_from(sorted(FINE[reader]))
    row = FINE[reader] | data.draw(st.dictionaries(fields, texts | values, max_size=2))
    if isinstance(row.get("messages"), list) and data.draw(st.booleans()):
        said = data.draw(texts), data.draw(texts)
        roles = zip(("user", "assistant"), said, strict=True)
        row["messages"] = [{"role": role, "content": text} for role, text in roles]
    try:
        raw = raw_of(reader, row, 0, Path("nowhere"), "here")
    except ValueError as error:
        raw = RawRecord(id="7", problem=("malformed_row", str(error)))
    rejection = check(raw, ValidationOptions(require_solution=False))
    assert isinstance(rejection, Rejection)
    json.dumps(rejection.as_dict(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("reader", "row"),
    [
        ("mulberry", mulberry_row("../secret.png")),
        ("r1vl10k", {"image_path": "a/../../secret.png", "problem": "?", "solution": "1"}),
        ("mathvision", {"image": ["../secret.png"], "question": "?", "answer": "1"}),
    ],
)
def test_an_image_path_that_leaves_its_folder_is_set_aside_in_every_form(reader, row, tmp_path):
    with pytest.raises(ValueError, match="may not leave the image folder"):
        raw_of(reader, row, 0, tmp_path, "here")
