"""Which rank failed, which one is waited for, and how soon all are gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from launching import RANKS, job

from r1vl_kedro.launcher import JobError, ending, reports


def await_pid(file: Path) -> int:
    while not file.exists():
        time.sleep(0.02)
    return int(file.read_text())


def test_ranks_of_one_machine_are_heard_there_alone(tmp_path):
    assert job("addresses", tmp_path, RANKS) == ["127.0.0.1"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_rank_is_named_and_not_the_one_whose_connection_broke(tmp_path, number):
    said = rf"signalled_rank: rank 1 was killed by signal {number:d} \({number.name}\)"
    with pytest.raises(JobError, match=said) as caught:
        job("signalled_rank", tmp_path, RANKS, place=str(tmp_path), number=int(number))
    assert "Connection closed" not in str(caught.value)


def test_a_stopped_rank_is_named_once_and_may_go_on(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(reports, "STOPPED_SECONDS", 0.5)
    named = threading.Event()

    def go_on():
        pid = await_pid(tmp_path / "pid1")
        named.wait(60)
        os.kill(pid, signal.SIGCONT)

    class Named(reports.logging.Handler):
        def emit(self, record):
            named.set()

    handler, helper = Named(), threading.Thread(target=go_on)
    reports.log.addHandler(handler)
    helper.start()
    try:
        kwargs = {"place": str(tmp_path), "number": int(signal.SIGSTOP)}
        assert job("signalled_rank", tmp_path, RANKS, **kwargs) == "went on"
    finally:
        reports.log.removeHandler(handler)
        helper.join()
    pid = int((tmp_path / "pid1").read_text())
    said = [r.getMessage() for r in caplog.records if "waits for rank" in r.getMessage()]
    assert said == [
        f"signalled_rank waits for rank 1 (process {pid}), which a signal has stopped for 0 s; "
        f"`kill -CONT {pid}` lets it go on"
    ]


def test_a_stopped_rank_does_not_outlive_a_killed_run(tmp_path):
    """The other rank hangs in a collective, where a handler of Python's is never called."""
    script = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent)]!r}\n"
        "from launching import RANKS, job\n"
        f"job('signalled_rank', {str(tmp_path)!r}, RANKS, place={str(tmp_path)!r}, "
        f"number={int(signal.SIGSTOP)})\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script])
    pids = [await_pid(tmp_path / f"pid{rank}") for rank in (0, 1)]
    launcher = psutil.Process(pids[0]).ppid()
    run.kill()
    while any(ending.alive(pid) for pid in (*pids, launcher)):  # pytest's time-out is the limit
        time.sleep(0.05)
    assert run.wait() == -signal.SIGKILL
    assert not any(ending.alive(pid) for pid in (*pids, launcher))
