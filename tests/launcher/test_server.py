"""The server that forks jobs: it outlives its clients, jobs outlive it, and nothing is left."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from launching import FORKED, job

from r1vl_kedro import scratch
from r1vl_kedro.launcher import JobError, ending, stop_all

SCRIPT = """
import os, sys
sys.path[:0] = {paths!r}
from r1vl_kedro.launcher import processes
processes.PRELOAD = "preloaded"
from launching import FORKED, job
print("the run begins", flush=True)
{work}
"""


@pytest.fixture
def temporary():
    """A directory for temporary files whose name is short, as those of sockets have to be."""
    with tempfile.TemporaryDirectory(prefix="r1vl-") as place:
        yield Path(place)


@pytest.fixture
def run(tmp_path, temporary, monkeypatch):
    """A run of its own whose job server imports only what the test gives; returns the process."""
    places = [str(tmp_path), str(Path(__file__).parent), str(Path(__file__).parents[1])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*places, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("TMPDIR", str(temporary))
    started = []

    def start(work: str, preloaded: str = "") -> subprocess.Popen:
        # The settings and the watch of the real module, and another list of imports.
        (tmp_path / "preloaded_list.py").write_text(preloaded)
        source = Path(sys.modules["r1vl_kedro.launcher"].__file__).with_name("preload.py")
        text = source.read_text().replace("r1vl_kedro.training.preload", "preloaded_list")
        (tmp_path / "preloaded.py").write_text(text)
        script = tmp_path / "run.py"
        script.write_text(SCRIPT.format(paths=places, work=work))
        process = subprocess.Popen(
            [sys.executable, str(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def servers(process) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if "forkserver" in " ".join(child.cmdline())
    ]


def await_path(path: Path, process=None) -> str:
    while not path.exists():
        assert process is None or process.poll() is None, process.communicate()[0]
        time.sleep(0.02)
    return path.read_text()


def test_jobs_do_not_import_the_runs_own_script(tmp_path, temporary, run):
    process = run(f"print(job('echo', {str(tmp_path)!r}, FORKED, text='a')['text'])")
    output, _ = process.communicate()
    assert process.returncode == 0, output
    assert output.splitlines() == ["the run begins", "echo: two lines", "of warning", "a"]
    assert list(temporary.iterdir()) == []


def test_two_jobs_are_forked_from_one_process_and_have_their_threads(tmp_path):
    options = [FORKED.model_copy(update={"threads_per_process": n}) for n in (1, 2)]
    first, second = (job("torch_threads", tmp_path, each) for each in options)
    assert (first["threads"], second["threads"]) == (1, 2)
    assert first["pid"] != second["pid"] and first["parent"] == second["parent"] != os.getpid()


def test_a_stop_while_the_job_server_imports_does_not_wait_for_it(tmp_path, run):
    (tmp_path / "importing").unlink(missing_ok=True)
    work = f"""
import threading, time, pathlib
from r1vl_kedro.launcher import stop_all
def stop():
    while not pathlib.Path({str(tmp_path / "importing")!r}).exists():
        time.sleep(0.02)
    stop_all()
threading.Thread(target=stop).start()
try:
    job("echo", {str(tmp_path)!r}, FORKED)
except KeyboardInterrupt as error:
    print("stopped:", error)
    os._exit(0)
"""
    preloaded = f"""
import pathlib, time
pathlib.Path({str(tmp_path / "importing")!r}).touch()
while not pathlib.Path({str(tmp_path / "go on")!r}).exists():
    time.sleep(0.02)
