"""What a user may set about the probe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from r1vl_kedro.parameters import Options, Words


class ProbeOptions(Options):
    """``params:probe``."""

    questions: int = Field(90, ge=1)
    """Drawn from the RL prompts by the seed; all of them where there are fewer."""
    samples: int = Field(8, ge=2)
    """Responses a question, at StepGRPO's temperature."""
    group_sizes: Annotated[list[int], Words] = Field([2, 3, 4, 5, 6], min_length=1)
    families: Annotated[list[str], Words, Field(min_length=1)] | None = None
    """Draw from these alone, as many from each, and measure the push of each as well, at
    StepGRPO's M; None draws from all."""

    @model_validator(mode="after")
    def _groups_within_samples(self) -> ProbeOptions:
        wrong = [size for size in self.group_sizes if not 2 <= size <= self.samples]
        if wrong:
            raise ValueError(
                f"group_sizes {wrong}: a group is drawn from {self.samples} samples; give sizes "
                f"from 2 to {self.samples}, or more samples"
            )
        return self
