"""What nodes save, as MLflow shows it: metrics, curves, tables, figures."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kedro.io import AbstractDataset

from r1vl_kedro.hooks import values
from r1vl_kedro.tracking.models import log_scores, tag_model
from r1vl_kedro.tracking.store import NOTE, Store

NOTE_LENGTH = 8000
"""Characters that MLflow takes of a run's description."""


def file_result(
    store: Store,
    run_id: str,
    name: str,
    data: Any,
    tags: Collection[str],
    stage: str | None,
    dataset: AbstractDataset | None = None,
) -> None:
    """Log scores as metrics, logs as curves, tables and figures as artifacts.

    Args:
        name: of the dataset, without its namespace.
        tags: of the node that saved it.
        stage: of the variant, where it has several.
        dataset: where it was saved: a table is filed with the digits that its file has, and a
            figure whose file shows it already as that file.
    """
    kind = values.kind(data)
    drawn = getattr(dataset, "drawn", None)
    if kind == "frame" and hasattr(dataset, "rounded"):
        data = dataset.rounded(data)
    if name == "scores" and isinstance(data, dict):
        log_scores(store, run_id, values.score_metrics(data))
        store.tags(run_id, {"n": data.get("n")})
    elif name == "benchmark_scores":
        log_scores(store, run_id, values.benchmark_metrics(data), data.get("label", ""))
    elif name == "evaluation_manifest" and isinstance(data, dict):
        place = {key: data[key] for key in ("checkpoint_dir", "checkpoint_digest") if key in data}
        tag_model(store, run_id, place)
    elif name.endswith("training_log") and isinstance(data, list):
        store.history(run_id, values.training_metrics(data, stage))
    elif name == "rollouts" and kind == "frame":
        _table(store, run_id, name, data, f"tables/{stage}" if stage else "tables")
    elif name == "benchmark_evaluation_manifest":
        file = "benchmarks/evaluation_manifest.json"
        store.artifact(file, lambda client: client.log_dict(run_id, data, file))
    elif name == "benchmark_examples":
        table = values.with_pictures(data)
        file = "benchmarks/predictions.json"
        store.artifact(file, lambda client: client.log_table(run_id, table, file))
    elif name == "table_1_breakdown":
        for benchmark, part in data.groupby("benchmark", sort=False):
            _table(store, run_id, benchmark, part, "benchmarks/breakdown")
    elif name == "table_1":
        _table(store, run_id, name, data, "benchmarks")
    elif name == "table_1_markdown":
        store.tags(run_id, {NOTE: data[:NOTE_LENGTH]})
    elif "reporting" in tags and kind == "frame" and name.startswith("table_"):
        _table(store, run_id, name.removeprefix("table_"), data)
    elif "reporting" in tags and name == "report":
        store.artifact(name, lambda client: client.log_text(run_id, data, "report.html"))
    elif drawn is not None:
        store.artifact(drawn.name, lambda client: client.log_artifact(run_id, drawn, "figures"))
    elif kind in ("plotly", "matplotlib"):
        figure = name.removeprefix("figure_").removesuffix("_png")
        file = f"figures/{figure}.{'html' if kind == 'plotly' else 'png'}"
        store.artifact(file, lambda client: client.log_figure(run_id, data, file))


def _table(store: Store, run_id: str, name: str, frame: Any, folder: str = "tables") -> None:
    table = values.shown(frame)
    if len(table):
        file = f"{folder}/{name}.json"
        store.artifact(file, lambda client: client.log_table(run_id, table, file))
