"""The grid as it is written, and its variants as they are expanded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from r1vl_kedro.benchmarks import get_benchmark
from r1vl_kedro.parameters import Options, Seed, Words

SHARED_NAMESPACES = ("data", "reporting")
"""Namespaces of what all variants share."""
LONGEST_LABEL = 60
OneOrMore = BeforeValidator(lambda given: [given] if isinstance(given, str) else given)
"""For a list of texts with spaces in them, so that one may stand alone."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SEEDED = re.compile(r".*_seed\d+")


class StageEntry(BaseModel):
    """One training as a grid writes it: five keys of its own, all others are options."""

    model_config = ConfigDict(extra="allow", frozen=True)

    method: str = "step_grpo"
    """A row of `training.methods.METHODS`."""
    start: str | None = Field(None, alias="from")
    """``base_model``, ``warm_up_checkpoint``, an earlier stage or another variant; None takes the
    stage before, and the method's own start for the first."""
    records: str | None = None
    """A catalog entry, or an earlier stage or another variant that makes records."""
    n_records: int | None = Field(None, ge=1)
    """How many of the records, drawn by the seed; None takes all."""
    where: dict[str, Annotated[list[str], OneOrMore, Field(min_length=1)]] | None = Field(
        None, min_length=1
    )
    """Of the records that it reads, those whose columns (``family``, ``source``, a label) have one
    of these values; None takes all."""

    @property
    def options(self) -> dict[str, Any]:
        """Return what it changes of its method's options."""
        return dict(self.model_extra or {})

    @property
    def overrides(self) -> dict[str, Any]:
        """Return all that is given beside its method."""
        ours = {"from": self.start, "records": self.records, "n_records": self.n_records}
        ours["where"] = self.where
        return {key: value for key, value in ours.items() if value is not None} | self.options


class VariantEntry(StageEntry):
    """One row of the tables as a grid writes it: one training, or a list of stages."""

    label: str | None = Field(None, min_length=1, max_length=LONGEST_LABEL)
    """What tables and figures call it."""
    colour: str | None = Field(None, pattern=r"^#[0-9a-fA-F]{6}$")
    """Of its marks in figures, such as ``#1d4ed8``."""
    stages: dict[str, StageEntry] | None = Field(None, min_length=1)
    """By name; a list names each by its ``name`` or its method."""

    @field_validator("stages", mode="before")
    @classmethod
    def _by_name(cls, stages: Any) -> Any:
        if not isinstance(stages, list):
            return stages
        named: dict[str, Any] = {}
        for number, stage in enumerate(stages, start=1):
            if not isinstance(stage, Mapping):
                raise ValueError(f"stage {number} is {stage!r:.100}; it takes keys such as method")
            stage = dict(stage)
            name = stage.pop("name", None) or str(stage.get("method", "step_grpo"))
            same = sum(re.fullmatch(rf"{re.escape(name)}(_\d+)?", one) is not None for one in named)
            named[f"{name}_{same + 1}" if same else name] = stage
        return named

    @field_validator("stages")
    @classmethod
    def _usable_names(cls, stages: dict[str, StageEntry] | None) -> dict[str, StageEntry] | None:
        for name in stages or {}:
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"stage {name!r} cannot name a namespace; use lower-case letters, digits and "
                    "underscores, starting with a letter"
                )
        return stages

    @model_validator(mode="after")
    def _options_in_stages(self) -> Self:
        beside = [*self.overrides, *({"method"} & self.model_fields_set)]
        if self.stages is not None and beside:
            raise ValueError(f"it has stages, so {', '.join(beside)} has to stand in one of them")
        return self


class Grid(Options):
    """``parameters.ablation``."""

    seeds: Annotated[list[Seed], Words] = Field(min_length=1)
    variants: dict[str, VariantEntry | None] = Field(min_length=1)
    """None leaves out a variant that another environment has."""
    search: dict[str, dict[str, Annotated[list[Any], Field(min_length=1)]]] = Field({})
    """By variant, values of its options to try in every combination, the same number of trials for
    each. For an environment whose test records are validation records."""
    slots: int | None = Field(None, ge=1)
    """Variants that run side by side; None takes the cores over the threads of a job."""
    benchmarks: Annotated[list[str], Words] = Field([])
    """Benchmarks that every variant answers beside the test records."""
    warm_up_per_seed: bool = False
    """Train a warm-up for every seed, in the variant of method ``warm_up``; else all share one."""

    seed_in_names: bool = False
    """Namespaces carry the seed where there is one only as well, so that seeds can be added."""

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"seeds {seeds} repeat themselves; each seed is one run")
        return seeds

    @field_validator("benchmarks")
    @classmethod
    def _known(cls, benchmarks: list[str]) -> list[str]:
        for name in benchmarks:
            get_benchmark(name)
        return list(dict.fromkeys(benchmarks))

    @field_validator("variants")
    @classmethod
    def _usable_variants(
        cls, variants: dict[str, VariantEntry | None]
    ) -> dict[str, VariantEntry | None]:
        for name in variants:
            if name in SHARED_NAMESPACES:
                raise ValueError(
                    f"variant {name!r}: {' and '.join(SHARED_NAMESPACES)} name the shared work"
                )
            if not _NAME.fullmatch(name) or _SEEDED.fullmatch(name):
                raise ValueError(
                    f"variant {name!r} cannot name a namespace; use lower-case letters, digits and "
                    "underscores, starting with a letter and not ending in _seed<number>"
                )
        return variants


class Stage(Options):
    """One training, its sources resolved and its options complete."""

    method: str
    base: str
    """The dataset that holds the model it starts from, or that a variant only evaluates."""
    records: str = ""
    """The dataset that it reads; "" where nothing is trained."""
    n_records: int | None = None
    where: dict[str, list[str]] | None = None
    grammar: str | None = None
    """Of its responses, where it is another than the configuration's."""
    template: str | None = None
    """That grammar's wording."""
    overrides: dict[str, Any] = Field({})
    """What the grid gives beside its method."""
    options: dict[str, Any] = Field({})
    """What its training gets: the method's options with the overrides laid over them."""


class Variant(Stage):
    """One run of the grid: a namespace of the pipeline, a child run in MLflow.

    With several stages, ``method`` and ``options`` are those of the last.
    """

    name: str
    seed: int | None
    """None where nothing is trained."""
    label: str | None = None
    colour: str | None = None
    evaluation: dict[str, Any] | None = None
    """``parameters.evaluation`` in its grammar, where that is another."""
    stages: dict[str, Stage] = Field({})
    """By name, each a namespace within the variant's; empty where the variant is one training."""

    @property
    def trained(self) -> bool:
        return self.seed is not None
