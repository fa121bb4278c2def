"""The project's ``kedro run``: Kedro's own, with variants of the ablation side by side."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.io import DatasetError

from r1vl_kedro.errors import PlainError

SIDE_BY_SIDE = "ablation"
SLOT_RUNNER = "r1vl_kedro.runner.SlotRunner"
EXAMPLES = """\b
Examples:
  kedro run                                        one variant, from raw records to Table 1
  kedro run --pipelines=ablation                   every row of the tables
  kedro run --pipelines=ablation --only-missing-outputs           go on after a kill
  kedro run --pipelines=ablation --namespaces=outcome --params step_grpo.beta=0.1
  kedro registry list                              all pipelines
"""


@click.group(name="r1vl_kedro")
def cli() -> None:
    """Commands of the project."""


@cli.command(name="run", params=kedro_run.params, help=kedro_run.help, epilog=EXAMPLES)
@click.pass_context
def run(context: click.Context, /, **options: Any) -> Any:
    """Run the pipeline; the ablation with the slot runner unless another is named.

    ``--pipeline=X``, which Kedro calls deprecated, is taken as ``--pipelines=X``.
    """
    old = options.get("pipeline")
    if old and not options["pipelines"]:
        options |= {"pipeline": None, "pipelines": [old]}
    if options["runner"] is None and SIDE_BY_SIDE in options["pipelines"]:
        options["runner"] = SLOT_RUNNER
    try:
        return context.invoke(kedro_run, **options)
    except PlainError as error:
        raise click.ClickException(str(error)) from error
    except DatasetError as error:
        first: BaseException = error  # the catalog says it again, with the name
        while first.__cause__ is not None:
            first = first.__cause__
        if not isinstance(first, DatasetError):  # not said by a dataset, but run into
            raise
        raise click.ClickException(str(error)) from error
