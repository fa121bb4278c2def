"""What an MLflow store refuses is worded by its cause: the address, the server, the experiment."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import empty_store
import pytest

from r1vl_kedro.tracking.addresses import StoreError
from r1vl_kedro.tracking.store import Store


@pytest.fixture
def server():
    """A server that gives one reply to everything; returns its address and a way to set it."""
    said = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            return

        def reply(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body = said["reply"]
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = reply

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_address[1]}", said
    http.shutdown()
    http.server_close()


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (200, b"{}", "is no MLflow server"),
        (200, b"", "is no MLflow server"),
        (200, b"<html>" + b"x" * 3000, "not in a valid JSON format"),
        (404, b"<html>", "error code 404"),
        (403, b"<html>", r"it refuses access \(403\); set MLFLOW_TRACKING_USERNAME"),
    ],
)
def test_a_server_that_is_none_is_named(server, tmp_path, status, body, cause):
    uri, said = server
    said["reply"] = (status, body)
    with pytest.raises(StoreError, match=cause) as error:
        Store(uri, "e", tmp_path)
    assert uri in str(error.value) and len(str(error.value)) < 500


@pytest.mark.parametrize("uri", ["foo://x", "s3://bucket/x"])
def test_an_address_that_mlflow_does_not_know_is_not_the_experiments_fault(uri, tmp_path):
    with pytest.raises(StoreError, match=rf"the MLflow store {uri} \(parameter tracking\.uri\)"):
        Store(uri, "e", tmp_path)


@pytest.mark.parametrize("name", ["n" * 600, ""])
def test_a_name_that_mlflow_refuses_is_the_experiments_fault(name, tmp_path):
    empty_store.put(tmp_path / "x.db")
    with pytest.raises(StoreError, match=r"tracking\.experiment '(n{199})?"):
        Store(f"sqlite:///{tmp_path}/x.db", name, tmp_path)


def test_a_server_that_is_gone_after_the_first_call_is_named(server, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    uri, said = server
    experiment = b'{"experiment": {"experiment_id": "1", "name": "e", "lifecycle_stage": "active"}}'
    said["reply"] = (200, experiment)
    store = Store(uri, "e", tmp_path)
    said["reply"] = (404, b"<html>")
    with pytest.raises(StoreError, match="does not answer") as error:
        store.sweep()
    assert uri in str(error.value)
