"""Batches of trainings are divided over the processes before the first node runs."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.planned import batch_problems, of_sections, of_variants


class BatchHooks:
    """Refuses a run of which a training's batch does not go over the launcher's processes."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Look at the trainings of the run; preflight, which trains nothing, lists them itself.

        Raises:
            ConfigurationError: a line for each batch, with sizes that would work.
        """
        trainings = [node for node in pipeline.nodes if "training" in node.tags]
        if not trainings:
            return
        parameters: dict[str, Any] = catalog.load("parameters")
        read = {name.removeprefix("params:") for node in trainings for name in node.inputs}
        variants = {
            namespace: variant
            for namespace, variant in parameters["variants"].items()
            if f"variants.{namespace}.seed" in read
        }
        own = of_variants(variants)
        methods = {name for name, row in METHODS.items() if {*row.sections[:1]} & read}
        methods |= {name for name, row in METHODS.items() if row in [one.method for one in own]}
        problems = batch_problems(
            [*of_sections(parameters, methods), *own],
            catalog.load("params:launcher").num_processes,
        )
        if problems:
            raise ConfigurationError("\n".join(problems))
