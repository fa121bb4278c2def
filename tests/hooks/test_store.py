"""A tracking store that goes away, comes back, or refuses: no run is stopped, no loss is silent."""

import socket
import sqlite3
import tempfile
from pathlib import Path

import empty_store
import pytest
from mlflow.exceptions import MlflowException

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.scratch import PREFIX
from r1vl_kedro.tracking import store as stores

from . import toy


class Line:
    """The client behind a line that can be cut."""

    def __init__(self, client):
        self.client, self.cut, self.calls = client, False, 0

    def __getattr__(self, name):
        if not self.cut:
            return getattr(self.client, name)
        self.calls += 1
        raise ConnectionError("the line is cut")


def open_store(tmp_path, pause=0.0):
    """A store whose line can be cut, asked again after a pause in seconds."""
    empty_store.put(tmp_path / "mlflow.db")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    made = stores.Store(uri, "test", tmp_path / "artifacts", pause=pause)
    made.client = Line(made.client)
    return made


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


def write_all(store, run_id) -> None:
    """One of everything that hooks write."""
    import pandas as pd
    import plotly.graph_objects as go

    store.params(run_id, {"beta": 0.1})
    store.tags(run_id, {"note": "a"})
    store.history(run_id, [("train/loss", 0.5, 1), ("train/loss", 0.25, 2)])
    store.metrics(run_id, {"test/accuracy": 0.75})
    store.dataset(run_id, "records", "d1", 3, ["id"], "train")
    table = pd.DataFrame({"n": [1]})
    store.artifact("table", lambda client: client.log_table(run_id, table, "tables/t.json"))
    figure = go.Figure(go.Bar(y=[1]))
    store.artifact("figure", lambda client: client.log_figure(run_id, figure, "figures/f.html"))
    store.end(run_id, "FINISHED")


def assert_all_there(store, run_id) -> None:
    client = store.client.client
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"beta": "0.1"} and run.data.tags["note"] == "a"
    assert run.data.metrics["test/accuracy"] == 0.75
    history = client.get_metric_history(run_id, "train/loss")
    assert sorted((point.step, point.value) for point in history) == [(1, 0.5), (2, 0.25)]
    assert [entry.dataset.name for entry in run.inputs.dataset_inputs] == ["records"]
    assert [file.path for file in client.list_artifacts(run_id, "tables")] == ["tables/t.json"]
    assert [file.path for file in client.list_artifacts(run_id, "figures")] == ["figures/f.html"]


def test_a_store_that_comes_back_has_missed_nothing(store, caplog):
    run_id = store.start("run", {})
    store.client.cut = True
    write_all(store, run_id)
    assert "does not answer" in caplog.text
    store.client.cut = False
    assert store.flush() == 0
    assert_all_there(store, run_id)


def test_what_waits_goes_before_what_comes_after(store):
    run_id = store.start("run", {})
    store.client.cut = True
    store.tags(run_id, {"note": "first"})
    store.client.cut = False
    store.tags(run_id, {"note": "second"})
    assert store.client.get_run(run_id).data.tags["note"] == "second"


def test_a_store_that_stays_away_is_asked_seldom_and_the_loss_is_told(tmp_path, caplog):
    store = open_store(tmp_path, pause=1000.0)
    run_id = store.start("run", {})
    store.client.cut = True
    for _ in range(20):
        store.metrics(run_id, {"a": 1.0})
    store.end(run_id, "FINISHED")
    assert store.client.calls == 2  # the first write, and whether anything answers
    assert store.flush() == 21
    assert "21 writes did not reach MLflow" in caplog.text
    assert "20 of metrics, 1 of the end of a run" in caplog.text


def test_what_the_store_refuses_does_not_hold_up_the_rest(store, caplog):
    def refused(client):
        raise MlflowException("no such thing")

    run_id = store.start("run", {})
    store.artifact("a thing", refused)
    write_all(store, run_id)
    assert store.flush() == 1
    assert "does not take a thing: no such thing" in caplog.text
    assert_all_there(store, run_id)


def test_a_store_that_is_not_there_at_the_start_stops_the_run_with_ways_out(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=rf"{uri} .*tracking\.enabled=false"):
            stores.Store(uri, "test", tmp_path)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "is a directory"), ("a text", "is no SQLite database")]
)
def test_a_file_that_is_no_store_is_named_at_once(tmp_path, content, said):
    place = tmp_path / "place"
    place.mkdir() if content is None else place.write_text(content)
    with pytest.raises(stores.StoreError, match=rf"tracking\.uri: {place} {said}") as error:
        stores.Store(f"sqlite:///{place}", "test", tmp_path)
    assert isinstance(error.value, UserFacingError) and isinstance(error.value, ConnectionError)


