"""Per-step numbers of a run, while it trains."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from r1vl_kedro.tracking.writes import CLOSE_SECONDS, BackgroundWrites

PAUSE = 5.0


class LiveMetrics:
    """Sends numbers to one run of a store, without ever holding training up.

    What is lost here is filed from the training's own log when the node ends (`Store.history`).
    """

    def __init__(self, uri: str, run_id: str, client: Any = None, pause: float = PAUSE):
        self.uri, self.run_id, self._given = uri, run_id, client
        self._writes = BackgroundWrites(uri, lambda: self.client.get_run(run_id), pause)

    @cached_property
    def client(self) -> Any:
        """Return MLflow's client, made by the thread that sends."""
        if self._given is not None:
            return self._given
        from mlflow import MlflowClient

        return MlflowClient(self.uri)

    def put(self, values: Mapping[str, float], step: int) -> None:
        """Hand numbers over; returns at once."""
        now = int(time.time() * 1000)
        self._writes.put("training curves", lambda: self._log(values, now, step))

    def _log(self, values: Mapping[str, float], now: int, step: int) -> None:
        from mlflow.entities import Metric

        metrics = [Metric(key, value, now, step) for key, value in values.items()]
        self.client.log_batch(self.run_id, metrics=metrics)

    def close(self, seconds: float = CLOSE_SECONDS) -> int:
        """Send what is left, at most so long; returns how many steps' numbers were lost."""
        return self._writes.close(seconds)
