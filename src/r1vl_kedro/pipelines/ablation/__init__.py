"""Every row of the ablation tables, from raw records to the report."""

from r1vl_kedro.pipelines.ablation.pipeline import create_data, create_pipeline
from r1vl_kedro.pipelines.ablation.tables import create_reporting

__all__ = ["create_data", "create_pipeline", "create_reporting"]
