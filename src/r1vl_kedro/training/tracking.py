"""Training metrics to MLflow, while the training runs."""

from __future__ import annotations

import os

from transformers import TrainerCallback

from r1vl_kedro import ranks
from r1vl_kedro.run_context import RUN_ID, STAGE, TRACKING_URI, metric_name
from r1vl_kedro.tracking.live import LiveMetrics


def metric_callback() -> list[TrainerCallback]:
    """Make the callback for the run that the environment names; none outside rank 0."""
    uri, run_id = os.environ.get(TRACKING_URI), os.environ.get(RUN_ID)
    if not uri or not run_id or ranks.rank() != 0:
        return []
    return [LogToMlflow(LiveMetrics(uri, run_id), os.environ.get(STAGE))]


class LogToMlflow(TrainerCallback):
    """Per-step numbers as ``train/<name>`` and ``eval/<name>``, after their stage if it has one."""

    def __init__(self, metrics: LiveMetrics, stage: str | None = None):
        self.metrics, self.stage = metrics, stage

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Hand the numbers over; text and missing values are left out."""
        numbers = {
            metric_name(key, self.stage): float(value)
            for key, value in (logs or {}).items()
            if isinstance(value, int | float) and key not in ("epoch", "step")
        }
        if numbers:
            self.metrics.send(numbers, state.global_step)
