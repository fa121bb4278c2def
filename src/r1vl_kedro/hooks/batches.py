"""Batches of trainings are divided over the processes before the first node runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.planned import Training, batch_problems, of_sections, of_variants


class BatchHooks:
    """Refuses a run of which a training's batch does not go over the launcher's processes."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Look at the trainings of the run; preflight, which trains nothing, lists them itself.

        Raises:
            ConfigurationError: a line for each batch, with sizes that would work.
        """
        sections, variants = trainings_of(pipeline.nodes, catalog)
        if not sections and not variants:
            return
        # What a variant has from its section is named there.
        methods = {name for name, row in METHODS.items() if row in [v.method for v in variants]}
        sections += of_sections(catalog.load("parameters"), methods)
        problems = batch_problems(
            [*sections, *variants], catalog.load("params:launcher").num_processes
        )
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
