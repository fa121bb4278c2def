"""Whatever a run reads is looked for before its first node: not after days of training."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.hooks.to_run import command, nodes_to_run, place_of

SHOWN = 5
"""Missing inputs that a message names."""


class MissingInputsError(UserFacingError):
    """Files that a run would read are not there; the message names each with its path."""


class InputsHooks:
    """Refuses a run of which an input is missing, naming all of them at once."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Look for every input that no node of the run makes.

        With ``--only-missing-outputs`` only for those of nodes that have something to make.

        Raises:
            MissingInputsError: names the inputs, where they should be, and what makes them.
        """
        nodes = nodes_to_run(run_params, pipeline, catalog)
        read = {name for node in nodes for name in node.inputs} & pipeline.inputs()
        places = {
            name: place
            for name in sorted(read)
            if not name.startswith("params:")
            and name != "parameters"
            and (place := _missing(catalog.get(name))) is not None
        }
        if places:
            lines = [f"{name} ({place})" for name, place in list(places.items())[:SHOWN]]
            more = [f"and {len(places) - SHOWN} more"] if len(places) > SHOWN else []
            raise MissingInputsError(
                "nothing was started, since this run reads what is not there: "
                f"{'; '.join(lines + more)}. {_advice(set(places), run_params.get('env'))}"
            )


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
