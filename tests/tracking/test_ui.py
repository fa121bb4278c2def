"""The way to MLflow's run list."""

import json
import socket

import empty_store
import pytest

from r1vl_kedro.tracking import ui
from r1vl_kedro.tracking.views import LONGEST, children_view


def test_addresses_open_the_mode_for_trainings_and_a_view():
    runs = "#/experiments/3/runs"
    mode = "workflowType=machine_learning"
    assert ui.runs_url("sqlite:///a.db", "3", "abc") == (
        f"http://127.0.0.1:5000/{runs}?{mode}&viewStateShareKey=abc"
    )
    assert ui.run_url("http://mlflow.example:80/", "3", "abc") == (
        f"http://mlflow.example:80/{runs}/abc?{mode}"
    )


def test_a_view_shows_one_parents_children_by_accuracy_and_draws_them_all():
    ((key, text),) = children_view("abc", ["test/k", "accuracy/charts", "accuracy/all"]).items()
    assert key == "mlflow.sharedViewState.abc"
    state = json.loads(text)
    assert state["searchFilter"] == "tags.`mlflow.parentRunId` = 'abc'"
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`accuracy/all`", False)
    assert state["runsHiddenMode"] == "SHOW_ALL"
    assert state["selectedColumns"][:2] == ["metrics.`accuracy/all`", "metrics.`accuracy/charts`"]
    assert {"tags.`label`", "attributes.`Description`"} < set(state["selectedColumns"])


def test_a_view_of_very_many_families_fits_into_a_tag():
    (text,) = children_view("abc", [f"accuracy/family number {k}" for k in range(500)]).values()
    assert len(text) <= LONGEST
    assert json.loads(text)["selectedColumns"][0] == "metrics.`accuracy/all`"


def test_a_port_in_use_ends_with_an_error_that_names_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert ui.main(["--port", str(port)]) == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_the_server_gets_a_store_whose_path_has_a_space(tmp_path, monkeypatch, capsys):
    from mlflow import MlflowClient

    place = tmp_path / "my project"
    place.mkdir()
    empty_store.put(place / "mlflow.db")
    client = MlflowClient(f"sqlite:///{place / 'mlflow.db'}")
    experiment = client.create_experiment("grid")
    parent = client.create_run(experiment, run_name="ablation").info.run_id
    client.create_run(experiment, run_name="reporting")
    for tag, value in children_view(parent).items():
        client.set_experiment_tag(experiment, tag, value)
    monkeypatch.chdir(place)
    started = []

    def become(program, arguments):
        started.append(arguments)
        raise SystemExit

    monkeypatch.setattr("os.execv", become)
    with pytest.raises(SystemExit):
        ui.main(["--port", "0"])
    assert f"sqlite:///{place / 'mlflow.db'}" in started[0]
    said = capsys.readouterr().out
    assert f":0/#/experiments/{experiment}/runs?workflowType=machine_learning" in said
    assert f"ablation, its variants, best first: http://127.0.0.1:0/#/experiments/{experiment}" in (
        said
    )
    assert f"viewStateShareKey={parent}" in said
    assert f"/runs/{parent}?workflowType=machine_learning" in said
    assert said.endswith("has the menu GenAI, click Model training above it, once.\n")
