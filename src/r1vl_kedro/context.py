"""Kedro's context, with the ablation grid following the configuration in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from kedro.framework import project
from kedro.framework.context import KedroContext
from kedro.validation.type_extractor import TypeExtractor
from pydantic import BaseModel, ValidationError

from r1vl_kedro.parameters import Common, ConfigurationError, check_names, checked, describe
from r1vl_kedro.pipelines.ablation import grid

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
        parameters = grid.expand(given)
        self.config_loader["parameters"] = parameters
        grid.use(parameters)
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
        lines = []
        for where, model in hints.extract_types_from_pipelines().items():
            values = self.config_loader["parameters"]
            for key in where.split("."):
                values = values[key]
            if isinstance(model, type) and issubclass(model, BaseModel):
                try:
                    model.model_validate(values)
                except ValidationError as error:
                    lines.append(describe(error, model, where))
        return lines

    def _names_in_base(self) -> set[str]:
        # Not through a second loader: `${globals:...}` goes to the loader made last, and every
        # environment would read and write the data of the base one.
        base = Path(self.config_loader.conf_source) / self.config_loader.base_env
        files = [yaml.safe_load(file.read_text()) for file in base.rglob("parameters*.yml")]
        return {name for file in files for name in file or ()}
