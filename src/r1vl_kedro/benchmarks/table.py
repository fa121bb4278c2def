"""Table 1: a checkpoint on the nine benchmarks, with the paper's rows beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from r1vl_kedro.benchmarks import BENCHMARKS, Mode
from r1vl_kedro.reporting.pages import markdown_table

AVERAGE = "AVG"


def average(values: Mapping[str, float]) -> float:
    """Compute AVG of the main table: mean with MME_sum/28, truncated to one decimal.

    Args:
        values: headline figures by benchmark, as printed or measured.

    Raises:
        ValueError: no values, or an unknown benchmark.

    Example:
        >>> average({"mathvista": 52.1, "mme": 2048})
        62.6
    """
    unknown = sorted(set(values) - set(BENCHMARKS))
    if unknown or not values:
        raise ValueError(f"AVG of {sorted(values)}: needs some of {', '.join(BENCHMARKS)}")
    # Exact in decimals, so that a mean such as 41.6 is not truncated to 41.5.
    exact = [
        Fraction(repr(float(value))) * 100 / Fraction(BENCHMARKS[name].full_marks)
        for name, value in values.items()
    ]
    return math.floor(sum(exact, Fraction(0)) / len(exact) * 10) / 10


def table_rows(
    scores: Mapping[str, Any], label: str, paper: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Make the rows of Table 1: the checkpoint's, then the paper's, over the same benchmarks.

    What the paper does not print stays empty; a model with nothing printed on them is left out.

    Args:
        scores: ``{"mode", "benchmarks": {name: {"headline", "n", "needs_judge", ...}}}``.
        label: of the checkpoint.
        paper: ``columns`` and ``main_results`` as in ``paper_results``.

    Raises:
        ValueError: scores of several modes.
    """
    modes = {entry.get("mode", scores["mode"]) for entry in scores["benchmarks"].values()}
    if len(modes | {scores["mode"]}) > 1:
        raise ValueError(f"scores of modes {sorted(modes)} cannot stand in one table")
    names = [name for name in BENCHMARKS if name in scores["benchmarks"]]
    measured = {name: scores["benchmarks"][name]["headline"] for name in names}
    rows = [_row(label, measured, scores["mode"], scores["benchmarks"])]
    places = {_name(column): k for k, column in enumerate(paper["columns"])}
    for model, values in paper["main_results"].items():
        printed = {name: values[places[name]] for name in names if name in places}
        if set(printed.values()) <= {None}:
            continue
        row = _row(f"{model} (paper)", printed, "published", {})
        if {*names, "average"} == places.keys():
            row[AVERAGE] = values[places["average"]]  # as printed
        rows.append(row)
    return rows


def _name(column: str) -> str:
    return "mme" if column == "mme_sum" else column


def _row(
    label: str, values: Mapping[str, float | None], mode: Mode | str, about: Mapping[str, Any]
) -> dict[str, Any]:
    total = sum(entry["n"] for entry in about.values())

    def share(key: str) -> float | None:
        rows = sum(entry[key] * entry["n"] for entry in about.values())
        return round(100 * rows / total, 1) if total else None

    return {
        "model": label,
        "scoring": mode,
        **{
            BENCHMARKS[name].column: None if value is None else round(value, 1)
            for name, value in values.items()
        },
        AVERAGE: None if None in values.values() else average(values),
        "questions": total or None,
        "set_aside": sum(entry.get("set_aside", 0) for entry in about.values()) if total else None,
        "needs_judge": share("needs_judge"),
        "undecided": share("undecided"),
    }


def markdown(rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> str:
    """Return a table as Markdown, one line a row with the columns of the first, its notes below."""
    columns = list(rows[0])
    left = {k for k, name in enumerate(columns) if name in ("model", "scoring", "reward")}
    cells = [["" if row.get(name) is None else str(row[name]) for name in columns] for row in rows]
    return "\n".join([markdown_table(columns, cells, left), "", *notes]) + "\n"


def notes(scores: Mapping[str, Any], limit: int | None = None) -> list[str]:
    """Write what a reader of the table has to know: the scoring, the judge, the sizes.

    Args:
        limit: questions of each benchmark that a trial was restricted to.
    """
    judge = scores["judge"]
    lines = [
        "All in percent but MME_sum (points of at most 2,800); AVG takes MME_sum/28 and is "
        "truncated to one decimal.",
        f"Scoring mode of the first row: {scores['mode']}. needs_judge is the share of questions "
        "(percent) that the rules leave open, undecided the share that still is "
        + (f"after the judge {judge}" if judge else "(no judge was asked)")
        + "; they count as wrong, so the scores are lower bounds.",
        "The paper's rows are its own numbers, on the official files and with its judges; those of "
        "Qwen2-VL are Qwen's published ones.",
    ]
    if limit is not None:
        lines.append(f"A trial on the first {limit} questions of each benchmark, not a score.")
    sizes = ", ".join(
        f"{BENCHMARKS[name].column} {entry['n']}{_of_all(entry)}"
        for name, entry in scores["benchmarks"].items()
    )
    lines.append(f"Questions answered: {sizes}.")
    lines += [
        f"{BENCHMARKS[name].column}: {entry['set_aside']} rows of its file set aside "
        f"({entry['set_aside_reasons']}); the score is on the others."
        for name, entry in scores["benchmarks"].items()
        if entry.get("set_aside")
    ]
    return ["", *[f"- {line}" for line in lines]]


def _of_all(entry: Mapping[str, Any]) -> str:
    left = entry.get("set_aside", 0)
    return f" of {entry['n'] + left}" if left else ""
