"""When step rewards pay: gains against the warm-up's pass rate and against the push."""

from r1vl_kedro.pipelines.study.pipeline import create_pipeline

__all__ = ["create_pipeline"]
