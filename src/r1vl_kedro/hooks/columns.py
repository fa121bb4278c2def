"""What rewards read of a record is looked for before the first node: not when training starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Node

from r1vl_kedro.hooks.batches import trainings_of
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.record_columns import columns_of
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.planned import Training, column_problems, of_variants


def check_columns(nodes: Sequence[Node], catalog: DataCatalog) -> None:
    """Refuse a reward that reads a column which its records will not have.

    Looks at the rewards of trainings and of a probe; preflight lists them itself.

    Raises:
        ConfigurationError: a line for each reward and column, with the columns there are.
    """
    sections, variants = trainings_of(nodes, catalog)
    if any("probe" in node.tags for node in nodes):
        variants += _probed(catalog.load("parameters")["variants"])
    made = {name for node in nodes for name in node.outputs}
    problems = column_problems([*sections, *variants], partial(columns_of, catalog, made=made))
    if problems:
        raise ConfigurationError("\n".join(problems))


def _probed(variants: dict[str, Any]) -> list[Training]:
    """List the trainings whose rewards a probe computes, all of them on its RL prompts."""
    method = METHODS["step_grpo"]
    own = [one for one in of_variants(variants) if one.method is method]
    return [replace(one, records=method.records) for one in own]
