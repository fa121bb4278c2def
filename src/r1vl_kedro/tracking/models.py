"""Each evaluated checkpoint as a LoggedModel of MLflow, with its scores as metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping

from r1vl_kedro.tracking.store import Store

MODEL_TYPE = "checkpoint"


def log_scores(store: Store, run_id: str, values: Mapping[str, float], name: str = "") -> None:
    """Log scores as metrics of the run and of its checkpoint's LoggedModel.

    So ``mlflow.search_logged_models(order_by=[{"field_name": "metrics.accuracy/all", ...}])`` lists
    checkpoints as the tables order them. The model is made with the first scores of a run.

    Args:
        name: of the model; the run's by default.
    """

    def write() -> None:
        store.log(run_id, rows, _model_of(store, run_id, name))

    rows = store.named_rows(run_id, values)
    store.writes.put("metrics", write)


def tag_model(store: Store, run_id: str, tags: Mapping[str, str]) -> None:
    """Set tags of a run's LoggedModel, such as where its checkpoint lies."""

    def write() -> None:
        store.client.set_logged_model_tags(_model_of(store, run_id, ""), dict(tags))

    store.writes.put("tags of a checkpoint", write)


def _model_of(store: Store, run_id: str, name: str) -> str:
    """Return the id of the run's LoggedModel, made where there is none."""
    from mlflow.entities import LoggedModelStatus

    client = store.client
    found = client.search_logged_models([store.experiment_id], f"source_run_id = '{run_id}'")
    if found:
        return found[0].model_id
    name = re.sub(r"[^\w -]", "-", name or client.get_run(run_id).info.run_name)
    made = client.create_logged_model(
        store.experiment_id, name=name, source_run_id=run_id, model_type=MODEL_TYPE
    )
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    return made.model_id
