"""What hooks took up for a run is given back at its end, also where one of them refuses it."""

from __future__ import annotations

from collections.abc import Callable, Generator

from kedro.framework.hooks import hook_impl


class UndoHooks:
    """Gives back what a run has taken, after all other hooks.

    Kedro tells no hook of a run that was refused before it began. A terminal's process ends with
    it; a notebook's would stay in the project's directory and hold its locks.
    """

    def __init__(self, *undo: Callable[[], None]) -> None:
        self._undo = undo

    @hook_impl(wrapper=True, tryfirst=True)
    def before_pipeline_run(self) -> Generator[None, object, object]:
        """Call all other hooks first; give back where one refuses the run."""
        try:
            return (yield)
        except BaseException:
            self._give_back()
            raise

    @hook_impl(wrapper=True, tryfirst=True)
    def after_pipeline_run(self) -> Generator[None, object, object]:
        """Call all other hooks at the end or at an error, then give back."""
        try:
            return (yield)
        finally:
            self._give_back()

    on_pipeline_error = after_pipeline_run

    def _give_back(self) -> None:
        for give_back in self._undo:
            give_back()
