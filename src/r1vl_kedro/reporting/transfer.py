"""What is learnt on one kind of questions, and what of it carries over to others.

A variant that trains on one value of a column (``where: {modality: mri}``) is a row of a matrix,
the values of that column among the test records are its columns. Rows belong to one matrix where
their names differ in the value alone: ``think_mri`` and ``think_ct`` to ``think``. A grid may have
one for each of several columns. All other variants (base, warm-up, one that trains on everything)
stand below, without a diagonal.
Med-R1 (arXiv 2503.13939) reports generalisation in this way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from r1vl_kedro.reporting.cells import in_percent
from r1vl_kedro.reporting.collect import answer_matrix
from r1vl_kedro.reporting.markdown import number, spanned
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.style import or_empty, style
from r1vl_kedro.reporting.variants import Grid, in_order, variant
from r1vl_kedro.statistics import mean_interval, share_interval

OTHERS = "others"
COLUMNS = ["matrix", "variant", "row", "train", "test", "n", "seeds", "accuracy", "low", "high"]
MEANS = ("diagonal", "off-diagonal", "difference")
_COLOURS = [[0.0, "#f1f5f9"], [0.5, "#7dd3fc"], [1.0, "#075985"]]


@dataclass(frozen=True)
class Matrix:
    """Variants by the value that each is trained on, and the column that the values are of."""

    column: str
    rows: Mapping[str, str]


def matrices(grid: Grid) -> dict[str, Matrix]:
    """Find the matrices of a grid by name: at least two variants, one value of a column each.

    Where a name has variants on values of several columns, each column makes a matrix of its own,
    named with it: ``think by modality``, ``think by task``.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for entry in grid.values():
        for column, values in (entry.get("where") or {}).items():
            name, value = entry["name"], values[0]
            ending = "_" + re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
            if len(values) == 1 and name.endswith(ending):
                found.setdefault((name.removesuffix(ending), column), {})[value] = name
    whole = {key: rows for key, rows in found.items() if len(rows) > 1}
    names = Counter(name for name, _ in whole)
    return {
        name if names[name] == 1 else f"{name} by {column}": Matrix(column, rows)
        for (name, column), rows in whole.items()
    }


