"""The annotation client against vLLM's own server: structured answers of a real endpoint."""

import json
from pathlib import Path

import pytest
import yaml

pytest.importorskip("vllm", reason="needs vLLM: make test-vllm")
pytestmark = [pytest.mark.vllm, pytest.mark.timeout(900)]

PROMPTS = Path(__file__).parents[2] / "conf/base/prompts/annotation.yml"


def client_of(server, cache, **options):
    from r1vl_kedro.endpoint import ChatClient, ChatOptions

    return ChatClient(
        model="tiny", base_url=server.url, cache=cache, options=ChatOptions(**options)
    )


def test_an_answer_has_the_form_that_was_asked_for_and_is_kept(server, tmp_path):
    from r1vl_kedro.endpoint import ChatRequest

    colours = ["red", "green", "blue"]
    schema = {
        "type": "object",
        "properties": {"colour": {"type": "string", "enum": colours}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    requests = [
        ChatRequest(f"q{k}", [{"role": "user", "content": f"Which colour? {k}"}], schema)
        for k in range(8)
    ]
    client = client_of(server, tmp_path / "a.sqlite", concurrency=4, max_tokens=32, retries=0)
    answers = list(client.answers(requests))
    assert [answer.key for answer in answers] == [f"q{k}" for k in range(8)]
    assert [answer.error for answer in answers] == [""] * 8
    assert all(answer.value["colour"] in colours for answer in answers), answers
    assert not any(answer.cached for answer in answers)
    again = list(client_of(server, tmp_path / "a.sqlite", max_tokens=32).answers(requests))
    assert [answer.value for answer in again] == [answer.value for answer in answers]
    assert all(answer.cached for answer in again)


def test_the_three_stages_go_through_the_server(server, tmp_path, monkeypatch):
    from datasets import Dataset

    from r1vl_kedro.annotation import stages
    from r1vl_kedro.annotation.options import AnnotationOptions
    from r1vl_kedro.endpoint.connection import Connection
    from r1vl_kedro.world.corpus import split_rows

    prompts = yaml.safe_load(PROMPTS.read_text(encoding="utf-8"))
    records = Dataset.from_list(list(split_rows("validation", 3, 0)))
    options = AnnotationOptions(annotator="openai")
    client = client_of(server, tmp_path / "a.sqlite", max_tokens=200, retries=0)
    asked = []
    post = Connection.post

    def listen(self, path, body, *more):
        reply = post(self, path, body, *more)
        schema = body["response_format"]["json_schema"]["schema"]
        [choice] = reply["choices"]
        asked.append((schema["required"], json.loads(choice["message"]["content"])))
        return reply

    monkeypatch.setattr(Connection, "post", listen)
    steps = stages.extract_all(records, options, client, prompts)
    keys = stages.refine_all(records, steps, options, client, prompts)
    groups = stages.augment_all(records, keys, options, client, prompts)
    # A model of a million parameters says little of use: what fails a check falls back to rules.
    assert set(steps) == set(keys) == set(groups) == set(records["id"])
    assert len(asked) == 9
    assert all(list(value) == required for required, value in asked)


def test_a_model_that_is_not_served_is_named(server, tmp_path):
    from r1vl_kedro.endpoint import ChatClient, ChatRequest, EndpointError

    client = ChatClient(model="other", base_url=server.url, cache=tmp_path / "a.sqlite")
    with pytest.raises(EndpointError, match="refuses model 'other'"):
        list(client.answers([ChatRequest("a", [{"role": "user", "content": "x"}])]))
