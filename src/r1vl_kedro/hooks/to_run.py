"""Which nodes of a run have something to make, and what runs them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node


def command(env: str | None) -> str:
    """Return what runs an environment: ``kedro run``, with ``--env`` where it is another one."""
    return "kedro run" if env in (None, "local") else f"kedro run --env={env}"


def nodes_to_run(
    run_params: Mapping[str, Any], pipeline: Pipeline, catalog: DataCatalog
) -> list[Node]:
    """List a run's nodes; with ``--only-missing-outputs`` those that have something to make.

    As in Kedro, a node without outputs always runs.
    """
    if not run_params.get("only_missing_outputs"):
        return pipeline.nodes
    there = catalog.exists
    return [
        node for node in pipeline.nodes if not node.outputs or not all(map(there, node.outputs))
    ]
