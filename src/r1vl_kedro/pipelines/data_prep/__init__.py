"""Raw records to a warm-up and an RL set."""

from r1vl_kedro.pipelines.data_prep.pipeline import create_pipeline

__all__ = ["create_pipeline"]
