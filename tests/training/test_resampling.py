"""Groups whose rewards do not vary are sampled anew, as often as asked for and no more."""

import json
import signal

import pandas as pd
import pytest
import torch
from pydantic import ValidationError
from training_fixtures import GRPO, same_weights, train
from training_fixtures import run as start

from r1vl_kedro.training.options import StepGRPOOptions
from r1vl_kedro.training.rollout import dead_groups

OPTIONS = {
    **GRPO, "num_steps": 2, "checkpoint_steps": 0, "rollouts_per_step": 24, "example_rollouts": 24,
}  # fmt: skip


def rare(completions, **columns):
    """A reward that few of an untrained model's completions earn."""
    return [float(completion[0]["content"].count("e") > 3) for completion in completions]


def run(tiny, records, place, rounds, **options):
    rewards = {f"{__name__}.rare": 1.0}
    train(
        "grpo", base=tiny, records=records, output=str(place), seed=4,
        options={**OPTIONS, "rewards": rewards, "resample_dead_groups": rounds, **options},
    )  # fmt: skip
    log = json.loads((place / "training_log.json").read_text())
    return log, pd.read_parquet(place / "rollouts.parquet")


@pytest.fixture(scope="module")
def runs(tiny, records, tmp_path_factory):
    place = tmp_path_factory.mktemp("resampling")
    return {rounds: run(tiny, records, place / str(rounds), rounds) for rounds in (0, 1, 3)}


def first_step(rollouts):
    """Completions and rewards of the first step by group."""
    step = rollouts[rollouts.step == 1]
    groups = [step.iloc[i : i + 4] for i in range(0, len(step), 4)]
    return [(list(g.completion), list(g.reward)) for g in groups]


def test_groups_with_variance_keep_their_completions_and_others_get_new_ones(runs):
    before, after = first_step(runs[0][1]), first_step(runs[1][1])
    dead = [len(set(rewards)) == 1 for _, rewards in before]
    assert any(dead) and not all(dead)
    for (old, _), (new, _), was_dead in zip(before, after, dead, strict=True):
        assert (old != new) == was_dead


def test_each_round_leaves_fewer_dead_and_what_was_thrown_away_is_booked(runs):
    left = {rounds: log[0]["frac_reward_zero_std"] for rounds, (log, _) in runs.items()}
    assert left[3] < left[0] and left[1] <= left[0]
    for rounds in (1, 3):
        step = runs[rounds][0][0]
        assert step["dead_groups/first"] == pytest.approx(left[0])
        assert step["rollouts_discarded"] > 24 * left[0] - 0.01
    assert runs[1][0][0]["rollouts_discarded"] == pytest.approx(24 * left[0])
    assert "rollouts_discarded" not in runs[0][0][0]


def test_the_same_again_is_the_same_to_the_bit(runs, tiny, records, tmp_path):
    _, again = run(tiny, records, tmp_path / "again", 3)
    assert again.equals(runs[3][1])


def test_groups_left_out_lose_their_kl_term_and_nothing_else(tiny, records, tmp_path):
    found = {}
    for beta, out in ((0.0, False), (0.0, True), (0.5, True)):
        place = tmp_path / f"{beta}-{out}"
        options = {"beta": beta, "leave_out_dead_groups": out, "micro_batch_size": 8}
        log, rollouts = run(tiny, records, place, 0, **options)
        found[beta, out] = log[0], rollouts[rollouts.step == 1]
    (all_in, sampled), (out, same), (with_kl, _) = found.values()
    assert 0 < all_in["frac_reward_zero_std"] < 1 and all_in["grad_norm"] > 0
    assert same.completion.tolist() == sampled.completion.tolist()
    # Without a KL term they carry nothing at all.
    assert out["grad_norm"] == pytest.approx(all_in["grad_norm"], rel=1e-5)
    assert out["loss"] == pytest.approx(all_in["loss"], abs=1e-7)
    assert with_kl["completions/mean_length"] == all_in["completions/mean_length"]
    assert with_kl["frac_reward_zero_std"] == all_in["frac_reward_zero_std"]


def test_a_killed_run_goes_on_to_the_same_bits(tiny, records, tmp_path):
    options = {"rewards": {f"{__name__}.rare": 1.0}, "resample_dead_groups": 2, "num_steps": 3}
    kwargs = {"base": tiny, "records": records, "seed": 4}
    kwargs["options"] = {**OPTIONS, **options, "checkpoint_steps": 1}
    whole, killed = (tmp_path / name for name in ("whole", "killed"))
    train("grpo", output=str(whole), **kwargs)
    moment = "r1vl_kedro.training.resumable:ResumableTrainer.compute_loss:3"
    log = tmp_path / "log"
    assert start("grpo", log, moment, output=str(killed), **kwargs) == -signal.SIGKILL
    assert start("grpo", log, output=str(killed), **kwargs) == 0, log.read_text()[-2000:]
    assert same_weights(whole, killed)
    logs = [json.loads((place / "training_log.json").read_text()) for place in (whole, killed)]
    discarded = [[step["rollouts_discarded"] for step in log] for log in logs]
    assert discarded[0] == discarded[1] and sum(discarded[0]) > 0


def test_variance_is_that_of_what_is_standardised():
    rewards = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    weights = torch.ones(2)
    assert dead_groups(rewards, weights, 2, apart=False).tolist() == [True, True]
    assert dead_groups(rewards, weights, 2, apart=True).tolist() == [False, True]
    # A reward of weight 0 gives no advantage.
    one = torch.tensor([1.0, 0.0])
    assert dead_groups(rewards[:, :1].repeat(1, 2), 0 * one, 2, apart=True).tolist() == [True, True]


def test_what_cannot_be_sampled_anew_is_named():
    given = {"num_steps": 1, "rollouts_per_step": 8, "resample_dead_groups": 2}
    with pytest.raises(ValidationError, match="goes with vllm: null only"):
        StepGRPOOptions(**given, vllm={})
    for other in ({"share_prompts": False}, {"credit": "steps"}):
        with pytest.raises(ValidationError, match="with share_prompts: true and credit: response"):
            StepGRPOOptions(num_steps=1, rollouts_per_step=8, leave_out_dead_groups=True, **other)
    with pytest.raises(ValidationError, match="needs deepspeed_gather_for_rollouts: true"):
        StepGRPOOptions(**given, deepspeed_gather_for_rollouts=False)
