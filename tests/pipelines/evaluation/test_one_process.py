"""Answers are given by one process, however many ranks training has: ranks cannot share them."""

from types import SimpleNamespace

import pytest

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation import benchmark_nodes, nodes

TWO_MACHINES = LauncherOptions(
    num_processes=8, num_machines=2, main_process_ip="10.0.0.1", main_process_port=29500
)


class Started(Exception):
    """Carries how the job would have been started."""


def start(entry, kwargs, *, options, **more):
    raise Started(options.num_processes, options.num_machines)


def test_test_records(monkeypatch, tmp_path):
    monkeypatch.setattr(nodes, "run_job", start)
    monkeypatch.setattr(nodes, "directory_of", lambda records: tmp_path)
    options = SimpleNamespace(decoding=DecodingOptions())
    with pytest.raises(Started) as started:
        nodes.predict_test("model", None, options, TWO_MACHINES, "{question}", 0, str(tmp_path))
    assert started.value.args == (1, 1)


def test_benchmarks(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark_nodes, "run_job", start)
    chosen = SimpleNamespace(chosen=[], wording="{question}", limit=None, prompt="published")
    options = SimpleNamespace(decoding=DecodingOptions(), benchmarks=chosen)
    with pytest.raises(Started) as started:
        benchmark_nodes.predict_benchmarks("model", options, TWO_MACHINES, 0, str(tmp_path))
    assert started.value.args == (1, 1)
