"""Tables from hand-made verdicts, cell by cell."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from r1vl_kedro.reporting.collect import (
    answer_matrix,
    collect_curves,
    collect_verdicts,
    paired,
)
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.tables import (
    contrasts_table,
    group_size_table,
    overview_table,
    rewards_table,
)

ROOT = Path(__file__).parents[2]
OPTIONS = ReportingOptions(resamples=500)
PAPER = yaml.safe_load((ROOT / "conf/base/paper_results.yml").read_text())


def verdicts(*right: float, **columns) -> pd.DataFrame:
    """Questions q0.. of which the first half are `charts`, the others `counting`."""
    n = len(right)
    return pd.DataFrame(
        {
            "id": [f"q{i}" for i in range(n)],
            "family": ["charts" if i < n / 2 else "counting" for i in range(n)],
            "correct": [float(value) for value in right],
            **columns,
        }
    )


def rows(table: pd.DataFrame, *columns: str) -> list[tuple]:
    picked = table.astype(object).where(table.notna(), None)
    return list(picked[list(columns)].itertuples(index=False, name=None))


ONE_SEED = collect_verdicts(
    {
        "warm_up": verdicts(0, 0, 1, 0),
        "step_rar": verdicts(1, 0, 1, 0),
        "step_grpo": verdicts(1, 1, 1, 0),
    }
)


def test_rewards_table_has_every_row_and_says_which_did_not_run():
    table = rewards_table(ONE_SEED, PAPER, OPTIONS)
    assert rows(table, "variant", "n", "seeds", "accuracy", "difference", "interval") == [
        ("base", 0, 0, None, None, "not run in this grid"),
        ("warm_up", 4, 1, 25.0, None, "Wilson"),
        ("step_rar", 4, 1, 50.0, 25.0, "Wilson"),
        ("step_rvr", 0, 0, None, None, "not run in this grid"),
        ("step_grpo", 4, 1, 75.0, 50.0, "Wilson"),
    ]
    assert table["diff_interval"].tolist() == [
        "not run in this grid",
        "reference",
        "paired bootstrap over questions",
        "not run in this grid",
        "paired bootstrap over questions",
    ]
    assert rows(table, "charts", "counting")[1:3] == [(0.0, 50.0), (50.0, 50.0)]
    assert rows(table, "paper", "paper_difference") == [
        (58.2, -3.0),
        (61.2, 0.0),
        (62.4, 1.2),
        (61.9, 0.7),
        (63.5, 2.3),
    ]


def test_intervals_stand_beside_their_numbers():
    row = rewards_table(ONE_SEED, PAPER, OPTIONS).set_index("variant").loc["step_grpo"]
    # Wilson, 3 of 4
    assert (row["low"], row["high"]) == pytest.approx((30.06, 95.44), abs=0.005)
    # differences 1, 1, 0, 0: means of resamples lie on 0, 25, .. 100
    assert (row["diff_low"], row["diff_high"]) == (0.0, 100.0)
    assert row["p"] == pytest.approx(2 / 16, abs=0.04)


def test_group_sizes_run_from_two_to_six_and_four_is_step_grpo():
    table = group_size_table(ONE_SEED, PAPER, OPTIONS)
    assert rows(table, "row", "variant", "accuracy", "paper", "paper_difference") == [
        ("StepGRPO, M = 2", "step_grpo_m2", None, 62.5, 1.3),
        ("StepGRPO, M = 3", "step_grpo_m3", None, 62.8, 1.6),
        ("StepGRPO (both, M = 4)", "step_grpo", 75.0, 63.5, 2.3),
        ("StepGRPO, M = 5", "step_grpo_m5", None, 63.2, 2.0),
        ("StepGRPO, M = 6", "step_grpo_m6", None, 63.7, 2.5),
    ]


def test_reward_level_uses_the_warm_up_printed_in_its_own_table():
    table = rewards_table(ONE_SEED, PAPER, OPTIONS, table="reward_level")
    assert rows(table, "variant", "paper", "paper_difference") == [
        ("warm_up", 61.7, 0.0),
        ("outcome", 62.3, 0.6),
        ("step_grpo", 63.5, 1.8),
    ]


def test_several_seeds_pair_by_seed_and_the_base_stands_against_all():
    frame = collect_verdicts(
        {
            "base": verdicts(0, 0, 0, 1),
            "warm_up_seed0": verdicts(0, 0, 1, 0),
            "warm_up_seed1": verdicts(0, 1, 1, 0),
            "step_grpo_seed0": verdicts(1, 0, 1, 0),
            "step_grpo_seed1": verdicts(1, 1, 1, 1),
        }
    )
    table = rewards_table(frame, PAPER, OPTIONS).set_index("variant")
    assert rows(table.loc[["base", "warm_up", "step_grpo"]], "n", "seeds", "accuracy") == [
        (4, 1, 25.0),
        (4, 2, 37.5),
        (4, 2, 75.0),
    ]
    assert table.loc["base", "difference"] == -12.5
    assert table.loc["step_grpo", "difference"] == 37.5
    assert table.loc["step_grpo", "interval"] == "two-way t over questions and 2 seeds"
    assert table.loc["step_grpo", "diff_interval"] == "paired two-way t over questions and 2 seeds"


def test_a_grid_without_warm_up_says_why_there_is_no_difference():
    frame = collect_verdicts({"step_grpo": verdicts(1, 0)})
    table = rewards_table(frame, PAPER, OPTIONS).set_index("variant")
    assert table.loc["step_grpo", "diff_interval"] == "warm_up not run in this grid"
    assert table.loc["warm_up", "diff_interval"] == "not run in this grid"


def test_a_single_question_says_why_its_difference_has_no_interval():
    frame = collect_verdicts({"warm_up": verdicts(0), "step_grpo": verdicts(1)})
    row = rewards_table(frame, PAPER, OPTIONS).set_index("variant").loc["step_grpo"]
    assert row["difference"] == 100.0
    assert np.isnan(row["diff_low"])
    assert row["diff_interval"] == "no interval: only one question"


def test_contrasts_compare_the_headline_with_each_that_ran():
    options = ReportingOptions(resamples=500, contrasts=["warm_up", "step_rar", "sft"])
    table = contrasts_table(ONE_SEED, options)
    assert rows(table, "row", "n", "difference", "diff_interval") == [
        (
            "StepGRPO (both, M = 4) minus Warm-up (SFT)",
            4,
            50.0,
            "paired bootstrap over questions",
        ),
        ("StepGRPO (both, M = 4) minus + StepRAR", 4, 25.0, "paired bootstrap over questions"),
        ("StepGRPO (both, M = 4) minus Continued SFT", 0, None, "not run in this grid"),
    ]
    decided = table.set_index("variant")["verdict"]
    assert decided["step_rar"] == "one seed cannot tell"
    assert decided["warm_up"] == "undecided"


def test_overview_has_every_variant_that_ran_and_what_scores_add():
    frame = collect_verdicts(
        {
            "mine": verdicts(1, 1),
            "warm_up": verdicts(
                0, 1, valid=[1.0, 0.0], tokens=[90, 111], truncated=[False, True], k=[0.5, None]
            ),
        }
    )
    scores = {"warm_up": {"n": 2, "accuracy": 0.5, "pass_at_k": 0.75, "interval": "Wilson"}}
    table = overview_table(frame, scores, OPTIONS)
    assert rows(
        table, "row", "accuracy", "validity", "key_steps", "mean_tokens", "truncated", "pass_at_k"
    ) == [
        ("Warm-up (SFT)", 50.0, 50.0, 50.0, 100.5, 50.0, 75.0),
        ("mine", 100.0, None, None, None, None, None),
    ]


def test_the_same_seed_gives_the_same_table():
    first = rewards_table(ONE_SEED, PAPER, OPTIONS)
    pd.testing.assert_frame_equal(first, rewards_table(ONE_SEED, PAPER, OPTIONS))


def test_samples_of_one_question_are_averaged_before_anything_else():
    frame = collect_verdicts({"base": pd.concat([verdicts(1, 0), verdicts(0, 0)])})
    assert answer_matrix(frame, "base")[-1].to_dict() == {"q0": 0.5, "q1": 0.0}


def test_pairs_keep_common_questions_and_seeds():
    left = pd.DataFrame({0: [1.0, 0.0], 1: [1.0, 1.0]}, index=["a", "b"])
    right = pd.DataFrame({1: [0.0, 0.0], 2: [1.0, 0.0]}, index=["b", "c"])
    ours, theirs = paired(left, right)
    assert (ours.tolist(), theirs.tolist()) == ([[1.0]], [[0.0]])
    assert paired(left, right.rename(index={"b": "d"})) == "no question in common"
    assert paired(left, right.set_axis([4, 5], axis=1)) == "no seed in common: [0, 1] and [4, 5]"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "grid of namespaces is empty"),
        ({"base": verdicts()}, "verdicts of 'base' are empty"),
        ({"base": verdicts(1).drop(columns="family")}, r"'base' lack \['family'\]"),
        ({"base": verdicts(1, 3)}, "'base': correct is 3.0 for 'q1'"),
    ],
)
def test_verdicts_that_cannot_be_used_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        collect_verdicts(given)


def test_curves_are_tidy_and_a_step_logged_twice_counts_once():
    log = [
        {"step": 1, "reward": 0.5, "note": "text", "flag": True},
        {"step": 1, "reward": 0.7, "kl": 0},
        {"train_runtime": 3.0},
    ]
    curves = collect_curves({"step_grpo_seed2": log, "sft": []})
    assert curves.to_dict("records") == [
        {
            "namespace": "step_grpo_seed2",
            "variant": "step_grpo",
            "seed": 2,
            "step": 1,
            "metric": metric,
            "value": value,
        }
        for metric, value in (("reward", 0.7), ("kl", 0.0))
    ]


def test_our_paper_file_says_what_the_reference_says(shared_dir):
    reference = yaml.safe_load((shared_dir / "reference/paper_results.yml").read_text())
    for table in ("ablation_rewards", "ablation_group_size", "ablation_reward_level", "columns"):
        assert PAPER[table] == reference[table]
    groups = reference["main_results"].values()
    assert PAPER["main_results"] == {name: row for group in groups for name, row in group.items()}


def test_the_area_between_learning_curves_has_an_interval_over_seeds():
    from r1vl_kedro.reporting.curves import with_areas

    rows = [
        (
            name,
            seed,
            step,
            "rewards/outcome/mean",
            (0.3 + 0.1 * (name == "step_grpo")) + 0.01 * seed,
        )
        for name in ("step_grpo", "outcome")
        for seed in (0, 1, 2)
        for step in (1, 2, 3)
    ]
    curves = pd.DataFrame(rows, columns=["variant", "seed", "step", "metric", "value"])
    curves.loc[(curves["variant"] == "outcome") & (curves["seed"] == 2), "value"] -= 0.03
    table = pd.DataFrame({"variant": ["outcome", "warm_up"]})
    made = with_areas(table, curves, ReportingOptions())
    assert made["area"][0] == pytest.approx(11) and made["area"].isna().tolist() == [False, True]
    assert made["area_low"][0] < 10 < made["area_high"][0]
    alone = with_areas(table, curves[curves["seed"] == 0], ReportingOptions())
    assert alone["area"][0] == pytest.approx(10) and alone["area_low"].isna().all()
