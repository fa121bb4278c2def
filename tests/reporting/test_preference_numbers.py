"""Numbers of the preference report: what each objective ranks by, win rates, costs."""

import re

import numpy as np
import pandas as pd
import pytest

from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.pages import stylesheet
from r1vl_kedro.reporting.preference import figures, numbers, page

OPTIONS = ReportingOptions(resamples=200)


def measured(lw, ll, nw=(10, 10), nl=(10, 20), rw=(-5.0, -5.0), rl=(-5.0, -5.0)):
    return pd.DataFrame(
        {
            "id": ["a", "b"],
            "chosen_logps": lw,
            "rejected_logps": ll,
            "chosen_length": nw,
            "rejected_length": nl,
            "ref_chosen_logps": rw,
            "ref_rejected_logps": rl,
        }
    )


def entry(name, objective=None, method="preference", **options):
    given = {"objective": objective, **options} if objective else options
    written = {"records": "pairs", "objective": objective} if objective else {}
    return {
        "name": name, "method": method, "options": given, "label": None,
        "overrides": written | options,
    }  # fmt: skip


VARIANTS = {
    "dpo": entry("dpo", "dpo", beta=0.1, learning_rate=1e-5),
    "simpo": entry("simpo", "simpo", beta=2.0, gamma=0.5),
    "sums": entry("sums", "simpo", length_norm=False),
    "step_grpo": entry("step_grpo", None, "step_grpo", rollouts_per_step=60, learning_rate=1e-4),
}


@pytest.fixture
def scores():
    # In row b the rejected response is twice as long: its sum is lower, its mean higher.
    frame = measured(lw=(-4.0, -8.0), ll=(-6.0, -12.0))
    return numbers.collect(dict.fromkeys(VARIANTS, frame), VARIANTS)


def test_each_objective_ranks_by_its_own_reward(scores):
    right = {
        name: (part["reward_w"] > part["reward_l"]).tolist()
        for name, part in scores.groupby("variant")
    }
    assert right == {
        "dpo": [True, True],  # log-ratios 1 > -1 and -3 > -7
        "simpo": [True, False],  # means -0.4 > -0.6 and -0.8 < -0.6
        "sums": [True, True],
        "step_grpo": [True, True],
    }
    assert scores.loc[scores["variant"] == "dpo", "ratio"].tolist() == [1.0, -3.0]


def test_length_correlation(scores):
    # Means and lengths of dpo's four responses: (-.4, 10), (-.8, 10), (-.6, 10), (-.6, 20).
    expected = pd.Series([-0.4, -0.8, -0.6, -0.6]).rank().corr(pd.Series([10, 10, 10, 20]).rank())
    assert numbers.spearman(scores, "dpo") == pytest.approx(expected)


def verdicts(ours, theirs, ours_tokens=None, theirs_tokens=None):
    n = len(ours)
    frames = [
        ("dpo", ours, ours_tokens or [50] * n),
        ("warm_up", theirs, theirs_tokens or [50] * n),
    ]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "id": [f"q{i}" for i in range(n)],
                    "namespace": name,
                    "variant": name,
                    "seed": -1,
                    "family": "f",
                    "correct": right,
                    "tokens": tokens,
                    "valid": 1.0,
                }
            )
            for name, right, tokens in frames
        ],
        ignore_index=True,
    )


def test_ties_are_half_a_win():
    wins, controlled = numbers.win_rates(verdicts([1.0, 1, 0, 0], [0.0, 1, 1, 0]), "dpo", "warm_up")
    assert wins == 0.5 and controlled == pytest.approx(0.5, abs=1e-6)


def test_a_win_by_length_alone_is_no_win_at_equal_length():
    # Longer answers win, shorter ones lose; more of them are longer.
    rng = np.random.default_rng(0)
    longer = rng.normal(0.7, 1.0, 400)
    chance = 1 / (1 + np.exp(-3 * longer))
    wins = (rng.random(400) < chance).astype(float)
    tokens = [int(100 + 20 * d) for d in longer]
    frame = verdicts(wins.tolist(), (1 - wins).tolist(), tokens, [100] * 400)
    raw, controlled = numbers.win_rates(frame, "dpo", "warm_up")
    assert raw > 0.65
    assert controlled == pytest.approx(0.5, abs=0.08)


def test_the_start_has_no_win_rate_over_itself():
    assert numbers.win_rates(verdicts([1.0], [0.0]), "warm_up", "warm_up") == (None, None)


def test_every_seed_stands_against_its_own_start():
    frame = pd.concat(
        [
            verdicts([1.0, 0.0], [0.0, 0.0]).assign(seed=0),
            verdicts([1.0, 1.0], [1.0, 1.0]).assign(seed=1),
        ]
    )
    assert numbers.win_rates(frame, "dpo", "warm_up")[0] == 0.625  # a win and three ties


