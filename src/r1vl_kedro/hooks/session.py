"""What a run takes of its process, directory and signals, and how it is asked to stop."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro import scratch
from r1vl_kedro.errors import UserFacingError

STOPPING = (
    "\n{}: jobs save their state and stop. The same command with --only-missing-outputs goes on "
    "from there; it keeps earlier results that have the same parameters.\n"
)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SessionHooks:
    """Runs in the project's directory, listens to signals, and gives both back.

    Relative paths of the configuration are those of the project, also from a subfolder, a notebook
    or another program. Kedro tells no hook of a run that was refused before it began: a terminal's
    process ends with it, a notebook's would stay in the project's directory and hold its locks.

    Args:
        undo: gives back what another hook has taken up for the run.
    """

    def __init__(self, undo: Callable[[], None]) -> None:
        self._undo, self._signals = undo, Signals()
        self._before: Path | None = None

    @hook_impl(wrapper=True, tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> Generator[None, object, object]:
        """Begin before all other hooks look at the run; give back where one refuses it."""
        try:
            refuse_processes(str(run_params.get("runner")))
            scratch.sweep()  # what killed runs left
            self._before = self._before or Path.cwd()
            os.chdir(run_params["project_path"])
            self._signals.listen()
            return (yield)
        except BaseException:
            self._give_back()
            raise

    @hook_impl(wrapper=True, tryfirst=True)
    def after_pipeline_run(self) -> Generator[None, object, object]:
        """Let all other hooks end the run, or hear of its error, then give back."""
        try:
            return (yield)
        finally:
            self._give_back()

    on_pipeline_error = after_pipeline_run

    def _give_back(self) -> None:
        self._undo()
        self._signals.restore()
        if self._before is not None:
            os.chdir(self._before)
            self._before = None


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


class RunnerError(UserFacingError):
    """The nodes cannot run by this runner; the message names one that can run them."""


def refuse_processes(runner: str) -> None:
    """Refuse Kedro's ParallelRunner, by its name, path or an instance's description.

    Raises:
        RunnerError: it is that one.
    """
    if "ParallelRunner" in runner:
        raise RunnerError(
            "ParallelRunner is not for this project: its nodes know the MLflow run and "
            "start jobs in processes of their own; variants train side by side by the default "
            "runner of --pipelines=ablation, r1vl_kedro.runner.SlotRunner"
        )
