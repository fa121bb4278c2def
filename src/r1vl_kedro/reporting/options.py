"""Options of the report, checked before any node runs."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from r1vl_kedro.parameters import Options, Words, check_choices
from r1vl_kedro.responses import R1VL, GrammarName


class ReportingOptions(Options):
    """What is compared with what, and how intervals are made."""

    reference: str = Field("warm_up", description="variant every difference is taken from")
    headline: str = Field("step_grpo", description="variant the report's first sentence is about")
    contrasts: Annotated[list[str], Words] = Field(
        ["warm_up", "outcome", "sft", "step_rar", "step_rvr"],
        description="variants the headline variant is compared with, pair by pair",
    )
    resamples: int = Field(10_000, ge=100, description="bootstrap resamples")
    confidence: float = Field(0.95, gt=0.5, lt=1.0, description="coverage of every interval")
    margin: float = Field(
        2.0, gt=0, description="points within which two variants count as equivalent"
    )
    seed: int = Field(0, ge=0, description="seed of the bootstrap and of the choice of examples")
    smoothing: int = Field(5, ge=1, description="updates averaged in a drawn curve")
    examples_per_case: int = Field(1, ge=0, description="example questions shown per case")
    example_variants: Annotated[list[str], Words] = Field(
        ["base", "warm_up", "outcome", "sft", "step_grpo"],
        description="variants whose answers stand side by side",
    )
    grammar: GrammarName = Field(R1VL.name, description="how the examples' responses are read")

    @property
    def bootstrap(self) -> dict[str, Any]:
        """Return what every interval is made with, as arguments."""
        return {"resamples": self.resamples, "confidence": self.confidence, "seed": self.seed}

    def check_rows(self, rows: Iterable[str]) -> None:
        """Raise ConfigurationError where the report is about a row that there is not.

        Args:
            rows: variants that the grid has, or may leave out.
        """
        for key in ("reference", "headline", "contrasts", "example_variants"):
            names = getattr(self, key)
            check_choices([names] if isinstance(names, str) else names, rows, f"reporting.{key}")


class StudyOptions(Options):
    """``params:study``."""

    bands: dict[str, tuple[float, float]] = Field(min_length=1)
    """By level, which is a family of questions, the band of the warm-up's pass rate."""
    baseline: str = "outcome"
    """The reward that gains are taken from; a variant is called ``<reward>_<level>``."""
    rewards: Annotated[list[str], Words] = Field(min_length=1)
    labels: dict[str, str] = Field({})
    """What the figure calls a reward, where not by its name."""
    updates: Annotated[list[int], Words] = Field([10, 30, 60, 90])
    window: int = Field(10, ge=1)

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        wrong = {name: band for name, band in self.bands.items() if not 0 <= band[0] < band[1] <= 1}
        if wrong:
            raise ValueError(f"bands {wrong}: give the lower and the upper end, within 0..1")
        return self
