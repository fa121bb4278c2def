"""Jobs: results come back, failures tell why, and nothing is left running."""

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from launching import BOTH, job
from pydantic import ValidationError

from r1vl_kedro.launcher import (
    JobError,
    LauncherOptions,
    ending,
    processes,
    stop_all,
)
from r1vl_kedro.run_context import RUN, RunContext


@BOTH
def test_result_comes_back_from_another_process(tmp_path, options):
    result = job("echo", tmp_path, options, text="ü", number=3)
    assert result["text"] == "ü" and result["number"] == 3
    assert result["pid"] != os.getpid()
    assert result["threads"] == "1"


@BOTH
def test_output_and_progress_are_kept(tmp_path, options):
    job("echo", tmp_path, options)
    log = (tmp_path / "echo" / "rank0.log").read_text()
    assert "on stdout" in log and "on stderr" in log
    assert '"done": 1' in (tmp_path / "echo" / "progress.json").read_text()


@BOTH
def test_a_warning_of_the_job_reaches_the_runs_own_log_once(tmp_path, options, caplog):
    job("echo", tmp_path, options)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said == ["echo: two lines\nof warning"]


def test_in_process_runs_here_with_the_threads_of_a_job(tmp_path, monkeypatch):
    import torch

    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
    before = torch.get_num_threads()
    options = LauncherOptions(in_process=True, threads_per_process=before + 1)
    found = job("torch_threads", tmp_path, options)
    assert (found["pid"], found["threads"]) == (os.getpid(), before + 1)
    assert torch.get_num_threads() == before


@BOTH
def test_a_job_waits_for_the_one_that_a_killed_run_left(tmp_path, options, caplog):
    caplog.set_level("INFO")
    orphan = ending.hold(tmp_path / "echo.lock")

    class EndOrphan(logging.Handler):
        def emit(self, record):
            orphan.close()  # once the job is seen to wait for it

    waits = EndOrphan()
    ending.log.addHandler(waits)
    try:
        job("echo", tmp_path, options)
    finally:
        ending.log.removeHandler(waits)
    assert "waiting for the job echo of a run that is gone" in caplog.text
    # The job itself was marked while it ran.
    ending.await_end(tmp_path / "echo.lock", seconds=0)


def test_a_job_of_an_earlier_run_that_does_not_end_is_named(tmp_path):
    said = r"still at work on echo and holds .*echo\.lock"
    with ending.hold(tmp_path / "echo.lock"), pytest.raises(TimeoutError, match=said):
        ending.await_end(tmp_path / "echo.lock", seconds=0)


@BOTH
def test_mlflow_run_is_handed_over(tmp_path, options):
    token = RUN.set(RunContext(tracking_uri="sqlite:///x.db", run_id="abc"))
    try:
        assert job("echo", tmp_path, options)["run"] == "abc"
    finally:
        RUN.reset(token)


@BOTH
def test_failure_carries_the_jobs_traceback(tmp_path, options):
    with pytest.raises(JobError, match="no such thing") as caught:
        job("fail", tmp_path, options, message="no such thing")
    assert "in fail" in str(caught.value) and "ValueError" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@BOTH
def test_no_file_of_a_job_and_no_message_holds_a_key(tmp_path, options, monkeypatch, caplog):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-of-mine-0123\n")
    with pytest.raises(JobError, match="401: '\\*\\*\\*") as caught:
        job("show_key", tmp_path, options)
    texts = {path.name: path.read_text() for path in (tmp_path / "show_key").iterdir()}
    assert "asked with ***" in texts["rank0.log"] and "401: '***" in texts["rank0.log"]
    said = [str(caught.value), caplog.text, *texts.values()]
    assert not any("a-key-of-mine-0123" in text for text in said)


@BOTH
def test_a_plain_error_needs_no_traceback(tmp_path, options):
    with pytest.raises(JobError) as caught:
        job("refuse", tmp_path, options, message="the limit is 10")
    assert str(caught.value) == f"refuse: the limit is 10\nlogs: {tmp_path / 'refuse'}"
    assert "Traceback" in (tmp_path / "refuse" / "rank0.log").read_text()


@BOTH
def test_killed_job_says_by_which_signal(tmp_path, options):
    with pytest.raises(JobError, match=r"signal 9 .SIGKILL.*memory"):
        job("die", tmp_path, options)


@BOTH
def test_stop_lets_the_job_save_its_state(tmp_path, options):
    started, stopped = tmp_path / "started", tmp_path / "stopped"
    with ThreadPoolExecutor() as pool:
        future = pool.submit(
            job, "wait", tmp_path, options, started=str(started), stopped=str(stopped)
        )
        while not started.exists() and not future.done():
            time.sleep(0.05)
        stop_all()
        with pytest.raises(KeyboardInterrupt):
            future.result()
    assert stopped.read_text() == "saved"


def test_nothing_is_started_after_a_stop(tmp_path):
    stop_all()
    with pytest.raises(KeyboardInterrupt, match="had not begun"):
        job("echo", tmp_path)


def test_a_stop_ends_the_wait_for_a_job_of_a_killed_run(tmp_path):
    stop_all()
    with (
        ending.hold(tmp_path / "echo.lock"),
        pytest.raises(KeyboardInterrupt, match="waiting for echo"),
    ):
        ending.await_end(tmp_path / "echo.lock")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cluster": "ray://head"}, "'ray://head' is no cluster: give auto, local, or"),
        (
            {"cluster": "auto", "in_process": True},
            "in_process is for the calling process alone, not for cluster auto",
        ),
        (
            {"num_processes": 2, "in_process": True},
            "in_process is for .* alone, not for 2 processes",
        ),
        ({"num_proceses": 2}, "num_proceses"),
    ],
)
def test_wrong_options_are_named(options, said):
    with pytest.raises(ValidationError, match=said):
        LauncherOptions(**options)


@pytest.mark.parametrize("here", [{"in_process": True}, {}, {"num_processes": 4}])
def test_a_job_on_gpus_is_refused_where_there_are_none(tmp_path, monkeypatch, here):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    said = r"echo: launcher asks for \d GPUs .* has no GPU .*launcher.device=cpu"
    with pytest.raises(JobError, match=said):
        job("echo", tmp_path, LauncherOptions(device="cuda", **here))
    assert not (tmp_path / "echo").exists()


def test_a_job_that_ranks_cannot_share_is_one_process():
    options = LauncherOptions(num_processes=8, cluster="auto").in_one_process()
    assert (options.num_processes, options.cluster) == (1, "auto")


def test_a_hosts_ranks_start_through_torchs_launcher():
    call = processes.Call("job.json", "id", "a:b")
    line = " ".join(processes.command(call, 4, 1, hosts=2, address="10.0.0.1", port=29500))
    assert "torch.distributed.run --nproc_per_node 4 --nnodes 2 --node_rank 1" in line
    assert "--master_addr 10.0.0.1 --master_port 29500" in line
    alone = " ".join(processes.command(call, 1))
    assert "torch.distributed" not in alone
