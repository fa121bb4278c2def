"""Options of training on pairs of responses, and of the log-probabilities kept with the pairs."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from r1vl_kedro.parameters import ImageBounds
from r1vl_kedro.training.common_options import RecordBatchOptions
from r1vl_kedro.training.losses import NLL
from r1vl_kedro.training.objectives import OBJECTIVES, Objective, find_objective
from r1vl_kedro.training.sharing import PackedAttention


class PreferenceOptions(RecordBatchOptions):
    """Training on pairs; an objective's option left at None takes the objective's own default."""

    learning_rate: float = Field(5e-7, gt=0)
    objective: str = "dpo"
    """A key of ``training.objectives.OBJECTIVES``."""
    share_prompts: bool = True
    """Read a pair's prompt and images once for its two responses (``training.packed``)."""
    packed_attention: PackedAttention = "auto"
    """How a GPU attends where prompts are shared; ``auto`` measures and takes the fastest."""
    beta: float | None = Field(None, gt=0)
    gamma: float | None = Field(None, ge=0)
    lambda_: float | None = Field(None, ge=0)
    delta: float | None = None
    tau: float | None = Field(None, gt=0)
    alpha: float | None = Field(None, ge=0)
    lambda_w: float | None = Field(None, ge=0)
    lambda_l: float | None = Field(None, ge=0)
    nll: NLL | None = None
    length_norm: bool | None = None

    @model_validator(mode="after")
    def _options_of_this_objective(self) -> Self:
        find_objective(self.objective, self.objective_options)
        return self

    @property
    def objective_options(self) -> dict[str, Any]:
        """Return what is given of the objective's own options."""
        given = {name: getattr(self, name) for one in OBJECTIVES.values() for name in one.options}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def row(self) -> Objective:
        """Return the objective's row of the table."""
        return find_objective(self.objective)


class PairScoringOptions(ImageBounds):
    """How log-probabilities of pairs are computed, under a reference or a trained policy."""

    batch_size: int = Field(16, ge=1)
    """Pairs per process and forward pass."""
    rows: Literal["all", "held_out"] = "all"
    mismatched: bool = True
    """Also a response to the prompt before: KTO estimates its KL from it."""
    corrupted_image: bool = True
    """Also the chosen response with most of the image masked, for mDPO."""
    share_prompts: bool = True
    dtype: str = "float32"
    bf16: bool = False
    attention: str | None = None
    max_prompt_length: int = Field(1024, ge=1)
    max_completion_length: int = Field(1024, ge=1)
