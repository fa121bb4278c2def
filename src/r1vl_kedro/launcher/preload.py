"""Make the fork server what it is to be: importing this module imports what every job needs.

The server is of a session of its own, so that a signal to the terminal reaches the run and not
it, and it ends with the run while it still imports, which takes up to half a minute on a loaded
machine.
"""

import gc
import importlib
import os
import threading

from r1vl_kedro.launcher.processes import environment

_parent = os.getppid()
_imported = threading.Event()


def _leave_with_parent() -> None:
    while not _imported.wait(1.0):
        if os.getppid() != _parent:
            os._exit(1)


if os.getpid() != os.getsid(0):
    os.setsid()
os.environ.update(environment("", threads=1))  # no threads at a fork; a job sets their number
_watch = threading.Thread(target=_leave_with_parent, daemon=True)
_watch.start()
importlib.import_module("r1vl_kedro.training.preload")
_imported.set()
_watch.join()  # a fork copies the thread that forks alone
gc.freeze()  # no job looks for garbage in what is imported; each training does so several times
