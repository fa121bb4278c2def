"""What is evaluated, and how answers are scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from r1vl_kedro.benchmarks import BENCHMARKS, MAIN_TABLE, Mode, get_benchmark
from r1vl_kedro.generation import DecodingOptions
from r1vl_kedro.parameters import Options, Words, check_opening
from r1vl_kedro.prompts import IMAGES_COME, image_place
from r1vl_kedro.responses import R1VL, GrammarName


class BenchmarkOptions(Options):
    """``parameters.evaluation.benchmarks``."""

    names: Annotated[list[str], Words] | None = None
    """Which benchmarks; None is the main table's nine."""
    scoring: Mode = "robust"
    prompt: str = Field("published", pattern="^(published|plain)$")
    """Inner text: R1-VL's evaluation, or as this project's training renders questions."""
    template: str | None = None
    """Wording around the inner text; None takes the grammar's, R1-VL's where none is given."""
    limit: int | None = Field(None, ge=1)
    """Only the first so many questions of each; for a trial."""
    examples: int = Field(24, ge=1)
    """Questions of each that the tracking table shows with image, response and verdict."""
    judge: bool = False
    """Ask the endpoint `benchmark_judge` about answers that the rules leave open."""

    @field_validator("names")
    @classmethod
    def _known(cls, names: list[str] | None) -> list[str] | None:
        for name in names or []:
            get_benchmark(name)
        if names == []:
            raise ValueError(f"no benchmark is named; choose from {', '.join(BENCHMARKS)}, or null")
        return names

    @model_validator(mode="after")
    def _fillable(self) -> BenchmarkOptions:
        if "{question}" not in self.wording:
            raise ValueError("template has no '{question}' to fill")
        if mark := image_place(self.wording):
            raise ValueError(f"the template has {mark}; {IMAGES_COME}")
        return self

    @property
    def chosen(self) -> list[str]:
        """Return benchmarks to run, in the order of the table."""
        names = MAIN_TABLE if self.names is None else self.names
        return [name for name in BENCHMARKS if name in names]

    @property
    def wording(self) -> str:
        """Return the template's text."""
        return R1VL.wording if self.template is None else self.template


class EvaluationOptions(Options):
    """``parameters.evaluation``."""

    checkpoint: str
    """Directory or hub name that `kedro run --pipelines=evaluation` evaluates."""
    label: str
    """What the table calls it."""
    baseline: str | None = None
    """Directory or hub name of a checkpoint, or a Parquet file of predictions that an evaluation
    left, to compare with question by question."""
    decoding: DecodingOptions
    benchmarks: BenchmarkOptions
    grammar: GrammarName = R1VL.name
    """How responses to the test records are read."""
    classes: dict[str, Annotated[list[str], Words]] = Field({})
    """Closed lists of classes that answers to the test records name, such as
    ``{speed: [KEEP, STOP]}``: scored by F1 of each class; no list, no such scores."""

    reasoning: bool = False
    """Whether reasoning is scored by BLEU-4 against that of the test records' reference paths."""

    @field_validator("classes")
    @classmethod
    def _each_once(cls, classes: dict[str, list[str]]) -> dict[str, list[str]]:
        names = [*classes, *(name for one in classes.values() for name in one)]
        empty = [name for name, one in classes.items() if not one]
        again = sorted({name for name in names if names.count(name) > 1})
        if empty or again:
            raise ValueError(
                f"{', '.join(empty) + ' is empty' if empty else ', '.join(again) + ' twice'}; "
                "give every list its classes, and every name once"
            )
        return classes

    @model_validator(mode="after")
    def _opened(self) -> EvaluationOptions:
        if self.benchmarks.template is not None:
            check_opening(self.benchmarks.wording, self.grammar, "benchmarks' template")
        return self


def benchmarks_of(evaluation: Mapping[str, Any]) -> list[str]:
    """Return the benchmarks that ``parameters.evaluation`` names, else those of the main table.

    Options that are not valid are named when a pipeline that reads them is run.
    """
    given = evaluation.get("benchmarks")
    try:
        return BenchmarkOptions(names=given.get("names")).chosen
    except (ValidationError, AttributeError):
        return BenchmarkOptions().chosen
