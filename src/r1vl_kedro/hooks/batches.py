"""Before the first node runs: do batches go over the processes, and is there room for these?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Node

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.launcher.jobs import lack
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.planned import (
    Training,
    batch_problems,
    of_sections,
    of_variants,
    room_problems,
)


def check_batches(nodes: Iterable[Node], catalog: DataCatalog) -> None:
    """Refuse trainings that cannot go over the launcher's processes, or have no room.

    Preflight, which trains nothing, lists them itself.

    Raises:
        ConfigurationError: a line for each batch, with sizes that would work, and for what this
            machine or the cluster has not.
        JobError: the cluster cannot be reached.
    """
    sections, variants = trainings_of(nodes, catalog)
    if not sections and not variants:
        return
    launcher = LauncherOptions.model_validate(catalog.load("params:launcher"))
    problems = room_problems([*sections, *variants], launcher, lack)
    # What a variant has from its section is named there.
    methods = {name for name, row in METHODS.items() if row in [v.method for v in variants]}
    sections += of_sections(catalog.load("parameters"), methods)
    problems += batch_problems([*sections, *variants], launcher.num_processes)
    if problems:
        raise ConfigurationError("\n".join(problems))


def trainings_of(
    nodes: Iterable[Node], catalog: DataCatalog
) -> tuple[list[Training], list[Training]]:
    """List the trainings among these nodes: of sections of the parameters, and of the grid."""
    trainings = [node for node in nodes if "training" in node.tags]
    if not trainings:
        return [], []
    parameters: dict[str, Any] = catalog.load("parameters")
    read = {name.removeprefix("params:") for node in trainings for name in node.inputs}
    variants = {
        namespace: variant
        for namespace, variant in parameters["variants"].items()
        if f"variants.{namespace}.seed" in read
    }
    methods = {name for name, row in METHODS.items() if {*row.sections[:1]} & read}
    return of_sections(parameters, methods), of_variants(variants)
