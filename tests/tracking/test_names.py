"""Whatever a family, a reward or an option is called, MLflow takes its numbers."""

import empty_store
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow import MlflowClient
from mlflow.entities import Metric

from r1vl_kedro.tracking.names import safe_name, unique


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("test/counting/accuracy", "test/counting/accuracy"),
        ("test/GeoQA+/accuracy", "test/GeoQAplus/accuracy"),
        ("test/R&D/accuracy", "test/RandD/accuracy"),
        ("test/CLEVR-Math(MathV360K)/accuracy", "test/CLEVR-Math_MathV360K_/accuracy"),
        ("test//accuracy", "test/_/accuracy"),
        ("test/../accuracy", "test/_/accuracy"),
        ("test/几何/accuracy", "test/几何/accuracy"),
    ],
)
def test_names_stay_readable(name, safe):
    assert safe_name(name) == safe


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    place = tmp_path_factory.mktemp("store") / "mlflow.db"
    empty_store.put(place)
    return MlflowClient(f"sqlite:///{place}")


@pytest.fixture(scope="module")
def run_id(client):
    return client.create_run("0").info.run_id


@given(st.lists(st.text(max_size=400), min_size=1, max_size=20))
def test_every_name_is_taken(client, run_id, names):
    safe = [safe_name(name) for name in names]
    client.log_batch(run_id, metrics=[Metric(name, 1.0, 0, 0) for name in safe])
    assert set(safe) <= set(client.get_run(run_id).data.metrics)
    assert max(map(len, safe)) <= 250


def test_two_names_never_become_one():
    taken = {}
    names = ["a(b", "a)b", "a(b", "a_b"]
    first, second, again, third = [unique(name, taken) for name in names]
    assert first == again and len({first, second, third}) == 3
