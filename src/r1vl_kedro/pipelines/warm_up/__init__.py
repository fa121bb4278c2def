"""Warm-up by supervised fine-tuning on reference paths."""

from r1vl_kedro.pipelines.warm_up.pipeline import create_pipeline

__all__ = ["create_pipeline"]
