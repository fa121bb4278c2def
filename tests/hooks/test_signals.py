"""Signals to a run whose terminal is not there any more."""

import os
import signal
import subprocess
import sys
import threading
import time

from . import toy


def until(condition, process):
    while not condition():
        assert process.poll() is None
        time.sleep(0.05)


def waiting(root):
    """The run has a job that waits and nothing else left to do, and has told MLflow so."""

    def condition():
        if not (root / "work/outcome.started").exists():
            return False
        status = {run["name"]: run["status"] for run in toy.runs(root)}
        return all(status.get(name) == "FINISHED" for name in OTHERS)

    return condition


OTHERS = ("base", "step_grpo")
COMMAND = [sys.executable, "-m", "kedro", "run", "--pipelines=ablation"]


def test_a_closed_terminal_does_not_stop_a_run_under_nohup(tmp_path):
    root = toy.make(tmp_path / "project", {"outcome": "wait"})
    with (tmp_path / "output").open("w+") as output:
        process = subprocess.Popen(
            COMMAND, cwd=root, env=toy.environment(), stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, preexec_fn=ignore_hangup,
        )  # fmt: skip
        until(waiting(root), process)
        process.send_signal(signal.SIGHUP)
        (root / "work/outcome.go").touch()
        assert process.wait(timeout=120) == 0
    assert "SIGHUP" not in (tmp_path / "output").read_text()
    assert {run["status"] for run in toy.runs(root)} == {"FINISHED"}


def ignore_hangup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def test_ctrl_c_that_also_ends_the_reader_of_the_output_is_a_stop_and_no_failure(tmp_path):
    """``kedro run | tee log``: Ctrl-C goes to both."""
    root = toy.make(tmp_path / "project", {"outcome": "wait"})
    reader, writer = os.pipe()
    process = subprocess.Popen(
        COMMAND, cwd=root, env=toy.environment(), stdout=writer, stderr=writer,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    os.close(writer)
    tee = threading.Thread(target=read_until, args=(reader, waiting(root), process))
    tee.start()
    tee.join(timeout=120)
    os.close(reader)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) != 0
    status = {run["name"]: run["status"] for run in toy.runs(root)}
    assert status == {
        "ablation": "KILLED", "outcome": "KILLED", "base": "FINISHED", "step_grpo": "FINISHED",
    }  # fmt: skip


def read_until(reader, condition, process):
    os.set_blocking(reader, False)
    while not condition():
        assert process.poll() is None
        try:
            os.read(reader, 65536)
        except BlockingIOError:
            time.sleep(0.05)
