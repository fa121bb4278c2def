"""The queue of what is to be written to MLflow: in order, tried again while it does not answer."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking.addresses import words

logger = logging.getLogger(__name__)

FIRST_PAUSE, LAST_PAUSE = 15.0, 240.0
"""Seconds between attempts at a store that does not answer."""
CLOSE_SECONDS = 20.0


class Writes:
    """Writes that wait in order; ``lost`` counts those that were refused, or never taken.

    Args:
        uri: of the store, for messages.
        ask: raises where the store does not answer.
        pause: seconds to the second attempt; each further pause is twice as long.
    """

    def __init__(self, uri: str, ask: Callable[[], Any], pause: float = FIRST_PAUSE):
        self.uri, self.lost = uri, 0
        self._ask = ask
        self._waiting: deque[tuple[str, Callable[[], Any]]] = deque()
        self._lock = threading.RLock()
        self._first_pause = self._pause = pause
        self._not_before = 0.0

    def put(self, what: str, write: Callable[[], Any]) -> None:
        """Write now, behind what waits already; later where the store does not answer."""
        with self._lock:
            self._waiting.append((what, write))
            if time.monotonic() >= self._not_before:
                self._try()

    def flush(self) -> int:
        """Try what waits a last time; how many writes MLflow did not take."""
        with self._lock:
            self._try()
            lost = self._report()
            self._waiting.clear()
            self.lost = lost
            return lost

    def _try(self) -> None:
        while self._waiting:
            what, write = self._waiting[0]
            error = _failure_of(write)
            if error is not None and _failure_of(self._ask) is not None:
                self._not_before = time.monotonic() + self._pause
                self._pause = min(2 * self._pause, LAST_PAUSE)
                logger.warning(
                    "MLflow at %s does not answer, %d writes wait: %s",
                    scrub(self.uri), len(self._waiting), words(error),
                )  # fmt: skip
                return
            # It answers, perhaps again: then the write is at fault only if it fails once more.
            if error is not None and (error := _failure_of(write)) is not None:
                self.lost += 1
                said = words(error)
                logger.warning("MLflow at %s does not take %s: %s", scrub(self.uri), what, said)
            self._waiting.popleft()
            self._pause = self._first_pause

    def _report(self) -> int:
        """Count what was lost and what still waits; log it."""
        missing = Counter(what for what, _ in list(self._waiting))
        lost = self.lost + missing.total()
        if lost:
            logger.error(
                "%d writes did not reach MLflow at %s%s; the results themselves are in the data "
                "directory",
                lost,
                scrub(self.uri),
                "".join(f", {count} of {what}" for what, count in missing.items()),
            )
        return lost


class BackgroundWrites(Writes):
    """The same from a thread of its own: neither a slow nor a dead store holds the caller up."""

    def __init__(self, uri: str, ask: Callable[[], Any], pause: float = FIRST_PAUSE):
        super().__init__(uri, ask, pause)
        self._wake, self._closing = threading.Event(), threading.Event()
        self._deadline = math.inf
        self._thread = threading.Thread(target=self._work, daemon=True, name="mlflow-writes")
        self._thread.start()

    def put(self, what: str, write: Callable[[], Any]) -> None:
        """Hand a write over; returns at once."""
        self._waiting.append((what, write))
        self._wake.set()

    def close(self, seconds: float = CLOSE_SECONDS) -> int:
        """Send what is left, at most so long; returns how many writes were lost."""
        self._deadline = time.monotonic() + seconds
        self._closing.set()
        self._wake.set()
        self._thread.join(seconds)
        return self._report()

    def _work(self) -> None:
        while True:
            self._wake.wait(self._pause if self._waiting else None)
            self._wake.clear()
            closing = self._closing.is_set()
            if closing or time.monotonic() >= self._not_before:
                with self._lock:
                    self._try()
            if closing:
                break
        while self._waiting and time.monotonic() + self._first_pause < self._deadline:
            time.sleep(self._first_pause)
            with self._lock:
                self._try()


def _failure_of(write: Callable[[], Any]) -> Exception | None:
    from mlflow.exceptions import MlflowException

    try:
        write()
    except (MlflowException, OSError) as error:
        return error
    return None
