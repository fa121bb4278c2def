"""Pairs from a model's own responses: sampled once, judged, kept with what they were made from."""

import json

import pandas as pd
import pytest
from datasets import load_from_disk
from training_fixtures import records, tiny  # noqa: F401

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.generation.pairs import PairOptions, sample_pairs

ONLY_LENGTH = dict.fromkeys(("outcome", "key_steps", "validity")) | {"length_reward.by_length": 1.0}
OPTIONS = {
    "decoding": {"temperature": 1.5, "max_new_tokens": 8, "batch_size": 6},
    "rewards": ONLY_LENGTH,
    "held_out": 0.25,
}


@pytest.fixture(scope="module")
def made(tiny, records, tmp_path_factory):  # noqa: F811
    output = tmp_path_factory.mktemp("pairs") / "rows"
    return output, sample_pairs(tiny, records, str(output), OPTIONS, seed=1)


def test_the_best_by_reward_is_chosen_and_the_worst_rejected(made):
    output, done = made
    assert done["samples"] == 12 * 5
    samples = pd.read_parquet(output / "samples.parquet").groupby("id")["reward"]
    best, worst = samples.max(), samples.min()
    pairs = load_from_disk(str(output))
    assert len(pairs) > 6
    for pair in pairs:
        assert pair["chosen_reward"] == best[pair["id"]] == len(pair["chosen"])
        assert pair["rejected_reward"] == worst[pair["id"]] < pair["chosen_reward"]
        assert pair["images"][0].size == (84, 84)


def test_the_report_counts_pairs_and_what_was_dropped(made):
    report = json.loads((made[0] / "pairs_report.json").read_text())
    pairs = load_from_disk(str(made[0]))
    assert report["pairs"] == len(pairs) and report["questions"] == 12
    assert report["held_out"] == sum(pairs["held_out"]) == round(0.25 * len(pairs))


def test_finished_pairs_are_not_sampled_again(made, tiny, records):  # noqa: F811
    before = (made[0] / "samples.parquet").stat().st_mtime_ns
    sample_pairs(tiny, records, str(made[0]), OPTIONS, seed=1)
    assert (made[0] / "samples.parquet").stat().st_mtime_ns == before


def test_other_rewards_judge_the_same_samples_anew(made, tiny, records):  # noqa: F811
    before = pd.read_parquet(made[0] / "samples.parquet")
    heavier = {**ONLY_LENGTH, "length_reward.by_length": 2.0}
    sample_pairs(tiny, records, str(made[0]), {**OPTIONS, "rewards": heavier}, seed=1)
    after = pd.read_parquet(made[0] / "samples.parquet")
    assert after["response"].tolist() == before["response"].tolist()
    assert after["reward"].tolist() == pytest.approx((2 * before["reward"]).tolist())


def test_questions_that_give_no_pair_are_counted_by_the_reason(tiny, records, tmp_path):  # noqa: F811
    options = {
        **OPTIONS,
        "rewards": {**ONLY_LENGTH, "length_reward.by_length": None, "outcome": 1.0},
    }
    with pytest.raises(UserFacingError, match=r"no question .* gave a pair: 12 × all rewards are"):
        sample_pairs(tiny, records, str(tmp_path / "x"), options, seed=1)


def test_a_reward_without_its_column_is_named_before_sampling(tiny, records, tmp_path):  # noqa: F811
    bare = load_from_disk(records).remove_columns("key_steps")
    bare.save_to_disk(str(tmp_path / "bare"))
    options = {**OPTIONS, "rewards": {"key_steps": 1.0}}
    with pytest.raises(UserFacingError, match="the reward key_steps reads the column 'key_steps'"):
        sample_pairs(tiny, str(tmp_path / "bare"), str(tmp_path / "x"), options, seed=1)
    assert not (tmp_path / "x.state").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"decoding": {"temperature": 0}}, "all responses to a question would be one"),
        ({"rewards": {"outcome": 0.0}}, "none has a weight above 0"),
        ({"samples": 1}, "greater than or equal to 2"),
        ({"rewards": {"outcom": 1.0}}, "did you mean outcome"),
        (
            {"grammar": "think_answer", "rewards": {"validity": {"mode": "released"}}},
            "reads the grammar r1vl only, not 'think_answer'",
        ),
    ],
)
def test_options_that_cannot_give_pairs(options, said):
    with pytest.raises(ValueError, match=said):
        PairOptions.model_validate(options)
