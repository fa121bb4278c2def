"""Every row of the ablation tables, from raw records to the report."""

from r1vl_kedro.pipelines.ablation.pipeline import create_pipeline, create_reporting

__all__ = ["create_pipeline", "create_reporting"]
