"""Whatever an endpoint answers, a record fails alone, in time, and nothing is sent elsewhere."""

import json
import threading
import time

import pytest
from loopback import Loopback

from r1vl_kedro.endpoint import ChatClient, ChatOptions, ChatRequest, EndpointError
from r1vl_kedro.endpoint.replies import choices_of, tokens_of
from r1vl_kedro.generation import DecodingOptions
from r1vl_kedro.generation.engines import Prompt
from r1vl_kedro.generation.openai_engine import OpenAIEngine

FINE = {"message": {"content": "fine"}, "finish_reason": "stop"}


class Server(Loopback):
    """Answers ``odd`` questions with ``reply`` (a function of the handler), others with FINE."""

    def __init__(self, reply):
        self.reply, self.asked = reply, []
        super().__init__()

    def get(self, request):
        send(request, {"data": None})

    def post(self, request):
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.asked.append((request.path, body))
        odd = "odd" in json.dumps(body["messages"])
        self.reply(request) if odd else send(request, {"choices": [FINE]})


def send(handler, body, status=200, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def client(server, place, **options):
    options = {"retries": 1, "backoff_s": 0.0, "concurrency": 2, **options}
    return ChatClient(
        model="m", cache=place / "answers.sqlite", base_url=server.url,
        options=ChatOptions(**options),
    )  # fmt: skip


def requests(*texts):
    return [ChatRequest(text, [{"role": "user", "content": text}]) for text in texts]


def message(content):
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}


ODD = {
    "half a surrogate pair": message("\ud800"),
    "no message": {"choices": [{"message": None}]},
    "no choices": {"choices": []},
    "choices that are none": {"choices": 3},
    "a number as content": message(5),
    "a list of things as content": message([{"type": "image_url"}]),
    "nothing": None,
    "deep JSON": b"[" * 100_000,
    "not UTF-8": b"\xff\xfe{}",
    "no JSON": b"<html>",
}


@pytest.mark.parametrize("reply", ODD.values(), ids=ODD)
def test_one_odd_reply_is_one_failed_record(tmp_path, reply):
    with Server(lambda handler: send(handler, reply)) as server:
        answers = list(client(server, tmp_path).answers(requests("a", "odd", "b")))
    assert [answer.value for answer in answers] == ["fine", None, "fine"]
    assert answers[1].error and len(answers[1].error) < 300
    answers[1].error.encode()


def test_content_in_parts_of_text_is_text(tmp_path):
    parts = message([{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}])
    with Server(lambda handler: send(handler, parts)) as server:
        [answer] = client(server, tmp_path).answers(requests("odd"))
    assert answer.value == "in parts"


def test_an_answer_nested_too_deeply_is_one_failed_record(tmp_path):
    asked = ChatRequest("odd", [{"role": "user", "content": "odd"}], schema={"type": "array"})
    with Server(lambda handler: send(handler, message("[" * 100_000))) as server:
        [answer] = client(server, tmp_path).answers([asked])
    assert "nested too deeply" in answer.error


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_dripping_server_is_left_at_the_deadline(tmp_path, where):
    left = threading.Event()

    def drip(handler):
        if where == "body":
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        try:
            for _ in range(200):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            left.set()

    with Server(drip) as server:
        made = client(server, tmp_path, timeout_s=0.3, retries=0)
        [answer] = made.answers(requests("odd"))
        assert answer.error.startswith("no answer within 0.3 s at http://127.0.0.1:")
        assert left.wait(5)  # the connection is closed, not only forgotten


def test_a_redirect_is_not_followed(tmp_path):
    with Server(lambda handler: send(handler, {"choices": [FINE]})) as elsewhere:
        place = f"{elsewhere.url}/chat/completions"

        def redirect(handler):
            send(handler, b"", 307, Location=place)

        with (
            Server(redirect) as server,
            pytest.raises(EndpointError, match=r"redirects \(307\), which is not followed"),
        ):
            list(client(server, tmp_path).answers(requests("odd")))
    assert elsewhere.asked == []


def test_a_password_in_the_address_is_refused_unseen(tmp_path):
    made = ChatClient(model="m", cache=tmp_path / "a.sqlite", base_url="http://me:hunter2@h/v1")
    with pytest.raises(EndpointError, match="user name or a password") as error:
        list(made.answers(requests("a")))
    assert "hunter2" not in str(error.value) + repr(made)


def test_a_key_with_a_line_break_behind_it_is_stripped(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key\n")
    with Server(lambda handler: send(handler, {"choices": [FINE]})) as server:
        [[completion]] = engine(server).generate([prompt("a")], 0)
    assert completion.text == "fine"


def prompt(text):
    return Prompt([{"role": "user", "content": [{"type": "text", "text": text}]}], [])


def engine(server):
    options = DecodingOptions(engine="openai", base_url=server.url, model_name="m")
    return OpenAIEngine("m", options, retries=0)


@pytest.mark.parametrize("reply", [{"choices": []}, {"choices": [FINE, FINE]}, b"<html>", None])
def test_the_engine_gives_the_completions_asked_for_or_an_error(reply):
    with (
        Server(lambda handler: send(handler, reply)) as server,
        pytest.raises(EndpointError, match=rf"no usable answer from {server.url} \("),
    ):
        engine(server).generate([prompt("odd")], 0)


@pytest.mark.parametrize(("status", "said"), [(401, "refuses model 'm'"), (400, "status 400")])
def test_the_engine_words_a_refusal_in_one_sentence(status, said):
    body = {"error": {"message": "no"}}
    with (
        Server(lambda handler: send(handler, body, status)) as server,
        pytest.raises(EndpointError, match=said) as error,
    ):
        engine(server).generate([prompt("odd")], 0)
    assert "\n" not in str(error.value)


def test_half_a_surrogate_pair_of_a_completion_is_replaced():
    with Server(lambda handler: send(handler, message("a\ud800b"))) as server:
        [[completion]] = engine(server).generate([prompt("odd")], 0)
    assert completion.text == "a?b"


def test_tokens_are_read_where_they_are_numbers():
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    assert tokens_of({"usage": usage}) == (3, 4)
    for odd in (None, {}, {"usage": 3}, {"usage": {**usage, "prompt_tokens": "3"}}):
        assert tokens_of(odd) is None
    assert choices_of({"choices": [FINE]})[0].text == "fine"
