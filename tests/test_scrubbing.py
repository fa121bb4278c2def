"""Secrets are not shown and not stored; what is no secret stays as it is."""

import logging

import pytest

from r1vl_kedro import scrubbing
from r1vl_kedro.scrubbing import SecretError, has_user_info, read_key, scrub, scrubbed


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgresql://me:hunter2@db:5432/runs", "postgresql://db:5432/runs"),
        ("at 'https://token@host/v1'", "at 'https://host/v1'"),
        ("http://h/v1?api_key=abcdef&n=1", "http://h/v1?api_key=***&n=1"),
        ("b'Bearer abcdefghijkl'", "b'Bearer ***'"),
        ("Incorrect key provided: sk-proj-0123456789abcdef", "Incorrect key provided: ***"),
        ("http://127.0.0.1:8000/v1 and me@example.org", None),
        ("sqlite:////data/mlflow.db", None),
    ],
)
def test_secrets_are_masked_wherever_they_stand(text, clean):
    assert scrub(text) == (text if clean is None else clean)


def test_the_values_of_key_variables_are_masked(monkeypatch):
    monkeypatch.setenv("MY_SERVICE_TOKEN", "correct horse\n")
    monkeypatch.setenv("MY_SERVICE_PLACE", "in the open")
    assert scrub("correct horse in the open") == "*** in the open"


def test_a_key_is_stripped_and_remembered(monkeypatch):
    monkeypatch.setattr(scrubbing, "_known", set())
    assert read_key(" a-key-of-mine\n", "OPENAI_API_KEY") == "a-key-of-mine"
    assert scrub("refused: a-key-of-mine") == "refused: ***"
    assert read_key(" \n", "OPENAI_API_KEY") is None and read_key(None, "x") is None


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "tab\tbed"])
def test_a_key_that_no_header_takes_is_refused_unseen(key):
    with pytest.raises(SecretError, match="OPENAI_API_KEY holds a space") as error:
        read_key(key, "OPENAI_API_KEY")
    assert key not in str(error.value)


def test_a_configuration_is_scrubbed_as_a_whole():
    value = {"tracking": {"uri": "http://me:pw@host"}, "list": ["https://t@h/", 3, None]}
    assert scrubbed(value) == {"tracking": {"uri": "http://host"}, "list": ["https://h/", 3, None]}
    assert has_user_info("http://me@host") and not has_user_info("http://host/@me")


def test_logs_and_their_tracebacks_are_scrubbed(monkeypatch, caplog):
    make = logging.getLogRecordFactory()
    try:
        scrubbing.scrub_logs()
        scrubbing.scrub_logs()
        try:
            raise ValueError("no answer from http://me:pw@host")
        except ValueError:
            logging.getLogger("x").exception("asked %s", "http://me:pw@host")
    finally:
        logging.setLogRecordFactory(make)
    assert "pw@" not in caplog.text and "asked http://host" in caplog.text
    assert "no answer from http://host" in caplog.text
