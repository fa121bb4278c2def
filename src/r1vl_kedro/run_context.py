"""Which MLflow run the work of this thread belongs to."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RunContext:
    """The tracking run of the node that is running.

    ``variant`` is the namespace (``outcome``, with several seeds ``outcome_seed3``); it and
    ``seed`` are None in nodes that all variants share. ``run_id`` is "" where nothing is tracked.
    """

    tracking_uri: str
    run_id: str
    variant: str | None = None
    seed: int | None = None


RUN: ContextVar[RunContext | None] = ContextVar("r1vl_run", default=None)
"""Set by the tracking hook in the thread of each node, read by the job launcher."""


def metric_name(key: str) -> str:
    """``eval_accuracy`` becomes ``eval/accuracy``, everything else ``train/...``."""
    return f"eval/{key[5:]}" if key.startswith("eval_") else f"train/{key}"
