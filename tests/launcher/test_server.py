"""The server that forks jobs: it outlives its clients, jobs outlive it, and nothing is left."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from launching import FORKED, job

from r1vl_kedro.launcher import ending, jobs, server, stop_all
from r1vl_kedro.launcher.server import ForkedJob, Servers


@pytest.fixture
def light(tmp_path, monkeypatch):
    """Servers of this test's own, which start at once: ``preloaded`` is all they import."""
    (tmp_path / "preloaded.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    code = "import sys; from r1vl_kedro.launcher import server; server.PRELOAD = 'preloaded'; "
    start = [sys.executable, "-c", code + "server.serve(sys.argv[1], int(sys.argv[2]))"]
    monkeypatch.setattr(server, "COMMAND", start)
    servers = Servers()
    monkeypatch.setattr(jobs, "_servers", servers)
    yield servers
    servers.close()


def running(servers):
    ((process, address),) = servers._running.values()
    return process, Path(address).parent


def start_waiting(pool, directory, **kwargs):
    """A job that waits until it is told to stop, and takes a moment to save."""
    started, stopped = directory / "started", directory / "stopped"
    kwargs |= {"started": str(started), "stopped": str(stopped)}
    future = pool.submit(job, "wait", directory, FORKED, **kwargs)
    while not started.exists() and not future.done():
        time.sleep(0.01)
    return future, int(started.read_text())


def test_a_stop_while_the_job_server_imports_does_not_wait_for_it(tmp_path, monkeypatch):
    place = tempfile.mkdtemp(dir="/tmp")  # a socket's path is short
    address = f"{place}/socket"
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(address)
        busy.listen(1)  # takes the request and never answers
        monkeypatch.setattr(jobs._servers, "address", lambda env, stopped: address)
        with ThreadPoolExecutor() as pool:
            future = pool.submit(job, "echo", tmp_path, FORKED)
            connection, _ = busy.accept()
            stop_all()
            with pytest.raises(KeyboardInterrupt, match="server was starting"):
                future.result()
        assert server._gone(connection) is False  # the request is still to be read
        assert server._request(connection) is None
        assert server._gone(connection) is True
        connection.close()
    shutil.rmtree(place)


@pytest.mark.parametrize("sent", [b"", b'{"job": "half a requ'])
def test_a_client_that_goes_before_it_has_asked_is_no_request(sent):
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(sent)
        ours.close()
        assert server._request(theirs) is None


def test_a_client_that_goes_at_the_fork_takes_only_its_own_job_along(tmp_path, light, monkeypatch):
    # As on a loaded machine: the client closes after its request was read, before the fork.
    slow = "import os, time, pathlib\nfork = os.fork\ndef late():\n"
    slow += f"    gone = pathlib.Path({str(tmp_path / 'gone')!r})\n"
    slow += f"    if pathlib.Path({str(tmp_path / 'started')!r}).exists():\n"
    slow += f"        pathlib.Path({str(tmp_path / 'forking')!r}).touch()\n"
    slow += "        while not gone.exists(): time.sleep(0.01)\n"
    slow += "    return fork()\nos.fork = late\n"
    (tmp_path / "preloaded.py").write_text(slow)
    with ThreadPoolExecutor() as pool:
        first, _ = start_waiting(pool, tmp_path)
        process, place = running(light)
        request = {"job": "none", "id": "a", "env": dict(os.environ), "cwd": str(tmp_path)}
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(place / "socket"))
            client.sendall(json.dumps(request).encode() + b"\n")
            while not (tmp_path / "forking").exists():
                time.sleep(0.01)
        (tmp_path / "gone").touch()
        (tmp_path / "started").unlink()
        # The server still answers.
        assert job("echo", tmp_path, FORKED, text="still here")["text"] == "still here"
        assert process.poll() is None
        stop_all()
        with pytest.raises(KeyboardInterrupt):
            first.result()
    assert (tmp_path / "stopped").read_text() == "saved"


def test_a_job_whose_server_has_gone_saves_its_state(tmp_path, light):
    with ThreadPoolExecutor() as pool:
        future, pid = start_waiting(pool, tmp_path)
        running(light)[0].kill()
        stop_all()
        with pytest.raises(KeyboardInterrupt):
            future.result()
    assert (tmp_path / "stopped").read_text() == "saved"
    assert not ending.alive(pid)


@pytest.mark.parametrize(("result", "code"), [("null", 0), (None, 1)])
def test_without_its_server_a_job_has_ended_well_where_it_has_a_result(tmp_path, result, code):
    work = subprocess.Popen(["sleep", "600"])
    listener = socket.socket(socket.AF_UNIX)
    place = tempfile.mkdtemp(dir="/tmp")
    listener.bind(f"{place}/socket")
    listener.listen(1)

    def answer():
        connection, _ = listener.accept()
        connection.makefile("r").readline()
        connection.sendall(f"{work.pid}\n".encode())
        connection.close()

    with ThreadPoolExecutor() as pool, listener:
        pool.submit(answer)
        forked = ForkedJob(f"{place}/socket", str(tmp_path / "job.json"), "a", {}, lambda: False)
    assert forked.pid == work.pid
    assert forked.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        forked.wait(0.05)
    if result:
        (tmp_path / "result.json").write_text(result)
    work.kill()
    work.wait()
    assert forked.wait(5.0) == code
    shutil.rmtree(place)


def test_a_server_that_cannot_import_says_why(tmp_path, light):
    (tmp_path / "preloaded.py").write_text("raise ImportError('libtorch.so: no such file')")
    with pytest.raises(RuntimeError, match=r"(?s)before the job began:.*libtorch\.so: no such fil"):
        job("echo", tmp_path, FORKED)


def test_a_long_directory_for_temporary_files_will_do(tmp_path, light, monkeypatch):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert job("echo", tmp_path, FORKED, text="a")["text"] == "a"
    assert list(long.iterdir()) == []


def test_closed_servers_leave_no_directory(tmp_path, light):
    job("echo", tmp_path, FORKED)
    process, place = running(light)
    assert place.is_dir()
    light.close()
    assert process.returncode is not None and not place.exists()


def test_a_server_whose_run_was_killed_leaves_no_directory(tmp_path, light):
    code = "import sys, time; from r1vl_kedro.launcher import server; "
    code += f"server.COMMAND = {server.COMMAND!r}; "
    code += "print(server.Servers().address({'OMP_NUM_THREADS': '1', **__import__('os').environ}, "
    code += "lambda: False), flush=True); time.sleep(600)"
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    place = Path(run.stdout.readline().strip()).parent
    assert place.is_dir()
    run.kill()
    run.communicate()
    while place.exists():  # pytest's time-out is the limit
        time.sleep(0.05)
