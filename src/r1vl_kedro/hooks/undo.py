"""What hooks took up for a run is given back where one of them refuses it."""

from __future__ import annotations

from collections.abc import Callable, Generator

from kedro.framework.hooks import hook_impl


class UndoHooks:
    """Gives back what a run that was refused has taken.

    Kedro tells no hook of a run that ended before it began. A terminal's process ends with it; a
    notebook's would stay in the project's directory and hold its locks.
    """

    def __init__(self, *undo: Callable[[], None]) -> None:
        self._undo = undo

    @hook_impl(wrapper=True, tryfirst=True)
    def before_pipeline_run(self) -> Generator[None, object, object]:
        """Let all other hooks look at the run."""
        try:
            return (yield)
        except BaseException:
            for give_back in self._undo:
                give_back()
            raise
