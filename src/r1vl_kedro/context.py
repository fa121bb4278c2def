"""Kedro's context, with the ablation grid following the configuration in force."""

from __future__ import annotations

from typing import Any

from kedro.framework import project
from kedro.framework.context import KedroContext

from r1vl_kedro.pipelines.ablation import grid


class ProjectContext(KedroContext):
    """Expands ``parameters.ablation`` into one ``parameters.variants.<namespace>`` per run.

    Pipelines are registered before Kedro tells them of ``--env`` or ``--params``, but after the
    context exists. So the context hands the grid over; that holds for ``kedro run``, Kedro-Viz and
    sessions in tests alike. The options of every variant become parameters of their own, which
    Kedro checks against the nodes' types before any node runs.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        parameters = grid.expand(self.config_loader["parameters"])
        self.config_loader["parameters"] = parameters
        grid.use(parameters)
        if project.PACKAGE_NAME:  # register anew, with this grid
            project.pipelines.configure(f"{project.PACKAGE_NAME}.pipeline_registry")
