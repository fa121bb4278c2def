"""SIGTERM and a closed terminal end a run as Ctrl-C does: jobs save, tracking is closed."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import threading
from typing import Any

STOPPING = (
    "\n{}: jobs save their state and stop. The same command with --only-missing-outputs goes on "
    "from there; it keeps earlier results that have the same parameters.\n"
)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Turns the signals that ask a run to stop into ``KeyboardInterrupt``, once."""

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}

    def listen(self) -> None:
        """Listen from now on; only the main thread may.

        A stop of an earlier run of this process, as in a notebook, is over.
        """
        from r1vl_kedro.launcher.ending import forget_stop

        forget_stop()
        # Else the interpreter collects all cycles before it ends, for more than a second of a core.
        atexit.register(gc.freeze)
        if threading.current_thread() is threading.main_thread() and not self._before:
            # Under nohup a closed terminal is no reason to stop.
            nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            heard = [number for number in SIGNALS if number != signal.SIGHUP or not nohup]
            self._before = {number: signal.signal(number, self._stop) for number in heard}

    def restore(self) -> None:
        """Put the former handlers back; only the main thread may."""
        if threading.current_thread() is threading.main_thread():
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._before = {}

    def _stop(self, number: int, frame: Any) -> None:
        from r1vl_kedro.launcher.ending import stop_all

        for listened in SIGNALS:  # impatience must not cut the saving short
            signal.signal(listened, signal.SIG_IGN)
        self._before = {}
        stop_all()
        # Not by logging, which this signal may have interrupted. Whoever reads may be gone.
        with contextlib.suppress(OSError):
            os.write(2, STOPPING.format(signal.Signals(number).name).encode())
        raise KeyboardInterrupt(f"stopped by {signal.Signals(number).name}")
