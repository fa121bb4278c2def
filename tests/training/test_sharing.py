"""Prompts are read once per group wherever they can be, and it is told where they are not."""

import json

import pytest
from training_fixtures import GRPO, train

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.options import StepGRPOOptions
from r1vl_kedro.training.sharing import prompt_reads, sharing_note, worth_knowing


def options(**changes):
    return StepGRPOOptions(**{"num_steps": 1, "rollouts_per_step": 24, "group_size": 4, **changes})


@pytest.mark.parametrize(
    ("micro", "processes", "reads"),
    [
        (None, 1, 6),  # six groups in one forward
        (8, 1, 6),
        (4, 2, 6),
        (12, 2, 6),
        (2, 1, 12),  # half a group in each forward
        (6, 1, 8),  # groups torn by every other border
        (None, 4, 8),  # six completions a process tear every other group
        (1, 1, 24),
    ],
)
def test_a_group_is_read_once_in_each_forward_that_holds_some_of_it(micro, processes, reads):
    assert prompt_reads(options(micro_batch_size=micro), processes) == reads


def test_what_is_read_more_than_once_is_told_with_its_cost():
    assert sharing_note(options(micro_batch_size=4), 2) is None
    torn = sharing_note(options(micro_batch_size=6), 2)
    assert "reads 8 prompts a step for 6 questions" in torn
    assert "micro-batches of 6 on 2 processes divide groups of 4: up to 2,048 tokens" in torn
    off = sharing_note(options(share_prompts=False), 1)
    assert "reads 24 prompts a step for 6 questions, since share_prompts is off" in off


def test_preflight_tells_what_sharing_and_vllms_ratio_cost():
    quiet = options(micro_batch_size=4, vllm={})
    assert worth_knowing(quiet, 2) == []
    [torn, masked] = worth_knowing(
        options(micro_batch_size=6, vllm={"correction": "sequence_mask"}), 2
    )
    assert "8 prompts a step" in torn
    assert "sequence_mask: about 25% of sequences of 1024 tokens" in masked
    assert worth_knowing(options(micro_batch_size=5), 2) == []  # named as a problem


def test_a_model_that_cannot_share_is_refused_before_it_is_loaded(records, tmp_path):
    base = tmp_path / "llava"  # no weights, no processor
    base.mkdir()
    (base / "config.json").write_text(json.dumps({"model_type": "llava"}))
    with pytest.raises(TrainingError, match=r"type 'llava'.*qwen2_vl.*share_prompts: false"):
        train(
            "grpo", base=str(base), records=records, output=str(tmp_path / "m"), options=GRPO,
            seed=0,
        )  # fmt: skip
