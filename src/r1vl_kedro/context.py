"""Kedro's context, with the ablation grid following the configuration in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.framework import project
from kedro.framework.context import KedroContext
from kedro.validation.type_extractor import TypeExtractor
from pydantic import BaseModel, ValidationError

from r1vl_kedro.hooks.tracking import TrackingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.parameters import (
    Common,
    ConfigurationError,
    check_choices,
    check_names,
    checked,
    describe,
)
from r1vl_kedro.pipelines.ablation import grid
from r1vl_kedro.pipelines.evaluation import in_use
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.variants import ORDER
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions, split_batch
from r1vl_kedro.training.overrides import continued_sft

OTHERS = frozenset({"variants", "responses"})
"""Given on the command line only: options of one namespace; the reward card's file."""


class ProjectContext(KedroContext):
    """Expands ``parameters.ablation`` into one ``parameters.variants.<namespace>`` per run.

    Pipelines are registered before Kedro tells them of ``--env`` or ``--params``, but after the
    context exists. So the context hands the grid over; that holds for ``kedro run``, Kedro-Viz and
    sessions in tests alike. The options of every variant become parameters of their own, which
    Kedro checks against the nodes' types before any node runs.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        given = self.config_loader["parameters"]
        check_names(given, {*self._names_in_base(), *OTHERS})
        checked(Common, given, "")
        checked(TrackingOptions, given.get("tracking", {}), "tracking")
        parameters = grid.expand(given)
        _check_rows(parameters)
        self.config_loader["parameters"] = parameters
        grid.use(parameters)
        in_use.use(parameters)
        if project.PACKAGE_NAME:  # register anew, with this grid
            project.pipelines.configure(f"{project.PACKAGE_NAME}.pipeline_registry")

    @property
    def params(self) -> dict[str, Any]:
        """The parameters, options as models.

        Raises:
            ConfigurationError: a wrong key or value, in the words of the configuration.
        """
        wrong = self._wrong()  # before Kedro's own check, which says less
        if wrong:
            raise ConfigurationError("\n".join(wrong))
        return super().params

    def _wrong(self) -> list[str]:
        """What is wrong with the options of the pipelines that are asked for."""
        names = self._pipelines_to_validate or list(project.pipelines)
        hints = TypeExtractor({name: project.pipelines[name] for name in names})
        parameters = self.config_loader["parameters"]
        lines = []
        for where, model in hints.extract_types_from_pipelines().items():
            values = parameters
            for key in where.split("."):
                values = values[key]
            if isinstance(model, type) and issubclass(model, BaseModel):
                try:
                    model.model_validate(values)
                except ValidationError as error:
                    lines.append(describe(error, model, where))
        asked = self._pipelines_to_validate or {"__default__"} & set(names)
        inputs = {name for one in asked for name in project.pipelines[one].inputs()}
        read = {name.removeprefix("params:") for name in inputs}
        # Preflight lists what does not divide itself.
        if lines or "preflight" in asked or "launcher" not in read:
            return lines
        return _batches_that_do_not_divide(parameters, read)

    def _names_in_base(self) -> set[str]:
        # Not through a second loader: `${globals:...}` goes to the loader made last, and every
        # environment would read and write the data of the base one.
        base = Path(self.config_loader.conf_source) / self.config_loader.base_env
        files = [yaml.safe_load(file.read_text()) for file in base.rglob("parameters*.yml")]
        return {name for file in files for name in file or ()}


def _check_rows(parameters: Mapping[str, Any]) -> None:
    """The report speaks of rows that there are; one that this grid leaves out may be named.

    Raises:
        ConfigurationError: another name; says which there are.
    """
    if "reporting" not in parameters:
        return
    options = checked(ReportingOptions, parameters["reporting"], "reporting")
    rows = [*ORDER, *parameters["ablation"]["variants"]]
    for where in ("reference", "headline", "contrasts", "example_variants"):
        named = getattr(options, where)
        check_choices([named] if isinstance(named, str) else named, rows, f"reporting.{where}")


def _batches_that_do_not_divide(parameters: Mapping[str, Any], read: set[str]) -> list[str]:
    """Batches of the trainings among what is read that do not go over the processes."""
    processes = LauncherOptions.model_validate(parameters["launcher"]).num_processes
    warm_up = SFTOptions.model_validate(parameters["warm_up"])
    step_grpo = StepGRPOOptions.model_validate(parameters["step_grpo"])
    trainings: dict[str, Any] = {"warm_up": warm_up, "step_grpo": step_grpo}
    for namespace, variant in parameters["variants"].items():
        where, options = f"variants.{namespace}.options", variant["options"]
        if variant["method"] == "step_grpo":
            trainings[where] = StepGRPOOptions.model_validate(options)
        elif options:
            trainings[where] = continued_sft(warm_up, step_grpo, 1, options)
    # A variant has most of its options from these, and would say the same once more.
    common = read & {"warm_up", "step_grpo"}
    return _undivided(trainings, common, processes) or _undivided(trainings, read, processes)


def _undivided(trainings: Mapping[str, Any], names: set[str], processes: int) -> list[str]:
    lines = []
    for where in sorted(names & trainings.keys()):
        options = trainings[where]
        sequences, micro = options.sequences_per_step, options.micro_batch_size
        try:
            split_batch(sequences, micro, processes, options.batch_name)
        except ValueError as error:
            lines.append(f"{where}: {error}")
    return lines
