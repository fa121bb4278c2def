"""Kedro's context, with the ablation grid following the configuration in force."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from kedro.framework import project
from kedro.framework.context import KedroContext
from kedro.validation.exceptions import ParameterValidationError
from kedro.validation.type_extractor import TypeExtractor
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel, ValidationError

from r1vl_kedro import kernels
from r1vl_kedro.configuration import with_whole_paths
from r1vl_kedro.errors import did_you_mean
from r1vl_kedro.parameters import (
    Common,
    ConfigurationError,
    check_names,
    checked,
    clashes,
    describe,
    value_at,
    with_grammar,
    with_rewards,
)
from r1vl_kedro.pipelines.ablation import grid
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.variants import ORDER
from r1vl_kedro.tracking.addresses import TrackingOptions

logger = logging.getLogger(__name__)

OTHERS = frozenset({"responses"})
"""Given on the command line only: the reward card's file."""


class ProjectContext(KedroContext):
    """Expands ``parameters.ablation`` into one ``parameters.variants.<namespace>`` per run.

    Pipelines are registered before Kedro tells them of ``--env`` or ``--params``, but after the
    context exists. So the context hands the grid over; that holds for ``kedro run``, Kedro-Viz and
    sessions in tests alike. A grid that is wrong stops only the pipelines over it.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        catalog = self._read("catalog")
        self.config_loader["catalog"] = with_whole_paths(catalog, Path(self.project_path))
        given = self._given()
        grid.refuse_old_spelling(given)
        check_names(given, {*self.names_in_base("parameters"), *OTHERS})
        checked(Common, given, "")
        checked(TrackingOptions, given.get("tracking", {}), "tracking")
        given = with_rewards(with_grammar(given))
        try:
            parameters = grid.expand(given)
            grid.check_sources(parameters["variants"], self.config_loader["catalog"])
            grid.check_references(parameters["variants"])
            _check_rows(parameters)
            self._name_new_rows()
            wrong = None
        except ConfigurationError as error:
            parameters, wrong = {**given, "variants": {}}, error
        grid.use(parameters, wrong)
        self.config_loader["parameters"] = parameters
        launcher = parameters.get("launcher", {})
        kernels.pin(launcher.get("cpu_instructions", "avx2"))
        kernels.set_wait_policy(launcher.get("idle_threads", "sleep"))
        if project.PACKAGE_NAME:  # register anew, with this grid
            project.pipelines.configure(f"{project.PACKAGE_NAME}.pipeline_registry")

    @property
    def params(self) -> dict[str, Any]:
        """Return the parameters, options as models.

        Raises:
            ConfigurationError: a wrong key or value, in the words of the configuration.
        """
        try:
            return super().params
        except ParameterValidationError as error:
            lines = self._in_our_words(str(error))
            if not lines:
                raise
        raise ConfigurationError("\n".join(lines))

    def _in_our_words(self, found: str) -> list[str]:
        """Describe anew what Kedro found: it names neither the key nor what would be accepted."""
        hints = TypeExtractor(dict(project.pipelines)).extract_types_from_pipelines()
        parameters = self.config_loader["parameters"]
        lines = []
        for where, model in hints.items():
            if f"Parameter '{where}': " in found and issubclass(model, BaseModel):
                try:
                    model.model_validate(value_at(parameters, where))
                except ValidationError as error:
                    lines.append(describe(error, model, where))
        return lines

    def _given(self) -> dict[str, Any]:
        """Read the parameters as they are configured.

        Raises:
            ConfigurationError: the environment's or the command line's cannot be merged with them.
        """
        try:
            return self._read("parameters")
        except TypeError as error:  # OmegaConf's: it does not say where
            place = next(self._clashes(), "the parameters")
            raise ConfigurationError(
                f"{place} cannot be put together ({error}): give a list where "
                "the configuration has a list, and a mapping where it has one"
            ) from error

    def _read(self, kind: str) -> dict[str, Any]:
        try:
            return self.config_loader[kind]
        except OmegaConfBaseException as error:
            said = str(error).partition("\n")[0]
            raise ConfigurationError(f"{error.full_key or f'the {kind}'}: {said}") from error

    def _clashes(self) -> Iterator[str]:
        """Yield keys that are a list in one file, or on the command line, and else a mapping."""
        loader = self.config_loader
        layers = [
            layer
            for env in filter(None, (loader.base_env, loader.env))
            for layer in self._layers(env, "parameters")
        ]
        for below, above in combinations([*layers, loader.runtime_params], 2):
            yield from clashes(below, above)

    def _name_new_rows(self) -> None:
        """Warn of variants that the command line adds: perhaps a name was misspelt."""
        loader = self.config_loader
        given = (loader.runtime_params.get("ablation") or {}).get("variants") or {}
        if not given:
            return
        own, loader.runtime_params = loader.runtime_params, {}
        try:
            known = loader["parameters"]["ablation"]["variants"]
        finally:
            loader.runtime_params = own
        for name in given.keys() - known.keys():
            logger.warning(
                "ablation.variants.%s is new: it becomes a row of its own; %sthe grid has %s",
                name,
                did_you_mean(name, known),
                ", ".join(known),
            )

    def names_in_base(self, kind: str) -> set[str]:
        """Return the names that files of the base environment give, of the catalog for example."""
        # Not through a second loader: `${globals:...}` goes to the loader made last, and every
        # environment would read and write the data of the base one.
        return {name for layer in self._layers(self.config_loader.base_env, kind) for name in layer}

    def _layers(self, env: str, kind: str) -> list[dict[str, Any]]:
        """Read an environment's files of a kind, in the order of their paths, as they are."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where it is
        files = sorted(Path(self.config_loader.conf_source, env).rglob(f"{kind}*.yml"))
        return [yaml.load(file.read_text(), loader) or {} for file in files]


def _check_rows(parameters: Mapping[str, Any]) -> None:
    """Check that the report names rows that exist; one that this grid leaves out may be named."""
    if "reporting" in parameters:
        options = checked(ReportingOptions, parameters["reporting"], "reporting")
        options.check_rows([*ORDER, *parameters["ablation"]["variants"]])
