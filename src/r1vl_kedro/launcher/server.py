"""Fork a job from a process that has imported torch and TRL: no seconds of imports a job.

The server is multiprocessing's; for single-process jobs on CPUs. Its children are addressed
directly and not through ``Process``, which would import the run's ``__main__`` (Kedro's command
line, a user's script) in every job, and a stop would wait until the server has imported.
"""

import contextlib
import os
import pickle
import sys
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.connection import wait

from r1vl_kedro.launcher import ending
from r1vl_kedro.launcher.commands import Call
from r1vl_kedro.launcher.worker import ForkedWorker

PRELOAD = "r1vl_kedro.launcher.preload"


class ForkedJob:
    """A forked job with ``env`` beside this process's environment; used as a ``subprocess.Popen``.

    Raises:
        EOFError: the server ended before the job began; its traceback is on stderr.
        OSError: no server can be started here, as where TMPDIR is too long for a socket's name.
        KeyboardInterrupt: stopped before the server had imported; the job does not begin then.
    """

    stop = ending.stop

    def __init__(self, call: Call, env: Mapping[str, str]):
        forkserver.set_forkserver_preload([PRELOAD])
        self.returncode: int | None = None
        self._result = call.directory / "result.json"
        env = os.environ | env | {"R1VL_PARENT": str(os.getpid())}
        worker = ForkedWorker(None, env)
        self._status, pipe = forkserver.connect_to_new_process([])
        try:
            while not wait([self._status], 0.1):
                ending.check("the job server was starting")
            self.pid = forkserver.read_signed(self._status)
            worker = ForkedWorker(call, env)
        finally:
            place = {"dir": os.getcwd(), "sys_path": sys.path}  # and no __main__ to import
            with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "wb", 0) as out:
                out.write(pickle.dumps(place) + pickle.dumps(worker))

    def poll(self) -> int | None:
        """Return the exit code, or None while the job runs; it may outlive its server."""
        if self.returncode is None and not ending.alive(self.pid):
            try:
                self.returncode = forkserver.read_signed(self._status)
            except EOFError:  # nobody has its exit code
                self.returncode = 0 if self._result.is_file() else 1
            os.close(self._status)
        return self.returncode
