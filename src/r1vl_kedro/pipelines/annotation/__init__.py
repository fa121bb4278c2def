"""RL records to RL prompts with key steps."""

from r1vl_kedro.pipelines.annotation.pipeline import create_estimate_pipeline, create_pipeline

__all__ = ["create_estimate_pipeline", "create_pipeline"]
