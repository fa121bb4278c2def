"""Whatever a family, a reward or an option is called, MLflow takes its numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_metric_name

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


@given(st.text(max_size=400))
def test_every_name_is_taken(name):
    _validate_metric_name(safe_name(name))
    assert len(safe_name(name)) <= 250


def test_two_names_never_become_one():
    taken = {}
    names = ["a(b", "a)b", "a(b", "a_b"]
    first, second, again, third = [unique(name, taken) for name in names]
    assert first == again and len({first, second, third}) == 3
