"""How runs ended, on disk until the store has taken it."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from r1vl_kedro import files

logger = logging.getLogger(__name__)


class End(NamedTuple):
    """The status of a run (FINISHED, FAILED, KILLED) and its time in ms since the epoch."""

    run_id: str
    status: str
    time_ms: int


class KeptEnds:
    """One small file for each run that has ended and whose store has yet to be told.

    Args:
        directory: where the files lie.
        store: the store and experiment that they belong to, without secrets.
    """

    def __init__(self, directory: Path, store: str):
        self._directory, self._store = directory, store

    def keep(self, run_id: str, status: str) -> End:
        """Note that a run ends now; where no note can be written, a warning is all."""
        end = End(run_id, status, int(time.time() * 1000))
        content = {"store": self._store, "status": end.status, "time_ms": end.time_ms}
        try:
            files.write_json(self._directory / f"{run_id}.json", content)
        except files.WriteError as error:  # the store may take the end all the same
            logger.warning("the end of a run cannot be kept until MLflow has it: %s", error)
        return end

    def forget(self, end: End) -> None:
        """Drop the note: the store has been told, or does not know the run."""
        with contextlib.suppress(OSError):  # none was kept, or the disk has become read-only
            (self._directory / f"{end.run_id}.json").unlink()

    def __iter__(self) -> Iterator[End]:
        for file in sorted(self._directory.glob("*.json")):
            try:
                about = json.loads(file.read_text(encoding="utf-8"))
                if about["store"] == self._store:
                    yield End(file.stem, str(about["status"]), int(about["time_ms"]))
            except FileNotFoundError:
                continue  # another run on this machine has just filed it
            except (ValueError, TypeError, KeyError):
                logger.warning("%s cannot be read and is left out; it may be deleted", file)
