"""How far a long piece of work is: reported by a job, shown by the run that started it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from r1vl_kedro import files
from r1vl_kedro.ranks import rank

PROGRESS = "R1VL_PROGRESS"
"""Environment variable that names the file for a job's reports."""
_last = [0.0]
log = logging.getLogger(__name__)

Show = Callable[[int, int, str, str], None]
"""Takes what is done, the total, their unit and a few numbers to show beside them."""


def report(done: int, total: int, unit: str = "step", text: str = "") -> None:
    """Tell whoever started this job how far it is; cheap enough for every step.

    Without a parent (no ``R1VL_PROGRESS`` in the environment) nothing happens; on a full disk
    the report is left out, since training that saves nothing now may go on.
    """
    target, now = os.environ.get(PROGRESS), time.monotonic()
    if not target or rank() != 0 or (now - _last[0] < 0.2 and done < total):
        return
    _last[0] = now
    line = {"done": done, "total": total, "unit": unit, "text": text}
    with contextlib.suppress(OSError, files.WriteError):
        files.write_text(Path(target), json.dumps(line) + "\n", durable=False)


def read(path: Path) -> dict[str, Any] | None:
    """Return the last report, or None where there is none yet."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


@contextlib.contextmanager
def reported_or_shown(name: str) -> Iterator[Show]:
    """Report to whoever started this job; where nobody did, show it here."""
    if os.environ.get(PROGRESS):
        yield report
    else:
        with bar(name) as show:
            yield show


@contextlib.contextmanager
def bar(name: str, wanted: bool = True) -> Iterator[Show]:
    """Show a progress bar with the time left; jobs that run at once take lines of their own.

    Where no terminal is, a log line at each tenth.
    """
    if not wanted or not sys.stderr.isatty():
        yield _tenths(name) if wanted else lambda done, total, unit, text: None
        return
    from tqdm import tqdm

    with tqdm(desc=name, leave=False, mininterval=1.0, dynamic_ncols=True) as line:

        def show(done: int, total: int, unit: str, text: str) -> None:
            line.unit, line.total = unit, total
            line.set_postfix_str(text, refresh=False)
            # A resumed job starts in the middle; the time left counts from there.
            if line.n == 0 and done:
                line.initial = line.n = done
                line.refresh()
            else:
                line.update(done - line.n)

        yield show


def _tenths(name: str) -> Show:
    """Log the progress at each tenth of the total."""
    tenth = 0

    def show(done: int, total: int, unit: str, text: str) -> None:
        nonlocal tenth
        if total and (now := 10 * done // total) > tenth:
            tenth = now
            log.info("%s: %s", name, ", ".join(filter(None, [f"{done}/{total} {unit}", text])))

    return show