def test_a_place_where_no_store_can_be_made_is_named_at_once(tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file/mlflow.db", "/proc/foo/mlflow.db"):
        with pytest.raises(stores.StoreError, match=rf"tracking\.uri: {place} cannot be used: "):
            stores.Store(f"sqlite:///{place}", "test", tmp_path)


def test_an_empty_file_becomes_a_store(tmp_path):
    (tmp_path / "new.db").touch()
    assert stores.Store(f"sqlite:///{tmp_path / 'new.db'}", "test", tmp_path).start("run", {})


def test_a_database_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0 and then something else")
    with pytest.raises(stores.StoreError, match=r"x\.db \(parameter tracking\.uri\)"):
        stores.Store(f"sqlite:///{tmp_path / 'x.db'}", "test", tmp_path)


def test_a_store_that_takes_no_run_is_named(tmp_path):
    empty_store.put(tmp_path / "x.db")
    store = stores.Store(f"sqlite:///{tmp_path / 'x.db'}", "test", tmp_path)
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute(
            "CREATE TRIGGER closed BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'closed'); END"
        )
    with pytest.raises(
        stores.StoreError, match=r"x\.db \(parameter tracking\.uri\) takes no new"
    ) as error:
        store.start("run", {})
    assert "run: closed; " in str(error.value)


@pytest.mark.parametrize("what", ["under a file", "where nothing can be made"])
def test_a_data_directory_that_cannot_be_made_is_named(tmp_path, what):
    root = toy.make(tmp_path)
    (root / "file").touch()
    data = root / "file" if what == "under a file" else "/proc/foo"
    (root / "conf/base/globals.yml").write_text(f"data: {data}\n")
    code, output = toy.run(root, "--params=tracking.enabled=false")
    assert code == 1 and "Traceback" not in output
    assert f"Error: data (globals.yml) is {data}, where nothing can be written" in output


def test_an_end_that_the_store_missed_is_filed_by_the_next_run(store, tmp_path):
    uri, place = f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path / "artifacts"
    done = store.start("done", {})
    store.client.cut = True
    store.end(done, "FINISHED")
    store.flush()
    store.client.cut = False
    assert store.client.get_run(done).info.status == "RUNNING"
    left = store.start("left", {"r1vl.process_started": "?"})
    store.client.set_tag(left, "r1vl.pid", "0")  # its process cannot be asked
    assert stores.Store(uri, "test", place).sweep() == [left]
    runs = {run: store.client.get_run(run).info for run in (done, left)}
    assert [info.status for info in runs.values()] == ["FINISHED", "KILLED"]
    assert runs[done].end_time < runs[left].end_time
    assert stores.Store(uri, "test", place).sweep() == []


def test_an_end_that_cannot_be_kept_on_disk_is_filed_all_the_same(tmp_path, caplog):
    (tmp_path / "file").touch()
    empty_store.put(tmp_path / "mlflow.db")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    store = stores.Store(uri, "test", tmp_path / "artifacts", kept=tmp_path / "file" / "ends")
    run = store.start("run", {})
    store.end(run, "FAILED")
    assert store.flush() == 0
    assert store.client.get_run(run).info.status == "FAILED"
    assert "the end of a run cannot be kept until MLflow has it: cannot write" in caplog.text


def test_one_odd_name_costs_no_other_number(store):
    run_id = store.start("run", {})
    store.metrics(run_id, {"test/accuracy": 0.75, "test/GeoQA+/accuracy": 0.5})
    assert store.flush() == 0
    data = store.client.get_run(run_id).data
    assert data.metrics == {"test/accuracy": 0.75, "test/GeoQAplus/accuracy": 0.5}
    assert data.tags["r1vl.name.test/GeoQAplus/accuracy"] == "test/GeoQA+/accuracy"


def test_an_experiments_description_that_a_user_wrote_stays(store):
    def described() -> str:
        return store.client.get_experiment(store.experiment_id).tags["mlflow.note.content"]

    store.describe_experiment("Latest: one", "Latest")
    store.describe_experiment("Latest: two", "Latest")
    assert described() == "Latest: two"
    store.experiment_tags({"mlflow.note.content": "Runs of the group"})
    store.describe_experiment("Latest: three", "Latest")
    assert described() == "Runs of the group"


def test_no_password_reaches_the_store(store):
    run_id = store.start("run", {"note": "at http://me:pw@host/"})
    store.params(run_id, {"tracking.uri": "postgresql://me:pw@host/db"})
    store.tags(run_id, {"error": "401: sk-0123456789abcdef is no key"})
    data = store.client.get_run(run_id).data
    assert data.params == {"tracking.uri": "postgresql://host/db"}
    assert data.tags["note"] == "at http://host/" and data.tags["error"] == "401: *** is no key"


def test_a_deleted_experiment_names_how_to_restore_it(store, tmp_path):
    store.client.delete_experiment(store.experiment_id)
    with pytest.raises(stores.StoreError, match="mlflow experiments restore --experiment-id 1"):
        stores.Store(store.uri, "test", tmp_path)


def test_without_tracking_nothing_is_written_and_the_run_is_the_same(tmp_path):
    root = toy.make(tmp_path, store=False)
    code, output = toy.run(root, "--params=tracking.enabled=false")
    assert code == 0, output
    assert not list(root.glob("mlflow.db*")) and not (root / "mlartifacts").exists()
    assert toy.read_json(root / "data/outcome/scores.json")["accuracy"] == 0.5


def test_a_store_that_takes_no_child_is_asked_once_and_again_at_the_end(tmp_path):
    """Not at every node: a server that hangs takes as long as its timeout each time."""
    root = toy.make(tmp_path)
    with sqlite3.connect(root / "mlflow.db") as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON runs WHEN NEW.name != 'ablation' "
            "BEGIN SELECT RAISE(ABORT, 'no child'); END"
        )
    code, output = toy.run(root)
    assert code == 0, output
    for variant in ("base", "outcome", "step_grpo"):
        assert output.count(f" {variant} is filed at the end: ") == 2
    assert [run["name"] for run in toy.runs(root)] == ["ablation"]


def test_temporary_files_of_an_artifact_lie_where_those_of_a_killed_run_are_removed(store):
    run_id, before, places = store.start("run", {}), tempfile.gettempdir(), []
    for _ in range(2):
        store.artifact("a note", lambda client: places.append(tempfile.gettempdir()))
    assert len(places) == 2
    assert len(set(places)) == 1
    assert Path(places[0]).name.startswith(PREFIX)
    assert tempfile.gettempdir() == before
    store.artifact("a note", lambda client: client.log_text(run_id, "text", "note.txt"))
    assert [path.name for path in Path(places[0]).iterdir()] == [".in-use"]
    assert store.flush() == 0
