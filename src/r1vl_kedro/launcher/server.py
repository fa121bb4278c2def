"""A process that has imported what jobs need and forks one for each: no seconds of imports a job.

Started by ``jobs`` as ``python -m r1vl_kedro.launcher.server <socket>``, with the threads of its
jobs in the environment, since torch reads those once. For single-process jobs on CPUs.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PRELOAD = "r1vl_kedro.training.preload"
START_SECONDS = 600.0


def serve(address: str, parent: int) -> None:
    """Fork a child for each request until the parent is gone."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen(64)
    os.rename(f"{address}.new", address)  # whoever sees the name can connect
    importlib.import_module(PRELOAD)
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    waiting.register(reader, selectors.EVENT_READ)
    children: dict[int, socket.socket] = {}
    while os.getppid() == parent:
        ready = [key.fileobj for key, _ in waiting.select(timeout=1.0)]
        if reader in ready:
            with contextlib.suppress(BlockingIOError):
                reader.recv(4096)
        _reap(children)
        if listener in ready:
            connection, _ = listener.accept()
            request = json.loads(connection.makefile("r").readline())
            if _gone(connection):
                connection.close()
                continue
            pid = os.fork()
            if pid == 0:
                _become(request, [listener, reader, writer, connection, *children.values()])
            connection.sendall(f"{pid}\n".encode())
            children[pid] = connection


def _gone(connection: socket.socket) -> bool:
    """Whether the other side has closed: its run was stopped before the job began."""
    with contextlib.suppress(BlockingIOError):
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    return False


def _reap(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        connection = children.pop(pid)
        with contextlib.suppress(OSError):
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        connection.close()


def _become(request: Mapping, inherited: list[socket.socket]) -> None:
    """Turn this child into the job's worker; does not return."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in inherited:
            end.close()
        os.setsid()
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        sys.path[:0] = [p for p in request["env"].get("PYTHONPATH", "").split(os.pathsep) if p]
        from r1vl_kedro.launcher.worker import main

        code = main(request["job"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class ForkedJob:
    """A job forked by a server, with the part of ``subprocess.Popen`` that ``jobs`` uses.

    Raises:
        KeyboardInterrupt: ``stopped`` says so before the server, which imports for seconds, is
            ready; the job does not begin then.
    """

    def __init__(self, address: str, job: str, env: Mapping[str, str], stopped: Callable[[], bool]):
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(address)
        request = {"job": job, "env": dict(env), "cwd": os.getcwd()}
        self._connection.sendall(json.dumps(request).encode() + b"\n")
        self._answers = self._connection.makefile("r")
        while not _readable(self._connection, 0.1):
            if stopped():
                self._answers.close()
                self._connection.close()
                raise KeyboardInterrupt("stopped while the job server was starting")
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while the job runs."""
        return self._look(0.0)

    def wait(self, timeout: float) -> int:
        """The exit code.

        Raises:
            subprocess.TimeoutExpired: the job runs on.
        """
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("job", timeout)
        return code

    def _look(self, seconds: float) -> int | None:
        if self.returncode is None:
            if not _readable(self._connection, seconds):
                return None
            line = self._answers.readline()
            # Without an answer the server itself is gone, and the job with it or soon after.
            self.returncode = int(line) if line else 1
            self._connection.close()
        return self.returncode


def _readable(connection: socket.socket, seconds: float) -> bool:
    """Whether there is something to read, or the other side has closed, within the time."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(connection, selectors.EVENT_READ)
        return bool(waiting.select(timeout=seconds))


class Servers:
    """The fork servers of this process, one for each number of threads."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[subprocess.Popen, str]] = {}

    def address(self, env: Mapping[str, str], stopped: Callable[[], bool]) -> str:
        """Where the server for jobs with these threads listens; starts it if need be.

        Raises:
            RuntimeError: it does not start; shows its last words.
            KeyboardInterrupt: ``stopped`` says so before it listens.
        """
        threads = env["OMP_NUM_THREADS"]
        if threads in self._running and self._running[threads][0].poll() is None:
            return self._running[threads][1]
        place = Path(tempfile.mkdtemp(prefix="r1vl-jobs-"))
        address, log = str(place / "socket"), place / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", __name__, address, str(os.getpid())],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        began = time.monotonic()
        while not Path(address).exists():
            if stopped():
                process.kill()
                process.wait()
                raise KeyboardInterrupt("stopped while the job server was starting")
            if process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise RuntimeError(f"the job server does not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)
        self._running[threads] = (process, address)
        return address

    def close(self) -> None:
        """End all servers; jobs already forked go on."""
        for process, _ in self._running.values():
            process.terminate()
            process.wait()
        self._running.clear()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
