"""Per-step numbers of a run, while it trains."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from r1vl_kedro.tracking.writes import Writes

PAUSE, CLOSE_SECONDS = 5.0, 20.0


class LiveMetrics(Writes):
    """Sends numbers to one run from a thread of its own, without ever holding training up.

    Neither a slow nor a dead store does. What is lost here is filed from the training's own log
    when the node ends (`Store.history`).
    """

    def __init__(self, uri: str, run_id: str, client: Any = None, pause: float = PAUSE):
        super().__init__(uri, lambda: self.client.get_run(run_id), pause)
        self.run_id, self._given = run_id, client
        self._wake, self._closing = threading.Event(), threading.Event()
        self._deadline = math.inf
        self._thread = threading.Thread(target=self._work, daemon=True, name="mlflow-writes")
        self._thread.start()

    @cached_property
    def client(self) -> Any:
        """Return MLflow's client, made by the thread that sends."""
        if self._given is not None:
            return self._given
        from mlflow import MlflowClient

        return MlflowClient(self.uri)

    def send(self, values: Mapping[str, float], step: int) -> None:
        """Hand numbers over; returns at once."""
        now = int(time.time() * 1000)
        self._waiting.append(("training curves", lambda: self._log(values, now, step)))
        self._wake.set()

    def _log(self, values: Mapping[str, float], now: int, step: int) -> None:
        from mlflow.entities import Metric

        metrics = [Metric(key, value, now, step) for key, value in values.items()]
        self.client.log_batch(self.run_id, metrics=metrics)

    def close(self, seconds: float = CLOSE_SECONDS) -> int:
        """Send what is left, at most so long; returns how many steps' numbers were lost."""
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
