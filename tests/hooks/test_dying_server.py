"""An MLflow server that dies while a run goes on."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from mlflow import MlflowClient

from . import toy


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_server_that_dies_in_mid_run_stops_nothing(tmp_path):
    root = toy.make(tmp_path / "project", {"outcome": "wait"})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uri, database = f"http://127.0.0.1:{port}", tmp_path / "server.db"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"),
            *("--backend-store-uri", f"sqlite:///{database}"),
            *("--artifacts-destination", str(tmp_path / "artifacts")),
        ],
        env={**toy.environment(), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        while not answers(uri):
            assert server.poll() is None, "the server does not start"
            time.sleep(0.5)
        run = toy.start(root, f"--params=tracking.uri={uri}")
        while not (root / "work/outcome.started").exists():
            assert run.poll() is None, run.output()
            time.sleep(0.1)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    (root / "work/outcome.go").touch()
    code, output = run.end(600)
    assert code == 0, output
    said = " ".join(output.split())
    assert "does not answer" in said and "writes did not reach MLflow" in said
    assert toy.read_json(root / "data/outcome/scores.json")["accuracy"] == 0.5
    client = MlflowClient(f"sqlite:///{database}")
    (experiment,) = client.search_experiments(filter_string="name = 'r1vl_kedro'")
    found = client.search_runs([experiment.experiment_id])
    assert {run.info.run_name for run in found} == {"ablation", "base", "outcome", "step_grpo"}


def answers(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=5):
            return True
    except OSError:
        return False
