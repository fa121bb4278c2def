"""MME: two yes-or-no questions an image; accuracy and accuracy+ in points."""

from __future__ import annotations

from collections.abc import Sequence

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, check_yes_no, needed
from r1vl_kedro.benchmarks.groups import all_right, percent

PERCEPTION = (
    "OCR", "artwork", "celebrity", "color", "count", "existence", "landmark", "position",
    "posters", "scene",
)  # fmt: skip
COGNITION = (
    "code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation",
)  # fmt: skip


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare yes or no."""
    answer = needed(row, "answer")
    if mode == "robust":
        return robust.yes_no_verdict(robust.stated(raw), answer, letters=False)
    return compat.yes_no_verdict(compat.prediction(raw), answer)


def aggregate(rows: Sequence[Row], verdicts: Sequence[bool]) -> dict[str, float]:
    """Sum points: accuracy plus accuracy+ (images whose questions are all right), 200 a subtask.

    `perception` sums ten subtasks, `cognition` four, `sum` both (2,800 at most; a subtask without
    rows adds nothing).

    Raises:
        ValueError: a category that is none of the fourteen.
    """
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        name = needed(row, "category")
        if name not in PERCEPTION + COGNITION:
            raise ValueError(
                f"row {row.get('index')}: column 'category' is {name!r}; MME has "
                f"{', '.join(PERCEPTION + COGNITION)}"
            )
        places.setdefault(name, []).append(place)
    figures: dict[str, float] = {}
    for name in (name for name in PERCEPTION + COGNITION if name in places):
        chosen = [verdicts[k] for k in places[name]]
        images = [needed(rows[k], "image_path") for k in places[name]]
        accuracy, plus = percent(chosen), all_right(images, chosen)
        figures |= {
            f"{name}, accuracy": accuracy,
            f"{name}, accuracy+": plus,
            name: accuracy + plus,
        }
    perception = sum(figures.get(name, 0.0) for name in PERCEPTION)
    cognition = sum(figures.get(name, 0.0) for name in COGNITION)
    return {
        "sum": perception + cognition,
        "perception": perception,
        "cognition": cognition,
        **figures,
    }


BENCHMARKS["mme"] = Benchmark(
    name="mme",
    column="MME_sum",
    dataset="MME",
    md5="b36b43c3f09801f5d368627fb92187c3",
    columns=("category", "image_path"),
    verdict=verdict,
    check=check_yes_no,
    aggregate=aggregate,
    place=8,
    headline="sum",
    cluster=lambda row: needed(row, "image_path"),
    full_marks=2800,
)
