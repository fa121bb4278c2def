"""The files of a model are looked at before the first node: not when data have been prepared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from kedro.io import DataCatalog
from kedro.pipeline import Node

from r1vl_kedro.datasets import CheckpointDataset, HubModelDataset
from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.hooks.batches import trainings_of
from r1vl_kedro.hooks.libraries import decoding_of
from r1vl_kedro.models.files import name_problem, problems_of
from r1vl_kedro.training.planned import image_problems


def check_models(nodes: Sequence[Node], free: set[str], catalog: DataCatalog) -> None:
    """Refuse to start from a model without its files, or to bound images below a token.

    A model of the hub's is looked at when it is loaded, but for its name and, offline, the cache.

    Args:
        free: datasets that no node of the run makes.

    Raises:
        CheckpointError: names what is missing, or the option and what would do.
    """
    decodings = [found for node in nodes for found in decoding_of(node, catalog)]
    sections, variants = trainings_of(nodes, catalog)
    if not decodings and not sections and not variants:
        return
    names = _names(nodes, free, catalog)
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
