"""Options of the preflight."""

from __future__ import annotations

from pydantic import Field

from r1vl_kedro.parameters import Options


class PreflightOptions(Options, allow_inf_nan=False):
    """The machine that the estimates are for."""

    gpu_memory_gb: float = Field(80.0, gt=0)
    gpu_tflops: float = Field(989.0, gt=0)
    """Peak of a GPU in bf16; 989 for an H100."""
    utilisation: float = Field(0.2, gt=0, le=1)
    """Share of the peak that training reaches; EasyR1 reports 0.16 to 0.23 for a 7B model."""
    rollout_tokens_per_second: float = Field(1800.0, gt=0)
    """Sampled tokens a second and GPU; EasyR1 reports 1600 to 2000 for a 7B model with vLLM."""
    sample: int = Field(2000, ge=1)
    """Records whose images are opened and whose text is measured; all are counted."""

    def hours(self, update_tflops: float, sampled: float, gpus: int) -> tuple[float, float]:
        """Estimate the hours of updates and of sampling on so many GPUs.

        Args:
            update_tflops: operations of all updates, in 1e12 (`training.costs.Work`).
            sampled: tokens of all rollouts.
        """
        updating = update_tflops / (self.gpu_tflops * self.utilisation * gpus)
        sampling = sampled / (self.rollout_tokens_per_second * gpus)
        return updating / 3600, sampling / 3600
