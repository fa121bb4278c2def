"""Table 1: a checkpoint on the nine benchmarks, with the paper's rows beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from r1vl_kedro.benchmarks import BENCHMARKS
from r1vl_kedro.reporting.pages import markdown_table

AVERAGE, PUBLISHED = "AVG", "published"
RULE = "*Printed by R1-VL, official files and judges:*"
"""Stands above the paper's rows, which do not compare with ours on other files."""


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
    scores: Mapping[str, Any],
    label: str,
    paper: Mapping[str, Any],
    kept: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Make the rows of Table 1: our checkpoints', then the paper's, over the same benchmarks.

    A cell has its number of questions and its interval beside it (``MathVista_n``, ``_low``,
    ``_high``). AVG is there only over all of the paper's columns. What the paper does not print
    stays empty; a model with nothing printed on them is left out.

    Args:
        scores: ``{"mode", "benchmarks": {name: {"headline", "n", "needs_judge", ...}}}``.
        label: of the checkpoint.
        paper: ``columns`` and ``main_results`` as in ``paper_results``.
        kept: scores of checkpoints evaluated before, by label; those of another mode are left out.

    Raises:
        ValueError: scores of several modes.
    """
    modes = {entry.get("mode", scores["mode"]) for entry in scores["benchmarks"].values()}
    if len(modes | {scores["mode"]}) > 1:
        raise ValueError(f"scores of modes {sorted(modes)} cannot stand in one table")
    names = [name for name in BENCHMARKS if name in scores["benchmarks"]]
    own = {name: one for name, one in (kept or {}).items() if one["mode"] == scores["mode"]}
    own[label] = scores
    places = {_name(column): k for k, column in enumerate(paper["columns"])}
    whole = {*names, "average"} == places.keys()
    rows = [_own_row(name, one, names, whole) for name, one in own.items()]
    for model, values in paper["main_results"].items():
        printed = {name: values[places[name]] for name in names if name in places}
        if set(printed.values()) <= {None}:
            continue
        row = {"model": f"{model} (paper)", "scoring": PUBLISHED, **_cells(printed)}
        rows.append(row | ({AVERAGE: values[places["average"]]} if whole else {}))
    columns = dict.fromkeys(key for row in rows for key in row)
    return [{key: row.get(key) for key in columns} for row in rows]


def _name(column: str) -> str:
    return "mme" if column == "mme_sum" else column


def _cells(values: Mapping[str, float | None]) -> dict[str, float | None]:
    return {
        BENCHMARKS[name].column: None if value is None else round(value, 1)
        for name, value in values.items()
    }


def _own_row(
    label: str, scores: Mapping[str, Any], names: Sequence[str], whole: bool
) -> dict[str, Any]:
    about = {name: scores["benchmarks"][name] for name in names if name in scores["benchmarks"]}
    total = sum(entry["n"] for entry in about.values())
    headlines = {name: about[name]["headline"] if name in about else None for name in names}

    def share(key: str) -> float | None:
        rows = sum(entry[key] * entry["n"] for entry in about.values())
        return round(100 * rows / total, 1) if total else None

    row: dict[str, Any] = {"model": label, "scoring": scores["mode"], **_cells(headlines)}
    if whole:
        row[AVERAGE] = None if None in headlines.values() else average(headlines)
    row |= {
        "questions": total or None,
        "set_aside": sum(entry.get("set_aside", 0) for entry in about.values()) if total else None,
        "needs_judge": share("needs_judge"),
        "undecided": share("undecided"),
    }
    for name, entry in about.items():
        column = BENCHMARKS[name].column
        for end in ("low", "high"):
            value = entry.get(end)
            row[f"{column}_{end}"] = None if value is None else round(value, 1)
        row[f"{column}_n"] = entry["n"]
    return row


def table_markdown(rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> str:
    """Return Table 1 as Markdown: intervals and n in the cells, a rule above the paper's rows."""
    folded = [
        name for name in rows[0] if name.endswith(("_low", "_high", "_n")) and name != "model"
    ]
    shown: list[dict[str, Any]] = []
    for row in rows:
        if row["scoring"] == PUBLISHED and (not shown or shown[-1]["scoring"] != PUBLISHED):
            shown.append({"model": RULE, "scoring": PUBLISHED})
        shown.append({key: _cell(row, key) for key in row if key not in folded})
    columns = list(shown[0])
    cells = [["" if row.get(key) is None else str(row[key]) for key in columns] for row in shown]
    left = {columns.index("model"), columns.index("scoring")}
    return "\n".join([markdown_table(columns, cells, left), "", *notes]) + "\n"


def _cell(row: Mapping[str, Any], name: str) -> Any:
    value, low, high = row[name], row.get(f"{name}_low"), row.get(f"{name}_high")
    if value is None or row.get(f"{name}_n") is None:
        return value
    interval = "" if low is None else f" [{low:.1f}, {high:.1f}]"
    return f"{value:.1f}{interval}, n = {row[f'{name}_n']}"


def notes(scores: Mapping[str, Any], limit: int | None = None) -> list[str]:
    """Write what a reader of the table has to know: the scoring, the judge, the sizes.

    Args:
        limit: questions of each benchmark that a trial was restricted to.
    """
    judge = scores["judge"]
    lines = [
        "All in percent but MME_sum (points of at most 2,800); AVG, over all nine only, takes "
        "MME_sum/28 and is truncated to one decimal.",
        "In brackets 95 % intervals of other questions: jackknife over clusters of questions that "
        "share a picture or a seed question (Wilson's where none or all are right).",
        f"Scoring mode of our rows: {scores['mode']}. needs_judge is the share of questions "
        "(percent) that the rules leave open, undecided the share that still is "
        + (f"after the judge {judge}" if judge else "(no judge was asked)")
        + "; they count as wrong, so the scores are lower bounds.",
        "The paper's rows are its own numbers, on the official files and with its judges; those of "
        "Qwen2-VL are Qwen's published ones.",
    ]
    if limit is not None:
        lines.append(f"A trial on the first {limit} questions of each benchmark, not a score.")
    sizes = ", ".join(
        f"{BENCHMARKS[name].column} {entry['n']}"
        f"{out_of(entry['n'], entry.get('set_aside', 0), limit)}"
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


def out_of(answered: int, left: int, limit: int | None) -> str:
    """Tell of how many rows some were answered; nothing where none was set aside.

    Args:
        left: rows that were set aside until reading stopped.
        limit: rows to answer; reading stops there, so that the rows of the file are not known.

    Example:
        >>> out_of(8, 2, None), out_of(6, 2, 6), out_of(6, 0, 6)
        (' of 10', ' (limit 6)', '')
    """
    if not left:
        return ""
    return f" of {answered + left}" if limit is None or answered < limit else f" (limit {limit})"
