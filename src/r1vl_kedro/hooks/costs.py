"""What a training took, beside preflight's estimate for the work that it did."""

from __future__ import annotations

import logging
from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro.hooks.tracking import TrackingHooks
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.preflight.afterwards import accounts, sentence
from r1vl_kedro.preflight.options import PreflightOptions

logger = logging.getLogger(__name__)


class CostHooks:
    """Sums up the log of every training that ends, in a sentence and as metrics ``cost/<name>``."""

    def __init__(self, tracking: TrackingHooks):
        self._tracking = tracking
        self._parameters: Any = None

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Keep the parameters."""
        self._parameters = context.config_loader["parameters"]

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        """Sum up a training log as its training saves it."""
        if not dataset_name.endswith("training_log") or not isinstance(data, list):
            return
        if any("stage" in row for row in data):  # several trainings, each summed up by itself
            return
        machine = PreflightOptions.model_validate(self._parameters.get("preflight", {}))
        launcher = LauncherOptions.model_validate(self._parameters.get("launcher", {}))
        found = accounts(data, machine, launcher.num_processes)
        if found:
            logger.info("%s %s", node.name, sentence(found, machine))
            self._tracking.add_metrics(node, {f"cost/{name}": v for name, v in found.items()})
