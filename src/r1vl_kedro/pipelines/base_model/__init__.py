"""Training of the shipped tiny base model."""

from r1vl_kedro.pipelines.base_model.pipeline import create_pipeline

__all__ = ["create_pipeline"]
