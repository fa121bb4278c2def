"""What a run would fail over is looked at before its first node: not after days of training."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from r1vl_kedro.hooks.batches import check_batches
from r1vl_kedro.hooks.checkpoints import check_models
from r1vl_kedro.hooks.columns import check_columns
from r1vl_kedro.hooks.endpoints import check_endpoints
from r1vl_kedro.hooks.inputs import check_inputs
from r1vl_kedro.hooks.libraries import check_libraries
from r1vl_kedro.hooks.to_run import nodes_to_run


class CheckHooks:
    """Refuses a run that lacks a library, room, inputs, a model's files, columns or an endpoint."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Look at the nodes that have something to make; batches at all of them."""
        nodes, free = nodes_to_run(run_params, pipeline, catalog), pipeline.inputs()
        check_libraries(nodes, catalog)
        check_batches(pipeline.nodes, catalog)
        check_inputs(nodes, free, catalog, run_params.get("env"))
        check_models(nodes, free, catalog)
        check_columns(nodes, catalog)
        check_endpoints(nodes, catalog)
