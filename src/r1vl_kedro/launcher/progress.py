"""How far a job is, and what it warns of: small files that the parent reads."""

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
from r1vl_kedro.launcher.ranks import rank

PROGRESS = "R1VL_PROGRESS"
WARNINGS = "warnings.jsonl"
_last = [0.0]
log = logging.getLogger(__name__)

Show = Callable[[dict[str, Any] | None], None]
"""Takes the last report, None where there is none yet."""


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


class KeepWarnings(logging.Handler):
    """Writes warnings and errors where the parent finds them, besides the job's own log."""

    def __init__(self, directory: Path):
        super().__init__(logging.WARNING)
        self._file = directory / WARNINGS

    def emit(self, record: logging.LogRecord) -> None:
        """Add the message as a line."""
        try:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(record.getMessage()) + "\n")
        except OSError:
            self.handleError(record)


class TellWarnings:
    """Passes a job's warnings on to this process's log, each once."""

    def __init__(self, directory: Path):
        self._name, self._file, self._read = directory.name, directory / WARNINGS, 0

    def tell(self) -> None:
        """Log what is new; a line half written waits for its end."""
        if not self._file.exists():
            return
        with self._file.open("rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if line.endswith(b"\n"):
                    self._read += len(line)
                    try:
                        text = json.loads(line)
                    except ValueError:  # a full disk broke it off
                        text = line.decode("utf-8", "replace").strip()
                    log.warning("%s: %s", self._name, text)


def _tenths(name: str) -> Show:
    """Log a job's progress at each tenth of its steps."""
    tenth = 0

    def show(report: dict[str, Any] | None) -> None:
        nonlocal tenth
        if report and report["total"] and (now := 10 * report["done"] // report["total"]) > tenth:
            tenth = now
            parts = [f"{report['done']}/{report['total']} {report['unit']}", report["text"]]
            log.info("%s: %s", name, ", ".join(filter(None, parts)))

    return show


@contextlib.contextmanager
def bar(name: str, wanted: bool) -> Iterator[Show]:
    """Show a progress bar with the time left; jobs that run at once take lines of their own.

    Where no terminal is, a log line at each tenth.
    """
    if not wanted or not sys.stderr.isatty():
        yield _tenths(name) if wanted else lambda report: None
        return
    from tqdm import tqdm

    with tqdm(desc=name, leave=False, mininterval=1.0, dynamic_ncols=True) as line:

        def show(report: dict[str, Any] | None) -> None:
            if report is None:
                return
            line.unit, line.total = report["unit"], report["total"]
            line.set_postfix_str(report["text"], refresh=False)
            # A resumed job starts in the middle; the time left counts from there.
            if line.n == 0 and report["done"]:
                line.initial = line.n = report["done"]
                line.refresh()
            else:
                line.update(report["done"] - line.n)

        yield show
