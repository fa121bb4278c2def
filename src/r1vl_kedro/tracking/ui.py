"""MLflow's UI over the project's store, with the addresses of its experiments (``make ui``)."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from r1vl_kedro.tracking.addresses import StoreError, check_file, resolve_uri

HOST, PORT = "127.0.0.1", 5000


def runs_url(experiment_id: str, parent: str = "", host: str = HOST, port: int = PORT) -> str:
    """Address an experiment's runs; of one parent's children alone, best accuracy first.

    MLflow opens in its mode for language model applications, which shows no run of a training.

    Example:
        >>> runs_url("1")
        'http://127.0.0.1:5000/#/experiments/1/runs?workflowType=machine_learning'
    """
    query = "workflowType=machine_learning"
    if parent:
        children = quote(f"tags.`mlflow.parentRunId` = '{parent}'")
        query += f"&searchFilter={children}&orderByKey={quote('metrics.`accuracy/all`')}"
        query += "&orderByAsc=false"
    return f"http://{host}:{port}/#/experiments/{experiment_id}/runs?{query}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print where each experiment is found, and become ``mlflow ui``.

    Returns:
        1 where the port is in use, or the store cannot be used; the reason stands on stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m r1vl_kedro.tracking.ui", description=__doc__)
    parser.add_argument("--store", default="mlflow.db", help="a file (SQLite) or a URI")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", default=PORT, type=int)
    given, rest = parser.parse_known_args(arguments)
    try:
        uri = resolve_uri(given.store, Path.cwd())
        if uri.startswith("sqlite:///"):
            check_file(uri)
        _check_port(given.host, given.port)
    except (StoreError, OSError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    for line in _experiments(uri, given.host, given.port):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    command = ["mlflow", "ui", "--workers", "1", "--backend-store-uri", uri]
    command += ["--host", given.host, "--port", str(given.port), *rest]
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # spares a process of 235 MB
    os.execv(sys.executable, [sys.executable, "-m", *command])


def _check_port(host: str, port: int) -> None:
    family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise OSError(
                f"port {port} of {host} cannot be used ({error.strerror}); stop what uses it, or "
                "choose another: make ui ARGS='--port 5001'"
            ) from error


def _experiments(uri: str, host: str, port: int) -> list[str]:
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    found = client.search_experiments(order_by=["last_update_time DESC"])
    lines = []
    for one in found:
        filed = client.search_runs([one.experiment_id], max_results=1)
        if filed:
            lines.append(f"  {one.name}: {runs_url(one.experiment_id, host=host, port=port)}")
    return ["Runs, once the server is up:", *lines] if lines else ["No run has been filed yet."]


if __name__ == "__main__":
    sys.exit(main())
