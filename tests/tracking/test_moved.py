"""A project that was moved or copied keeps its artifacts beside its store."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlparse

import empty_store
import pytest
from mlflow import MlflowClient

from r1vl_kedro.tracking import moved
from r1vl_kedro.tracking.store import Store

EXPERIMENT = "r1vl_kedro/smoke"


def open_store(place):
    uri = f"sqlite:///{place / 'mlflow.db'}"
    return Store(uri, EXPERIMENT, place / "mlartifacts" / EXPERIMENT)


def note(store, run_id, text):
    store.artifact("a note", lambda client: client.log_text(run_id, text, "note.txt"))


def read(store, run_id):
    uri = store.client.get_run(run_id).info.artifact_uri
    file = Path(unquote(urlparse(uri).path)) / "note.txt"
    return str(file), file.read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path):
    place = tmp_path / "old place"
    place.mkdir()
    empty_store.put(place / "mlflow.db")
    return place


@pytest.mark.parametrize("bring", [shutil.copytree, shutil.move], ids=["copied", "moved"])
def test_old_and_new_artifacts_lie_beside_the_store(old, tmp_path, bring):
    first = open_store(old)
    run_id = first.start("ablation", {})
    note(first, run_id, "before")
    new = tmp_path / "new place"
    bring(old, new)
    store = open_store(new)
    path, text = read(store, run_id)
    assert (path.startswith(str(new)), text) == (True, "before")
    another = store.start("ablation", {})
    note(store, another, "new")
    assert read(store, another)[0].startswith(str(new))
    if old.exists():
        kept = next((old / "mlartifacts").rglob("note.txt"))
        assert kept.read_text(encoding="utf-8") == "before"
        assert len(list((old / "mlartifacts").rglob("note.txt"))) == 1


def test_artifacts_that_did_not_come_along_are_found_at_their_old_place(old, tmp_path):
    first = open_store(old)
    run_id = first.start("ablation", {})
    note(first, run_id, "before")
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy(old / "mlflow.db", new)
    path, text = read(open_store(new), run_id)
    assert (path.startswith(str(old)), text) == (True, "before")


def test_experiments_of_other_programs_and_stores_elsewhere_stay_as_they_are(old, tmp_path):
    assert moved.follow(f"sqlite:///{tmp_path / 'none.db'}") == 0
    uri = f"sqlite:///{old / 'mlflow.db'}"
    assert moved.follow(uri) == 0
    client = MlflowClient(uri)
    made = client.create_experiment("theirs", "file:///somewhere/else")
    assert moved.follow(uri) == 0
    assert client.get_experiment(made).artifact_location == "file:///somewhere/else"
    assert moved.follow("http://mlflow.example") == 0
