"""What counts as whole is whole, after a power cut at any moment and on a full disk."""

import errno
import os
from pathlib import Path

import pandas as pd
import pytest
from power import Disk
from record_builders import image_bytes

from r1vl_kedro import files
from r1vl_kedro.datasets import CheckpointDataset, RecordsDataset, TableDataset
from r1vl_kedro.records.store import write_rows

FILES = {"config.json": "{}", "model.safetensors": "weights", "deep/er.txt": "text"}


@pytest.fixture
def disk(tmp_path, monkeypatch):
    root = tmp_path / "disk"
    root.mkdir()
    return Disk(root, tmp_path / "snapshots", monkeypatch)


def made(directory: Path, said: str = "") -> Path:
    for name, text in FILES.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text + said)
    return directory


def content(directory: Path) -> dict[str, str]:
    return {name: (directory / name).read_text() for name in FILES}


def test_what_was_never_synced_is_lost_with_the_power(disk):
    """The simulation itself: without a sync, a moved file keeps its name and loses its text."""
    (disk.root / "aside").write_text("text")
    os.replace(disk.root / "aside", disk.root / "file")
    assert (disk.snapshots[-1] / "file").read_text() == ""


def test_a_file_survives_a_power_cut_old_or_new(disk):
    files.write_text(disk.root / "file", "old")
    before = len(disk.snapshots)
    files.write_text(disk.root / "file", "new")
    found = {(snapshot / "file").read_text() for snapshot in disk.snapshots[before:]}
    assert found == {"old", "new"}


def test_the_digits_of_a_table_survive_a_power_cut_whole_or_absent(disk):
    dataset = TableDataset(filepath=str(disk.root / "t.csv"), digits={"*": 1})
    dataset.save(pd.DataFrame({"x": [62.346]}))
    left = [snapshot / "unrounded/t.parquet" for snapshot in disk.snapshots]
    found = [pd.read_parquet(file)["x"].tolist() for file in left if file.exists()]
    assert found and all(values == [62.346] for values in found)


@pytest.mark.parametrize("older", [False, True])
def test_a_checkpoint_survives_a_power_cut_whole_or_absent(disk, older):
    dataset = CheckpointDataset(path=str(disk.root / "model"))
    if older:
        dataset.save(made(disk.root / "scratch", "old"))
    before = len(disk.snapshots)
    dataset.save(made(disk.root / "scratch", "new"))
    seen = []
    for snapshot in disk.snapshots[before:]:
        found = CheckpointDataset(path=str(snapshot / "model"))
        if found.exists():
            seen.append(content(found.load())["config.json"])
        else:
            assert not older
    assert seen[-1] == "{}new"
    assert set(seen) <= ({"{}old", "{}new"} if older else {"{}new"})
    assert len(seen) > 1


def test_records_survive_a_power_cut_whole_or_absent(disk):
    row = {
        "id": "1", "images": [image_bytes(0)], "question": "?", "options": [], "answer": "4",
        "solution": "", "family": "f", "source": "s",
    }  # fmt: skip
    data = write_rows([row], disk.place / "scratch")
    RecordsDataset(path=str(disk.root / "records")).save(data)
    there = [RecordsDataset(path=str(place / "records")) for place in disk.snapshots]
    whole = [dataset.load()["answer"][:] for dataset in there if dataset.exists()]
    assert whole and all(answers == ["4"] for answers in whole)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda place: (place / "config.json").write_text(""), r"0 bytes instead of 2"),
        (lambda place: (place / "deep/er.txt").unlink(), r"er\.txt is missing"),
        (lambda place: (place / "_COMPLETE").write_text(""), "_COMPLETE cannot be read"),
        (lambda place: (place / "_COMPLETE").write_text("[1]"), "_COMPLETE cannot be read"),
        (lambda place: (place / "_COMPLETE").unlink(), "was never finished"),
    ],
)
def test_a_harmed_directory_is_not_whole_and_says_why(tmp_path, harm, said):
    place = made(tmp_path / "model")
    files.mark_complete(place)
    assert files.is_whole(place)
    harm(place)
    with pytest.raises(AssertionError, match=said):
        assert files.problem(place) is None, files.problem(place)


def test_a_directory_made_from_other_settings_is_not_whole_for_these(tmp_path):
    place = made(tmp_path / "corpus")
    files.mark_complete(place, {"n": 12, "faults": (1, 2)})
    assert files.is_whole(place, {"faults": [1, 2], "n": 12})
    assert not files.is_whole(place, {"n": 13, "faults": [1, 2]})


def test_many_small_files_are_synced_at_once(disk):
    place = disk.root / "pictures"
    place.mkdir()
    for number in range(600):
        (place / f"{number}.png").write_text("picture")
    files.mark_complete(place)
    assert files.is_whole(disk.snapshots[-1] / "pictures")
    assert len(disk.snapshots) < 10


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    files.write_text(tmp_path / "file", "old")
    with pytest.raises(ZeroDivisionError), files.writing(tmp_path / "file") as aside:
        aside.write_text("half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


FULL = OSError(errno.ENOSPC, "No space left on device", "/tmp/x")


@pytest.mark.parametrize(
    "error",
    [
        FULL,
        RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 704 vs 598"),
        RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed"),
    ],
)
def test_a_full_disk_is_one_sentence_with_path_and_free_space(tmp_path, error):
    with (
        pytest.raises(files.WriteError, match=rf"cannot write {tmp_path}/x \(\d+ MiB free there\)"),
        files.naming(tmp_path / "x"),
    ):
        raise error


def test_what_has_nothing_to_do_with_writing_keeps_its_kind(tmp_path):
    for error in (RuntimeError("shapes differ"), FileNotFoundError("x"), KeyError("x")):
        with pytest.raises(type(error)), files.naming(tmp_path):
            raise error


def test_a_full_disk_is_recognised_behind_other_errors():
    error = ValueError("Failed while saving data to dataset")
    error.__cause__ = FULL
    assert files.no_room(error).startswith("cannot write /tmp/x (")
    assert files.no_room(ValueError("x")) is None


@pytest.mark.parametrize("marked", [False, True])
def test_what_no_run_made_is_kept_beside_what_takes_its_place(tmp_path, marked, caplog):
    """A corpus that someone put where conf/base has the embedded one, before a run or after it."""
    place = tmp_path / "mulberry"
    if marked:
        with files.writing_directory(place) as aside:
            made(aside)
    place.mkdir(exist_ok=True)
    (place / "config.json").write_text("a corpus of 260,000 records")
    with files.writing_directory(place) as aside:
        made(aside, " anew")
    assert content(place) == {name: f"{text} anew" for name, text in FILES.items()}
    kept = tmp_path / "mulberry.replaced" / "config.json"
    assert kept.read_text() == "a corpus of 260,000 records"
    assert f"{place} has what no run made; it is kept as {kept.parent}" in caplog.text
    (place / "more.json").write_text("more")
    (tmp_path / "file").write_text("mine")
    for target in (place, tmp_path / "file"):
        with files.writing_directory(target) as aside:
            made(aside)
    assert (tmp_path / "mulberry.replaced1" / "more.json").read_text() == "more"
    assert (tmp_path / "file.replaced").read_text() == "mine"
    with files.writing_directory(place) as aside:
        made(aside, " once more")
    names = ["file", "file.replaced", "mulberry", "mulberry.replaced", "mulberry.replaced1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
