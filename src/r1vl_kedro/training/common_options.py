"""Options that every training by TRL has."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, Self

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from r1vl_kedro.parameters import ImageBounds, Options, words
from r1vl_kedro.responses import R1VL, GrammarName
from r1vl_kedro.training.batches import Batch, steps_on
from r1vl_kedro.training.deepspeed_configs import stage


class LoraOptions(Options, allow_inf_nan=False):
    """Train low-rank adapters instead of all weights; merged into the model at the end."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32.0, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    target_modules: list[str] | Literal["all-linear"] = "all-linear"

    @field_validator("target_modules", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        return given if given == "all-linear" else words(given)


class TrainingOptions(ImageBounds, allow_inf_nan=False):
    """What all trainings by TRL share.

    Units: lengths in tokens, image sizes in pixels of area, intervals in optimizer steps.
    """

    learning_rate: float = Field(gt=0)
    num_steps: int | None = Field(None, ge=1)
    num_epochs: float | None = Field(None, gt=0)
    lr_schedule: Literal["constant", "linear", "cosine", "constant_with_warmup"] = "constant"
    warmup_ratio: float = Field(0.0, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)
    adam_beta2: float = Field(0.999, gt=0, lt=1)
    max_grad_norm: float = Field(1.0, gt=0)
    max_prompt_length: int = Field(1024, ge=1)
    """Image tokens count; a longer prompt is rejected before training, never cut."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """In which the weights are held."""
    bf16: bool = False
    """Mixed precision by autocast."""
    attention: Literal["auto", "sdpa", "flash_attention_2", "eager"] | None = None
    """``auto`` takes FlashAttention 2 where it is installed, else ``sdpa``."""
    gradient_checkpointing: bool = False
    freeze_vision: bool = False
    lora: LoraOptions | None = None
    deepspeed: str | None = None
    """``zero2``, ``zero3``, each also with ``_offload``, or a DeepSpeed configuration file."""
    checkpoint_steps: int = Field(0, ge=0)
    """Steps between resumable checkpoints; 0 writes one only when a signal stops the training."""
    keep_checkpoints: int = Field(2, ge=1)
    on_bad_loss: Literal["stop", "skip"] = "stop"
    """What to do on a NaN or infinite loss or gradient, or a KL above ``max_kl``."""
    eval_steps: int = Field(0, ge=0)
    """Steps between greedy evaluations on validation records during training; 0 for none."""
    eval_records: int = Field(64, ge=1)
    example_rollouts: int = Field(8, ge=0)
    """Completions kept per logged step for inspection."""
    dataloader_workers: int = Field(0, ge=0)
    threads: int | None = Field(None, ge=1)
    """OpenMP threads of this job; None takes ``launcher.threads_per_process``."""
    grammar: GrammarName = R1VL.name
    """How responses are written; given by the configuration's ``grammar``."""

    @property
    @abstractmethod
    def batch(self) -> Batch:
        """Return what a step, or the updates on one batch of rollouts, trains on."""

    def steps(self, records: int) -> int:
        """Return optimizer steps on so many records."""
        if self.num_steps is not None:
            return self.num_steps
        return steps_on(records, self.num_epochs, self.batch.records, self.batch.updates)

    def problem_with(self, processes: int) -> str | None:
        """Return why the batch cannot go over so many processes; None where it can."""
        try:
            self.split(processes)
        except ValueError as error:
            return str(error)
        return None

    def split(self, processes: int) -> tuple[int, int]:
        """Split the batch over processes: (sequences per forward pass, passes per step).

        Raises:
            ValueError: they do not divide; names values that would work.
        """
        return self.batch.split(self.micro_batch_size, processes)

    @field_validator("deepspeed")
    @classmethod
    def _a_configuration(cls, deepspeed: str | None) -> str | None:
        stage(deepspeed)
        return deepspeed

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.num_steps is None) == (self.num_epochs is None):
            raise ValueError(
                f"give exactly one of num_steps (is {self.num_steps}) "
                f"and num_epochs (is {self.num_epochs})"
            )
        return self


class RecordBatchOptions(TrainingOptions):
    """A training whose batch is so many records: references, or pairs of responses."""

    batch_size: int = Field(128, ge=1)
    """Records per optimizer step, over all processes."""
    micro_batch_size: int | None = Field(None, ge=1)
    """Records per process and forward pass; None takes the whole share at once."""
    max_completion_length: int = Field(1024, ge=1)
    """A record with a longer response is set aside before training, never cut."""

    @property
    def batch(self) -> Batch:
        """Return the records of a step."""
        return Batch("batch_size", self.batch_size, self.batch_size)
