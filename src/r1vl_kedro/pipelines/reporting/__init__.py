"""Verdicts and training logs of all variants to tables, figures and one HTML report."""

from r1vl_kedro.pipelines.reporting.pipeline import create_gather, create_pipeline

__all__ = ["create_gather", "create_pipeline"]
