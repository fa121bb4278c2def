"""An endpoint that will refuse to answer is named before the first node, in one sentence."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.endpoint import EndpointError
from r1vl_kedro.hooks.checks import check_endpoints
from r1vl_kedro.hooks.to_run import nodes_to_run


def one(*values):
    return values[0]


PREDICTS = Pipeline([Node(one, ["test", "params:evaluation"], "answers", name="a.predict_test")])
TRAINS = Pipeline([Node(one, ["prompts"], "model", name="a.train", tags="training")])
MODELS = (200, json.dumps({"data": [{"id": "tiny", "owned_by": "someone"}]}))
ANSWER = (200, json.dumps({"choices": [{"message": {"content": "2"}, "finish_reason": "length"}]}))
KEY = (401, json.dumps({"error": {"message": "Incorrect API key provided: sk-0123456789abcdef"}}))
UNKNOWN = (404, json.dumps({"error": {"message": "The model 'tiny' does not exist"}}))
WRONG = (400, json.dumps({"error": {"message": "max_completion_tokens is not supported"}}))
PAGE = (200, "<!doctype html><title>Welcome</title>")
GONE = (308, "")


@pytest.fixture
def endpoint():
    """Serve what the test says for ``/models`` and for completions; keep what was asked."""
    said, asked = {"GET": MODELS, "POST": ANSWER}, []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            return

        def reply(self):
            length = int(self.headers.get("Content-Length", 0))
            asked.append(json.loads(self.rfile.read(length) or b"null"))
            status, text = said[self.command]
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Retry-After-Ms", "1")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = reply

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    server.said, server.asked = said, asked
    server.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield server
    server.shutdown()
    server.server_close()


def start(url, pipeline=PREDICTS, made=(), only_missing=False, **more):
    decoding = {"engine": "openai", "base_url": url, "model_name": "tiny", **more}
    catalog = DataCatalog({"params:evaluation": MemoryDataset({"decoding": decoding})})
    for name in made:
        catalog[name] = MemoryDataset("there")
    nodes = nodes_to_run({"only_missing_outputs": only_missing}, pipeline, catalog)
    check_endpoints(nodes, catalog)


def test_one_token_is_asked_for_and_the_run_starts(endpoint):
    start(endpoint.url, num_samples=3, temperature=1.0, max_new_tokens=50)
    _, body = endpoint.asked
    assert (body["model"], body["n"], body["max_completion_tokens"]) == ("tiny", 1, 1)


@pytest.mark.parametrize(
    ("replies", "sentence"),
    [
        ({"GET": KEY}, r"refuses /models: .*401.*Incorrect API key provided: \*\*\*"),
        ({"POST": KEY}, r"refuses model 'tiny': .*401.*Incorrect API key provided: \*\*\*"),
        ({"POST": UNKNOWN}, "refuses model 'tiny': .*404.*does not exist"),
        ({"GET": UNKNOWN, "POST": UNKNOWN}, "refuses model 'tiny': .*404.*does not exist"),
        ({"POST": WRONG}, "refuses a question: status 400: .*max_completion_tokens is not"),
        ({"GET": WRONG}, "refuses /models: status 400"),
        ({"GET": PAGE}, "no usable answer from .*JSON.*set base_url to the address"),
        ({"POST": PAGE}, "no usable answer from .*JSON.*set base_url to the address"),
        ({"GET": GONE}, "redirects .308., which is not followed"),
    ],
)
def test_what_is_refused_is_told_before_anything_starts(endpoint, replies, sentence):
    endpoint.said.update(replies)
    with pytest.raises(EndpointError, match=sentence) as told:
        start(endpoint.url)
    said = str(told.value)
    assert said.startswith("nothing was started: evaluation.decoding: ")
    assert "\n" not in said and len(said) < 500 and endpoint.url in said


def test_an_address_where_nothing_listens_is_named():
    with pytest.raises(EndpointError, match=r"nothing answers at http://127\.0\.0\.1:9/v1"):
        start("http://127.0.0.1:9/v1")


def test_an_endpoint_without_a_list_of_models_is_taken_by_its_answer(endpoint):
    endpoint.said["GET"] = UNKNOWN
    start(endpoint.url)
    assert endpoint.asked[-1]["model"] == "tiny"


def test_after_a_training_only_a_refused_key_is_sure_to_be_refused(endpoint, caplog):
    endpoint.said["POST"] = UNKNOWN
    with caplog.at_level(logging.WARNING):
        start(endpoint.url, TRAINS + PREDICTS)
    assert "evaluation.decoding, asked after the training" in caplog.text
    endpoint.said["POST"] = KEY
    with pytest.raises(EndpointError, match="401"):
        start(endpoint.url, TRAINS + PREDICTS)


def test_without_a_name_of_the_model_only_the_address_is_tried(endpoint):
    start(endpoint.url, model_name=None)
    assert endpoint.asked == [None]


def test_answers_that_are_there_are_not_asked_for(endpoint):
    start(endpoint.url, made=["answers"], only_missing=True)
    start(endpoint.url, engine="transformers")
    assert endpoint.asked == []
