"""The project's ``kedro run``: Kedro's own, with variants of the ablation side by side."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run

SIDE_BY_SIDE = "ablation"
SLOT_RUNNER = "r1vl_kedro.runner.SlotRunner"


@click.group(name="r1vl_kedro")
def cli() -> None:
    """Commands of the project."""


@cli.command(name="run", params=kedro_run.params, help=kedro_run.help)
@click.pass_context
def run(context: click.Context, /, **options: Any) -> Any:
    """Run the pipeline; the ablation with the slot runner unless another is named."""
    if options["runner"] is None and SIDE_BY_SIDE in (options["pipeline"], *options["pipelines"]):
        options["runner"] = SLOT_RUNNER
    return context.invoke(kedro_run, **options)
