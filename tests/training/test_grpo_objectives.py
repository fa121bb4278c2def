"""Objectives beside GRPO's own: what each does to advantages and gradients."""

import json

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from training_fixtures import GRPO, train

from r1vl_kedro.training.options import StepGRPOOptions

OPTIONS = {
    **GRPO, "num_steps": 2, "checkpoint_steps": 0, "num_iterations": 2, "learning_rate": 3e-3,
    "beta": 0.0, "example_rollouts": 100,
}  # fmt: skip


def by_length(completions, **columns):
    """A reward that tells an untrained model's completions apart."""
    return [len(completion[0]["content"]) / 10 for completion in completions]


def by_spaces(completions, **columns):
    """A second reward, of another size."""
    return [100.0 * completion[0]["content"].count(" ") for completion in completions]


BY_LENGTH, BY_SPACES = f"{__name__}.by_length", f"{__name__}.by_spaces"


@pytest.fixture(scope="module")
def trained(tiny, records, tmp_path_factory):
    """Train two updates on the same rollouts; give the log and the rollouts."""
    done = {}

    def run(**options):
        key = json.dumps(options, sort_keys=True)
        if key not in done:
            output = tmp_path_factory.mktemp("objective") / "model"
            given = {**OPTIONS, "rewards": {BY_LENGTH: 1.0}, **options}
            train("grpo", base=tiny, records=records, output=str(output), options=given, seed=3)
            log = json.loads((output / "training_log.json").read_text())
            done[key] = log, pd.read_parquet(output / "rollouts.parquet")
        return done[key]

    return run


@pytest.mark.parametrize(
    "options",
    [{"loss_type": "gspo"}, {"loss_type": "sapo"}, {"epsilon_high": 1e-4, "epsilon": 1e-4}],
    ids=["gspo", "sapo", "narrow clipping"],
)
def test_on_policy_the_gradient_is_grpos_and_off_policy_it_is_not(trained, options):
    (plain, again), _ = trained()
    (first, second), _ = trained(**options)
    assert plain["grad_norm"] > 0.01
    assert first["grad_norm"] == pytest.approx(plain["grad_norm"], rel=1e-4)
    assert second["grad_norm"] != pytest.approx(again["grad_norm"], rel=1e-3)


def test_cispo_keeps_the_gradient_of_tokens_whose_ratio_is_clipped(trained):
    (first, second), _ = trained(loss_type="cispo", epsilon_high=1.0)
    assert first["grad_norm"] > 0.01 and second["grad_norm"] > 0.01
    assert second["cispo_clip_ratio"] > 0


def test_gdpo_standardises_each_reward_by_itself(trained):
    rewards = {BY_LENGTH: 1.0, BY_SPACES: 0.5}
    _, rollouts = trained(rewards=rewards, aggregation="normalize_then_sum")
    for _, step in rollouts.groupby("step"):
        columns = [step[f"reward_{name}"].to_numpy().reshape(-1, 4) for name in rewards]
        summed = sum(
            weight * (c - c.mean(1, keepdims=True)) / (c.std(1, ddof=1, keepdims=True) + 1e-4)
            for c, weight in zip(columns, rewards.values(), strict=True)
        )
        expected = (summed - summed.mean()) / (summed.std(ddof=1) + 1e-4)
        got = step["advantage"].to_numpy().reshape(-1, 4)
        assert np.allclose(got, expected, rtol=1e-3, atol=1e-4)


def test_truncated_completions_can_be_left_out(trained):
    # An untrained model meets the limit of twelve tokens in all completions.
    (kept, _), _ = trained()
    (masked, _), _ = trained(mask_truncated_completions=True)
    assert kept["completions/clipped_ratio"] == 1
    assert masked["grad_norm"] == 0 < kept["grad_norm"]


def test_the_policy_term_can_be_that_of_uncertain_tokens_alone(trained):
    (every, _), _ = trained()
    (some, _), _ = trained(top_entropy_quantile=0.2)
    assert 0 < some["grad_norm"] != pytest.approx(every["grad_norm"], rel=1e-2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss_type": "cispo"}, "epsilon_high, which is None; give 1 or more, e.g. 5.0"),
        (
            {"aggregation": "normalize_then_sum", "scale_rewards": "none"},
            "scale_rewards is 'none', only 'group' goes with it",
        ),
        ({"attention": "eager"}, "attention eager cannot read packed prompts; take sdpa"),
    ],
)
def test_what_does_not_go_together_is_named(options, message):
    with pytest.raises(ValidationError, match=message):
        StepGRPOOptions(num_steps=1, rollouts_per_step=8, **options)
