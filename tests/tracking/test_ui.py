"""The way to MLflow's run list."""

import socket
from urllib.parse import unquote

import pytest

from r1vl_kedro.tracking import ui


def test_the_address_of_a_parents_children_sorts_them_by_accuracy():
    url = unquote(ui.runs_url("3", "abc"))
    assert url.startswith(
        "http://127.0.0.1:5000/#/experiments/3/runs?workflowType=machine_learning"
    )
    assert "searchFilter=tags.`mlflow.parentRunId` = 'abc'" in url
    assert "orderByKey=metrics.`accuracy/all`&orderByAsc=false" in url


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
    client = MlflowClient(f"sqlite:///{place / 'mlflow.db'}")
    experiment = client.create_experiment("grid")
    client.create_run(experiment)
    monkeypatch.chdir(place)
    started = []

    def become(program, arguments):
        started.append(arguments)
        raise SystemExit

    monkeypatch.setattr("os.execv", become)
    with pytest.raises(SystemExit):
        ui.main(["--port", "0"])
    assert f"sqlite:///{place / 'mlflow.db'}" in started[0]
    assert f"#/experiments/{experiment}/runs?workflowType=machine_learning" in (
        capsys.readouterr().out
    )
