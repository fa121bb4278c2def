"""Addresses of stores: which are taken, which are refused and how that is told."""

import pytest
from mlflow.exceptions import MlflowException

from r1vl_kedro.tracking import addresses
from r1vl_kedro.tracking.addresses import TrackingOptions, chosen


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("127.0.0.1:5000", r"a host without a scheme; write http://127\.0\.0\.1:5000"),
        ("localhost:5000/x", "a host without a scheme"),
        ("what?.db", r"holds one of \? # %"),
    ],
)
def test_an_address_that_would_become_a_file_elsewhere_is_refused(uri, said, tmp_path):
    with pytest.raises(addresses.StoreError, match=said):
        addresses.resolve_uri(uri, tmp_path)


def test_addresses_that_mlflow_knows_are_passed_on(tmp_path):
    for uri in ("databricks", "databricks://profile", "http://h:1", "file:/x", "sqlite:////x.db"):
        assert addresses.resolve_uri(uri, tmp_path) == uri
    assert addresses.resolve_uri("runs.db", tmp_path) == f"sqlite:///{tmp_path}/runs.db"


def test_the_environment_names_the_store_where_the_configuration_has_the_default(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://h:1")
    default, other = TrackingOptions(), TrackingOptions(uri="other.db")
    assert chosen("uri", "MLFLOW_TRACKING_URI", default) == "http://h:1"
    assert chosen("uri", "MLFLOW_TRACKING_URI", other) == "other.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    assert chosen("uri", "MLFLOW_TRACKING_URI", default) == "mlflow.db"


def test_refused_access_names_the_variables_to_set():
    error = MlflowException("API request failed with error code 401 != 200. Response body: ''")
    said = str(addresses.refusal("http://me:pw@h", "e", error, "does not answer"))
    assert "MLFLOW_TRACKING_USERNAME" in said and "MLFLOW_TRACKING_TOKEN" in said
    assert "pw" not in said