"""
    process = run(work, preloaded)
    line = ""
    while "stopped" not in line:
        line = process.stdout.readline()
        assert line
    assert "stopped while the job server was starting" in line
    assert not (tmp_path / "echo" / "rank0.log").exists()


def test_a_server_of_a_killed_run_ends_while_it_imports(tmp_path, run):
    importing = tmp_path / "importing"
    preloaded = f"import pathlib, time\npathlib.Path({str(importing)!r}).touch()\ntime.sleep(600)"
    process = run(f"job('echo', {str(tmp_path)!r}, FORKED)", preloaded)
    await_path(importing, process)
    (server,) = servers(process)
    process.kill()
    process.wait()
    while ending.alive(server.pid):  # pytest's time-out is the limit
        time.sleep(0.05)
    assert not (tmp_path / "echo" / "rank0.log").exists()


def test_a_killed_runs_job_is_told_to_stop_and_its_server_ends(tmp_path, run):
    names = {name: str(tmp_path / name) for name in ("started", "stopped")}
    process = run(f"job('wait', {str(tmp_path)!r}, FORKED, **{names!r})")
    pid = int(await_path(tmp_path / "started", process) or 0)
    (server,) = [found for found in servers(process) if found.pid != pid]
    process.kill()
    assert await_path(tmp_path / "stopped") == "saved"
    while ending.alive(pid) or ending.alive(server.pid):  # pytest's time-out is the limit
        time.sleep(0.05)


def test_where_all_processes_are_killed_the_next_run_removes_the_servers_socket(
    tmp_path, temporary, run, monkeypatch
):
    names = {name: str(tmp_path / name) for name in ("started", "stopped")}
    process = run(f"job('wait', {str(tmp_path)!r}, FORKED, **{names!r})")
    await_path(tmp_path / "started", process)
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for member in family:
            member.send_signal(number)
    process.wait()
    while any(ending.alive(member.pid) for member in family):
        time.sleep(0.02)
    assert list(temporary.rglob("listener-*"))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    scratch.sweep()
    assert list(temporary.iterdir()) == []


def test_a_job_whose_server_has_gone_saves_its_state(tmp_path, run):
    names = {name: str(tmp_path / name) for name in ("started", "stopped")}
    work = f"""
import signal
from r1vl_kedro.launcher import stop_all
signal.signal(signal.SIGUSR1, lambda number, frame: stop_all())
try:
    job('wait', {str(tmp_path)!r}, FORKED, **{names!r})
except KeyboardInterrupt:
    print("interrupted")
"""
    process = run(work)
    pid = int(await_path(tmp_path / "started", process))
    (server,) = [found for found in servers(process) if found.pid != pid]
    server.kill()
    process.send_signal(signal.SIGUSR1)
    output, _ = process.communicate()
    assert "interrupted" in output and (tmp_path / "stopped").read_text() == "saved"
    assert not ending.alive(pid)


def test_without_its_server_a_job_that_ends_well_has_its_result(tmp_path, run):
    work = f"print(job('await_file', {str(tmp_path)!r}, FORKED, place={str(tmp_path)!r}))"
    process = run(work)
    pid = int(await_path(tmp_path / "started", process))
    (server,) = [found for found in servers(process) if found.pid != pid]
    server.kill()
    (tmp_path / "go").touch()
    output, _ = process.communicate()
    assert process.returncode == 0 and output.splitlines()[-1] == "went", output


def test_a_server_that_cannot_import_is_told_in_a_sentence(tmp_path, run):
    process = run(
        f"job('echo', {str(tmp_path)!r}, FORKED)", "raise OSError('libtorch.so: no such file')"
    )
    output, _ = process.communicate()
    assert "OSError: libtorch.so: no such file" in output
    assert "JobError: echo: the job server ended before the job began, its traceback" in output


def test_where_a_sockets_name_would_be_too_long_jobs_import_for_themselves(tmp_path, run):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    process = run(
        f"import tempfile; tempfile.tempdir = {str(long)!r}\n"
        f"print(job('echo', {str(tmp_path)!r}, FORKED, text='a')['text'])"
    )
    output, _ = process.communicate()
    assert "no job server can be started here" in output
    assert output.splitlines()[-1] == "a"


def test_a_stop_is_over_when_the_next_run_begins(tmp_path):
    from r1vl_kedro.hooks.session import Signals

    stop_all()
    with ThreadPoolExecutor() as pool:  # where no signal can be listened to
        pool.submit(Signals().listen).result()
    assert job("echo", tmp_path, FORKED, text="again")["text"] == "again"


def test_a_job_that_fails_does_not_take_the_server_along(tmp_path):
    with pytest.raises(JobError):
        job("die", tmp_path, FORKED)
    assert job("echo", tmp_path, FORKED, text="next")["text"] == "next"
