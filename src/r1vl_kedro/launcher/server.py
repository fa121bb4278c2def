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
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait
from pathlib import Path
from typing import NoReturn

from r1vl_kedro.launcher.ending import alive
from r1vl_kedro.launcher.worker import leave, main

PRELOAD = "r1vl_kedro.launcher.preload"


@dataclass(frozen=True)
class _Worker:
    """What a forked child becomes; it is sent to the child, which calls ``_bootstrap``."""

    arguments: tuple[str, str, str] | None
    """None where the run was stopped before the child was forked."""
    env: dict[str, str]
    cwd: str

    def _bootstrap(self, parent_sentinel: int) -> NoReturn:
        import torch

        if self.arguments is None:
            leave(0)
        os.setsid()
        os.environ.clear()
        os.environ.update(self.env)
        os.chdir(self.cwd)
        sys.path[:0] = [p for p in self.env.get("PYTHONPATH", "").split(os.pathsep) if p]
        torch.set_num_threads(int(self.env["OMP_NUM_THREADS"]))
        leave(main(*self.arguments))


class ForkedJob:
    """A forked job, with the part of ``subprocess.Popen`` that ``jobs`` uses.

    Args:
        arguments: those of ``worker.main``.
        env: what is added to this process's environment.
        stopped: whether the run is being stopped.

    Raises:
        EOFError: the server ended before the job began; its traceback is on stderr.
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
        self._status, order = forkserver.connect_to_new_process([])
        self.returncode: int | None = None
        given: tuple[str, str, str] | None = arguments
        env = os.environ | env | {"R1VL_PARENT": str(os.getpid())}
        with contextlib.suppress(BrokenPipeError), os.fdopen(order, "wb", 0) as pipe:
            while given and not wait([self._status], 0.1):
                given = None if stopped() else given
            if given:
                self.pid = forkserver.read_signed(self._status)
            # The first is what a child is to import of the run's own module: nothing.
            pipe.write(pickle.dumps({}) + pickle.dumps(_Worker(given, env, os.getcwd())))
        if not given:
            raise KeyboardInterrupt("stopped while the job server was starting")

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
