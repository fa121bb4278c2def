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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from multiprocessing.connection import wait
from typing import NoReturn

from r1vl_kedro.launcher.commands import Call
from r1vl_kedro.launcher.ending import alive, check
from r1vl_kedro.launcher.worker import leave, main

PRELOAD = "r1vl_kedro.launcher.preload"


@dataclass(frozen=True)
class _Worker:
    """What a forked child becomes; it is sent to the child, which calls ``_bootstrap``."""

    call: Call | None
    """None where the run was stopped before the child was forked."""
    env: dict[str, str]
    cwd: str

    def _bootstrap(self, parent_sentinel: int) -> NoReturn:
        import torch

        if self.call is None:
            leave(0)
        os.setsid()
        os.environ.clear()
        os.environ.update(self.env)
        os.chdir(self.cwd)
        sys.path[:0] = [p for p in self.env.get("PYTHONPATH", "").split(os.pathsep) if p]
        torch.set_num_threads(int(self.env["OMP_NUM_THREADS"]))
        leave(main(*self.call))


class ForkedJob:
    """A forked job, with the part of ``subprocess.Popen`` that ``jobs`` uses.

    Args:
        env: what is added to this process's environment.

    Raises:
        EOFError: the server ended before the job began; its traceback is on stderr.
        OSError: no server can be started here, as where TMPDIR is too long for a socket's name.
        KeyboardInterrupt: stopped before the server had imported; the job does not begin then.
    """

    def __init__(self, call: Call, env: Mapping[str, str]):
        forkserver.set_forkserver_preload([PRELOAD])
        self._result = call.directory / "result.json"
        self._status, pipe = forkserver.connect_to_new_process([])
        self.returncode: int | None = None
        env = os.environ | env | {"R1VL_PARENT": str(os.getpid())}
        worker = _Worker(None, env, os.getcwd())
        try:
            while not wait([self._status], 0.1):
                check("the job server was starting")
            self.pid = forkserver.read_signed(self._status)
            worker = replace(worker, call=call)
        finally:
            # The first is what a child is to import of the run's own module: nothing.
            order = pickle.dumps({}) + pickle.dumps(worker)
            with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "wb", 0) as out:
                out.write(order)

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
