"""Which nodes of a run have something to make, and where what they read is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedro.io import AbstractDataset, DataCatalog
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


def place_of(dataset: AbstractDataset) -> str:
    """Return the path of a dataset, or how it describes itself where it has none.

    Kedro has no public way to ask; every dataset has a ``_describe``.
    """
    about = dataset._describe()
    return str(about.get("path") or about.get("filepath") or dataset)
