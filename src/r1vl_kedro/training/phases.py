"""Seconds of a training step by phase."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any


class Phases:
    """Measure wall time by phase; a phase within another one is not counted twice.

    Args:
        synchronise: waits for the device, so that what a phase started counts as its own.
    """

    def __init__(self, synchronise: Callable[[], object] | None = None):
        self._synchronise = synchronise
        self._seconds: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._began = self._since = time.perf_counter()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Count what runs inside as ``name``."""
        self._switch()
        self._open.append(name)
        try:
            yield
        finally:
            self._switch()
            self._open.pop()

    def take(self) -> dict[str, float]:
        """Give the seconds since the last call by phase, ``idle`` and ``step`` (their sum)."""
        self._switch()
        now, seconds = self._since, dict(self._seconds)
        self._seconds.clear()
        step, self._began = now - self._began, now
        return {**seconds, "idle": max(0.0, step - sum(seconds.values())), "step": step}

    def _switch(self) -> None:
        if self._synchronise is not None:
            self._synchronise()
        now = time.perf_counter()
        if self._open:
            self._seconds[self._open[-1]] += now - self._since
        self._since = now


def timed(phase: str) -> Callable:
    """Count a method of an object with ``phases`` as ``phase``."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
            with self.phases(phase):
                return method(self, *args, **kwargs)

        return counted

    return decorate
