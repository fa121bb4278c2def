"""StepGRPO on prompts with key steps."""

from r1vl_kedro.pipelines.step_grpo.pipeline import create_pipeline

__all__ = ["create_pipeline"]