def transfer_table(
    verdicts: pd.DataFrame, options: ReportingOptions, grid: Grid
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tabulate every cell of the matrices, and their means.

    Args:
        verdicts: the frame of `collect_verdicts`.

    Returns:
        One row a variant and value of the column: accuracy in percent with its interval; ``train``
        is "" for variants that are in no matrix. One row a matrix and mean: over the ``diagonal``,
        over the other cells, and the ``difference``, which is paired question by question; each
        value of the column counts alike.
    """
    found = matrices(grid)
    in_one = {name for one in found.values() for name in one.rows.values()}
    cells, means = [], []
    for title, matrix in found.items():
        for train, name in matrix.rows.items():
            cells += _cells(verdicts, title, name, train, matrix.column, options, grid)
        means += _means(verdicts, title, matrix, options)
    for column in dict.fromkeys(name for one in grid.values() for name in one.get("where") or {}):
        for name in in_order(verdicts["variant"]):
            if name not in in_one:
                cells += _cells(verdicts, OTHERS, name, "", column, options, grid)
    return (
        pd.DataFrame(cells, columns=COLUMNS),
        pd.DataFrame(means, columns=["matrix", "mean", *COLUMNS[5:], "interval"]),
    )


def _cells(
    verdicts: pd.DataFrame,
    title: str,
    name: str,
    train: str,
    column: str,
    options: ReportingOptions,
    grid: Grid,
) -> list[dict[str, Any]]:
    rows = []
    for test, answers in _by_value(verdicts, name, column).items():
        interval = share_interval(answers.to_numpy(), **options.bootstrap)
        row = {"matrix": title, "variant": name, "row": variant(name, grid).label, "train": train}
        row |= {"test": test, "n": answers.shape[0], "seeds": answers.shape[1]}
        rows.append(row | in_percent(interval, "accuracy", "low", "high"))
    return rows


def _by_value(verdicts: pd.DataFrame, name: str, column: str) -> dict[str, pd.DataFrame]:
    """Return a variant's answers, questions x seeds, by value of a column."""
    part = verdicts.loc[verdicts["variant"] == name]
    if part.empty or column not in part:
        return {}
    values = sorted(set(part[column].dropna()) - {""})
    found = {value: answer_matrix(part.loc[part[column] == value], name) for value in values}
    return {value: answers for value, answers in found.items() if not answers.empty}


def _means(
    verdicts: pd.DataFrame, title: str, matrix: Matrix, options: ReportingOptions
) -> list[dict[str, Any]]:
    """Average over the diagonal and beside it; nothing where a row did not run."""
    answers = {
        train: _by_value(verdicts, name, matrix.column) for train, name in matrix.rows.items()
    }
    tested = [value for value in answers if all(value in one for one in answers.values())]
    parts: dict[str, list[NDArray[np.float64]]] = {name: [] for name in MEANS}
    for test in tested:
        index, seeds = _shared([one[test] for one in answers.values()])
        same = {train: one[test].loc[index, seeds] for train, one in answers.items()}
        own = same.pop(test).to_numpy(float)
        if not own.size:
            continue
        beside = sum(one.to_numpy(float) for one in same.values()) / len(same)
        weight = 1 / len(own)  # each value counts alike, whatever its number of questions
        for name, values in zip(MEANS, (own, beside, own - beside), strict=True):
            parts[name].append(weight * values)
    rows = []
    for name, stacked in parts.items():
        if not stacked:
            continue
        values = np.concatenate(stacked)
        interval = mean_interval(values * (len(values) / len(stacked)), **options.bootstrap)
        row = {"matrix": title, "mean": name, "n": len(values), "seeds": values.shape[1]}
        row |= in_percent(interval, "accuracy", "low", "high")
        rows.append(row | {"interval": interval.note})
    return rows


def _shared(answers: list[pd.DataFrame]) -> tuple[pd.Index, pd.Index]:
    """Return the questions and seeds that all have."""
    index = reduce(pd.Index.intersection, (one.index for one in answers))
    return index, reduce(pd.Index.intersection, (one.columns for one in answers))


def transfer_figure(cells: pd.DataFrame, means: pd.DataFrame) -> go.Figure:
    """Draw every matrix as a heat map, what it was trained on by what it is tested on.

    Below each title are its means over the diagonal and beside it; the last panel has the variants
    that are in no matrix.
    """
    panels = {str(name): part for name, part in cells.groupby("matrix", sort=False)}
    heights = [part["variant"].nunique() + 1.4 for part in panels.values()] or [1.0]
    figure = make_subplots(
        rows=max(len(panels), 1),
        row_heights=heights,
        vertical_spacing=0.9 / (sum(heights) + 1),
        subplot_titles=[_title(name, means) for name in panels],
    )
    values = dict.fromkeys([*cells["train"], *cells["test"]])  # so that diagonals are diagonal
    ends = (cells["accuracy"].min(), cells["accuracy"].max()) if len(cells) else (0.0, 1.0)
    for place, (name, part) in enumerate(panels.items(), start=1):
        by = "row" if name == OTHERS else "train"
        table = part.pivot_table(index=by, columns="test", values="accuracy", sort=False)
        shown = part.assign(text=part.apply(_text, axis=1)).pivot_table(
            index=by, columns="test", values="text", aggfunc="first", sort=False
        )
        tested = [value for value in values if value in table.columns]
        table, shown = table[tested], shown[tested]
        figure.add_heatmap(
            x=tested,
            y=[str(value) for value in table.index],
            z=table.to_numpy().tolist(),
            text=shown.to_numpy().tolist(),
            texttemplate="%{text}",
            zmin=ends[0],
            zmax=ends[1],
            colorscale=_COLOURS,
            showscale=False,
            name=name,
            row=place,
            col=1,
        )
    height = 140 + round(40 * sum(heights))
    style(figure, "Transfer: accuracy, %", "", "trained on", height=height)
    figure.update_xaxes(title_text="tested on", row=max(len(panels), 1), col=1)
    figure.update_yaxes(autorange="reversed")
    if OTHERS in panels:
        figure.update_yaxes(title_text="", row=len(panels), col=1)
    return or_empty(figure, "no variant trains on some values of a column")


def _text(row: pd.Series) -> str:
    ends = "" if pd.isna(row["low"]) else f" [{row['low']:.0f}, {row['high']:.0f}]"
    return f"{number(row['accuracy'])}{ends}"


def _title(name: str, means: pd.DataFrame) -> str:
    shown = []
    for row in means.loc[means["matrix"] == name].to_dict("records"):
        sign = "+" if row["mean"] == "difference" else ""
        found = spanned(row["accuracy"], row["low"], row["high"], sign)
        shown.append(f"{row['mean']} {found}")
    return f"{name}: {', '.join(shown)}" if shown else name
