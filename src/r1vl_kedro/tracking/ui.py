"""MLflow's UI over the project's store, with the addresses of its experiments (``make ui``)."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from r1vl_kedro.tracking import moved
from r1vl_kedro.tracking.addresses import StoreError, check_file, resolve_uri
from r1vl_kedro.tracking.views import parents_with_view

HOST, PORT = "127.0.0.1", 5000
SWITCH = "  Where a run opened from a list has the menu GenAI, click Model training above it, once."
"""MLflow's own links name no mode, and its default, kept in the browser alone, is the other one."""


def runs_url(server: str, experiment_id: str, view: str = "") -> str:
    """Address an experiment's runs.

    MLflow opens in its mode for language model applications, which shows no run of a training.

    Args:
        server: its address, or the store's, which `make ui` serves here.
        view: the key of a view, as `views.children_view` makes it.

    Example:
        >>> runs_url("sqlite:///mlflow.db", "1")
        'http://127.0.0.1:5000/#/experiments/1/runs?workflowType=machine_learning'
    """
    return _address(server, experiment_id, "") + (f"&viewStateShareKey={view}" if view else "")


def run_url(server: str, experiment_id: str, run_id: str) -> str:
    """Address one run's page."""
    return _address(server, experiment_id, f"/{run_id}")


def _address(server: str, experiment_id: str, rest: str) -> str:
    base = server.rstrip("/") if server.startswith("http") else f"http://{HOST}:{PORT}"
    return f"{base}/#/experiments/{experiment_id}/runs{rest}?workflowType=machine_learning"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print where each experiment is found, and become ``mlflow ui``.

    Returns:
        1 where the port is in use, or the store cannot be used; the reason stands on stderr.
    """
    parser = argparse.ArgumentParser(
        prog="python -m r1vl_kedro.tracking.ui",
        description="Print where the project's runs are found, and serve MLflow's UI (make ui).",
        epilog="Other options go to mlflow ui.",
    )
    parser.add_argument(
        "--store", default="mlflow.db", help="a file (SQLite) or a URI (%(default)s)"
    )
    parser.add_argument("--host", default=HOST, help="address to listen on (%(default)s)")
    parser.add_argument("--port", default=PORT, type=int, help="default %(default)s")
    given, rest = parser.parse_known_args(arguments)
    try:
        uri = resolve_uri(given.store, Path.cwd())
        check_file(uri)
        moved.follow(uri)
        _check_port(given.host, given.port)
    except (StoreError, OSError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    for line in _experiments(uri, f"http://{given.host}:{given.port}"):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    command = ["mlflow", "ui", "--workers", "1", "--backend-store-uri", uri]
    # Else the last line would be an address that opens the mode for language model applications.
    command += ["--uvicorn-opts", "--log-level warning"]
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


def _experiments(uri: str, server: str) -> list[str]:
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    lines = []
    for one in client.search_experiments(order_by=["last_update_time DESC"]):
        filed = client.search_runs([one.experiment_id], order_by=["attributes.start_time DESC"])
        if not filed:
            continue
        lines.append(f"  {one.name}")
        parents = parents_with_view(one.tags)
        latest = next((run.info for run in filed if run.info.run_id in parents), None)
        if latest:
            best = runs_url(server, one.experiment_id, latest.run_id)
            lines.append(f"    {latest.run_name}, its variants, best first: {best}")
            page = run_url(server, one.experiment_id, latest.run_id)
            lines.append(f"    {latest.run_name}, its table and report: {page}")
        lines.append(f"    all runs: {runs_url(server, one.experiment_id)}")
    if not lines:
        return ["No run has been filed yet."]
    lines.append(SWITCH)
    return ["Open, when the server is up in some seconds (Ctrl-C ends it):", *lines]


if __name__ == "__main__":
    sys.exit(main())
