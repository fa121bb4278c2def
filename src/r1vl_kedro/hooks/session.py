"""What a run takes of its process, directory and signals, is given back at its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro import scratch
from r1vl_kedro.hooks.runners import refuse_processes
from r1vl_kedro.hooks.signals import Signals


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
