"""Before RL: how many groups would teach nothing, and which way each reward pushes."""

from r1vl_kedro.pipelines.probe.pipeline import create_pipeline

__all__ = ["create_pipeline"]
