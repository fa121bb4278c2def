"""Checkpoints as MLflow's LoggedModels: their search lists them as the tables do."""

import empty_store
import mlflow
import pytest

from r1vl_kedro.hooks.filing import file_result
from r1vl_kedro.tracking.store import Store

ACCURACIES = {"warm_up": 0.43, "step_rar_seed0": 0.65, "outcome_seed0": 0.62}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The models of a store after the results of three variants, one of them filed twice."""
    place = tmp_path_factory.mktemp("store")
    empty_store.put(place / "mlflow.db")
    store = Store(f"sqlite:///{place / 'mlflow.db'}", "test", place / "artifacts")
    for name, accuracy in ACCURACIES.items():
        run = store.start(name, {})
        file_result(store, run, "scores", {"accuracy": accuracy, "n": 24}, set(), None)
        manifest = {"checkpoint_dir": f"/models/{name}", "checkpoint_digest": "d1"}
        file_result(store, run, "evaluation_manifest", manifest, set(), None)
        about = {"headline": 50 * accuracy, "undecided": 0.0}
        scored = {"mode": "robust", "label": name, "benchmarks": {"mathvista": about}}
        file_result(store, run, "benchmark_scores", scored, set(), None)
    assert store.flush() == 0
    mlflow.set_tracking_uri(store.uri)
    return store, lambda key: mlflow.search_logged_models(
        [store.experiment_id],
        order_by=[{"field_name": f"metrics.{key}", "ascending": False}],
        output_format="list",
    )


@pytest.mark.parametrize("key", ["accuracy/all", "benchmark/robust/mathvista"])
def test_the_search_orders_checkpoints_as_the_tables_do(found, key):
    models = found[1](key)
    assert [model.name for model in models] == ["step_rar_seed0", "outcome_seed0", "warm_up"]


def test_a_checkpoint_is_one_model_with_all_its_scores_and_its_place(found):
    best = found[1]("accuracy/all")[0]
    values = {metric.key: metric.value for metric in best.metrics}
    assert values["accuracy/all"] == 0.65 and values["benchmark/robust/mathvista"] == 32.5
    assert best.tags["checkpoint_dir"] == "/models/step_rar_seed0"
    store = found[0]
    run = store.client.get_run(best.source_run_id)
    assert run.info.run_name == "step_rar_seed0" and run.data.metrics["accuracy/all"] == 0.65
