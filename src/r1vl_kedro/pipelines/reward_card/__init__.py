"""Why did this response get that reward?"""

from r1vl_kedro.pipelines.reward_card.pipeline import create_pipeline

__all__ = ["create_pipeline"]
