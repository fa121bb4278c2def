"""Kedro datasets of records: round trips, completion, and what a broken file says."""

import json

import pytest
from kedro.io import DatasetError
from record_builders import PATH, image_bytes, mulberry_row, write_mulberry

from r1vl_kedro.datasets import (
    MathVisionDataset,
    MulberryDataset,
    R1VL10KDataset,
    RecordsDataset,
)
from r1vl_kedro.records import mathvision, mulberry, r1vl10k
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.schema import COLUMNS, directory_of, features
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.records.validate import validate


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
    (tmp_path / ".records.0badf00d").mkdir()
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
    written = MulberryDataset(path=str(tmp_path / "m" / "mulberry.json"), image_root=root)
    (tmp_path / "m").mkdir()
    written.save(data)
    again, rejected = validate(written.load(), ValidationOptions(), image_hashes=False)
    assert not rejected
    assert plain(again) == plain(data)


def test_r1vl10k_form_keeps_every_column(tmp_path):
    steps = [["90 / 2 = 45", "90 divided by 2 equals 45"], ["corner is 90"]]
    data = write_rows(rows(4, key_steps=steps, source="r1vl10k"), tmp_path / "a", key_steps=True)
    settings = {"path": str(tmp_path / "r1vl.json"), "image_root": str(tmp_path / "images")}
    R1VL10KDataset(**settings).save(data)
    row = json.loads((tmp_path / "r1vl.json").read_text())[1]
    assert row["key_steps"] == {"Steps": steps}
    again = R1VL10KDataset(**settings, records_path=str(tmp_path / "records")).load()
    assert plain(again) == plain(data)


def test_published_rows_are_checked_once_and_again_when_the_file_changes(tmp_path):
    images = {f"a/{i}.png": image_bytes(i) for i in range(2)}
    path = write_mulberry(tmp_path, [mulberry_row(name) for name in [*images, "a/9.png"]], images)
    source = MulberryDataset(path=str(path), records_path=str(tmp_path / "records"))
    first = source.load()
    assert len(first) == 2
    assert first["key_steps"] == [[], []]
    rejected = json.loads((directory_of(first) / "rejected.json").read_text())
    assert rejected["rejected"] == {"missing_image": 1}
    (tmp_path / "a/0.png").unlink()
    assert len(source.load()) == 2
    path.write_text(path.read_text() + "\n")
    assert len(source.load()) == 1


@pytest.mark.parametrize("kind", [MulberryDataset, MathVisionDataset, R1VL10KDataset])
def test_an_absent_file_is_named(kind, tmp_path):
    with pytest.raises(DatasetError, match=r"no file .*absent\.json"):
        kind(path=str(tmp_path / "absent.json")).load()


def test_mathvision_is_not_written(tmp_path):
    with pytest.raises(DatasetError, match="only reads"):
        MathVisionDataset(path=str(tmp_path / "x.jsonl")).save(write_rows(rows(1), tmp_path / "a"))


@pytest.mark.parametrize(
    ("reader", "row"),
    [
        (mulberry.to_raw, mulberry_row("../secret.png")),
        (r1vl10k.to_raw, {"image_path": "a/../../secret.png", "problem": "?", "solution": "1"}),
        (mathvision.to_raw, {"image": ["../secret.png"], "question": "?", "answer": "1"}),
    ],
)
def test_an_image_path_that_leaves_its_folder_is_set_aside_in_every_form(reader, row, tmp_path):
    reason, detail = reader(row, 0, tmp_path, "here").problem
    assert reason == "malformed_row"
    assert "may not leave the image folder" in detail
