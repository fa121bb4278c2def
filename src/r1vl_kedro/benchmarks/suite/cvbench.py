"""CV-Bench (Cambrian-1, arXiv 2406.16860): Count and Relation in 2D, Depth and Distance in 3D.

VLMEvalKit has a file for either half. Its 2D figure is the mean over the sources (ADE20K and COCO),
as in the paper's appendix C, its 3D figure the share of right answers; the paper's own figure for
CV-Bench is the mean of the two.
"""

from __future__ import annotations

from collections.abc import Sequence

from r1vl_kedro.benchmarks import choices
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark
from r1vl_kedro.benchmarks.cells import Row, cell, needed
from r1vl_kedro.benchmarks.groups import by_key, grouped, overall_by, percent


def prompt(row: Row) -> str:
    """Return the prompt that the file gives: the question with its choices, ``(A) left``."""
    return needed(row, "prompt")


def _task(row: Row) -> str | None:
    return cell(row, "category") or cell(row, "task")


def aggregate_2d(rows: Sequence[Row], verdicts: Sequence[bool]) -> dict[str, float]:
    """Compute percent by source and task; overall is the mean over sources."""
    sources = {
        f"source: {name}": percent(group)
        for name, group in grouped([needed(row, "source") for row in rows], verdicts).items()
    }
    overall = sum(sources.values()) / len(sources)
    return {
        "overall": overall,
        **dict(sorted(sources.items())),
        **by_key(rows, verdicts, _task, "task"),
    }


BENCHMARKS["cvbench_2d"] = Benchmark(
    name="cvbench_2d",
    column="CV-Bench 2D",
    dataset="CV-Bench-2D",
    md5="a7cff4cc2857cc237ee2b89e62bccb2d",
    columns=("A", "B", "prompt", "source"),
    prompt=prompt,
    verdict=choices.verdict,
    check=choices.check,
    aggregate=aggregate_2d,
)
BENCHMARKS["cvbench_3d"] = Benchmark(
    name="cvbench_3d",
    column="CV-Bench 3D",
    dataset="CV-Bench-3D",
    md5="bb94c0d568d652d15b60e001ac40a170",
    columns=("A", "B", "prompt"),
    prompt=prompt,
    verdict=choices.verdict,
    check=choices.check,
    aggregate=overall_by(task=_task),
)
