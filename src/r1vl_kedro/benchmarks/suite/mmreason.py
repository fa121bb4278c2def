"""MMReason (testmini): open answers from six disciplines."""

from __future__ import annotations

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, needed
from r1vl_kedro.benchmarks.groups import overall_by


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare texts, as upstream without its judge; in `robust` values."""
    answer = needed(row, "answer")
    if mode == "robust":
        return robust.value_verdict(robust.stated(raw), answer)
    return True if compat.prediction(raw).strip() == answer.strip() else None


BENCHMARKS["mmreason"] = Benchmark(
    name="mmreason",
    column="MMReason",
    dataset="MMReason_testmini",
    md5="630205345349ac51c9999d4fbfd1d630",
    columns=("discipline",),
    verdict=verdict,
    aggregate=overall_by(discipline="discipline"),  # upstream prints fractions
    place=9,
)
