"""Names, parameters and tags of MLflow runs, and which nodes belong to each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DataCatalog
from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel

from r1vl_kedro.datasets import CheckpointDataset, HubModelDataset
from r1vl_kedro.datasets.places import place_of
from r1vl_kedro.hooks.values import flat
from r1vl_kedro.models.files import architecture
from r1vl_kedro.pipelines.ablation.entries import Variant
from r1vl_kedro.provenance import git_commit
from r1vl_kedro.reporting.variants import options_of, variant
from r1vl_kedro.scrubbing import scrub

COLOUR = "mlflow.runColor"
NAME_LENGTH = 100
"""Characters of a run's name."""


def run_name(run_params: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """Name the pipelines and what this run of them is about: label, namespaces, parameters.

    Example:
        >>> run = {"pipeline_names": ["evaluation"], "runtime_params": {}}
        >>> run_name(run, {"evaluation": {"label": "outcome only"}})
        'evaluation: outcome only'
    """
    names = run_params.get("pipeline_names") or ["__default__"]
    given = flat(run_params.get("runtime_params") or {})
    about = [
        f"{key.rpartition('.')[2]}={value}"
        for key, value in given.items()
        if not key.startswith(("evaluation.", "tracking."))
    ]
    if "evaluation" in names:
        about.insert(0, str(parameters["evaluation"]["label"]))
    about = [*(run_params.get("namespaces") or ()), *about]
    return scrub(": ".join([",".join(names), *([", ".join(about)] if about else [])]))[:NAME_LENGTH]


def child_params(
    namespace: str, variants: Mapping[str, Variant], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Collect a variant's parameters: enough to plot its scores against any option of the grid.

    They are its method and seed, its group size and weights of rewards, every option in which two
    variants of the grid differ, what the grid itself has of it, and what the command line gave.

    Args:
        given: ``--params`` as nested mappings.
    """
    own = variants[namespace]
    options = {name: flat(options_of(one.model_dump())) for name, one in variants.items()}
    params = {"method": own.method, **flat(given), **flat(own.overrides)}
    for key, value in options[namespace].items():
        values = {repr(other[key]) for other in options.values() if key in other}
        weight = key.startswith("rewards.") and key.endswith(".weight")
        if key == "group_size" or weight or len(values) > 1:
            params[key] = value
    for reward in own.overrides.get("rewards", {}):  # a bare weight, as the grid writes it
        if f"rewards.{reward}.weight" in params:
            params.pop(f"rewards.{reward}", None)
    if own.seed is not None:
        params["seed"] = own.seed
    return {key: value for key, value in params.items() if not key.startswith("ablation.")}


def child_tags(own: Variant, grid: Mapping[str, Any]) -> dict[str, Any]:
    """Return tags of a variant's run, with the label and colour that it has in the report."""
    drawn = variant(own.name, grid)
    tags = {"variant": own.name, "method": own.method, "seed": own.seed}
    return {**tags, "label": drawn.label, COLOUR: drawn.colour}


def commit_tags(root: Path) -> dict[str, str]:
    """Return the commit of the project's checkout as tags; none outside one."""
    found = git_commit(root)
    if found is None:
        return {}
    return {"mlflow.source.git.commit": found.commit, "git.dirty": str(found.changed).lower()}


def sources(catalog: DataCatalog) -> dict[str, str]:
    """Describe the base model and the source records of a catalog, those of them that it has."""
    described = {"model": _model(catalog.get("base_model"))}
    records = catalog.get("source_records")
    from r1vl_kedro.datasets import EmbeddedMulberryDataset  # late: it draws

    if isinstance(records, EmbeddedMulberryDataset):
        described["source records"] = f"embedded world, {records._describe()['n']}"
    elif records is not None:
        place = Path(place_of(records)).name
        described["source records"] = " ".join(
            filter(None, [records._describe().get("reader"), place])
        )
    return {name: text for name, text in described.items() if text}


def _model(dataset: AbstractDataset | None) -> str:
    if isinstance(dataset, HubModelDataset):
        return dataset.load()
    if not isinstance(dataset, CheckpointDataset) or not dataset.exists():
        return ""
    directory = dataset.load()
    return f"{directory.name} ({architecture(directory)})"


def plain(value: Any) -> Any:
    """Return configuration as mappings, lists and scalars that YAML has, without secrets."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, int | float) or value is None:
        return value
    return scrub(str(value))


def namespace_of(node: Node) -> str:
    """Return a node's outermost namespace, which is its variant where it has one."""
    return (node.namespace or "").partition(".")[0]


def owners(pipeline: Pipeline, variants: dict[str, Variant]) -> dict[str, str]:
    """Map nodes to the variant whose run they belong to, without those that variants share."""
    owners = {node.name: namespace_of(node) for node in pipeline.nodes}
    owners = {name: owner for name, owner in owners.items() if owner in variants}
    evaluated = {
        variants[owner].base: owner
        for owner in sorted(set(owners.values()))
        if not variants[owner].trained
    }
    for node in pipeline.nodes:
        for output in evaluated.keys() & set(node.outputs):
            owners.setdefault(node.name, evaluated[output])
    return owners
