"""The chat client against a real server that drops, stalls, refuses and answers nonsense."""

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from chat_server import ChatServer

from r1vl_kedro.datasets import ChatEndpointDataset
from r1vl_kedro.endpoint import BudgetReached, ChatClient, ChatOptions, ChatRequest, EndpointError
from r1vl_kedro.endpoint.cache import AnswerCache

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
TROUBLE = {
    "429": 0.1,
    "500": 0.1,
    "drop": 0.1,
    "drop_after": 0.1,
    "malformed": 0.1,
    "garbage": 0.05,
}


def answer(body):
    return json.dumps({"n": int(body["messages"][-1]["content"].split()[-1])})


def requests(n, schema=SCHEMA):
    return [
        ChatRequest(f"r{i}", [{"role": "user", "content": f"number {i}"}], schema) for i in range(n)
    ]


def client(server, tmp_path, **options):
    options = {"backoff_s": 0.01, "retries": 20, "concurrency": 4, **options}
    return ChatClient(
        model="m", cache=tmp_path / "answers.sqlite", base_url=server.url,
        api_key="sk-secret", options=ChatOptions(**options),
    )  # fmt: skip


def test_every_record_is_answered_once_through_all_kinds_of_trouble(tmp_path):
    with ChatServer(answer, TROUBLE) as server:
        made = client(server, tmp_path)
        answers = list(made.answers(requests(120)))
        assert [(a.key, a.value, a.error) for a in answers] == [
            (f"r{i}", {"n": i}, "") for i in range(120)
        ]
        assert all(server.seen[kind] for kind in TROUBLE)
        usable = Counter(t for t in server.paid.values() if t != "{not json")
        assert usable == {json.dumps({"n": i}): 1 for i in range(120)}
        asked = sum(server.asked.values())
        again = list(client(server, tmp_path).answers(requests(120)))
        assert all(a.cached for a in again)
        assert sum(server.asked.values()) == asked


@pytest.mark.parametrize(
    ("catalog", "environment"), [({}, "sk-secret"), ({"api_key": "sk-secret"}, "sk-another")]
)
def test_the_key_is_the_environments_unless_an_endpoint_has_its_own(
    tmp_path, monkeypatch, catalog, environment
):
    monkeypatch.setenv("OPENAI_API_KEY", environment)
    with ChatServer(answer) as server:
        endpoint = ChatEndpointDataset(
            model="m", cache=str(tmp_path / "a.sqlite"), base_url=server.url, credentials=catalog
        ).load()
        [found] = endpoint.answers(requests(1))
    assert (found.value, found.error) == ({"n": 0}, "")


def test_concurrency_is_bounded(tmp_path):
    with ChatServer(answer, delay=0.02) as server:
        list(client(server, tmp_path, concurrency=3).answers(requests(30)))
        assert 2 <= server.most_at_once <= 3


