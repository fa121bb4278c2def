"""Before RL: how many groups of each size would teach nothing, by reward."""

from r1vl_kedro.pipelines.probe.pipeline import create_pipeline

__all__ = ["create_pipeline"]
