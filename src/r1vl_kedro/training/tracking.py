"""Training metrics to MLflow, without ever holding training up."""

from __future__ import annotations

import logging
import math
import os
import queue
import threading
import time
from typing import Any

from transformers import TrainerCallback

from r1vl_kedro.run_context import metric_name

log = logging.getLogger(__name__)

TRACKING_URI = "R1VL_TRACKING_URI"
RUN_ID = "R1VL_RUN_ID"
STAGE = "R1VL_STAGE"
BATCH = 500
CLOSE_SECONDS = 20.0


def metric_callback() -> list[TrainerCallback]:
    """Make the callback for the run that the environment names; none outside rank 0."""
    uri, run_id = os.environ.get(TRACKING_URI), os.environ.get(RUN_ID)
    if not uri or not run_id or os.environ.get("RANK", "0") != "0":
        return []
    return [LogToMlflow(MetricWriter(uri, run_id), os.environ.get(STAGE))]


class MetricWriter:
    """Sends numbers from a thread of its own; what a slow or dead server misses is retried.

    ``lost`` counts the numbers that could not be sent by the end.
    """

    def __init__(self, uri: str, run_id: str, client: Any = None, retry_seconds: float = 5.0):
        self.uri, self.run_id, self.retry_seconds = uri, run_id, retry_seconds
        self.lost = 0
        self._held = 0
        self._deadline = math.inf
        self._client = client
        self._queue: queue.Queue[Any] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="mlflow-metrics")
        self._thread.start()

    def put(self, values: dict[str, float], step: int) -> None:
        """Hand over numbers; returns at once."""
        now = int(time.time() * 1000)
        self._queue.put([(key, value, now, step) for key, value in values.items()])

    def close(self, seconds: float = CLOSE_SECONDS) -> int:
        """Send what is left, at most so long; returns how many numbers were lost."""
        self._deadline = time.monotonic() + seconds
        self._closing.set()
        self._queue.put([])
        self._thread.join(seconds)
        if self._thread.is_alive() or self.lost:
            if self._thread.is_alive():
                self.lost = self._held + sum(len(batch) for batch in list(self._queue.queue))
            log.error(
                "%d metric values did not reach MLflow at %s (run %s); training_log.json has all",
                self.lost, self.uri, self.run_id,
            )  # fmt: skip
        return self.lost

    def _work(self) -> None:
        pending: list[tuple] = []
        while True:
            pending += self._queue.get()
            while not self._queue.empty():
                pending += self._queue.get_nowait()
            self._held = len(pending)
            pending = self._send(pending)
            if self._closing.is_set() and self._queue.empty():
                while pending and time.monotonic() + self.retry_seconds < self._deadline:
                    time.sleep(self.retry_seconds)
                    pending = self._send(pending)
                self.lost = len(pending)
                return
            if pending:
                self._closing.wait(self.retry_seconds)
                self._queue.put([])
            else:
                time.sleep(0.0)

    def _send(self, pending: list[tuple]) -> list[tuple]:
        from mlflow.entities import Metric
        from mlflow.exceptions import MlflowException

        try:
            if self._client is None:
                from mlflow import MlflowClient

                self._client = MlflowClient(self.uri)
            while pending:
                metrics = [Metric(*values) for values in pending[:BATCH]]
                self._client.log_batch(self.run_id, metrics=metrics)
                pending = pending[BATCH:]
                self._held = len(pending)
        except (MlflowException, OSError) as error:
            log.warning("%d metric values wait, MLflow does not answer: %s", len(pending), error)
        return pending


class LogToMlflow(TrainerCallback):
    """Per-step numbers as ``train/<name>`` and ``eval/<name>``, after their stage if it has one."""

    def __init__(self, writer: MetricWriter, stage: str | None = None):
        self.writer, self.stage = writer, stage

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Hand the numbers over; text and missing values are left out."""
        numbers = {
            metric_name(key, self.stage): float(value)
            for key, value in (logs or {}).items()
            if isinstance(value, int | float) and key not in ("epoch", "step")
        }
        if numbers:
            self.writer.put(numbers, state.global_step)
