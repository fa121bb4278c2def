"""Options of rollouts by vLLM, whose probabilities differ a little from the trainer's."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Literal, Self

from pydantic import Field, model_validator

from r1vl_kedro.parameters import Options

Correction = Literal["token_truncate", "token_mask", "sequence_truncate", "sequence_mask", "none"]
LOG_RATIO_SPREAD = 0.05
"""Standard deviation of a token's log-ratio, its mean being 0: an assumption for bfloat16; the
training log has the measured one."""


class VllmOptions(Options, allow_inf_nan=False):
    """Rollouts by vLLM: in the training processes (colocate), or by a server of their own."""

    mode: Literal["colocate", "server"] = "colocate"
    gpu_memory_utilization: float = Field(0.3, gt=0, lt=1)
    tensor_parallel_size: int = Field(1, ge=1)
    max_model_length: int | None = Field(None, ge=1)
    """Tokens of prompt and completion together; None adds the two limits."""
    server_base_url: str | None = None
    sleep_between_rollouts: bool = False
    correction: Correction = "token_truncate"
    """How the ratio of the trainer's to vLLM's probability enters the loss: by token or for the
    whole sequence (the product over its tokens), brought to its bounds or masked beyond them."""
    max_ratio: float | None = Field(3.0, gt=0)
    min_ratio: float | None = Field(None, gt=0)
    max_drift: float = Field(0.01, gt=0)
    """Mean log-ratio, in nats per token, whose size above this raises the alarm."""
    max_masked: float = Field(0.2, gt=0, le=1)
    """Share of sequences that lose tokens to masking, above which the alarm is raised."""

    @model_validator(mode="after")
    def _server_needs_address(self) -> Self:
        if self.mode == "server" and not self.server_base_url:
            raise ValueError(
                "vllm.mode is 'server' but vllm.server_base_url is not set; "
                "give the address of a `vllm serve` (docs/scaling.md says how), e.g. http://127.0.0.1:8000"
            )
        return self

    @model_validator(mode="after")
    def _bounds_around_one(self) -> Self:
        low, high = self.min_ratio, self.max_ratio
        if (high is not None and high < 1) or (low is not None and low > 1):
            raise ValueError(
                f"vllm.min_ratio {low} and vllm.max_ratio {high} leave out a ratio of 1, where "
                "vLLM and the trainer agree; give bounds below and above 1, or null"
            )
        return self

    def expected_masked(self, tokens: int) -> float:
        """Expect this share of sequences beyond the bounds on the whole sequence's ratio.

        Args:
            tokens: length of a sequence.
        """
        if not self.correction.startswith("sequence"):
            return 0.0
        whole = NormalDist(0, LOG_RATIO_SPREAD * math.sqrt(tokens))
        above = 0.0 if self.max_ratio is None else 1 - whole.cdf(math.log(self.max_ratio))
        below = 0.0 if self.min_ratio is None else whole.cdf(math.log(self.min_ratio))
        return above + below
