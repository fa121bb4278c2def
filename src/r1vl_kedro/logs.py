"""Log lines on the terminal beside progress bars, and plain ones where no terminal is."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator

from kedro.logging import RichHandler
from rich.markup import render

PLAIN = logging.Formatter("%(asctime)s %(levelname)-8s %(message)s", "%Y-%m-%d %H:%M:%S")


class ConsoleHandler(RichHandler):
    """Kedro's handler on a terminal; in a pipe or a file one unbroken line a message.

    Rich would wrap those at 80 columns. Bars are taken away before a line and drawn again below it.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        if self.console.is_terminal:
            with _bars_aside():
                super().emit(record)
            return
        try:
            line = PLAIN.format(record)
            if getattr(record, "markup", False):
                line = render(line).plain
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except (OSError, ValueError):  # a closed pipe
            self.handleError(record)


@contextlib.contextmanager
def _bars_aside() -> Iterator[None]:
    if "tqdm" not in sys.modules:
        yield
        return
    from tqdm import tqdm

    with tqdm.external_write_mode():
        yield


def console_logs() -> None:
    """Put this handler in place of Kedro's; its configuration may name no class of a project."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, RichHandler) and not isinstance(handler, ConsoleHandler):
            own = ConsoleHandler(rich_tracebacks=handler.rich_tracebacks)
            own.setLevel(handler.level)
            for keep in handler.filters:
                own.addFilter(keep)
            root.removeHandler(handler)
            root.addHandler(own)
