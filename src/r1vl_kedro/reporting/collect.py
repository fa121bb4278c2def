"""One long frame of all variants' verdicts, one of all their training curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from r1vl_kedro.records.schema import KNOWN
from r1vl_kedro.reporting.variants import split_namespace

VERDICT_COLUMNS = ("id", "family", "correct")
CURVE_COLUMNS = ["namespace", "variant", "seed", "step", "metric", "value"]
NO_SEED = -1  # a namespace without a seed in its name
MAX_LABEL_VALUES = 20


def collect_verdicts(verdicts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Stack all verdicts, with ``namespace``, ``variant`` and ``seed`` (-1: no seed).

    Args:
        verdicts: by namespace; each needs ``id``, ``family`` and ``correct`` in 0..1.

    Raises:
        ValueError: no namespace, a missing column, an empty frame, or a ``correct`` outside 0..1.
    """
    if not verdicts:
        raise ValueError("no variant to report on: the grid of namespaces is empty")
    parts = []
    for namespace, frame in verdicts.items():
        missing = [name for name in VERDICT_COLUMNS if name not in frame.columns]
        if missing:
            raise ValueError(
                f"verdicts of {namespace!r} lack {missing}; they have {list(frame.columns)}"
            )
        if frame.empty:
            raise ValueError(f"verdicts of {namespace!r} are empty; nothing was scored")
        wrong = frame.loc[frame["correct"].notna() & ~frame["correct"].between(0, 1)]
        if len(wrong):
            row = wrong.iloc[0]
            raise ValueError(
                f"verdicts of {namespace!r}: correct is {row['correct']} for {row['id']!r}; "
                "it must lie in 0..1"
            )
        name, seed = name_and_seed(namespace)
        parts.append(frame.assign(namespace=namespace, variant=name, seed=seed))
    return pd.concat(parts, ignore_index=True)


def label_columns(verdicts: pd.DataFrame) -> list[str]:
    """Return the labels of the records among the columns, without those of too many values."""
    labels = [name for name in verdicts.columns if name not in KNOWN]
    return [name for name in labels if verdicts[name].nunique() <= MAX_LABEL_VALUES]


def collect_curves(logs: Mapping[str, Sequence[Mapping[str, Any]]]) -> pd.DataFrame:
    """Tidy training logs: namespace, variant, seed (-1: none), step, metric, value.

    Rows without a ``step`` and values that are no number are left out; where a step was logged
    twice (a resumed run), the later value stands.
    """
    rows = [
        (namespace, *name_and_seed(namespace), int(row["step"]), metric, float(value))
        for namespace, log in logs.items()
        for row in log
        if row.get("step") is not None
        for metric, value in row.items()
        if metric != "step" and isinstance(value, int | float) and not isinstance(value, bool)
    ]
    frame = pd.DataFrame(rows, columns=CURVE_COLUMNS)
    frame = frame.astype({"seed": int, "step": int, "value": float})
    return frame.drop_duplicates(["namespace", "step", "metric"], keep="last", ignore_index=True)


def answer_matrix(verdicts: pd.DataFrame, variant: str, column: str = "correct") -> pd.DataFrame:
    """Average ``column`` over samples: questions x seeds of one variant.

    Args:
        verdicts: the frame of `collect_verdicts`.
        variant: its name; one that is absent gives an empty frame.

    Returns:
        Index ``id`` (sorted), columns seeds. Questions without a value in every seed (answers that
        need a judge) are left out.
    """
    part = verdicts.loc[verdicts["variant"] == variant]
    if part.empty or column not in part:
        return pd.DataFrame()
    means = part.groupby(["id", "seed"])[column].mean()
    return means.unstack("seed").dropna().sort_index()


def paired(
    left: pd.DataFrame, right: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | str:
    """Cut two matrices to common questions and seeds, or explain why they cannot be paired.

    A matrix of one seed that the other does not have (a model without training) keeps its column.
    """
    ids = left.index.intersection(right.index)
    if ids.empty:
        return "no question in common"
    left, right = left.loc[ids], right.loc[ids]
    if list(left.columns) != list(right.columns):
        seeds = left.columns.intersection(right.columns)
        if len(seeds):
            left, right = left[seeds], right[seeds]
        elif 1 not in (left.shape[1], right.shape[1]):
            return f"no seed in common: {list(left.columns)} and {list(right.columns)}"
    return left.to_numpy(float), right.to_numpy(float)


def name_and_seed(namespace: str) -> tuple[str, int]:
    """Split a namespace into its variant and seed, -1 where it has none."""
    name, seed = split_namespace(namespace)
    return name, NO_SEED if seed is None else seed
