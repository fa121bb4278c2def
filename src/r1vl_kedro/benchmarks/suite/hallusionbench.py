"""HallusionBench: yes or no, over figures and groups of questions."""

from __future__ import annotations

from collections.abc import Sequence

from r1vl_kedro.benchmarks import compat, robust
from r1vl_kedro.benchmarks.base import BENCHMARKS, Benchmark, Mode
from r1vl_kedro.benchmarks.cells import Row, cell, check_yes_no, needed
from r1vl_kedro.benchmarks.groups import all_right, percent
from r1vl_kedro.benchmarks.prompts import yes_no_question

_INDEX_PARTS = 6


def verdict(row: Row, raw: str, mode: Mode) -> bool | None:
    """Compare yes or no; the prompt letters them, so that A is yes and B is no.

    R1-VL reads any `a` in the answer after the marker as yes, so "No, they are different" is a yes;
    kept outside `robust`.
    """
    answer = needed(row, "answer")
    if mode == "robust":
        return robust.yes_no_verdict(robust.stated(raw), answer, letters=True)
    text = compat.prediction(raw)
    if raw.count(compat.MARKER) == 1:
        lowered = text.lower()
        text = "Yes" if "a" in lowered else "No" if "b" in lowered else text
    return compat.yes_no_verdict(text, answer)


def _parts(row: Row) -> tuple[str, str, str, str]:
    """Read (l2-category, set, figure, question) from a row's index.

    Raises:
        ValueError: the index is not category_subcategory_visual_set_figure_question.
    """
    index = needed(row, "index")
    parts = index.split("_")
    if len(parts) < _INDEX_PARTS:
        raise ValueError(
            f"row {index!r}: column 'index' must read category_subcategory_visual_set_figure_"
            "question, such as VD_illusion_1_0_0_0"
        )
    category = cell(row, "l2-category") or "_".join(parts[:2])
    return category, parts[3], parts[4], parts[5]


def _three(rows: Sequence[Row], verdicts: Sequence[bool]) -> dict[str, float]:
    parts = [_parts(row) for row in rows]
    figures = [(category, group, figure) for category, group, figure, _ in parts]
    questions = [(category, group, question) for category, group, _, question in parts]
    three = {
        "aAcc": percent(verdicts),
        "fAcc": all_right(figures, verdicts),
        "qAcc": all_right(questions, verdicts),
    }
    return {**three, "mean": sum(three.values()) / 3}


def aggregate(rows: Sequence[Row], verdicts: Sequence[bool]) -> dict[str, float]:
    """Compute aAcc (rows), fAcc (figures), qAcc (question groups) and their mean, in percent.

    Also for each category (VD, VS) and finer category. Published tables print the mean.
    """
    figures = _three(rows, verdicts)
    for label, key in (
        ("category", lambda row: cell(row, "category") or needed(row, "index").split("_")[0]),
        ("l2-category", lambda row: _parts(row)[0]),
    ):
        names = [key(row) for row in rows]
        for name in sorted(set(names)):
            chosen = [k for k, other in enumerate(names) if other == name]
            part = _three([rows[k] for k in chosen], [verdicts[k] for k in chosen])
            figures |= {f"{label}: {name}, {figure}": value for figure, value in part.items()}
    return figures


BENCHMARKS["hallusionbench"] = Benchmark(
    name="hallusionbench",
    column="HallBench",
    dataset="HallusionBench",
    md5="0c23ac0dc9ef46832d7a24504f2a0c7c",
    columns=("category",),
    prompt=yes_no_question,
    verdict=verdict,
    check=check_yes_no,
    aggregate=aggregate,
    place=6,
    headline="mean",
    cluster=lambda row: "_".join(_parts(row)[:2]),
)
