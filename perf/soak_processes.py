"""The processes of perf/soak.py: runs and their jobs, forked, and MLflow's server."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import mmap
import multiprocessing.util
import os
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
import urllib.request
from collections.abc import Mapping
from multiprocessing import forkserver
from pathlib import Path

import psutil

from r1vl_kedro.launcher.processes import prepare_server

DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG: the server ends with this process
SERVER_SECONDS = 900.0
SERVERS: set[int] = set()
CLOCK = mmap.mmap(-1, 8)  # seconds that the clock of runs is off by, shared with them


def fork_run(
    command: list[str], log: Path, modules: Path, env: Mapping[str, str], own_processes: bool
) -> int:
    """Fork a process that is ``kedro run`` from here on; its process id.

    Args:
        command: as a shell would have it.
        log: gets the output.
        modules: gets the names of the modules that the run had imported, where it ends by itself.
        env: what is added to the environment.
        own_processes: whether its jobs are processes of their own, forked from a job server.
    """
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(number, 1)
        os.dup2(number, 2)
        os.environ.update(env)
        tempfile.tempdir = None
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if own_processes:
            multiprocessing.util.spawnv_passfds = _fork_job_server
            with contextlib.suppress(OSError):  # TMPDIR too long for a socket: the run says so
                prepare_server()
                forkserver.ensure_running()  # earlier than a run does: it is struck as well
        real = time.time
        time.time = lambda: real() + struct.unpack("d", CLOCK[:])[0]
        time.time_ns = lambda: int(time.time() * 1e9)
        sys.argv = command
        from kedro.framework.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what Python itself does with it
        traceback.print_exc()
    finally:
        modules.write_text("\n".join(list(sys.modules)))
        _leave(code & 255)


_spawn = multiprocessing.util.spawnv_passfds


def _fork_job_server(path: str, arguments: list[str], kept: list[int]) -> int:
    """Start the fork server of a run's jobs as a fork of the run, not with imports anew."""
    if "forkserver" not in arguments[-1]:
        return _spawn(path, arguments, kept)
    pid = os.fork()
    if pid:
        return pid
    try:
        atexit._clear()  # those of the run; there is no public name
        for number in {int(name) for name in os.listdir("/proc/self/fd")} - {0, 1, 2, *kept}:
            with contextlib.suppress(OSError):
                os.close(number)
        exec(arguments[-1])  # what Python is started with otherwise
    finally:
        _leave(0)


def _leave(code: int) -> None:
    """End as an interpreter does, without the clean-up of a process that was forked."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


class Server:
    """MLflow's server with a store of its own."""

    def __init__(self, root: Path):
        self.root = root
        root.mkdir()
        # Bound and never listened to: no other process is given the port while the server is away.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port = self._held.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self.pid = 0

    def start(self) -> None:
        """Return once it answers.

        Raises:
            RuntimeError: it has ended, or is silent for `SERVER_SECONDS`; names its log.
        """
        self.pid = os.fork()
        if self.pid == 0:
            self._serve()
        SERVERS.add(self.pid)
        deadline = time.monotonic() + SERVER_SECONDS
        while not ended(self.pid) and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.uri}/health", timeout=30).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"MLflow's server does not start; its output: {self.root / 'log'}")

    def _serve(self) -> None:
        try:
            ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
            number = os.open(self.root / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(number, 1)
            os.dup2(number, 2)
            os.environ["_MLFLOW_SERVER_FILE_STORE"] = f"sqlite:///{self.root / 'mlflow.db'}"
            os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = "mlflow-artifacts:/"
            os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] = str(self.root / "artifacts")
            os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "true"
            from mlflow.server import app
            from werkzeug.serving import run_simple

            run_simple("127.0.0.1", self.port, app, threaded=True)
        except BaseException:  # noqa: BLE001 - what Python itself does with it
            traceback.print_exc()
        finally:
            os._exit(1)

    def experiments(self) -> int:
        """Count its experiments."""
        from mlflow import MlflowClient

        return len(MlflowClient(self.uri).search_experiments())

    def stop(self, number: int = signal.SIGKILL) -> None:
        """Kill it, or stop it (SIGSTOP)."""
        if not self.pid or ended(self.pid):
            return
        os.kill(self.pid, number)
        if number == signal.SIGKILL:
            ended(self.pid, 60)
            self.pid = 0

    def resume(self) -> None:
        """Let it go on, or start it anew."""
        if self.pid and not ended(self.pid):
            os.kill(self.pid, signal.SIGCONT)
        else:
            self.start()


_codes: dict[int, int] = {}


def ended(pid: int, seconds: float = 0.0) -> bool:
    """Wait for a child for at most so long; whether it has ended, reaping orphans on the way."""
    deadline = time.monotonic() + seconds
    while pid not in _codes:
        try:
            found, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if found:
            _codes[found] = os.waitstatus_to_exitcode(status)
        elif time.monotonic() >= deadline:
            return False
        else:
            time.sleep(0.02)
    return True


def exit_code(pid: int) -> int:
    """Return the exit code of a child that has ended, minus the signal where one ended it."""
    return _codes[pid]


def others() -> list[psutil.Process]:
    """Processes that runs have left; MLflow's servers are none."""
    found = [
        process
        for process in psutil.Process().children(recursive=True)
        if process.pid not in SERVERS
    ]
    left = []
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended since
            if process.status() != psutil.STATUS_ZOMBIE:
                left.append(process)
    return left


def send(number: int, processes: list[psutil.Process]) -> None:
    """Signal them, but those that have ended since."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def without_core(process: psutil.Process) -> float:
    """Seconds that a process was ready to run and had no core; 0 where the kernel does not say."""
    try:
        text = Path(f"/proc/{process.pid}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(text.split()[1]) / 1e9
