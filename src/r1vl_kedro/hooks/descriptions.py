"""Descriptions in MLflow: of a run with its table, of its variants, of the experiment.

A run's page shows its own; the list of variants has theirs as a column; every page of the
experiment begins with the experiment's, also in the mode for language model applications.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from r1vl_kedro.reporting.markdown import display, table_markdown
from r1vl_kedro.tracking.store import NOTE, Store

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

TABLE = (
    "row", "n", "seeds", "accuracy", "low", "high", "interval", "difference", "diff_low",
    "diff_high", "diff_interval", "truncated",
)  # fmt: skip
"""Columns of the table in a description; `tables/overview.json` has all."""
OVERVIEW = "table_overview"
LATEST = "[Latest results]("
"""How the experiment's description begins; one that begins otherwise is a user's, and stays."""


def describe(
    store: Store,
    parent: str,
    children: Mapping[str, str],
    pages: tuple[str, str],
    overview: pd.DataFrame,
) -> None:
    """Describe a run, its children and the experiment by the table of all variants.

    Args:
        children: the variant's name, without a seed, by run id.
        pages: addresses of the run's page and of the list of its children, "" for none.
    """
    if not overview["accuracy"].notna().any():
        return
    store.tags(parent, {NOTE: description(overview)})
    notes = row_notes(overview)
    for run_id, name in children.items():
        if name in notes:
            store.tags(run_id, {NOTE: notes[name]})
    page, variants = (f"#{url.partition('#')[2]}" if url else "" for url in pages)
    text = f"{LATEST}{page}): highest accuracy {best_run(overview)}."
    if variants:
        text += f" [All variants]({variants}), best first."
    store.describe_experiment(text, LATEST)


def best_run(overview: pd.DataFrame) -> str:
    """Name the row of the highest accuracy, its run in MLflow's list, its seeds, and its note."""
    best = overview.loc[overview["accuracy"].idxmax()]
    listed = f" (`{best['variant']}`)" if best["variant"] != best["row"] else ""
    seeds = ", one seed: " if best["seeds"] == 1 else ", "
    return f"**{best['row']}**{listed}{seeds}{row_notes(overview)[best['variant']]}"


def description(overview: pd.DataFrame) -> str:
    """Describe a run: which row has the highest accuracy and by how much, then all in a table.

    The sentences come first, for MLflow folds what is longer.
    """
    columns = [name for name in overview.columns if name in TABLE]
    return f"{best_row(overview)}\n\n{table_markdown(overview[columns])}\n"


def best_row(overview: pd.DataFrame) -> str:
    """Name the row of the highest accuracy, its difference, and rows of overlapping intervals."""
    from r1vl_kedro.reporting.page import nothing_learnt

    sentences = nothing_learnt(overview)
    best = overview.loc[overview["accuracy"].idxmax()]
    cells = _cells(overview, best.name)
    sentence = f"Highest accuracy on the test records: **{best['row']}**, {cells['accuracy']} %"
    sentence += f" (n = {best['n']})"
    if _compared(best):
        sentence += f", {cells['difference']} points above {_reference(overview)}"
    sentences.append(f"{sentence}.")
    near = overview.loc[(overview["high"] >= best["low"]) & (overview.index != best.name), "row"]
    if len(near):
        sentences.append(f"Intervals that overlap with its: {', '.join(near)}.")
    return " ".join(sentences)


def row_notes(overview: pd.DataFrame) -> dict[str, str]:
    """Describe each scored row in a line, by variant: accuracy, n, difference, with intervals.

    MLflow's list shows some 45 characters of a description, so numbers come first.
    """
    notes = {}
    for index, row in overview.dropna(subset=["accuracy"]).iterrows():
        cells = _cells(overview, index)
        seeds = f", {row['seeds']} seeds" if row["seeds"] > 1 else ""
        note = f"{cells['accuracy']} %, n {row['n']}{seeds}"
        if _compared(row):
            note += f"; {cells['difference']} over {_reference(overview)}"
        notes[row["variant"]] = note
    return notes


def _cells(overview: pd.DataFrame, index: Hashable) -> dict[str, str]:
    headers, [row] = display(overview.loc[[index]])
    return dict(zip(headers, row, strict=True))


def _compared(row: pd.Series) -> bool:
    import pandas as pd

    return bool(pd.notna(row.get("difference")))


def _reference(overview: pd.DataFrame) -> str:
    """Return the label of the row that differences are taken from."""
    found = overview.loc[overview["diff_interval"] == "reference", "row"]
    return found.iloc[0] if len(found) else "the reference"