@pytest.fixture
def table(scores):
    found = verdicts([1.0, 1, 0, 1], [0.0, 1, 0, 0])
    rows = [
        {
            "variant": name, "row": name, "n": 4, "seeds": 1, "accuracy": accuracy, "low": 30.0,
            "high": 90.0, "interval": "Wilson", "difference": 5.0, "diff_low": -1.0,
            "diff_high": 11.0, "diff_interval": "paired", "mean_tokens": 50.0,
        }
        for name, accuracy in (("dpo", 60.0), ("simpo", 70.0), ("step_grpo", 65.0))
    ]  # fmt: skip
    curves = pd.DataFrame(
        [
            ("dpo", "dpo", -1, step, metric, value)
            for step in (1, 2)
            for metric, value in (("step_time", 1.5), ("peak_memory_mib", 100.0 + step))
        ]
        + [("step_grpo", "step_grpo", -1, 5, "step_time", 2.0)],
        columns=["namespace", "variant", "seed", "step", "metric", "value"],
    )
    reports = {"pairs": {"questions": 30, "samples": 5}}
    paper = {"preference_objectives": {"dpo": 18.2, "simpo": 22.0}}
    return numbers.table(
        found, pd.DataFrame(rows), curves, scores, VARIANTS, paper, reports, OPTIONS
    )


def test_the_table_is_sorted_and_says_what_a_training_cost(table):
    assert table["variant"].tolist() == ["simpo", "step_grpo", "dpo"]
    row = table.set_index("variant").loc["dpo"]
    assert (row["updates"], row["seconds"], row["peak_memory_mib"]) == (2, 3.0, 102.0)
    assert row["sampled"] == 150 and row["settings"] == "learning_rate 1e-05, beta 0.1"
    assert (row["paper"], row["paper_rank"]) == (18.2, 2)
    assert row["kl"] == -1.0 and row["reward_accuracy"] == 100.0 and row["pairs"] == 2
    row = table.set_index("variant").loc["step_grpo"]
    assert row["sampled"] == 300 and row["settings"] == "learning_rate 0.0001, rollouts_per_step 60"


def test_pairs_of_several_seeds_are_their_own(scores):
    first = scores.loc[scores["variant"] == "simpo"].assign(seed=0)
    other = first.assign(seed=1, id=["c", "d"], reward_w=1.0, reward_l=0.0)
    row = numbers.reward_accuracy(pd.concat([first, other]), OPTIONS)
    assert (row["pairs"], row["reward_accuracy"]) == (4, 75.0)  # 50 and 100 %
    assert row["reward_low"] == 0.0 and row["reward_high"] == 100.0  # two seeds bound nothing


def test_pairs_without_two_rewards_are_not_ranked(scores):
    part = scores.loc[scores["variant"] == "simpo"]
    one = numbers.reward_accuracy(part.head(1), OPTIONS)
    assert (one["pairs"], one["reward_accuracy"]) == (1, 100.0)
    none = numbers.reward_accuracy(part.assign(reward_l=np.nan), OPTIONS)
    assert set(none.values()) == {None}


def test_a_question_without_key_steps_is_judged_by_its_answer():
    frame = verdicts([1.0, 1.0], [0.0, 0.0]).assign(step_rar=[1.1, None, 0.2, None])
    assert numbers.win_rates(frame, "dpo", "warm_up")[0] == 1.0


def test_the_table_in_markdown(table):
    lines = page.markdown(table, OPTIONS).splitlines()
    assert lines[4].startswith("| simpo | 4 | 1 | 70.0 [30.0, 90.0] | +5.0 [-1.0, +11.0] |")


def test_the_page_has_the_form_of_all_pages(scores, table):
    html = page.render(scores, table, {}, OPTIONS)
    head = html.partition("<script>")[0]
    assert re.findall(r"<style>\n(.*?)</style>", head, re.DOTALL) == [stylesheet()]
    assert "<title>Preference objectives</title>" in html
    assert html.count("<tr>") == 1 + len(table)


def test_best_trials_are_those_of_the_highest_accuracy():
    found = pd.DataFrame(
        {
            "variant": ["dpo_trial1", "dpo_trial2", "warm_up"],
            "settings": ["a", "b", ""],
            "accuracy": [50.0, 55.0, 60.0],
            "low": 0.0,
            "high": 1.0,
            "n": 300,
        }
    )
    (row,) = numbers.best_trials(found).to_dict("records")
    assert (row["variant"], row["settings"], row["trials"]) == ("dpo", "b", 2)


def test_figures_are_drawn_from_what_there_is(scores, table):
    made = figures.make(scores, table, VARIANTS)
    assert {trace.name for trace in made["preference_rankings"].data} == {
        "both", "reward only", "likelihood only", "neither",
    }  # fmt: skip
    shares = {trace.name: list(trace.x) for trace in made["preference_rankings"].data}
    assert sum(part[0] for part in shares.values()) == pytest.approx(100)
    for density in ("preference_margins", "preference_likelihood"):
        assert all(sum(trace.y) == pytest.approx(1) for trace in made[density].data)


