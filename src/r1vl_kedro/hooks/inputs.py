"""Whatever a run reads is looked for before its first node: not after days of training."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline

from r1vl_kedro.errors import UserFacingError


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
        nodes = pipeline.nodes
        if run_params.get("only_missing_outputs"):
            nodes = [node for node in nodes if not all(map(catalog.exists, node.outputs))]
        read = {name for node in nodes for name in node.inputs} & pipeline.inputs()
        lines = [
            f"{name} ({place})"
            for name in sorted(read)
            if not name.startswith("params:")
            and name != "parameters"
            and (place := _missing(catalog.get(name))) is not None
        ]
        if lines:
            raise MissingInputsError(
                f"nothing was started, since this run reads what is not there: {'; '.join(lines)}. "
                "Put it there, or run the pipeline that makes it first (`kedro registry list`)"
            )


def _missing(dataset: AbstractDataset | None) -> str | None:
    """Locate an absent dataset; None for one that is there, or that cannot be asked."""
    if dataset is None or isinstance(dataset, MemoryDataset):
        return None
    if type(dataset)._exists is AbstractDataset._exists or dataset.exists():
        return None
    about = dataset._describe()
    return str(about.get("path") or about.get("filepath") or dataset)
