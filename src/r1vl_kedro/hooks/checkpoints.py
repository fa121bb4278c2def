"""The files of a model are looked at before the first node: not when data have been prepared."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.datasets import CheckpointDataset, HubModelDataset
from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.hooks.batches import trainings_of
from r1vl_kedro.hooks.libraries import decoding_of
from r1vl_kedro.hooks.to_run import nodes_to_run
from r1vl_kedro.models.files import name_problem, problems_of
from r1vl_kedro.training.planned import image_problems


class CheckpointHooks:
    """Refuses a run that starts from a model without its files, or bounds images below a token.

    A model of the hub's is looked at when it is loaded, but for its name and, offline, the cache.
    """

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Look at every local model that a training or evaluation of the run starts from.

        Raises:
            CheckpointError: names what is missing, or the option and what would do.
        """
        nodes = nodes_to_run(run_params, pipeline, catalog)
        decodings = [found for node in nodes for found in decoding_of(node, catalog)]
        sections, variants = trainings_of(nodes, catalog)
        if not decodings and not sections and not variants:
            return
        names = _names(nodes, pipeline.inputs(), catalog)
        models = {name: Path(place) for name, place in names.items() if Path(place).is_dir()}
        problems = [problem for place in models.values() for problem in problems_of(place)]
        for name, place in names.items():
            if name not in models and (problem := name_problem(place)):
                problems.append(f"{name}: {problem}")
        problems += image_problems(models, [*sections, *variants], decodings)
        if problems:
            raise CheckpointError("nothing was started: " + "; ".join(dict.fromkeys(problems)))


def _names(nodes: Iterable[Node], free: set[str], catalog: DataCatalog) -> dict[str, str]:
    """Return directory or hub name of the models that the nodes read and no node makes."""
    found = {}
    for name in sorted({name for node in nodes for name in node.inputs} & free):
        dataset = None if name.startswith("params:") else catalog.get(name)
        there = isinstance(dataset, CheckpointDataset) and dataset.exists()
        if there or isinstance(dataset, HubModelDataset):
            found[name] = str(dataset.load())
    return found
