"""The engine behind an endpoint, against a small endpoint on the loopback interface."""

import base64
import io
import json
import threading
from collections import Counter

import pandas as pd
import pytest
from datasets import load_from_disk
from loopback import Loopback
from PIL import Image

from r1vl_kedro.generation import DecodingOptions, predict
from r1vl_kedro.generation.engines import Prompt
from r1vl_kedro.generation.openai_engine import OpenAIEngine
from r1vl_kedro.progress import PROGRESS
from r1vl_kedro.prompts import render_question, to_messages

VISION_IDS = {"<|image_pad|>": 593, "<|video_pad|>": 594, "<|vision_start|>": 590}


class Endpoint(Loopback):
    """Answers a question with ``<question>!``; `trouble` maps the n-th request to a status."""

    def __init__(self, owner="someone", trouble=None, lists_models=True, together=1):
        self.owner, self.trouble, self.lists_models = owner, trouble or {}, lists_models
        self.bodies, self.asked, self.headers = [], Counter(), []
        self.cuts = set()
        self._lock = threading.Lock()
        self._meet = threading.Barrier(together)
        super().__init__()

    def reply(self, request, body, status=200):
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.send_header("Retry-After-Ms", "1")
        request.end_headers()
        request.wfile.write(data)

    def get(self, request):
        assert request.path == "/v1/models"
        if not self.lists_models:
            return self.reply(request, {"error": {"message": "no such page"}}, 404)
        model = {"id": "tiny", "object": "model", "created": 0, "owned_by": self.owner}
        return self.reply(request, {"object": "list", "data": [model]})

    def post(self, request):
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        if request.path == "/tokenize":
            token = VISION_IDS.get(body["prompt"])
            return self.reply(request, {"tokens": [60, 12] if token is None else [token]})
        assert request.path == "/v1/chat/completions"
        question = body["messages"][-1]["content"][-1]["text"]
        with self._lock:
            number = len(self.bodies)
            self.bodies.append(body)
            self.asked[question] += 1
            self.headers.append(request.headers["Authorization"])
        self._meet.wait(timeout=60)
        if status := self.trouble.get(number):
            return self.reply(request, {"error": {"message": "not now"}}, status)
        cut = question in self.cuts
        ids = [5, 6, 7] if cut else [5, 6, 7, 589]
        choices = []
        for index in range(body.get("n", 1)):
            choice = {
                "index": index, "finish_reason": "length" if cut else "stop",
                "message": {"role": "assistant", "content": f"{question}!"},
            }  # fmt: skip
            if body.get("return_token_ids"):
                choice["token_ids"] = ids
            choices.append(choice)
        billed = len(ids) * len(choices)
        usage = {"prompt_tokens": 9, "completion_tokens": billed, "total_tokens": 9 + billed}
        answer = {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"]}
        return self.reply(request, {**answer, "choices": choices, "usage": usage})


def settings(endpoint, **more):
    return {"engine": "openai", "base_url": endpoint.url, "model_name": "tiny", **more}


def prompts_of(records, number=7):
    rows = list(load_from_disk(records))[:number]
    return [Prompt(to_messages(row), row["images"]) for row in rows]


def test_answers_come_in_the_order_of_the_records_with_images_as_data_urls(
    records, tmp_path, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with Endpoint() as endpoint:
        summary = predict("tiny", records, str(tmp_path), settings(endpoint, max_new_tokens=9))
    rows = list(load_from_disk(records))
    frame = pd.read_parquet(tmp_path / "predictions.parquet")
    assert frame["id"].tolist() == [row["id"] for row in rows]
    assert all(row["question"] in said for row, said in zip(rows, frame["response"], strict=True))
    assert (summary["rows"], summary["mean_tokens"], summary["truncated"]) == (7, 4.0, 0.0)
    assert set(endpoint.headers) == {"Bearer sk-test"}
    sent = []
    for body in endpoint.bodies:
        assert (body["model"], body["max_completion_tokens"], body["temperature"]) == ("tiny", 9, 0)
        image, text = body["messages"][-1]["content"]
        head, _, data = image["image_url"]["url"].partition(",")
        assert head == "data:image/png;base64"
        sent.append((text["text"], Image.open(io.BytesIO(base64.b64decode(data))).tobytes()))
    asked = [
        (render_question(row["question"], row["options"]), row["images"][0].tobytes())
        for row in rows
    ]
    assert sorted(sent) == sorted(asked)


def test_batch_size_requests_are_in_flight_at_once(records, tmp_path):
    # The endpoint answers none before four have arrived.
    with Endpoint(together=4) as endpoint:
        engine = OpenAIEngine("tiny", DecodingOptions(**settings(endpoint, batch_size=4)))
        assert len(engine.generate(prompts_of(records, 4), 0)) == 4


def test_429_and_500_are_asked_again_and_answered_once(records, tmp_path):
    with Endpoint(trouble={0: 429, 2: 500, 4: 503}) as endpoint:
        summary = predict("tiny", records, str(tmp_path), settings(endpoint, batch_size=2))
    assert summary["rows"] == 7
    assert sum(endpoint.asked.values()) == 10
    assert len(pd.read_parquet(tmp_path / "predictions.parquet")) == 7


def test_an_answer_cut_by_the_limit_is_marked(records, tmp_path):
    with Endpoint(owner="vllm") as endpoint:
        first = prompts_of(records, 1)[0]
        endpoint.cuts.add(first.messages[-1]["content"][-1]["text"])
        predict("tiny", records, str(tmp_path), settings(endpoint))
    frame = pd.read_parquet(tmp_path / "predictions.parquet").set_index("id")
    assert frame["truncated"].tolist() == [True] + [False] * 6
    assert frame["tokens"].tolist() == [3] * 7  # the end token is not part of an answer


def test_a_killed_job_goes_on_with_the_records_that_are_left(records, tmp_path):
    options = {"batch_size": 1, "part_size": 2}
    with Endpoint(trouble=dict.fromkeys(range(4, 10), 400)) as endpoint:
        asked = settings(endpoint, **options)
        with pytest.raises(Exception, match="not now"):
            predict("tiny", records, str(tmp_path), asked)
        assert not (tmp_path / "predictions.parquet").exists()
        endpoint.trouble = {}
        summary = predict("tiny", records, str(tmp_path), asked)
    assert summary["answered_now"] == 3  # two parts of two stood already
    assert len(pd.read_parquet(tmp_path / "predictions.parquet")) == 7
    # What was refused is asked again, and with it what was on its way; what was answered is not.
    assert sorted(endpoint.asked.values())[:4] == [1, 1, 1, 1]
    assert sum(endpoint.asked.values()) in (8, 9)


def test_progress_reaches_the_parent_of_a_job(records, tmp_path, monkeypatch):
    monkeypatch.setenv(PROGRESS, str(tmp_path / "progress.json"))
    with Endpoint() as endpoint:
        predict("tiny", records, str(tmp_path), settings(endpoint, batch_size=4, part_size=4))
    told = (tmp_path / "progress.json").read_text()
    assert "7" in told


def test_a_vllm_server_is_told_what_other_engines_do_by_themselves(records):
    with Endpoint(owner="vllm") as endpoint:
        asked = settings(endpoint, temperature=1.0, num_samples=3, top_k=20)
        [answers] = OpenAIEngine("tiny", DecodingOptions(**asked)).generate(
            prompts_of(records, 1), 1
        )
    [body] = endpoint.bodies
    assert body["logit_bias"] == {str(token): -100 for token in VISION_IDS.values()}
    assert (body["top_k"], body["repetition_penalty"], body["n"]) == (20, 1.0, 3)
    assert [answer.tokens for answer in answers] == [3, 3, 3]


def test_another_endpoint_gets_nothing_that_the_api_does_not_know(records, caplog):
    for lists in (True, False):
        with Endpoint(lists_models=lists) as endpoint:
            engine = OpenAIEngine("tiny", DecodingOptions(**settings(endpoint, top_k=20)))
            [[answer]] = engine.generate(prompts_of(records, 1), 1)
        [body] = endpoint.bodies
        assert not {"top_k", "logit_bias", "return_token_ids"} & set(body)
        assert answer.tokens == 4
    assert caplog.text.count("top_k 20 is not part of the OpenAI API") == 2


def test_every_prompt_has_a_seed_of_its_own(records):
    with Endpoint() as endpoint:
        engine = OpenAIEngine("tiny", DecodingOptions(**settings(endpoint, temperature=1.0)))
        engine.generate(prompts_of(records), 1)
        engine.generate(prompts_of(records), 1)
    seeds = Counter(body["seed"] for body in endpoint.bodies)
    assert sorted(seeds.values()) == [2] * 7


def test_nothing_listening_is_said_with_the_address(records):
    with Endpoint() as endpoint:
        options = DecodingOptions(**settings(endpoint))
    with pytest.raises(ConnectionError, match=r"nothing answers at http://127.0.0.1:\d+/v1"):
        OpenAIEngine("tiny", options, retries=0)
