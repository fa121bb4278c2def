"""Metrics reach MLflow without holding training up, and what is lost is counted."""

import threading
import time

import empty_store
import pytest
from mlflow.exceptions import MlflowException
from training_fixtures import SFT, train

from r1vl_kedro.run_context import metric_name
from r1vl_kedro.tracking.live import LiveMetrics
from r1vl_kedro.training.tracking import metric_callback


class Server:
    """An MLflow client that is down for the first calls."""

    def __init__(self, failures=0):
        self.failures, self.calls = failures, []

    def get_run(self, run_id):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no server")

    def log_batch(self, run_id, metrics):
        self.get_run(run_id)
        self.calls.append([(m.key, m.value, m.step) for m in metrics])

    @property
    def received(self):
        return [metric for call in self.calls for metric in call]


def live(server):
    return LiveMetrics("http://mlflow", "run", client=server, pause=0.01)


def test_numbers_arrive_in_order():
    server = Server()
    metrics = live(server)
    for step in range(3):
        metrics.send({"train/loss": 1.0 / (step + 1)}, step)
    assert metrics.close() == 0
    assert [m[2] for m in server.received] == [0, 1, 2]


def test_a_server_that_comes_back_misses_nothing():
    server = Server(failures=6)
    metrics = live(server)
    for step in range(5):
        metrics.send({"a": 1.0, "b": 2.0}, step)
        time.sleep(0.01)
    assert metrics.close() == 0
    assert [m[2] for m in server.received] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_what_a_dead_server_never_took_is_counted(caplog):
    metrics = live(Server(failures=10**6))
    for step in range(50):
        metrics.send({"a": 1.0}, step)
    assert metrics.close(seconds=0.3) == 50
    assert "50 writes did not reach MLflow at http://mlflow, 50 of training curves" in caplog.text


def test_numbers_that_a_server_refuses_do_not_hold_up_the_rest():
    class Picky(Server):
        def log_batch(self, run_id, metrics):
            if metrics[0].key == "odd":
                raise MlflowException("no such name")
            super().log_batch(run_id, metrics)

    server = Picky()
    metrics = live(server)
    for step, key in enumerate(["a", "odd", "b"]):
        metrics.send({key: 1.0}, step)
    assert metrics.close() == 1
    assert [m[0] for m in server.received] == ["a", "b"]


def test_a_server_that_never_answers_is_not_waited_for():
    """Were it waited for, neither call would come back: it answers only after both."""
    answers = threading.Event()

    class Stuck:
        def log_batch(self, run_id, metrics):
            answers.wait()

    metrics = live(Stuck())
    for step in range(50):
        metrics.send({"a": 1.0}, step)
    assert metrics.close(seconds=0.2) == 50
    answers.set()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("loss", "train/loss"),
        ("eval_accuracy", "eval/accuracy"),
        ("rewards/a/mean", "train/rewards/a/mean"),
    ],
)
def test_metric_names(key, name):
    assert metric_name(key) == name


def test_no_callback_without_a_run(monkeypatch):
    monkeypatch.delenv("R1VL_RUN_ID", raising=False)
    assert metric_callback() == []


def test_training_writes_to_the_run_of_its_environment(tiny, records, tmp_path, monkeypatch):
    from mlflow import MlflowClient

    empty_store.put(tmp_path / "mlflow.db")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = MlflowClient(uri)
    run = client.create_run(client.create_experiment("test", artifact_location=str(tmp_path)))
    monkeypatch.setenv("R1VL_TRACKING_URI", uri)
    monkeypatch.setenv("R1VL_RUN_ID", run.info.run_id)
    options = {**SFT, "num_steps": 3, "checkpoint_steps": 0}
    output = str(tmp_path / "model")
    train("sft", base=tiny, records=records, output=output, options=options, seed=1)
    history = client.get_metric_history(run.info.run_id, "train/loss")
    assert [metric.step for metric in history] == [1, 2, 3]
    assert client.get_run(run.info.run_id).info.status == "RUNNING"
