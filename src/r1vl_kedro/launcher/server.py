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
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from r1vl_kedro.launcher.ending import alive
from r1vl_kedro.launcher.worker import leave, main

PRELOAD = "r1vl_kedro.training.preload"
COMMAND = [sys.executable, "-m", __name__]
START_SECONDS = 600.0
SOCKET_BYTES = 107
"""The longest path that a socket can have."""


def serve(address: str, parent: int) -> None:
    """Fork a child for each request until the parent is gone, then remove the directory."""
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
            request = _request(connection)
            if request is None:
                connection.close()
                continue
            pid = os.fork()
            if pid == 0:
                _become(request, [listener, reader, writer, connection, *children.values()])
            children[pid] = connection
            try:
                connection.sendall(f"{pid}\n".encode())
            except OSError:
                os.kill(pid, signal.SIGTERM)  # nobody sees this job through
    shutil.rmtree(Path(address).parent, ignore_errors=True)


def _request(connection: socket.socket) -> dict | None:
    """What the other side asks for, or None where it has closed."""
    try:
        line = connection.makefile("r").readline()
    except OSError:
        return None
    return json.loads(line) if line.endswith("\n") and not _gone(connection) else None


def _gone(connection: socket.socket) -> bool:
    """Whether the other side has closed: its run was stopped before the job began."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


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
        code = main(request["job"], request["id"])
    except BaseException:  # noqa: BLE001 - the server's own code must not run on in the child
        with contextlib.suppress(OSError):
            traceback.print_exc()
    finally:
        leave(code)


class ForkedJob:
    """A job forked by a server, with the part of ``subprocess.Popen`` that ``jobs`` uses.

    Raises:
        RuntimeError: the server ended before the job began; shows its last words.
        KeyboardInterrupt: ``stopped`` says so before the server, which imports for seconds, is
            ready; the job does not begin then.
    """

    def __init__(
        self,
        address: str,
        job: str,
        job_id: str,
        env: Mapping[str, str],
        stopped: Callable[[], bool],
    ):
        self._result = Path(job).with_name("result.json")
        self._connection = socket.socket(socket.AF_UNIX)
        self._answers = self._connection.makefile("r")
        request = {"job": job, "id": job_id, "env": dict(env), "cwd": os.getcwd()}
        try:
            self._connection.connect(address)
            self._connection.sendall(json.dumps(request).encode() + b"\n")
            while not _readable(self._connection, 0.1):
                if stopped():
                    raise KeyboardInterrupt("stopped while the job server was starting")
            answer = self._answer()
        except OSError:
            answer = ""
        except KeyboardInterrupt:
            self._close()
            raise
        if not answer:
            self._close()
            said = _last_words(Path(address).parent)
            raise RuntimeError(f"the job server ended before the job began:\n{said}")
        self.pid = int(answer)
        self.returncode: int | None = None
        self._server_gone = False

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
        deadline = time.monotonic() + seconds
        if self.returncode is None and not self._server_gone:
            if not _readable(self._connection, seconds):
                return None
            answer = self._answer()
            self._close()
            self._server_gone = not answer
            if answer:
                self.returncode = int(answer)
        if self.returncode is None:
            # The job outlives its server; nobody is left to ask for its exit code.
            while alive(self.pid):
                if time.monotonic() >= deadline:
                    return None
                time.sleep(0.02)
            self.returncode = 0 if self._result.is_file() else 1
        return self.returncode

    def _answer(self) -> str:
        """The server's next line, empty where it has gone."""
        try:
            return self._answers.readline()
        except ConnectionError:
            return ""

    def _close(self) -> None:
        self._answers.close()
        self._connection.close()


def _readable(connection: socket.socket, seconds: float) -> bool:
    """Whether there is something to read, or the other side has closed, within the time."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(connection, selectors.EVENT_READ)
        return bool(waiting.select(timeout=seconds))


class Servers:
    """The fork servers of this process, one for each number of threads."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[subprocess.Popen, str]] = {}
        self._places: list[Path] = []

    def address(self, env: Mapping[str, str], stopped: Callable[[], bool]) -> str:
        """Where the server for jobs with these threads listens; starts it if need be.

        Raises:
            RuntimeError: it does not start; shows its last words.
            KeyboardInterrupt: ``stopped`` says so before it listens.
        """
        threads = env["OMP_NUM_THREADS"]
        if threads in self._running and self._running[threads][0].poll() is None:
            return self._running[threads][1]
        place = _new_place()
        self._places.append(place)
        address, log = str(place / "socket"), place / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*COMMAND, address, str(os.getpid())],
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
                raise RuntimeError(f"the job server does not start:\n{_last_words(place)}")
            time.sleep(0.02)
        self._running[threads] = (process, address)
        return address

    def close(self) -> None:
        """End all servers and remove their directories; jobs already forked go on."""
        for process, _ in self._running.values():
            process.terminate()
            process.wait()
        for place in self._places:
            shutil.rmtree(place, ignore_errors=True)
        self._running.clear()
        self._places.clear()


def _new_place() -> Path:
    """A new directory, below /tmp where sockets cannot have paths as long as TMPDIR's."""
    place = tempfile.mkdtemp(prefix="r1vl-jobs-")
    if len(os.fsencode(f"{place}/socket.new")) > SOCKET_BYTES:
        os.rmdir(place)
        place = tempfile.mkdtemp(prefix="r1vl-jobs-", dir="/tmp")
    return Path(place)


def _last_words(place: Path) -> str:
    try:
        return (place / "log").read_text("utf-8", "replace")[-2000:]
    except OSError as error:
        return f"its log cannot be read: {error}"


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
