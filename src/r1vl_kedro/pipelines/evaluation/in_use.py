"""Benchmarks of the configuration in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from r1vl_kedro.benchmarks import MAIN_TABLE
from r1vl_kedro.pipelines.evaluation.options import BenchmarkOptions

_in_use: list[str] | None = None
_baseline = False


def use(parameters: Mapping[str, Any]) -> None:
    """Take the benchmarks named in ``evaluation.benchmarks``; else the main table's.

    Options that are not valid are named when a pipeline that reads them is run.
    """
    global _in_use, _baseline
    evaluation = parameters.get("evaluation") or {}
    _baseline = bool(evaluation.get("baseline"))
    given = evaluation.get("benchmarks") or {}
    try:
        _in_use = BenchmarkOptions.model_validate({"names": given.get("names")}).chosen
    except (ValidationError, AttributeError):
        _in_use = None


def benchmarks_in_use() -> list[str]:
    """Return the names asked for, in the order of the table; its own before a context exists."""
    return list(MAIN_TABLE) if _in_use is None else _in_use


def has_baseline() -> bool:
    """Tell whether the configuration in force names a baseline."""
    return _baseline
