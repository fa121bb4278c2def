"""Answers are shared by as many processes as there is room for; an endpoint is asked by one."""

from types import SimpleNamespace

import pytest

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation import benchmark_nodes, nodes

EIGHT = LauncherOptions(num_processes=8, device="cuda")
WAYS = [
    ({}, {}, (8, 1)),
    ({}, {"shards": 3}, (3, 1)),
    ({"engine": "vllm", "tensor_parallel_size": 4}, {}, (2, 4)),
    ({"engine": "openai"}, {}, (1, 1)),
]
"""Decoding, launcher, and the processes with the GPUs of each."""


class Started(Exception):
    """Carries how the job would have been started."""


def start(entry, kwargs, *, options, **more):
    raise Started(options.num_processes, options.gpus_per_process)


@pytest.mark.parametrize(("decoding", "launcher", "expected"), WAYS)
def test_test_records(monkeypatch, tmp_path, decoding, launcher, expected):
    monkeypatch.setattr(nodes, "run_job", start)
    monkeypatch.setattr(nodes, "directory_of", lambda records: tmp_path)
    options = SimpleNamespace(decoding=DecodingOptions(**decoding))
    how = EIGHT.model_copy(update=launcher)
    with pytest.raises(Started) as started:
        nodes.predict_test("model", None, options, how, "{question}", 0, str(tmp_path))
    assert started.value.args == expected


@pytest.mark.parametrize(("decoding", "launcher", "expected"), WAYS)
def test_benchmarks(monkeypatch, tmp_path, decoding, launcher, expected):
    monkeypatch.setattr(benchmark_nodes, "run_job", start)
    chosen = SimpleNamespace(chosen=[], wording="{question}", limit=None, prompt="published")
    options = SimpleNamespace(decoding=DecodingOptions(**decoding), benchmarks=chosen)
    how = EIGHT.model_copy(update=launcher)
    with pytest.raises(Started) as started:
        benchmark_nodes.predict_benchmarks("model", options, how, 0, str(tmp_path))
    assert started.value.args == expected
