"""StepGRPO on prompts with key steps, and continued SFT of the same length beside it."""

from r1vl_kedro.pipelines.step_grpo.pipeline import create_pipeline, create_sft_pipeline

__all__ = ["create_pipeline", "create_sft_pipeline"]
