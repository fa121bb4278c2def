"""Which MLflow run the work of this thread belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

TRACKING_URI, RUN_ID, STAGE = "R1VL_TRACKING_URI", "R1VL_RUN_ID", "R1VL_STAGE"
"""Environment variables by which a job learns of its node's `RunContext`."""


@dataclass(frozen=True)
class RunContext:
    """The tracking run of the node that is running.

    ``variant`` is the namespace (``outcome``, with several seeds ``outcome_seed3``), None in nodes
    that all variants share. ``stage`` is None in a variant of one training. ``run_id`` is "" where
    nothing is tracked. ``pipeline`` and ``started`` (seconds since 1970) are of the ``kedro run``;
    ``sources`` describes its base model and its source records, and ``command`` is what runs its
    environment.
    """

    tracking_uri: str = ""
    run_id: str = ""
    variant: str | None = None
    stage: str | None = None
    pipeline: str = ""
    started: float = 0.0
    command: str = "kedro run"
    sources: Mapping[str, str] = field(default_factory=dict)


OUTSIDE = RunContext()
RUN: ContextVar[RunContext] = ContextVar("r1vl_run", default=OUTSIDE)
"""Set by the tracking hook in the thread of each node, read by the job launcher."""


def metric_name(key: str, stage: str | None = None) -> str:
    """Return ``eval/accuracy`` for ``eval_accuracy``, ``train/...`` for all else.

    Of a variant with several stages, the stage comes first: ``sft/train/loss``.
    """
    name = f"eval/{key[5:]}" if key.startswith("eval_") else f"train/{key}"
    return f"{stage}/{name}" if stage else name
