"""Two runs at once never write the same results."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
from pathlib import Path
from typing import IO, Any

from kedro.framework.hooks import hook_impl
from kedro.io.core import is_parameter

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking.processes import identity

logger = logging.getLogger(__name__)
SHARED = "shared"


class AlreadyRunning(UserFacingError):
    """Another run holds what this one would write."""


class DataDirectoryError(UserFacingError, OSError):
    """Nothing can be written where ``data`` in ``globals.yml`` points."""


class LockHooks:
    """Locks the parts of the data directory that a run reads and writes.

    A part is one variant's namespace, or what all variants share. Runs of different namespaces
    (``kedro run --namespaces=outcome`` on one machine each) may go on side by side over shared
    results that none of them writes. The operating system lets go of a lock when its process
    dies, however it dies: a lock file left behind stops nobody.
    """

    def __init__(self) -> None:
        self._directory: Path | None = None
        self._held: list[tuple[IO[str], bool]] = []  # and whether it is ours alone

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Note where the data directory is."""
        data = Path(context.config_loader["globals"]["data"])
        self._directory = (context.project_path / data / ".locks").resolve()

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Any) -> None:
        """Take all locks of the run, or none.

        Raises:
            AlreadyRunning: another process holds one of them; the message names both.
            DataDirectoryError: the locks have no place.
        """
        self.release()
        writes = {_part(name) for name in pipeline.all_outputs()}
        reads = {_part(name) for name in pipeline.inputs() if not is_parameter(name)} - writes
        left: dict[str, list[str]] = {}
        for part in sorted(writes | reads):
            note = self._take(part, fcntl.LOCK_EX if part in writes else fcntl.LOCK_SH)
            left.setdefault(note, []).append(part)
        for note in filter(None, left):
            parts = ", ".join(left[note])
            logger.info("%s: left locked by a run that has ended, %s", parts, _who(note))

    def release(self) -> None:
        """Close all locks held; their files stay, empty."""
        while self._held:
            handle, exclusive = self._held.pop()
            if exclusive:
                handle.truncate(0)
            handle.close()

    def _take(self, part: str, how: int) -> str:
        """Lock a part; return the note of a run that ended without letting go of it."""
        if self._directory is None:
            raise RuntimeError("no Kedro context was made before the run; the lock has no place")
        path = self._directory / f"{part}.lock"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            self.release()
            raise DataDirectoryError(
                f"data (globals.yml) is {self._directory.parent}, where nothing can be written: "
                f"{error}; name a directory that can be made"
            ) from error
        handle = os.fdopen(number, "r+", encoding="utf-8", errors="replace")
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = handle.read()
            handle.close()
            self.release()
            raise AlreadyRunning(_message(part, path, holder)) from None
        left = handle.read()
        if how == fcntl.LOCK_EX:
            handle.seek(0)
            handle.truncate()
            json.dump({**identity(), "command": scrub(" ".join(sys.argv))[:200]}, handle)
            handle.flush()
        self._held.append((handle, how == fcntl.LOCK_EX))
        return left


def _part(dataset: str) -> str:
    return dataset.partition(".")[0] if "." in dataset else SHARED


def _who(text: str) -> str:
    try:
        who = json.loads(text)
        return f"process {who['pid']} on {who['host']} ({who['command']:.200})"
    except (ValueError, TypeError, KeyError):
        return "a process whose note cannot be read"


def _message(part: str, path: Path, holder: str) -> str:
    what = "results that all variants share" if part == SHARED else f"the results of {part!r}"
    return (
        f"another run is using {what} below {path.parent.parent}: {_who(holder)}. "
        "Wait for it, stop it, or give this run a data directory of its own "
        "(conf/<env>/globals.yml, key 'data')."
    )
