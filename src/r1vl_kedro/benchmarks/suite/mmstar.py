"""MMStar: four options a question, six categories."""

from __future__ import annotations

from r1vl_kedro.benchmarks import choices
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark
from r1vl_kedro.benchmarks.groups import overall_by
from r1vl_kedro.benchmarks.prompts import choice_question

BENCHMARKS["mmstar"] = Benchmark(
    name="mmstar",
    column="MMStar",
    dataset="MMStar",
    md5="e1ecd2140806c1b1bbf54b43372efb9e",
    columns=("A", "B", "C", "D", "category"),
    prompt=choice_question,
    verdict=choices.verdict,
    check=choices.check,
    aggregate=overall_by(category="category", l2_category="l2_category"),
    place=2,
)
