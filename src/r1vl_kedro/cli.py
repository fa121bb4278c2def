"""The project's ``kedro run``: Kedro's own, with variants of the ablation side by side."""

from __future__ import annotations

import copy
import logging
import os
import re
from pathlib import Path
from typing import Any

import click
from kedro.config import MissingConfigException
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import pipelines, settings
from kedro.io import DatasetError
from kedro.utils import find_kedro_project, load_obj
from omegaconf import OmegaConf
from yaml import MarkedYAMLError, YAMLError

from r1vl_kedro.errors import UserFacingError, clipped
from r1vl_kedro.files import no_room
from r1vl_kedro.hooks.session import RunnerError, refuse_processes
from r1vl_kedro.parameters import check_choices
from r1vl_kedro.scrubbing import scrub

logger = logging.getLogger(__name__)
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


def read_parameters(context: click.Context, option: click.Parameter, value: Any) -> dict[str, Any]:
    """Read ``--params``: ``key=value`` items after commas, where a value may be a list itself.

    Kedro's own reading ends a value at its first comma, and takes only the last of several options.
    """
    if isinstance(value, dict):  # given by a program
        return value
    items = [item for one in value for item in re.split(r",(?=\s*[^\s,=]+=)", one) if one]
    for item in items:
        key = item.partition("=")[0].strip()
        if not all(key.split(".")) or "=" not in item:
            context.fail(f"--params {item[:200]!r} is not key=value, such as step_grpo.beta=0.1")
        try:
            OmegaConf.from_dotlist([item.strip()])
        except YAMLError as error:
            said = str(error).partition("\n")[0]
            context.fail(
                f"--params {item[:200]!r} is no value in YAML ({said}): close what is opened, and "
                "quote text, such as prompt.template='\"{question} Think.\"'"
            )
    return OmegaConf.to_container(OmegaConf.from_dotlist([item.strip() for item in items]))


def _options() -> list[click.Parameter]:
    """Run pipelines, with Kedro's options and ``--params`` read as above."""
    options = [copy.copy(option) for option in kedro_run.params]
    for option in options:
        if "--params" in option.opts:
            option.callback, option.multiple, option.default = read_parameters, True, ()
    return options


@click.group(name="r1vl_kedro")
def cli() -> None:
    """Group the commands of the project."""


@cli.command(name="run", params=_options(), help=kedro_run.help, epilog=EXAMPLES)
@click.pass_context
def run(context: click.Context, /, **options: Any) -> Any:
    """Run the pipeline; the ablation with the slot runner unless another is named.

    ``--pipeline=X``, which Kedro calls deprecated, is taken as ``--pipelines=X``.
    """
    old = options.get("pipeline")
    if old and not options["pipelines"]:
        options |= {"pipeline": None, "pipelines": [old]}
    return _run(context, options)


def _run(context: click.Context, options: dict[str, Any]) -> Any:
    """Run; what no pipeline was named for is looked up in all of them, as Kedro-Viz writes it."""
    if options["runner"] is None and SIDE_BY_SIDE in options["pipelines"]:
        options["runner"] = SLOT_RUNNER
    _check_environment(options)
    _check_runner(options.get("runner"))
    try:
        return context.invoke(kedro_run, **options)
    except click.ClickException as error:
        error.message = clipped(scrub(error.message))
        raise
    except Exception as error:
        said = _said(error)
        if said is None:
            if isinstance(error, ValueError):  # perhaps Kedro's, which does not say what there is
                if not options["pipelines"] and (home := _home(options)):
                    logger.info("Nodes and outputs asked for are in the pipeline %s", home)
                    return _run(context, options | {"pipelines": [home]})
                _check_selection(options)
            raise
        raise click.ClickException(clipped(scrub(said))) from error


def _said(error: Exception) -> str | None:
    """Word an error for the terminal; None for one that was not foreseen."""
    chain: list[BaseException] = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    # The catalog repeats a dataset's message with the name before it.
    name = f"{str(error).partition(': ')[0]}: " if isinstance(error, DatasetError) else ""
    for cause in chain:
        if isinstance(cause, UserFacingError):
            return f"{name}{cause}"
        if isinstance(cause, MarkedYAMLError) and cause.problem_mark:
            file = str(error).removeprefix("Invalid YAML or JSON file ").partition(",")[0]
            mark = cause.problem_mark
            place = f"line {mark.line + 1}, column {mark.column + 1}"
            return f"{file} is no YAML: {place}: {cause.problem}"
    if isinstance(error, MissingConfigException):  # its first line names the path
        said = str(error).partition("\n")[0]
        return f"{said}; run in the project's directory, or name the configuration by --conf-source"
    full = no_room(error)
    if full is not None:
        return f"{name}{full}"
    first = chain[-1]
    # What no entry of the catalog may be, such as one with a key that its type does not take.
    if isinstance(first, DatasetError) or "valid for the constructor" in str(error):
        return str(error).strip()
    if name and isinstance(first, FileNotFoundError):
        return f"{name}there is no {first.filename or first}; put it there, or run what makes it"
    return None


def _check_environment(options: dict[str, Any]) -> None:
    """Raise ConfigurationError for an environment that the configuration has no folder of."""
    env = options.get("env") or os.environ.get("KEDRO_ENV")
    project = find_kedro_project(Path.cwd()) or Path.cwd()  # this may be a folder below it
    conf = Path(options.get("conf_source") or project / settings.CONF_SOURCE)
    if env and conf.is_dir():  # it may be an archive
        check_choices([env], (path.name for path in conf.iterdir() if path.is_dir()), "--env")


def _check_runner(runner: str | None) -> None:
    try:
        load_obj(runner or "SequentialRunner", "kedro.runner")
    except (AttributeError, ImportError, ValueError) as error:
        raise click.ClickException(
            f"--runner {runner!r} is unknown ({error}): there are SequentialRunner, ThreadRunner "
            f"and {SLOT_RUNNER}"
        ) from error
    try:
        refuse_processes(runner or "")
    except RunnerError as error:
        raise click.ClickException(f"--runner: {error}") from error


def _check_selection(options: dict[str, Any]) -> None:
    """Raise ConfigurationError where pipelines, or what is picked of them, are unknown."""
    names = options.get("pipelines") or ["__default__"]
    pipelines.set_requested(None)
    check_choices(names, pipelines, "--pipelines")
    for option, there in _pickable(names).items():
        written = "nodes" if option == "node_names" else option.replace("_", "-")
        check_choices(options.get(option) or (), there, f"--{written}")


def _home(options: dict[str, Any]) -> str | None:
    """Find the pipeline that has all that is picked, where ``__default__`` has not."""
    pipelines.set_requested(None)
    for name in ("__default__", SIDE_BY_SIDE, *pipelines):
        there = _pickable([name])
        if all(set(options.get(option) or ()) <= there[option] for option in there):
            return None if name == "__default__" else name
    return None


def _pickable(names: list[str]) -> dict[str, set[str]]:
    """Return, by option of ``kedro run``, what it may pick of these pipelines."""
    nodes = [node for name in names for node in pipelines[name].nodes]
    called = {node.name for node in nodes}
    data = {name for node in nodes for name in (*node.inputs, *node.outputs)}
    spaces = {node.namespace for node in nodes if node.namespace}
    return {
        "tags": {tag for node in nodes for tag in node.tags},
        "node_names": called,
        "from_nodes": called,
        "to_nodes": called,
        "from_inputs": data,
        "to_outputs": data,
        "namespaces": spaces | {name.partition(".")[0] for name in spaces},
    }
