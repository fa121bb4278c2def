"""A model directory in the catalog: whole or absent, and never lost on its way."""

import errno
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kedro.io import DatasetError

from r1vl_kedro.datasets import CheckpointDataset


def scratch(directory, text):
    directory.mkdir(parents=True)
    (directory / "config.json").write_text(text)
    return directory


def content(dataset):
    return (dataset.load() / "config.json").read_text()


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def test_a_directory_is_moved_and_replaces_the_older_one(tmp_path):
    dataset = CheckpointDataset(path=str(tmp_path / "models/warm_up"))
    assert not dataset.exists()
    for text in ("first", "second"):
        dataset.save(scratch(tmp_path / "work", text))
        assert content(dataset) == text
        assert not (tmp_path / "work").exists()
    assert names(tmp_path / "models") == ["warm_up"]


def test_from_another_file_system_it_is_copied(tmp_path, monkeypatch):
    rename = Path.rename

    def elsewhere(path, target):
        if path.name == "work":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", elsewhere)
    dataset = CheckpointDataset(path=str(tmp_path / "models/warm_up"))
    dataset.save(scratch(tmp_path / "work", "copied"))
    assert content(dataset) == "copied"
    assert names(tmp_path) == ["models"] and names(tmp_path / "models") == ["warm_up"]


@pytest.mark.parametrize(
    ("moment", "older"), [(0, False), (0, True), (1, False), (1, True), (2, True)]
)
def test_a_kill_at_any_moment_of_saving_loses_no_model(tmp_path, monkeypatch, moment, older):
    class Killed(BaseException):
        pass

    dataset = CheckpointDataset(path=str(tmp_path / "models/warm_up"))
    if older:
        dataset.save(scratch(tmp_path / "older", "older"))
    rename, renames = Path.rename, []

    def kill(path, target):
        if len(renames) == moment:
            raise Killed
        renames.append(target)
        return rename(path, target)

    work = scratch(tmp_path / "work", "newer")
    with monkeypatch.context() as killing:
        killing.setattr(Path, "rename", kill)
        with pytest.raises(Killed):
            dataset.save(work)
    if moment == 0:
        assert (work / "config.json").read_text() == "newer"  # the next run files it
        assert dataset.exists() is older
    else:
        assert dataset.exists()
        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(lambda _: content(dataset), range(8))) == {"newer"}
        assert names(tmp_path / "models") == ["warm_up"]


def test_without_its_mark_it_does_not_exist(tmp_path):
    dataset = CheckpointDataset(path=str(tmp_path / "model"))
    dataset.save(scratch(tmp_path / "work", "whole"))
    shutil.copytree(tmp_path / "model", tmp_path / "half", ignore=lambda *_: ["_COMPLETE"])
    half = CheckpointDataset(path=str(tmp_path / "half"))
    assert not half.exists()
    with pytest.raises(DatasetError, match="has no _COMPLETE mark"):
        half.load()
    assert CheckpointDataset(path=str(tmp_path / "half"), marked=False).exists()


def test_a_shipped_model_is_loaded_until_another_is_saved(tmp_path, caplog):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "config.json").write_text("shipped")
    dataset = CheckpointDataset(path=str(tmp_path / "own"), otherwise=str(shipped))
    assert dataset.exists() and dataset.load() == shipped
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "config.json").write_text("own")
    dataset.save(scratch)
    assert (dataset.load() / "config.json").read_text() == "own"
    assert (shipped / "config.json").read_text() == "shipped"
    (tmp_path / "own" / "config.json").unlink()
    assert dataset.load() == shipped
    assert f"{shipped} is taken, not {tmp_path / 'own'}" in caplog.text
    shutil.rmtree(shipped)
    with pytest.raises(DatasetError, match="holds no complete checkpoint"):
        dataset.load()
