"""An endpoint's address, proxy and refusal as the environment and servers give them."""

import pytest
from pydantic import ValidationError

from r1vl_kedro.endpoint.connection import Connection, EndpointError
from r1vl_kedro.generation.openai_engine import OpenAIEngine
from r1vl_kedro.generation.options import DecodingOptions


def connect(base_url=None):
    return Connection(base_url=base_url, timeout_s=1, connections=1)


ODD = ["h:8000/v1", "notaurl", "http://", "http://h:99999/v1", "http://[::1/v1", "http://a b"]


@pytest.mark.parametrize("url", ODD)
def test_what_is_no_address_is_named_wherever_it_is_given(url, monkeypatch):
    with pytest.raises(EndpointError, match=r"base_url is .*; give an address such as"):
        connect(url)
    with pytest.raises(ValidationError, match="give an address such as"):
        DecodingOptions(engine="openai", base_url=url)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(EndpointError, match=r"OPENAI_BASE_URL is .*; give an address such as"):
        connect()


def test_the_environments_address_is_taken_and_holds_no_password(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1\n")
    assert connect().address == "http://127.0.0.1:1/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    assert connect().address == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:hunter22@h/v1")
    with pytest.raises(EndpointError, match="OPENAI_BASE_URL http://h/v1 came with a") as error:
        connect()
    assert "hunter22" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTP_PROXY", "foo://x"), ("HTTP_PROXY", "http://[::1"), ("SSL_CERT_FILE", "/nope")],
)
def test_a_proxy_or_a_certificate_that_cannot_be_used_is_named(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(EndpointError, match=r"HTTP_PROXY.* of the environment cannot be used"):
        connect("http://127.0.0.1:1/v1")


@pytest.mark.parametrize("reply", [{}, [], {"tokens": None}, ValueError("status 400")])
def test_a_server_that_does_not_count_tokens_is_named(reply, monkeypatch):
    def post(self, path, body, headers=None):
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setattr(Connection, "get", lambda self, path: {"data": [{"owned_by": "vllm"}]})
    monkeypatch.setattr(Connection, "post", post)
    options = DecodingOptions(engine="openai", base_url="http://127.0.0.1:1/v1", model_name="m")
    with pytest.raises(EndpointError, match=r"/tokenize gives no tokens of <\|"):
        OpenAIEngine("m", options)


@pytest.mark.parametrize("models", [None, [], {"data": 5}, {"data": "x"}, {"data": [1]}])
def test_an_odd_list_of_models_is_that_of_no_vllm(models, monkeypatch):
    posted = []
    monkeypatch.setattr(Connection, "get", lambda self, path: models)
    monkeypatch.setattr(
        Connection, "post", lambda self, path, body, headers=None: posted.append(path)
    )
    OpenAIEngine("m", DecodingOptions(engine="openai", base_url="http://127.0.0.1:1/v1")).close()
    assert posted == []  # vLLM alone is asked for the placeholders' tokens
