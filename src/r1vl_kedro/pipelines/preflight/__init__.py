"""Looking before the leap: what a run will take, and why it would fail."""

from r1vl_kedro.pipelines.preflight.pipeline import create_pipeline

__all__ = ["create_pipeline"]
