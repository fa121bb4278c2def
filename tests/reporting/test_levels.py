"""The study of sparse outcomes: gains on levels by pass rate and by push."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from r1vl_kedro.reporting.levels import (
    correlation,
    pass_rates,
    study_figure,
    study_markdown,
    study_table,
)
from r1vl_kedro.reporting.options import ReportingOptions, StudyOptions
from r1vl_kedro.reporting.pngs import draw

OPTIONS = StudyOptions(
    bands={"each2": (0.25, 0.5), "each3": (0.05, 0.15)}, rewards=["dense"], updates=[2, 4], window=1
)
RATES = {"each2": 0.4, "each3": 0.02}


def verdicts():
    """Outcome-only: half right on each2, none on each3; dense: half right on both."""
    rows = []
    for level in ("each2", "each3"):
        for reward in ("outcome", "dense"):
            for seed in range(3):
                for k in range(40):
                    right = (k + seed) % 2 and not (level == "each3" and reward == "outcome")
                    rows.append(
                        {"id": f"{level}{k}", "family": level, "variant": f"{reward}_{level}"}
                        | {"seed": seed, "correct": float(right), "valid": 1.0, "k": 0.5}
                    )
                    # A question of the other level, which must not count.
                    rows.append({**rows[-1], "id": f"x{k}", "family": "other", "correct": 1.0})
    return pd.DataFrame(rows)


def curves():
    rows = []
    for level in ("each2", "each3"):
        for reward, slope in (("outcome", 0.1), ("dense", 0.2)):
            for step in range(1, 5):
                about = {"variant": f"{reward}_{level}", "seed": 0, "step": step}
                rows.append({**about, "metric": "rewards/outcome/mean", "value": slope * step})
                rows.append({**about, "metric": "zero_variance", "value": 0.25})
    return pd.DataFrame(rows)


def push():
    values = {("each2", "outcome"): 10, ("each2", "dense"): 15, ("each3", "outcome"): -5}
    values["each3", "dense"] = 60
    about = {"M": 4, "feature": "reasons"}
    return pd.DataFrame(
        [{**about, "family": f, "reward": f"{r}_each2", "push": v} for (f, r), v in values.items()]
    )


@pytest.fixture
def table():
    made = study_table(RATES, push(), verdicts(), curves(), OPTIONS, ReportingOptions(), 4)
    return made.set_index(["level", "reward"])


def test_a_gain_is_over_the_baseline_of_the_same_level(table):
    assert table.loc[("each2", "dense"), ["gain", "accuracy", "n", "seeds"]].tolist() == [
        0.0, 50.0, 40, 3,
    ]  # fmt: skip
    assert table.loc[("each3", "dense"), "gain"] == pytest.approx(50)
    assert table.loc[("each3", "dense"), "verdict"] == "different"
    assert np.isnan(table.loc[("each3", "outcome"), "gain"])


def test_curves_are_read_where_asked(table):
    row = table.loc[("each2", "dense")]
    assert row[["right_2", "right_4", "area"]].tolist() == pytest.approx([40, 80, 50])
    assert row["dead_groups"] == 25
    assert row["updates_to_baseline"] == pytest.approx(2)  # outcome-only ends at 0.4


def test_an_area_has_an_interval_over_the_seeds_that_were_trained():
    one = curves()
    more = one.assign(seed=1, value=one["value"] + 0.1)
    made = study_table(
        RATES, push(), verdicts(), pd.concat([one, more]), OPTIONS, ReportingOptions(), 4
    )
    row = made.set_index(["level", "reward"]).loc[("each2", "dense")]
    # areas of 50 and 60: a standard error of 5, t = 12.71 for one
    assert row[["area", "area_low", "area_high"]].tolist() == pytest.approx(
        [55, 55 - 63.53, 55 + 63.53], abs=0.01
    )
    assert "55.0 [-8.5, 118.5]" in study_markdown(made, RATES, OPTIONS)
    alone = study_table(RATES, push(), verdicts(), one, OPTIONS, ReportingOptions(), 4)
    assert alone["area_low"].isna().all() and alone["area_high"].isna().all()
    assert "| 50.0 |" in study_markdown(alone, RATES, OPTIONS)


def test_push_is_that_of_the_level_whatever_variant_named_the_reward(table):
    assert table.loc[("each3", "dense"), "push"] == 60
    assert table.loc[("each3", "dense"), "push_over_baseline"] == 65


def test_a_level_outside_its_band_is_shown_as_such(table):
    assert table["in_band"].groupby("level").first().tolist() == [True, False]
    text = study_markdown(table.reset_index(), RATES, OPTIONS)
    assert "| each3 | 5 to 15 % | 2.0 % | no |" in text
    assert "+50.0 [" in text and "2 points, too few to rank" in text


def test_more_push_with_more_gain_is_a_rank_correlation_of_one():
    points = pd.DataFrame({"push_over_baseline": [1, 5, 9, 2], "gain": [0.0, 3.0, 4.0, 1.0]})
    assert "rank correlation +1.00" in correlation(points)
    assert correlation(points.assign(gain=2.0)).endswith("the same everywhere: nothing to rank.")


def test_the_figure_has_a_line_and_points_for_each_reward(table):
    figure = study_figure(table.reset_index(), OPTIONS)
    assert [trace.name for trace in figure.data] == ["dense", "dense"]
    assert list(figure.data[0].x) == [2.0, 40.0] and list(figure.data[1].x) == [65, 5]
    assert figure.layout.xaxis.type == "log"
    n, seeds = table["n"].iloc[0], table["seeds"].iloc[0]
    assert draw(figure).axes[0].get_xscale() == "log"
    named = OPTIONS.model_copy(update={"labels": {"dense": "Step rewards"}})
    assert study_figure(table.reset_index(), named).data[0].name == "Step rewards"
    assert figure.layout.title.text == f"Gain over outcome, n = {n} a level, seeds: {seeds}"


def test_pass_rates_are_shares_of_sampled_responses_by_family():
    answers = ["### The final answer is: 5, 3", "### The final answer is: 5, 2"]
    frame = pd.DataFrame({"response": answers * 2, "answer": "5, 3", "family": list("aabb")})
    frame["options"] = [[]] * 4
    frame.loc[2, "response"] = answers[1]
    assert pass_rates(frame, "r1vl") == {"a": 0.5, "b": 0.0}


def test_a_grid_without_these_variants_and_a_band_upside_down_are_named():
    other = verdicts().assign(variant="outcome")
    with pytest.raises(ValueError, match="no variant such as outcome_each2"):
        study_table(RATES, push(), other, curves(), OPTIONS, ReportingOptions(), 4)
    with pytest.raises(ValidationError, match=r"bands \{'a': \(0.5, 0.1\)\}"):
        StudyOptions(bands={"a": (0.5, 0.1)}, rewards=["x"])