CHILD = """
    import os, signal, sys
    from r1vl_kedro.endpoint import ChatClient, ChatOptions
    from test_chat_client import requests
    client = ChatClient(
        model="m", cache=sys.argv[2], base_url=sys.argv[1], api_key="sk-secret",
        options=ChatOptions(backoff_s=0.01, retries=20, concurrency=4),
    )
    for number, _ in enumerate(client.answers(requests(80)), start=1):
        if number == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_client_killed_midway_loses_nothing_and_pays_for_nothing_twice(tmp_path):
    cache = tmp_path / "answers.sqlite"
    path = os.pathsep.join(
        [*map(str, Path(__file__).parents[:2]), os.environ.get("PYTHONPATH", "")]
    )
    with ChatServer(answer, {"drop": 0.05, "429": 0.05}, delay=0.03) as server:
        for number in (15, 30):
            child = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(CHILD), server.url, str(cache), str(number)],
                env={**os.environ, "PYTHONPATH": path}, check=False,
            )  # fmt: skip
            assert child.returncode == -signal.SIGKILL
        time.sleep(0.2)
        kept = {
            r.key for r in requests(80) if (c := client(server, tmp_path)).cache.get(c.key_of(r))
        }
        assert 30 <= len(kept) < 80
        before = Counter(server.asked)
        answers = list(client(server, tmp_path).answers(requests(80)))
        assert [a.value["n"] for a in answers] == list(range(80))
        asked_again = {f"r{k.split()[-1]}" for k in server.asked if server.asked[k] > before[k]}
        assert not asked_again & kept
        assert Counter(server.paid.values()) == {json.dumps({"n": i}): 1 for i in range(80)}


def test_a_server_that_goes_away_and_comes_back_loses_no_record(tmp_path):
    first = ChatServer(answer, delay=0.05)
    done = []

    def ask(made):
        done.extend(made.answers(requests(60)))

    with first:
        made = client(first, tmp_path, retries=60, max_backoff_s=0.1)
        worker = threading.Thread(target=ask, args=(made,))
        worker.start()
        while len(first.served) < 10:
            assert worker.is_alive()
            time.sleep(0.01)
    time.sleep(0.3)
    with ChatServer(answer, port=first.port) as second:
        worker.join(timeout=60)
        assert [a.value["n"] for a in done] == list(range(60))
        assert sum(second.served.values()) > 0


def test_threads_open_one_cache(tmp_path, monkeypatch):
    opened = []

    class Slow(AnswerCache):
        def __init__(self, path):
            opened.append(path)
            time.sleep(0.05)
            super().__init__(path)

    monkeypatch.setattr("r1vl_kedro.endpoint.client.AnswerCache", Slow)
    with ChatServer(answer) as server:
        made = client(server, tmp_path)
        assert [a.value["n"] for a in made.answers(requests(20))] == list(range(20))
    assert len(opened) == 1


def test_a_budget_in_dollars_stops_cleanly_and_the_next_run_goes_on(tmp_path):
    prices = {"usd_per_million_input": 1000.0, "usd_per_million_output": 1000.0, "max_tokens": 10}
    with ChatServer(answer) as server:
        with pytest.raises(BudgetReached, match=r"budget of 2 USD.*records done.*raise the budget"):
            list(client(server, tmp_path, max_usd=2.0, **prices).answers(requests(60)))
        spent = client(server, tmp_path).cache.spent()
        assert 1.0 < spent <= 2.0
        answers = list(client(server, tmp_path, max_usd=100.0, **prices).answers(requests(60)))
        assert len(answers) == 60
        assert len(server.paid) == 60


def test_a_budget_in_calls_stops_too(tmp_path):
    with ChatServer(answer) as server:
        with pytest.raises(BudgetReached, match="budget of 7 calls"):
            list(client(server, tmp_path, max_calls=7).answers(requests(60)))
        assert sum(server.asked.values()) == 7


def test_a_dry_run_counts_without_asking(tmp_path):
    with ChatServer(answer) as server:
        made = client(server, tmp_path, usd_per_million_output=10.0, max_tokens=100)
        list(made.answers(requests(5)))
        asked = sum(server.asked.values())
        cost = made.estimate(requests(20))
        assert (cost.requests, cost.cached, cost.calls) == (20, 5, 15)
        assert cost.output_tokens == 1500
        assert cost.usd == pytest.approx(0.015)
        assert 15 * 10 < cost.input_tokens < 15 * 100
        assert sum(server.asked.values()) == asked


def test_a_record_that_never_works_is_named_and_asked_again_next_time(tmp_path):
    def stubborn(body):
        return "no json" if body["messages"][-1]["content"] == "number 1" else answer(body)

    with ChatServer(stubborn) as server:
        answers = list(client(server, tmp_path, retries=2).answers(requests(3)))
        assert [bool(a.error) for a in answers] == [False, True, False]
        assert "not as asked for" in answers[1].error
        assert server.asked["number 1"] == 3
        server.answer = answer
        server.paid.clear()
        assert [a.value["n"] for a in client(server, tmp_path).answers(requests(3))] == [0, 1, 2]
        assert server.asked["number 0"] == 1


def test_a_wrong_key_stops_the_run_and_is_shown_nowhere(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with ChatServer(answer, key="sk-other") as server:
        made = client(server, tmp_path)
        with pytest.raises(EndpointError, match="refuses model 'm'") as error:
            list(made.answers(requests(3)))
    shown = str(error.value) + repr(made) + caplog.text
    assert "sk-secret" not in shown
    assert b"sk-secret" not in (tmp_path / "answers.sqlite").read_bytes()


def test_nothing_listening_ends_the_run_instead_of_trying_every_record(tmp_path):
    with ChatServer(answer) as server:
        pass
    made = client(server, tmp_path, retries=1)
    with pytest.raises(EndpointError, match=r"answered none of the last \d+ records"):
        list(made.answers(requests(10_000)))


def test_a_changed_prompt_or_model_is_asked_anew(tmp_path):
    with ChatServer(answer) as server:
        made = client(server, tmp_path)
        one, two = requests(2)
        assert made.key_of(one) != made.key_of(two)
        other = ChatClient(model="m2", cache=tmp_path / "x.sqlite", options=made.options)
        assert made.key_of(one) != other.key_of(one)


def test_a_cache_that_another_process_is_just_making_is_waited_for(tmp_path):
    """SQLite itself gives up at once here: the file is being written and has no log yet."""
    other = sqlite3.connect(tmp_path / "answers.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE answers (key TEXT PRIMARY KEY, record, model, text, at)")
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO answers VALUES ('k', 'r', 'm', 'from the other', 0)")
    done = threading.Timer(0.3, other.execute, ("COMMIT",))
    done.start()
    cache = AnswerCache(tmp_path / "answers.db")
    assert cache.get("k") == "from the other"
    done.join()
    other.close()
    cache.close()


def test_a_cache_that_is_no_database_is_named(tmp_path):
    (tmp_path / "answers.db").mkdir()
    with pytest.raises(sqlite3.OperationalError, match=r"answer cache .*answers\.db"):
        AnswerCache(tmp_path / "answers.db")
