"""conf/r1_onevision: formal text before SFT, GRPO from the SFT checkpoint, and its controls."""

import functools
from collections import Counter

import pytest
from kedro.framework.project import pipelines
from recipes import context_of

from r1vl_kedro.annotation.formalise import formalise_all, write_formal
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.datasets import EmbeddedMulberryDataset
from r1vl_kedro.records.clean import drop_reflective
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.validate import validate
from r1vl_kedro.rewards.checked import check_answer


@functools.cache
def graph(env):
    """Of an environment: (nodes of its ablation by name, its checked parameters)."""
    context = context_of(env)
    return {node.name: node for node in pipelines["ablation"].nodes}, context.params


def test_images_become_formal_text_then_sft_then_grpo():
    nodes, parameters = graph("r1_onevision")
    sft, grpo = nodes["sft_formal.sft.train_warm_up"], nodes["grpo.train_step_grpo"]
    assert "formal_records" in sft.inputs and "base_model" in sft.inputs
    assert nodes["formalisation.write_formal_paths"].outputs == ["formal_records"]
    assert "sft_formal.sft.checkpoint" in grpo.inputs and "rl_prompts" in grpo.inputs
    options = parameters["variants"]["grpo"]["options"]
    assert options.group_size == 8
    weights = {name: reward.weight for name, reward in options.rewards.items()}
    assert weights == {"checked": 1.0, "format": 1.0, "outcome": 0.0}


def test_controls_leave_out_formal_text_or_sft():
    nodes, _ = graph("r1_onevision")
    assert "warm_up_records" in nodes["sft_plain.sft.train_warm_up"].inputs
    assert "sft_plain.sft.checkpoint" in nodes["grpo_plain.train_step_grpo"].inputs
    cold = nodes["grpo_from_base.cold_start.train_warm_up"]
    assert "base_model" in cold.inputs and "train_warm_up" not in nodes


def test_at_the_papers_size_rl_reads_rows_of_its_own():
    nodes, parameters = graph("r1_onevision_paper")
    assert {"rl_rows", "sft_only.sft.checkpoint"} <= set(nodes["grpo.train_step_grpo"].inputs)
    assert {"rl_rows", "base_model"} <= set(nodes["grpo_from_base.train_step_grpo"].inputs)
    assert parameters["variants"]["grpo"]["options"].rewards["checked"].mode == "released"


def test_other_environments_formalise_nothing():
    nodes, _ = graph("smoke")
    assert not [name for name in nodes if "formal" in name]


@pytest.mark.parametrize("mode", ["strict", "released"])
def test_every_reference_path_earns_the_whole_reward_by_its_check(tmp_path, mode):
    source = EmbeddedMulberryDataset(
        path=str(tmp_path / "corpus"), n=60, seed=0, reader="r1_onevision", check="by_answer"
    ).load()
    whole, _ = validate(source, ValidationOptions(workers=1), grammar="think_answer")
    records, _ = drop_reflective(whole)
    checks = Counter(records["check"])
    assert set(checks) == {"mcq", "exact", "symbolic"}
    options = AnnotationOptions(grammar="think_answer")
    formal = write_formal(records, formalise_all(records, options, None, {}), "think_answer")
    for path, answer, check, choices in zip(
        *(formal[name] for name in ("solution", "answer", "check", "options")), strict=True
    ):
        assert check_answer(path, answer, check, options=choices, mode=mode) == 1.0
