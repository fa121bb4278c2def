"""A library that is not installed is named before the first node, not after the warm-up."""

import importlib.util

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.hooks.checks import check_libraries
from r1vl_kedro.training.options import StepGRPOOptions


def one(*values):
    return values[0]


PIPELINE = Pipeline(
    [
        Node(one, ["params:step_grpo"], "first", name="train_step_grpo", tags="training"),
        Node(one, ["params:variants.a.options"], "second", name="a.train_stage", tags="training"),
        Node(one, ["first", "params:evaluation"], "answers", name="a.predict_test"),
        Node(one, ["answers", "params:evaluation"], "scores", name="a.score_test"),
    ]
)


def check(monkeypatch, missing, pipeline=PIPELINE, **options):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else there("json")
    )
    given = {
        "step_grpo": StepGRPOOptions(rollouts_per_step=8, num_steps=1),
        "variants.a.options": {"vllm": None},
        "evaluation": {"decoding": {"engine": "transformers"}},
    } | options
    catalog = DataCatalog({f"params:{key}": MemoryDataset(value) for key, value in given.items()})
    check_libraries(pipeline.nodes, catalog)


WITH_VLLM = StepGRPOOptions(rollouts_per_step=8, num_steps=1, vllm={})


def test_rollouts_by_vllm_need_it(monkeypatch):
    with pytest.raises(UserFacingError, match=r"step_grpo\.vllm needs vllm, not installed here"):
        check(monkeypatch, {"vllm"}, step_grpo=WITH_VLLM)
    check(monkeypatch, {"deepspeed"}, step_grpo=WITH_VLLM)
    check(monkeypatch, {"vllm", "deepspeed"})


def test_all_that_is_needed_is_named_at_once(monkeypatch):
    with pytest.raises(UserFacingError) as told:
        check(
            monkeypatch,
            {"vllm", "deepspeed"},
            **{"variants.a.options": {"deepspeed": "zero3"}},
            evaluation={"decoding": {"engine": "vllm"}},
        )
    assert "variants.a.options.deepspeed needs deepspeed" in str(told.value)
    assert "evaluation.decoding.engine=vllm needs vllm" in str(told.value)


def test_a_node_that_only_reads_the_options_needs_nothing(monkeypatch):
    by_vllm = {"decoding": {"engine": "vllm"}}
    with pytest.raises(UserFacingError, match="needs vllm"):
        check(monkeypatch, {"vllm"}, PIPELINE.only_nodes("a.predict_test"), evaluation=by_vllm)
    check(monkeypatch, {"vllm"}, PIPELINE.only_nodes("a.score_test"), evaluation=by_vllm)
