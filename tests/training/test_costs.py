"""Hours and utilisation come from one formula, before a training and after it."""

import pytest

from r1vl_kedro.preflight.estimates import accounts, sentence
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.training.costs import (
    Work,
    passes_without_gradient,
    peak_tflops,
    rates,
    work_of_rollouts,
)
from r1vl_kedro.training.options import StepGRPOOptions

MACHINE = PreflightOptions(
    gpu_tflops=1000, utilisation=0.2, rollout_tokens_per_second=1000, gpu_memory_gb=80
)


def options(**changes):
    given = {"num_steps": 1, "rollouts_per_step": 64, "group_size": 4, "micro_batch_size": 4}
    return StepGRPOOptions(**given | {"gradient_checkpointing": True} | changes)


@pytest.mark.parametrize(
    ("changes", "flops"),
    [
        ({"gradient_checkpointing": False, "beta": 0.0}, 6),
        ({"beta": 0.0}, 8),
        ({}, 10),  # the reference policy is read
        ({"vllm": {}}, 10),  # the loss gives the old policy's log-probabilities
        ({"num_iterations": 2, "checkpoint_steps": 0, "vllm": {}}, 2 * 8 + 2 + 2),
    ],
)
def test_operations_a_parameter_and_token(changes, flops):
    given = options(share_prompts=False, **changes)
    work = work_of_rollouts(given, 4, prompt=600, completion=300)
    counted = work.update_flops(1.0, recomputed=given.gradient_checkpointing)
    assert counted == flops * 64 * 900
    assert work.sampled == 64 * 300


def test_a_shared_prompt_counts_once_in_each_pass():
    work = work_of_rollouts(options(), 4, prompt=600, completion=300)
    assert work == Work(trained=16 * 600 + 64 * 300, read=16 * 600 + 64 * 300, sampled=64 * 300)
    assert passes_without_gradient(options(beta=0.0)) == 0


@pytest.mark.parametrize(
    ("reward", "read", "sampled"),
    [
        # After each of 6 steps of 50 tokens: 50, 100, ..., 300 are read and the rest is sampled.
        ({"continuations": {"samples": 2}}, 6 * 600 + 1050, 2 * 750),
        ({"description": {"samples": 3}}, 600, 3 * 300),
    ],
)
def test_what_rewards_sample_is_work_too(reward, read, sampled):
    plain = work_of_rollouts(options(), 4, prompt=600, completion=300)
    given = options(rewards={"outcome": 1.0, **reward})
    work = work_of_rollouts(given, 4, prompt=600, completion=300)
    assert work == plain + Work(read=64 * read, sampled=64 * sampled)


def test_hours_are_those_of_operations_and_of_sampled_tokens():
    work = Work(trained=1e6, read=1e6, sampled=7.2e6)
    machine = MACHINE.model_copy(update={"rollout_tokens_per_second": 500})
    tflops = work.update_flops(7.2e9, recomputed=True) / 1e12
    updates, rollouts = machine.hours(tflops, work.sampled, gpus=4)
    assert updates == pytest.approx(7.2e9 * 10e6 / (4 * 2e14) / 3600)
    assert rollouts == pytest.approx(1.0)
    assert machine.hours(1.0, 0.0, gpus=1)[1] == 0


def test_utilisation_counts_what_the_model_asks_for_where_the_card_is_known():
    work, seconds = Work(trained=100, read=50, sampled=25), {"step": 2.0, "generate": 0.5}
    found = rates(work, seconds, 1e9, "NVIDIA H100 80GB HBM3")
    flops = 1e9 * (6 * 100 + 2 * 75)  # nothing for what checkpointing computes again
    assert found["tflops_per_second_and_process"] == pytest.approx(flops / 2 / 1e12)
    assert found["mfu"] == pytest.approx(flops / 2 / 989e12)
    assert found["sampled_tokens_per_second_and_process"] == 50
    assert "mfu" not in rates(work, seconds, 1e9, None)
    assert "mfu" not in rates(work, seconds, 1e9, "Some Card 9000")
    assert peak_tflops("NVIDIA A100-SXM4-80GB") == 312


def log(hours_name):
    row = {"seconds/step": 900.0, "seconds/generate": 300.0, "sampled_tokens": 1.2e6,
           "update_tflops": 2.4e5, hours_name: 0.5}  # fmt: skip
    return [{"step": i, **row} for i in (1, 2)] + [{"step": 2, "eval_accuracy": 0.5}]


def test_afterwards_the_same_formula_is_compared_with_what_it_took():
    found = accounts(log("gpu_hours"), MACHINE, processes=2)
    # 2.4e5 / (1000 * 0.2 * 2) = 600 seconds and 1.2e6 / 2000 = 600 seconds a step
    assert found["hours"] == 0.5 and found["gpu_hours"] == 1.0
    assert found["estimated_hours"] == pytest.approx(2 * 1200 / 3600)
    assert found["sampled_tokens_per_second_and_process"] == 2000
    assert found["utilisation"] == pytest.approx(2.4e5 / 600 / 2 / 1000)
    text = sentence(found, MACHINE)
    assert "took 0.5 hours, 1 gpu hours, sampled 2,000 tokens a second and gpu" in text
    assert "gives 0.667 hours with utilisation 0.2 (it was 0.2)" in text
    assert "rollout_tokens_per_second 1,000" in text


def test_a_laptop_has_no_gpu_hours_to_compare():
    found = accounts(log("process_hours"), MACHINE, processes=1)
    assert found["process_hours"] == 0.5 and "estimated_hours" not in found
    assert sentence(found, MACHINE).startswith("took 0.5 hours, 0.5 process hours, sampled 4,000")
    assert accounts([{"step": 1, "loss": 0.1}], MACHINE, 1) == {}
