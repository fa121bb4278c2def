"""Whatever a run reads is looked for before its first node: not after days of training."""

from __future__ import annotations

from collections.abc import Iterable

from kedro.framework.project import pipelines
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.io.core import is_parameter
from kedro.pipeline import Node

from r1vl_kedro.benchmarks.tsv import BenchmarkFileError
from r1vl_kedro.datasets import BenchmarkTSVDataset
from r1vl_kedro.datasets.places import place_of
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.hooks.to_run import command

SHOWN = 5
"""Missing inputs that a message names."""


class MissingInputsError(UserFacingError):
    """Files that a run would read are not there; the message names each with its path."""


def check_inputs(
    nodes: Iterable[Node], free: set[str], catalog: DataCatalog, env: str | None
) -> None:
    """Refuse a run of which inputs are missing, naming all of them at once, or lack columns.

    Args:
        free: datasets that no node of the run makes.

    Raises:
        MissingInputsError: names the inputs, where they should be, and what makes them.
        BenchmarkFileError: a benchmark's file is of another kind, or a column of it is missing.
    """
    read = {name for node in nodes for name in node.inputs} & free
    places = {
        name: place
        for name in sorted(read)
        if not is_parameter(name) and (place := _missing(catalog.get(name))) is not None
    }
    if places:
        lines = [f"{name} ({place})" for name, place in list(places.items())[:SHOWN]]
        more = [f"and {len(places) - SHOWN} more"] if len(places) > SHOWN else []
        raise MissingInputsError(
            "nothing was started, since this run reads what is not there: "
            f"{'; '.join(lines + more)}. {_advice(set(places), env)}"
        )
    for name in sorted(read):
        if isinstance(dataset := catalog.get(name), BenchmarkTSVDataset):
            try:
                dataset.load().check_columns()
            except BenchmarkFileError as error:
                raise BenchmarkFileError(f"nothing was started: {name}: {error}") from error


def _advice(missing: set[str], env: str | None) -> str:
    """Name the shortest command that makes what is missing; what no pipeline makes is a file."""
    known = {name: one.all_outputs() for name, one in pipelines.items()}
    made = {name for outputs in known.values() for name in outputs & missing}
    if made != missing:
        return f"Put it there: no pipeline makes {', '.join(sorted(missing - made)[:SHOWN])}"
    whole = ("__default__", "ablation")
    first = next((name for name in (*whole, *known) if missing <= known.get(name, set())), None)
    if first is None:
        return "Run the pipelines that make it first (`kedro registry list`)"
    words = [command(env)]
    words += [f"--pipelines={first}"] if first != "__default__" else []
    words += [f"--to-outputs={','.join(sorted(missing))}"] if len(missing) < SHOWN else []
    return f"This makes it: {' '.join(words)}"


def _missing(dataset: AbstractDataset | None) -> str | None:
    """Locate an absent dataset; None for one that is there, or that cannot be asked.

    A dataset without an ``_exists`` of its own cannot: Kedro then takes it as absent.
    """
    if dataset is None or isinstance(dataset, MemoryDataset):
        return None
    if type(dataset)._exists is AbstractDataset._exists or dataset.exists():
        return None
    return place_of(dataset)
