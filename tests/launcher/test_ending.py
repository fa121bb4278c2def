"""The end of jobs: no rank is left running, and none does the job of another run."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from launching import FORKED, ONE, RANKS, job

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.launcher import JobError, ending, jobs, processes, run_job, worker


def test_a_failing_rank_ends_all_with_its_own_traceback(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with pytest.raises(JobError, match="rank 1 failed with ValueError: rank 1 has had enough"):
        job("rank_one_fails", tmp_path, RANKS)
    assert not any("torchelastic" in path.name for path in (tmp_path / "temporary").iterdir())
    logs = {path.name for path in (tmp_path / "rank_one_fails").glob("*.log")}
    assert logs == {"rank0.log", "rank1.log", "launcher.log"}


def test_a_rank_that_hangs_in_c_does_not_outlive_its_job(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "FAILING_RANK_SECONDS", 0.2)
    with pytest.raises(JobError, match="rank 1 failed with ValueError: rank 1 has had enough"):
        job("hang_in_c", tmp_path, RANKS, place=str(tmp_path))
    assert not ending.alive(int((tmp_path / "hanging").read_text()))
    # The next job of this name can begin.
    ending.await_end(tmp_path / "hang_in_c.lock", seconds=0)


def test_what_a_launcher_leaves_when_it_ends_by_itself_is_killed(tmp_path):
    script = (
        "import subprocess, sys, time\n"
        "rank = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(rank.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    launcher = processes.HostJob(["-c", script], {}, tmp_path / "log")
    while not (tmp_path / "log").read_text().endswith("\n"):
        time.sleep(0.02)
    launcher.stop(seconds=60)
    rank = int((tmp_path / "log").read_text())
    assert launcher.returncode == -signal.SIGTERM
    assert not ending.alive(rank)


def test_a_process_that_waits_to_be_asked_for_its_exit_code_is_not_alive():
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.pid_exists(process.pid) and not ending.alive(process.pid)
    process.wait()


def worker_of(job_file, digest, entry):
    """The command line of a job's only rank."""
    call = processes.Call(str(job_file), digest, f"job_entries:{entry}")
    return [sys.executable, *processes.command(call, 1)]


@pytest.mark.parametrize("change", ["another run began it anew", "somebody changed it"])
def test_a_worker_runs_no_other_file_than_the_one_it_was_started_for(tmp_path, change):
    job("echo", tmp_path)
    directory = tmp_path / "echo"
    digest = hashlib.sha256((directory / "job.json").read_bytes()).hexdigest()
    changed = {"kwargs": {"command": "touch owned"}, "entry": "posix:system", "why": change}
    (directory / "job.json").write_text(json.dumps(changed))
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    line = worker_of(directory / "job.json", digest, "echo")
    late = subprocess.run(line, capture_output=True, text=True)
    assert late.returncode == worker.OTHER_JOB
    (said,) = late.stderr.splitlines()
    assert said.startswith(f"{directory / 'job.json'} has the digest") and digest in said
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_a_function_that_a_jobs_file_names_is_not_called(tmp_path):
    """It lies where others can write; what is called comes from whoever starts the process."""
    text = json.dumps({"kwargs": {}, "entry": "os:abort"})
    (tmp_path / "job.json").write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    env = os.environ | {"R1VL_PARENT": str(os.getpid()), "OMP_NUM_THREADS": "1"}
    line = worker_of(tmp_path / "job.json", digest, "echo")
    assert subprocess.run(line, env=env, timeout=120).returncode == 0
    assert json.loads((tmp_path / "result.json").read_text())["threads"] == "1"


@pytest.mark.parametrize("entry", ["trap:spring", "os:abort", "job_entries:os.abort", ":", "job"])
def test_a_function_that_no_table_lists_is_refused_and_not_imported(tmp_path, entry):
    (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')")
    text = json.dumps({"kwargs": {}})
    (tmp_path / "job.json").write_text(text)
    call = (str(tmp_path / "job.json"), hashlib.sha256(text.encode()).hexdigest(), entry)
    env = os.environ | {"R1VL_PARENT": str(os.getpid())}
    env["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{env['PYTHONPATH']}"
    line = [sys.executable, *processes.command(processes.Call(*call), 1)]
    assert subprocess.run(line, env=env, timeout=120).returncode == 1
    said = (tmp_path / "error0.txt").read_text()
    assert said.startswith(f"a job was to call {entry!r}, which is no entry of the methods table")
    assert not (tmp_path / "sprung").exists() and not (tmp_path / "result.json").exists()


@pytest.mark.parametrize("options", [ONE, FORKED, ONE.model_copy(update={"in_process": True})])
def test_no_way_to_start_a_job_calls_what_no_table_lists(tmp_path, options):
    with pytest.raises(UserFacingError, match="'os:getpid', which is no entry of the methods"):
        run_job("os:getpid", {}, options=options, log_dir=tmp_path, name="job")


def test_a_job_ends_with_the_process_that_started_it(tmp_path):
    kwargs = {name: str(tmp_path / name) for name in ("started", "stopped")}
    text = json.dumps({"kwargs": kwargs})
    (tmp_path / "job.json").write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    line = worker_of(tmp_path / "job.json", digest, "wait")
    gone = subprocess.Popen(["true"])
    gone.wait()
    env = os.environ | {"R1VL_PARENT": str(gone.pid)}
    process = subprocess.run(line, env=env, timeout=120)
    assert process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM)


def test_a_jobs_processes_are_killed_whose_launcher_is_gone_and_no_others(tmp_path):
    """All else would be a child of the same process, the machine's first."""
    asks = (
        "import os, signal, subprocess, sys, time\n"
        "from r1vl_kedro.launcher import ending\n"
        "def start(job): return subprocess.Popen(['sleep', '600'], env={ending.JOB_ID: job})\n"
        "ours, other = start('one'), start('another')\n"
        "ours.send_signal(signal.SIGSTOP)\n"
        "while ending.alive(int(sys.argv[1])): time.sleep(0.02)\n"
        "ending.kill_job('one')\n"
        "print(ours.wait(), other.poll())\n"
        "other.kill()\n"
    )
    launcher = (
        "import os, subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {asks!r}, str(os.getpid())])\n"
    )
    env = os.environ | {ending.JOB_ID: "one"}
    done = subprocess.run(
        [sys.executable, "-c", launcher], env=env, stdout=subprocess.PIPE, text=True
    )
    assert done.stdout.split() == [str(-signal.SIGKILL), "None"]
