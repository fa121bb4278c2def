"""The queue of what is to be written to MLflow: in order, tried again while it does not answer."""

from __future__ import annotations

import logging
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


def _failure_of(write: Callable[[], Any]) -> Exception | None:
    from mlflow.exceptions import MlflowException

    try:
        write()
    except (MlflowException, OSError) as error:
        return error
    return None
