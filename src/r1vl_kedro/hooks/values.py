"""What of a saved or loaded dataset goes to MLflow, and how."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from r1vl_kedro.run_context import metric_name

TABLE_ROWS = 200
"""Larger frames are shown by their last rows."""
_BATCH = 1000
_KINDS = {
    "pandas.DataFrame": "frame",
    "plotly.BaseFigure": "plotly",
    "matplotlib.Figure": "matplotlib",
    "datasets.Dataset": "records",
}
NO_METRICS = frozenset({"n", "records", "ci_low", "ci_high"})


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested mappings to one level, keys joined by dots."""
    result: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[f"{prefix}{key}"] = value
    return result


def score_metrics(scores: Mapping[str, Any]) -> dict[str, float]:
    """Name scores as metrics: ``accuracy/all``, ``accuracy/counting``, then ``test/validity``.

    MLflow shows metrics in the order of their names, one group for each word before the slash.

    Sizes and bounds of intervals are no metrics: a chart of them shows nothing.
    """
    metrics = {}
    for key, value in flat(scores).items():
        if _is_number(value) and key.rpartition(".")[2] not in NO_METRICS:
            *family, name = key.removeprefix("by_family.").split(".")
            if name == "accuracy":
                metrics["/".join(["accuracy", *(family or ["all"])])] = float(value)
            else:
                metrics["/".join(["test", *family, name])] = float(value)
    return metrics


def benchmark_metrics(scores: Mapping[str, Any]) -> dict[str, float]:
    """Return one metric per benchmark, named with its scoring mode: ``benchmark/robust/mathvista``.

    Beside them ``undecided/robust/mathvista``, the share whose verdict only a judge could give.
    """
    return {
        f"{group}/{scores['mode']}/{name}": float(entry[key])
        for group, key in (("benchmark", "headline"), ("undecided", "undecided"))
        for name, entry in scores["benchmarks"].items()
    }


def training_metrics(
    log: Sequence[Mapping[str, Any]], stage: str | None = None
) -> list[tuple[str, float, int]]:
    """Return a training log as (key, value, step), under the names that live reports have."""
    return [
        (metric_name(key, stage), float(value), int(row["step"]))
        for row in log
        if row.get("step") is not None
        for key, value in row.items()
        if key not in ("step", "epoch") and _is_number(value)
    ]


def _is_number(value: Any) -> bool:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return numeric and math.isfinite(value)


def kind(data: Any) -> str | None:
    """Classify: ``frame``, ``plotly``, ``matplotlib``, ``records`` or None; import none of them."""
    names = {f"{cls.__module__.partition('.')[0]}.{cls.__name__}" for cls in type(data).__mro__}
    return next((kind for cls, kind in _KINDS.items() if cls in names), None)


def shown(frame: Any, rows: int = TABLE_ROWS) -> Any:
    """Return the last rows of a frame for a table in MLflow, cells that JSON has."""
    part = frame.tail(rows).reset_index(drop=True)
    return part.map(_cell)


def with_pictures(frame: Any) -> Any:
    """Convert a frame whose column `image` holds encoded pictures for MLflow."""
    from PIL import Image

    table = shown(frame.drop(columns="image"), len(frame))
    pictures = [Image.open(io.BytesIO(data)) for data in frame["image"]]
    table.insert(frame.columns.get_loc("image"), "image", pictures)
    return table


def _cell(value: Any) -> Any:
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        value = value.tolist()
    return value if isinstance(value, str | bool | int | float) else json.dumps(value, default=str)


def digest(records: Any) -> str:
    """Digest a data set's columns other than images by SHA-256, rows in order; 36 hex digits."""
    sha = hashlib.sha256()
    names = sorted(name for name in records.column_names if name != "images")
    columns = records.select_columns(names)
    for start in range(0, len(columns), _BATCH):
        batch = columns[start : start + _BATCH]
        sha.update(json.dumps(batch, sort_keys=True, default=str).encode())
    return sha.hexdigest()[:36]
