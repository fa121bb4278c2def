"""Warm-up records to the same with images as formal text."""

from r1vl_kedro.pipelines.formalisation.pipeline import (
    FORMAL,
    create_estimate_pipeline,
    create_pipeline,
)

__all__ = ["FORMAL", "create_estimate_pipeline", "create_pipeline"]
