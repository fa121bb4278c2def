"""Signals to a run whose terminal is not there any more."""

import os
import signal
import threading
import time

from . import toy

OTHERS = ("base", "step_grpo")


def until(condition, run):
    while not condition():
        assert run.poll() is None, run.output()
        time.sleep(0.05)


def waiting(root):
    """The run has a job that waits and nothing else left to do, and has told MLflow so."""

    def condition():
        if not (root / "work/outcome.started").exists():
            return False
        status = {run["name"]: run["status"] for run in toy.runs(root)}
        return all(status.get(name) == "FINISHED" for name in OTHERS)

    return condition


def test_a_closed_terminal_does_not_stop_a_run_under_nohup(tmp_path):
    root = toy.make(tmp_path / "project", {"outcome": "wait"})
    run = toy.start(root, signals={signal.SIGHUP: signal.SIG_IGN})
    until(waiting(root), run)
    os.kill(run.pid, signal.SIGHUP)
    (root / "work/outcome.go").touch()
    code, output = run.end(timeout=120)
    assert code == 0, output
    assert "SIGHUP" not in output
    assert {run["status"] for run in toy.runs(root)} == {"FINISHED"}


def test_ctrl_c_that_also_ends_the_reader_of_the_output_is_a_stop_and_no_failure(tmp_path):
    """``kedro run | tee log``: Ctrl-C goes to both."""
    root = toy.make(tmp_path / "project", {"outcome": "wait"})
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run = toy.start(root, output=pipe, signals={signal.SIGINT: signal.default_int_handler})
    tee = threading.Thread(target=read_until, args=(reader, waiting(root), run))
    tee.start()
    tee.join(timeout=120)
    os.close(reader)
    os.kill(run.pid, signal.SIGINT)
    deadline = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run.poll() not in (None, 0)
    status = {run["name"]: run["status"] for run in toy.runs(root)}
    assert status == {
        "ablation": "KILLED", "outcome": "KILLED", "base": "FINISHED", "step_grpo": "FINISHED",
    }  # fmt: skip


def read_until(reader, condition, run):
    while not condition():
        assert run.poll() is None
        try:
            os.read(reader, 65536)
        except BlockingIOError:
            time.sleep(0.05)
