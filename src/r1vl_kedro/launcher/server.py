"""Fork a job from a process that has imported torch and TRL: no seconds of imports a job.

The server is multiprocessing's fork server; for single-process jobs on CPUs. Its children are
addressed directly and not through ``Process``, which would import the run's ``__main__`` (Kedro's
command line, a user's script) in every job, and would hold up a stop until the server has
imported everything.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait
from pathlib import Path
from typing import NoReturn

from r1vl_kedro.launcher.ending import alive
from r1vl_kedro.launcher.worker import leave, main

PRELOAD = "r1vl_kedro.launcher.preload"


class ServerError(RuntimeError):
    """The fork server ended before it forked."""


@dataclass(frozen=True)
class _Worker:
    """What a forked child becomes; it is sent to the child, which calls ``_bootstrap``."""

    arguments: tuple[str, str, str]
    env: dict[str, str]
    cwd: str

    def _bootstrap(self, parent_sentinel: int) -> NoReturn:
        import torch

        os.setsid()
        os.environ.clear()
        os.environ.update(self.env)
        os.chdir(self.cwd)
        sys.path[:0] = [p for p in self.env.get("PYTHONPATH", "").split(os.pathsep) if p]
        torch.set_num_threads(int(self.env["OMP_NUM_THREADS"]))
        leave(main(*self.arguments))


class _Nothing:
    """What a forked child becomes whose run was stopped before it was forked."""

    def _bootstrap(self, parent_sentinel: int) -> NoReturn:
        leave(0)


class ForkedJob:
    """A forked job, with the part of ``subprocess.Popen`` that ``jobs`` uses.

    Args:
        arguments: those of ``worker.main``.
        stopped: whether the run is being stopped.

    Raises:
        ServerError: the server ended before the job began; its traceback is on stderr.
        OSError: no server can be started here, as where TMPDIR is too long for a socket's name.
        KeyboardInterrupt: stopped before the server had imported; the job does not begin then.
    """

    def __init__(
        self,
        arguments: tuple[str, str, str],
        env: Mapping[str, str],
        stopped: Callable[[], bool],
    ):
        forkserver.set_forkserver_preload([PRELOAD])
        self._result = Path(arguments[0]).with_name("result.json")
        self._status, work = forkserver.connect_to_new_process([])
        self.returncode: int | None = None
        worker: _Worker | _Nothing = _Nothing()
        try:
            while not wait([self._status], 0.1):
                if stopped():
                    raise KeyboardInterrupt("stopped while the job server was starting")
            self.pid = forkserver.read_signed(self._status)
            worker = _Worker(arguments, dict(env), os.getcwd())
        except EOFError as error:
            raise ServerError("the job server ended before the job began") from error
        finally:
            # The first is what a child is to import of the run's own module: nothing.
            order = pickle.dumps({}) + pickle.dumps(worker)
            with contextlib.suppress(BrokenPipeError), os.fdopen(work, "wb", 0) as pipe:
                pipe.write(order)

    def poll(self) -> int | None:
        """Return the exit code, or None while the job runs."""
        if self.returncode is None and wait([self._status], 0):
            try:
                self.returncode = forkserver.read_signed(self._status)
            except EOFError:  # the job outlives its server, and nobody has its exit code
                if not alive(self.pid):
                    self.returncode = 0 if self._result.is_file() else 1
            if self.returncode is not None:
                os.close(self._status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Return the exit code.

        Raises:
            subprocess.TimeoutExpired: the job runs on.
        """
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("job", timeout)
            time.sleep(0.02)
        return code