def swept(**trials):
    """Table and grid of trials, each ``(objective, options)``; accuracy and kl count them."""
    variants = {
        name: entry(name, objective, **given) for name, (objective, given) in trials.items()
    }
    rows = [
        {"variant": name, "row": name, "accuracy": 10.0 * i, "reward_accuracy": 1.0 * i, "kl": -i}
        for i, name in enumerate(trials)
    ]
    columns = ["low", "high", "reward_low", "reward_high", "length_correlation"]
    return pd.DataFrame(rows).assign(**dict.fromkeys(columns)), variants


def lines(figure):
    return {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in figure.data}


def test_a_line_over_gamma_joins_variants_that_differ_in_nothing_else(scores):
    table, variants = swept(
        a=("simpo", {"gamma": 0.5, "beta": 2.0}),
        b=("simpo", {"gamma": 0.5, "beta": 10.0}),
        c=("simpo", {"gamma": 0.0, "beta": 10.0}),
        d=("simpo", {"gamma": 0.0}),  # beta 2, the default
        e=("simpo", {"gamma": 0.3, "beta": 5.0}),
        f=("simpo", {"gamma": 0.1, "length_norm": False}),
    )
    drawn = lines(figures.make(scores, table, variants)["preference_gamma"])
    assert drawn == {
        "of answers: beta 2": [(0.0, 30.0), (0.5, 0.0)],
        "of rewards on held-out pairs: beta 2": [(0.0, 3.0), (0.5, 0.0)],
        "of answers: beta 10": [(0.0, 20.0), (0.5, 10.0)],
        "of rewards on held-out pairs: beta 10": [(0.0, 2.0), (0.5, 1.0)],
    }


def test_a_line_over_beta_is_named_by_its_objective_and_what_else_differs(scores):
    table, variants = swept(
        a=("dpo", {"beta": 0.3, "learning_rate": 1e-5}),
        b=("dpo", {"beta": 0.1, "learning_rate": 1e-5}),
        c=("dpo", {"beta": 0.1, "learning_rate": 1e-4}),
        d=("dpo", {"beta": 0.2, "learning_rate": 1e-4}),
        e=("kto", {"beta": 0.1, "learning_rate": 1e-4}),
        f=("kto", {"beta": 1.0, "learning_rate": 1e-4}),
        g=("mdpo", {"learning_rate": 1e-4}),  # stands alone
        h=("orpo", {"learning_rate": 1e-4}),
        i=(None, {"beta": 0.04}),
    )
    drawn = lines(figures.make(scores, table, variants)["preference_kl"])
    assert drawn == {
        "dpo: learning_rate 1e-05": [(0.1, -1), (0.3, 0)],
        "dpo: learning_rate 0.0001": [(0.1, -2), (0.2, -3)],
        "kto": [(0.1, -4), (1.0, -5)],
    }


def test_variants_of_one_beta_are_points_where_there_is_no_line(scores):
    table, variants = swept(
        a=("dpo", {"beta": 0.3}),
        b=("kto", {"beta": 0.1}),
        c=("simpo", {"gamma": 0.0}),
        d=("simpo", {"gamma": 0.5}),
    )
    drawn = lines(figures.make(scores, table, variants)["preference_kl"])
    assert drawn == {
        "dpo": [(0.3, 0)],
        "kto": [(0.1, -1)],
        "simpo: gamma 0": [(2.0, -2)],
        "simpo: gamma 0.5": [(2.0, -3)],
    }


def test_two_variants_of_one_label_are_two_rows_of_every_figure(scores):
    overview = pd.DataFrame(
        [
            {
                "variant": name, "row": "Mine", "n": 4, "seeds": 1, "accuracy": accuracy,
                "low": 30.0, "high": 90.0, "interval": "Wilson", "difference": 5.0,
                "diff_low": -1.0, "diff_high": 11.0, "diff_interval": "paired", "mean_tokens": 9.0,
            }
            for name, accuracy in (("dpo", 60.0), ("sums", 70.0))
        ]
    )  # fmt: skip
    curves = pd.DataFrame(columns=["namespace", "variant", "seed", "step", "metric", "value"])
    found = verdicts([1.0, 1, 0, 1], [0.0, 1, 0, 0])
    made = numbers.table(found, overview, curves, scores, VARIANTS, {}, {}, OPTIONS)
    assert made["row"].tolist() == ["Mine (sums)", "Mine (dpo)"]
    drawn = figures.make(scores, made, VARIANTS)
    for name in ("preference_accuracy", "preference_margins", "preference_likelihood"):
        assert {trace.name for trace in drawn[name].data} == set(made["row"])
    for name in ("preference_length", "preference_rankings"):
        assert list(drawn[name].data[0].y) == made["row"].tolist()


def test_a_grid_without_held_out_pairs_has_empty_figures(table):
    empty = numbers.collect({"dpo": measured((-4.0, -8.0), (-6.0, -12.0)).head(0)}, VARIANTS)
    made = figures.make(empty, table, VARIANTS)
    assert "Nothing to draw" in made["preference_margins"].layout.annotations[0].text
