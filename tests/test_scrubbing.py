"""Secrets are not shown and not stored; what is no secret stays as it is."""

import io
import logging
import subprocess
import sys
import threading
import warnings

import pytest
from rich.console import Console
from rich.logging import RichHandler

from r1vl_kedro import scrubbing
from r1vl_kedro.scrubbing import SecretError, has_user_info, read_key, scrub


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


def test_a_key_is_stripped_and_remembered():
    assert read_key(" a-key-of-mine\n", "OPENAI_API_KEY") == "a-key-of-mine"
    assert scrub("refused: a-key-of-mine") == "refused: ***"
    assert read_key(" \n", "OPENAI_API_KEY") is None and read_key(None, "x") is None


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "tab\tbed"])
def test_a_key_that_no_header_takes_is_refused_unseen(key):
    with pytest.raises(SecretError, match="OPENAI_API_KEY holds a space") as error:
        read_key(key, "OPENAI_API_KEY")
    assert key not in str(error.value)


def test_a_name_or_password_in_an_address_is_seen():
    assert has_user_info("http://me@host") and not has_user_info("http://host/@me")


@pytest.fixture
def hooks():
    """Whatever Python prints with, put back after the test."""
    kept = sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.formatwarning
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.formatwarning = kept


def test_logs_and_their_tracebacks_are_scrubbed(monkeypatch, caplog, hooks):
    make = logging.getLogRecordFactory()
    try:
        scrubbing.scrub_output()
        scrubbing.scrub_output()
        try:
            raise ValueError("no answer from http://me:pw@host")
        except ValueError:
            logging.getLogger("x").exception("asked %s", "http://me:pw@host")
    finally:
        logging.setLogRecordFactory(make)
    assert "pw@" not in caplog.text and "asked http://host" in caplog.text
    assert "no answer from http://host" in caplog.text


def test_a_traceback_drawn_by_rich_is_scrubbed(hooks):
    make, drawn = logging.getLogRecordFactory(), io.StringIO()
    logger = logging.getLogger("drawn")
    handler = RichHandler(console=Console(file=drawn, width=300), rich_tracebacks=True)
    logger.addHandler(handler)
    try:
        scrubbing.scrub_output()
        try:
            raise ValueError("no answer from http://me:hunter2@host")
        except ValueError:
            logger.exception("failed")
    finally:
        logging.setLogRecordFactory(make)
        logger.removeHandler(handler)
    assert "no answer from http://host" in drawn.getvalue() and "hunter2" not in drawn.getvalue()


UNCAUGHT = """
import threading, warnings
from r1vl_kedro.scrubbing import scrub_output
scrub_output()
class Odd:
    def __del__(self):
        raise ValueError("finalizer http://me:hunter2@host")
def fail(word):
    raise ValueError(word + " http://me:hunter2@host")
warnings.warn("warning http://me:hunter2@host")
del (odd := [Odd()])[0]
thread = threading.Thread(target=fail, args=["thread"])
thread.start()
thread.join()
try:
    fail("first")
except ValueError as error:
    raise KeyError("then my-password-1") from error
"""


def test_what_python_itself_prints_is_scrubbed(monkeypatch):
    """Tracebacks of errors that nothing caught, in threads and finalizers too, and warnings."""
    monkeypatch.setenv("DATABASE_PASSWORD", "my-password-1")
    done = subprocess.run([sys.executable, "-c", UNCAUGHT], capture_output=True, text=True)
    assert done.returncode == 1
    for what in ("warning", "finalizer", "thread", "first"):
        assert f"{what} http://host" in done.stderr
    assert "KeyError: 'then ***'" in done.stderr and "Traceback" in done.stderr
    assert "hunter2" not in done.stderr and "my-password-1" not in done.stderr
